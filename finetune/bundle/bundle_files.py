"""`finetune bundle RUN OUT`: all that a mode needs to answer, in one folder without a row or a path of this machine.

    bundle.json     mode, prompt, settings, limits, fingerprints of base and embedder, digests of all files
    README.md       what it is, how it scored, whether it is fit for use, how to serve it
    index/          where the mode retrieves: the passages of the corpus with their vectors
    adapter/        where it is tuned: the adapter's weights
    probe.json      one question that is nobody's, with what the run gave to it: the bundle is tried by it when served

The worked examples of a few-shot prompt are rows of the data set; a mode that shows them is bundled only when asked to.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.kept_index import embedder_fingerprint
from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import file_digest, read_json, write_json, write_text
from eval.records import Example
from eval.terminal.progress import say
from finetune.adapter import MANIFEST as TRAINING
from finetune.base_names import base_id, is_local
from finetune.bundle.bundle_card import bundle_card
from finetune.bundle.bundle_contents import here, refuse_contents
from finetune.bundle.probe import PROBE, probe
from finetune.export.atomic_folders import appearing, folder_bytes
from finetune.hub.privacy import private_texts, refuse_rows
from finetune.hub.publish import ADAPTER_FILES, TRAINING_KEYS

if TYPE_CHECKING:
    from eval.arms.resources import Resources

MANIFEST = "bundle.json"
VERSION = 1
SETTINGS = ("name", "language", "instruction", "refusal", "retrieval", "fewshot", "generation", "chat_template_kwargs")
"""Keys of dataset.yaml that answering depends on; others, with what is private in them, stay at home."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A written bundle."""

    folder: Path
    mode: str
    bytes: int
    files: int


def write_bundle(
    run: Path, out: Path, mode: str | None = None, *, with_examples: bool = False, language: str | None = None
) -> Bundle:
    """Write the bundle of a mode (by default the verdict's) into the folder `out`, which appears whole.

    Its card is in `language`, by default that of the data set.

    Raises UserError when `out` is something else, when the mode shows rows and `with_examples` is not set, and when a
    file would carry a row of the data set or a path of this machine.
    """
    from finetune.serve.run_answers import open_service

    if out.exists() and not is_bundle(out):
        raise UserError(f"{out}: exists and is no bundle; name another folder")
    service = open_service(run, mode)
    resources, mode = service.resources, service.default
    _check(resources, mode)
    shots = _shots(resources, mode, with_examples)
    service.load()
    with appearing(out) as folder:
        if MODES[mode].retrieves:
            shutil.copytree(resources.run / "index", folder / "index")
        if MODES[mode].adapter:
            _write_adapter(resources, mode, folder / "adapter")
        write_json(folder / PROBE, probe(resources, mode))
        card = bundle_card(resources, mode, out.name, shots=len(shots), language=language)
        write_text(folder / "README.md", card)
        inside = sorted(p for p in folder.rglob("*") if p.is_file())
        digests = {p.relative_to(folder).as_posix(): file_digest(p) for p in inside}
        write_json(folder / MANIFEST, _manifest(resources, mode, shots, digests))
        _refuse_private(resources, folder, shots)
        size = folder_bytes(folder)
    say(f"{len(digests) + 1} files; the data set is not needed to serve them")
    return Bundle(out, mode, size, len(digests) + 1)


def is_bundle(folder: Path) -> bool:
    """Whether a folder holds a bundle."""
    return (folder / MANIFEST).is_file()


def _check(resources: Resources, mode: str) -> None:
    """Raise UserError for what a bundle does not carry."""
    spec, settings = MODES[mode], resources.config
    lacks = ""
    if spec.examples:
        lacks = "it looks its worked examples up among all training rows"
    elif resources.run_config.plugins:
        lacks = "the run was made with plugins"
    elif spec.retrieves and settings.retrieval.store_url:
        lacks = f"its index lies on {settings.retrieval.store_url}"
    elif spec.retrieves and not (resources.run / "index").is_dir():
        lacks = "it reads the corpus without an index"
    if lacks:
        raise UserError(
            f"--mode {mode}: {lacks}, which a bundle does not carry; serve it with: finetune serve RUN --api"
        )


def _shots(resources: Resources, mode: str, allowed: bool) -> tuple[Example, ...]:
    """The worked examples that the mode's prompt shows."""
    shown = str(MODES[mode].build(resources, Example("mark", "?")).messages)
    found = tuple(e for e in resources.shots if e.question in shown)
    if found and not allowed:
        raise UserError(
            f"--mode {mode}: its prompt shows {len(found)} rows of train.jsonl, which whoever has the bundle can read; "
            "say --with-examples, or name a mode without worked examples"
        )
    return found


def _write_adapter(resources: Resources, mode: str, folder: Path) -> None:
    source = resources.adapter_folder(str(MODES[mode].adapter))
    if not (source / ADAPTER_FILES[0]).is_file():
        raise UserError(f"{source}: all weights were tuned, not an adapter; take them along with: finetune merge")
    folder.mkdir()
    for name in ADAPTER_FILES:
        shutil.copyfile(source / name, folder / name)
    config = read_json(source / "adapter_config.json")
    write_json(folder / "adapter_config.json", config | {"base_model_name_or_path": _base(resources)})
    training = read_json(source / TRAINING)
    kept = {k: training[k] for k in TRAINING_KEYS if k in training}
    write_json(folder / TRAINING, kept | {"base_model": _base(resources), "data": resources.config.name})


def _base(resources: Resources) -> str:
    return base_id(resources.run_config.model)


def _manifest(
    resources: Resources, mode: str, shots: tuple[Example, ...], digests: Mapping[str, str]
) -> dict[str, Any]:
    from eval.model.thinking import KEY

    config, identity = resources.run_config, resources.identity
    settings = {k: v for k, v in config.dataset.model_dump().items() if k in SETTINGS}
    plain = [f.opens for f in getattr(resources.base.tokenizer, KEY)]
    return {
        "version": VERSION,
        "mode": mode,
        "model": config.model if not is_local(config.model) else base_id(config.model),
        "model_is_local": is_local(config.model),
        "model_fingerprint": identity.files,
        "embedder": Path(config.embedder).name if is_local(config.embedder) else config.embedder,
        "embedder_is_local": is_local(config.embedder),
        "embedder_fingerprint": embedder_fingerprint(config.embedder) if MODES[mode].retrieves else "",
        "prompt_fingerprint": identity.prompt,
        "method": config.dataset.finetune.method,
        "dtype": config.dtype,
        "seed": config.seed,
        "settings": settings,
        "limits": asdict(resources.limits),
        "grammar": resources.grammar if MODES[mode].structured else "",
        "thinking_forms": plain,
        "shots": [asdict(e) for e in shots],
        "preferred": sorted(resources.dataset.gold) if MODES[mode].retrieves else [],
        "files": dict(digests),
    }


def _refuse_private(resources: Resources, folder: Path, shots: tuple[Example, ...]) -> None:
    """Raise UserError where a row, or a path of this machine, stands in a file; passages are the corpus, as meant."""
    allowed = " ".join(" ".join((e.question, e.reply, *e.answers)) for e in shots)
    plain = {p.name: p for p in folder.rglob("*") if p.is_file() and "index" not in p.relative_to(folder).parts}
    refuse_rows(resources.dataset, {n: p for n, p in plain.items() if n != MANIFEST or not shots})
    corpus = cache(lambda: "\n".join(d.text for d in resources.dataset.texts))
    paths = [resources.run.resolve(), resources.dataset.path.resolve(), folder.parent.resolve(), *here()]
    config = resources.run_config
    paths += [Path(name).resolve() for name in (config.model, config.embedder) if is_local(name)]
    rows = {t for t in _rows(resources) if t not in allowed}
    refuse_contents(folder, rows, [*paths, resources.base.folder], is_corpus=lambda row: row in corpus())


def _rows(resources: Resources) -> Iterator[str]:
    """Questions and replies of every row that are long enough to be distinguished from chance."""
    rows = {t for e in (*resources.dataset.train, *resources.dataset.dev, *resources.dataset.test)
            for t in (e.question, e.reply)}  # fmt: skip
    yield from (t for t in private_texts(resources.dataset) if t in rows)
