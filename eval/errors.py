"""The one exception that is meant for the user, and the check that a package is installed."""

from __future__ import annotations

from importlib import metadata


class UserError(Exception):
    """One line that says what is wrong and how to fix it; commands print it and exit with code 2."""


def need(distribution: str, *, why: str) -> None:
    """Raise UserError with the command that installs `distribution` unless it is installed.

    Asks for the distribution's metadata: `find_spec("datasets")` would be satisfied by our own data folder.
    """
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        raise UserError(f"{why} needs the package {distribution}: pip install {distribution}") from None


def first_line(error: BaseException) -> str:
    """The first line of what an exception says, or its kind where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
