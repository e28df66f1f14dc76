"""A published adapter or merged model back into a run folder, checked byte for byte."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import file_digest, read_json
from eval.strategies import ADAPTERS
from finetune.export.atomic_folders import MANIFEST, appearing
from finetune.hub.hub_client import explained, open_hub
from finetune.hub.publish import ADAPTER_FILES, MERGED_FILES

WANTED = [*ADAPTER_FILES, *MERGED_FILES, "adapter_config.json", "training.json", MANIFEST, "README.md"]


def pull(
    repo: str,
    out: Path | None = None,
    *,
    run: Path | None = None,
    revision: str | None = None,
    endpoint: str | None = None,
) -> Path:
    """Download what `push` wrote to where `evaluate` finds it in the run folder, or to `out`; returns the folder.

    The run folder is runs/<data set name> unless named. Raises UserError when the repository holds something else,
    or a file is not the one that was sent.
    """
    from huggingface_hub import snapshot_download

    api = open_hub(endpoint)
    with explained(api, repo):
        snapshot = Path(
            snapshot_download(repo, revision=revision, endpoint=endpoint, allow_patterns=WANTED)  # into the cache
        )
    manifest = _manifest(repo, snapshot)
    folder = out or _place(run or Path("runs") / manifest["data"], manifest)
    if folder.exists() and not (folder / MANIFEST).is_file() and not (folder / "training.json").is_file():
        raise UserError(f"{folder}: exists and is no adapter or model; name another folder with --out")
    with appearing(folder) as temporary:
        for name in [*manifest["files"], MANIFEST]:
            shutil.copyfile(snapshot / name, temporary / name)
    return folder


def _manifest(repo: str, snapshot: Path) -> dict[str, Any]:
    """The repository's manifest, when all that it names is there, as it was sent."""
    try:
        manifest: dict[str, Any] = read_json(snapshot / MANIFEST)
        known = manifest["form"] in ("adapter", "merged") and manifest["adapter"] in ADAPTERS
        safe = all(re.fullmatch(r"[\w.-]+", name) for name in manifest["files"])
        named = re.fullmatch(r"[0-9a-f]{16}", manifest["fingerprint"])
        named = named and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", manifest["data"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        known = safe = False
        named = None
    if not (known and safe and named):
        raise UserError(f"{repo}: holds nothing that `finetune push` wrote; pull it with: hf download {repo}")
    for name, sent in manifest["files"].items():
        if not (snapshot / name).is_file() or file_digest(snapshot / name) != sent["sha256"]:
            raise UserError(f"{repo}: {name} is not the file that was pushed; push it again, or name a --revision")
    return manifest


def _place(run: Path, manifest: dict[str, Any]) -> Path:
    if manifest["form"] == "adapter":
        return run / "adapters" / f"{manifest['adapter']}-{manifest['fingerprint']}"
    return run / "merged" / f"{manifest['adapter']}-{manifest['dtype']}"
