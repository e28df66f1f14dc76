"""Talking to the Hugging Face Hub, or to a server of your own that speaks its protocol, with one-line errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eval.errors import UserError

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def open_hub(endpoint: str | None) -> HfApi:
    """The API at `endpoint`, else at $HF_ENDPOINT, else the Hub's; the token stays where the client finds it."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

    disable_progress_bars()
    return HfApi(endpoint=endpoint, library_name="rag-or-finetune")


def need_token() -> None:
    """Raise UserError unless there is a token in the usual places: HF_TOKEN, or the cache of `hf auth login`."""
    from huggingface_hub import get_token

    if not get_token():
        raise UserError("no token for the hub: hf auth login, or set HF_TOKEN; --dry-run needs none")


@contextmanager
def explained(api: HfApi, repo: str) -> Iterator[None]:
    """Turn what goes wrong between here and the hub into a UserError of one line."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.HFValidationError, OSError, transport_error()) as error:
        raise UserError(f"{repo}: {_refusal(api, error)}") from None


def _refusal(api: HfApi, error: Exception) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError):  # of a download, for whose reason see its cause
        error = error.__cause__ if isinstance(error.__cause__, Exception) else ConnectionError()
    if isinstance(error, errors.HFValidationError):
        return "no repository id; write it as OWNER/NAME"
    if isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set; unset it"
    if isinstance(error, errors.RevisionNotFoundError):
        return "has no such revision; name a branch, tag or commit of it"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"no such repository at {api.endpoint}, or the token may not see it: hf auth login"
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if status in (401, 403):
            return f"the hub refuses the token ({status}); it needs the right to write there: hf auth login"
        return f"the hub answered {status}; run the same command again, it goes on where it stopped"
    if isinstance(error, errors.FileMetadataError):
        return f"{api.endpoint} does not speak the hub's protocol; name a hub with --endpoint"
    if isinstance(error, (ConnectionError, TimeoutError, transport_error())):
        return _unreachable(api)
    raise error


def _unreachable(api: HfApi) -> str:
    return f"{api.endpoint} is not reachable; check the network, or name another hub with --endpoint"


def transport_error() -> type[Exception]:
    """What the hub's client raises when there is no connection; the HTTP library below it differs by version."""
    from huggingface_hub.errors import HfHubHTTPError

    base: type[Exception] = HfHubHTTPError.__bases__[0]
    return base
