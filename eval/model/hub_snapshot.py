"""The files of a model on the Hugging Face Hub: from the local cache, else fetched. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from eval.errors import UserError
from eval.terminal.progress import aside


def hub_snapshot(
    name: str, option: str, wanted: Sequence[str], other: Sequence[str] = (),
    whole: Callable[[Path], bool] = lambda folder: True,
) -> Path:  # fmt: skip
    """The folder of the files `wanted`, without `other`; fetched where the cache has none, or one that is not `whole`.

    Raises UserError that names the `option` and the command that gets them.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    kept, ignored = list(wanted), list(other) or None
    try:
        folder = Path(snapshot_download(name, local_files_only=True, allow_patterns=kept, ignore_patterns=ignored))
        if whole(folder):
            return folder
    except (LocalEntryNotFoundError, FileNotFoundError, ValueError):
        pass
    try:
        with aside(f"fetching {name}"):
            return Path(snapshot_download(name, allow_patterns=kept, ignore_patterns=ignored))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403):
            raise UserError(
                f"{option} {name}: the hub wants a login or an accepted licence: hf auth login, then hf download {name}"
            ) from None
        raise UserError(
            f"{option} {name}: not in the local cache and the hub is not reachable: hf download {name}"
        ) from None
