"""A bundle that answers: the same prompts, passages and weights as the run that it was made from, without the run."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from eval.arms.kept_index import open_kept
from eval.arms.modes import MODES
from eval.arms.resources import Resources
from eval.config import DatasetConfig
from eval.errors import UserError
from eval.files import file_digest, read_json
from eval.model.model_files import locate_model, model_fingerprint
from eval.model.stopping import Limits
from eval.pipeline.run_config import RunConfig
from eval.records import Example, from_dict
from eval.terminal.progress import say, track
from finetune.bundle.bundle_files import MANIFEST, VERSION
from finetune.bundle.probe import PROBE, differences, probe

if TYPE_CHECKING:
    from eval.model.base import Base
    from finetune.serve.run_answers import AnswerService


class Bundled(Resources):
    """What the modes draw on, from a bundle's folder alone."""

    def __init__(self, folder: Path, manifest: dict[str, Any], config: RunConfig) -> None:
        empty = SimpleNamespace(train=(), dev=(), test=(), documents=["index"], gold=frozenset(manifest["preferred"]))
        known = SimpleNamespace(files=manifest["model_fingerprint"])
        super().__init__(cast(Any, empty), config, cast(Any, known), folder)
        self.folder, self.manifest = folder, manifest

    @cached_property
    def base(self) -> Base:
        """The base model, which must be the one that was bundled for."""
        from eval.model.loading import load_base

        config = self.run_config
        found = locate_model(config.model)
        if model_fingerprint(found) != self.manifest["model_fingerprint"]:
            raise UserError(f"{config.model}: not the base that the bundle was made with; name that one with --model")
        with track("loading the model"):
            base = load_base(config.model, config.dataset.finetune.method, config.dtype)
        self._prepare_tokenizer(base.tokenizer)
        return base

    def _prepare_tokenizer(self, tokenizer: Any) -> str:
        from eval.model.chat_template import set_arguments
        from eval.model.thinking import FORMS, KEY

        known = self.manifest["thinking_forms"]
        setattr(tokenizer, KEY, tuple(f for f in FORMS if f.opens in known))
        return set_arguments(tokenizer, self.config.chat_template_kwargs)

    @cached_property
    def limits(self) -> Limits:
        """How long a reply may become."""
        return Limits(**self.manifest["limits"])

    @cached_property
    def grammar(self) -> str:
        """What replies are held to, in structured modes."""
        return str(self.manifest.get("grammar", ""))

    @cached_property
    def shots(self) -> tuple[Example, ...]:
        """The worked examples that were bundled; none unless the mode shows them."""
        return tuple(from_dict(Example, e) for e in self.manifest["shots"])

    @cached_property
    def retriever(self) -> Any:
        """The bundled index, ready to be asked; no document is read."""
        return open_kept(
            self.folder / "index", self.run_config.embedder, self.config.retrieval, self.dataset.gold,
            fingerprint=self.manifest["embedder_fingerprint"],
        )  # fmt: skip

    def load_adapter(self, name: str) -> None:
        """Have the bundled adapter on the loaded base."""
        from finetune.adapter import read_manifest

        folder = self.adapter_folder(name)
        given = self.manifest
        read_manifest(folder, base=given["model_fingerprint"], prompt=given["prompt_fingerprint"],
                      weights=self.base.rung.name)  # fmt: skip
        self.base.load_adapter(name, folder)

    def adapter_folder(self, name: str) -> Path:
        """Where the adapter lies."""
        return self.folder / "adapter"


def open_bundle(folder: Path, *, model: str | None = None, embedder: str | None = None) -> AnswerService:
    """Open a bundle to answer by its mode; `model` and `embedder` say where local ones lie on this machine.

    Raises UserError where a file is not the one that was bundled, or what it needs is not here.
    """
    from finetune.serve.run_answers import AnswerService

    manifest = read_json(folder / MANIFEST)
    if manifest.get("version") != VERSION:
        raise UserError(f"{folder / MANIFEST}: of another version of this program; make the bundle again")
    for name, digest in manifest["files"].items():
        if not (folder / name).is_file() or (not _changes(name) and file_digest(folder / name) != digest):
            raise UserError(f"{folder / name}: not the file that was bundled; copy the bundle again")
    for what, given in (("model", model), ("embedder", embedder)):
        if manifest[f"{what}_is_local"] and given is None and (what == "model" or MODES[manifest["mode"]].retrieves):
            raise UserError(f"{folder}: made with a local {what}, '{manifest[what]}'; say where it lies with --{what}")
    settings = manifest["settings"] | {"finetune": {"method": manifest["method"]}}
    config = RunConfig(
        dataset_path="", model=model or manifest["model"], embedder=embedder or manifest["embedder"],
        seed=manifest["seed"], dtype=manifest["dtype"], dataset=DatasetConfig.model_validate(settings),
    )  # fmt: skip
    return AnswerService(Bundled(folder, manifest, config), (manifest["mode"],))


def _changes(name: str) -> bool:
    """Whether opening writes to a file: the database of an index keeps notes of its own."""
    return name.startswith("index/")


def try_bundle(service: AnswerService) -> None:
    """Put the bundle's own question; raises UserError where it does not come to the run's prompt and passages."""
    folder, mode = service.resources.run, service.default
    for what, fatal in differences(read_json(folder / PROBE), probe(service.resources, mode)):
        if fatal:
            raise UserError(f"{folder}: {what}")
        say(what)
