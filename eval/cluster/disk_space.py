"""Whether an error says that a disk is full, and which."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.errors import UserError, first_line

FULL = (errno.ENOSPC, errno.EDQUOT)
SAYS = (*(os.strerror(number) for number in FULL), "inline_container.cc", "basic_ios::clear: iostream error")
"""What libraries say that raise no OSError: safetensors the system's words, and torch.save these two of its writer."""


def full_folder(error: BaseException, folders: Sequence[Path]) -> Path | None:
    """Of the folders that were written to, the one with the least free space, where the error says that there is none.

    The error itself seldom names the file, and what was written in part is gone by now. The first of equals is named.
    """
    if not any(_says_full(e) for e in _chain(error)):
        return None
    return min(folders, key=_free)


def in_words(error: Exception, folders: Sequence[Path]) -> str:
    """What to say of an error in one line; of a full disk, which it is of those that these folders lie on."""
    if isinstance(error, UserError):
        return str(error)
    if (folder := full_folder(error, folders)) is not None:
        return f"no space is left in {folder}; free some and run the same command"
    return f"{type(error).__name__}: {first_line(error)}"


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL
    return any(text in str(error) for text in SAYS)


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it was raised from or while handling."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
