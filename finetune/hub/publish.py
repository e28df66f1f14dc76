"""Adapters and merged models to the Hub and back: chosen files only, private unless asked otherwise, resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import file_digest, read_json
from eval.terminal.progress import say
from finetune.adapter import MANIFEST as TRAINING
from finetune.base_names import base_id
from finetune.export.atomic_folders import MANIFEST, Tuned, open_tuned
from finetune.hub.hub_client import explained, need_token, open_hub
from finetune.hub.model_card import base_licence, is_compared, model_card
from finetune.hub.privacy import refuse_rows

if TYPE_CHECKING:
    from huggingface_hub import HfApi

ADAPTER_FILES = ("adapter_model.safetensors",)
MERGED_FILES = (
    "config.json", "generation_config.json", "model.safetensors", "model-*.safetensors",
    "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
    "special_tokens_map.json", "chat_template.jinja", "vocab.json", "merges.txt",
)  # fmt: skip
"""What leaves the machine as it is; README.md, manifest.json and an adapter's two .json files are written anew."""

TRAINING_KEYS = ("fingerprint", "recipe", "made_on", "health", "base_weights", "base", "prompt", "settings",
                 "seed", "rows", "held_back", "seconds", "work", "tokens",
                 "peak_memory_mb", "losses", "validation")  # fmt: skip
"""Of training.json; whatever else may stand there stays at home."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a publication: where it will stand, and its bytes or where they lie."""

    path: str
    content: bytes | Path

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal."""
        if isinstance(self.content, Path):
            return file_digest(self.content)
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Publication:
    """What would leave the machine, and under which name."""

    repo: str
    public: bool
    licence: str | None
    uploads: tuple[Upload, ...]

    def lines(self) -> Iterator[str]:
        """The publication for people: every file with its size."""
        for upload in self.uploads:
            yield f"{upload.size:>13,}  {upload.path}"
        total = sum(u.size for u in self.uploads)
        yield f"{total:>13,}  bytes in {len(self.uploads)} files to {self.repo} ({_seen(self.public)})"


@dataclass(frozen=True, slots=True)
class What:
    """What to publish, where, and for whom."""

    run: Path
    repo: str
    adapter: str | None = None
    """`ft` or `hybrid`; None: the one that the verdict names."""
    merged: bool = False
    public: bool = False
    licence: str | None = None
    """Where the base's own card does not say."""
    language: str | None = None
    """Of the card; None: that of the data set."""


def prepare(what: What, *, api: HfApi | None) -> Publication:
    """Choose, write anew and check every file of a publication; opens a connection only through `api`.

    Raises UserError when a file would carry a row of the data set, or the licence of a public model is not known.
    """
    tuned = open_tuned(what.run, what.adapter)
    model = tuned.plan.config.model
    if what.public and not is_compared(tuned):
        raise UserError(f"{what.run}: has no verdict yet, which everybody would look for; finish it with: evaluate")
    files, manifest = _merged(tuned) if what.merged else _adapter(tuned)
    licence = what.licence or base_licence(model, _base_folder(model), api)
    if licence is None and what.public and api is not None:
        raise UserError(f"{base_id(model)}: its licence is not known; name it with --licence to publish openly")
    digests = {u.path: {"bytes": u.size, "sha256": u.digest} for u in files}
    files.append(Upload(MANIFEST, _json(manifest | {"files": digests})))
    card = model_card(tuned, what.repo, licence=licence, manifest=manifest, language=what.language)
    files.append(Upload("README.md", card.encode("utf-8")))
    refuse_rows(tuned.plan.dataset, {u.path: u.content for u in files})
    return Publication(what.repo, what.public, licence, tuple(sorted(files, key=lambda u: u.path)))


def push(what: What, *, revision: str | None = None, endpoint: str | None = None) -> str:
    """Upload a publication in one commit; returns the commit's address.

    Run again after an interruption, it uploads only what the hub has not got.
    """
    from huggingface_hub import CommitOperationAdd

    need_token()
    api = open_hub(endpoint)
    with explained(api, what.repo):
        api.repo_exists(what.repo)  # before anything is built: is there a hub, and is this a name?
        publication = prepare(what, api=api)
        _make_repo(api, what.repo, what.public)
        if revision:
            api.create_branch(what.repo, branch=revision, exist_ok=True)
        say(f"uploading {sum(u.size for u in publication.uploads):,} bytes to {what.repo} at {api.endpoint}")
        operations = [CommitOperationAdd(u.path, u.content) for u in publication.uploads]
        message = f"Upload {'merged model' if what.merged else 'adapter'}"
        commit = api.create_commit(what.repo, operations, commit_message=message, revision=revision)
    return str(commit.commit_url)


def _make_repo(api: HfApi, repo: str, public: bool) -> None:
    """Create the repository unless it is there; a public one that was not asked for is refused."""
    if api.repo_exists(repo):
        if not public and not api.model_info(repo).private:
            raise UserError(f"{repo}: exists and everybody can read it; say --public, or name another repository")
        return
    api.create_repo(repo, private=not public, exist_ok=True)


def _adapter(tuned: Tuned) -> tuple[list[Upload], dict[str, Any]]:
    """The adapter's files: the weights as they are, the two .json files without what is of this machine alone."""
    config = read_json(tuned.folder / "adapter_config.json")
    config["base_model_name_or_path"] = base_id(tuned.plan.config.model)
    training = read_json(tuned.folder / TRAINING)
    training = {k: training[k] for k in TRAINING_KEYS if k in training}
    training |= {"base_model": base_id(tuned.plan.config.model), "data": tuned.plan.config.dataset.name}
    files = [Upload(name, tuned.folder / name) for name in ADAPTER_FILES]
    files += [Upload("adapter_config.json", _json(config)), Upload(TRAINING, _json(training))]
    return files, {
        "form": "adapter",
        "adapter": tuned.name,
        "fingerprint": tuned.fingerprint,
        "base_fingerprint": tuned.plan.identity.model,
        "data": tuned.plan.config.dataset.name,
    }


def _merged(tuned: Tuned) -> tuple[list[Upload], dict[str, Any]]:
    from finetune.export.merge import merge

    folder = merge(tuned.plan.folder, adapter=tuned.name).folder
    chosen = sorted({p for pattern in MERGED_FILES for p in folder.glob(pattern) if p.is_file()})
    return [Upload(p.name, p) for p in chosen], dict(read_json(folder / MANIFEST))


def _base_folder(model: str) -> Path:
    from eval.model.model_files import locate_model

    return locate_model(model)


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _seen(public: bool) -> str:
    return "public: everybody can read it" if public else "private"
