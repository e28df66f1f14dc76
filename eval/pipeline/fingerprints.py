"""The fingerprint of every artefact: all that it depends on, and nothing else. Loads no model.

Same fingerprint: reused. Different: built again, and the parts say what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from eval.arms.modes import MODES
from eval.arms.reply_grammar import reply_schema
from eval.config import DatasetConfig, Retrieval
from eval.data.dataset import Dataset
from eval.data.replay_prompts import replay_digest
from eval.files import fingerprint
from eval.model.arithmetic import Arithmetic
from eval.model.endpoint.address import GENERATOR as ENDPOINT
from eval.pipeline.run_config import RunConfig
from eval.records import Example
from eval.strategies import ADAPTERS, Adapter

CODE = 4
"""Raised whenever prompts, training or decoding change in a way that changes their results."""

GOLD = 2
"""Raised whenever other passages of the gold documents are taken, for the oracle or for a row that retrieval missed."""

ORDER = 2
"""Raised whenever passages stand otherwise in a prompt."""

DECODING = 2
"""Raised whenever our own decoding changes in a way that changes some replies, and nothing that is trained."""

RETENTION = 1
"""Raised whenever the scoring of the retention battery changes in a way that changes its results."""

RESPONSE_FORMAT = 1
"""Raised whenever servers are asked for structured replies in a way that changes them."""

Parts = Mapping[str, Any]
"""What an artefact depends on, by the name that a message calls it; long texts and rows as their fingerprints."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Fingerprints of one run's parts."""

    arithmetic: Arithmetic
    files: str
    """Of the model's files alone."""
    model: str
    """Of the model's files as they are computed with here."""
    index: str
    """Empty when the data set has no corpus."""
    passages: str
    """Of the index and of how passages are found in it."""
    checks: str
    """Of the style checks, from which the grammar of structured modes is made."""
    prompt: str
    answering: Parts
    """What predictions of any mode depend on, besides the index and the adapter."""
    training: Mapping[str, Parts]
    """Adapter -> what it depends on."""
    adapters: Mapping[str, str]
    """Adapter -> its fingerprint: of its parts, or of an adapter that was trained elsewhere and stands in its place."""

    def adapter(self, name: Adapter) -> str:
        """The fingerprint of an adapter by name."""
        return self.adapters[name]

    def recipe(self, name: Adapter) -> str:
        """What an adapter is trained from and how, whatever the arithmetic."""
        return fingerprint("recipe", name, {k: v for k, v in self.training[name].items() if k != "arithmetic"})

    def with_adapter(self, name: Adapter, known: str) -> Identity:
        """The same with an adapter of another fingerprint in the place of this one's."""
        return replace(self, adapters={**self.adapters, name: known})

    def parts(self, mode: str) -> dict[str, Any]:
        """All that a mode's predictions depend on."""
        spec, found = MODES[mode], dict(self.answering)
        if version := MODES.origin(mode):
            found["plugin"] = version
        if spec.retrieves:
            found["index of the corpus"] = self.passages
        if spec.adapter:
            found |= {"adapter": self.adapter(spec.adapter), "training": dict(self.training[spec.adapter])}
        return found

    def drawn_on(self, mode: str) -> list[Any]:
        """What only some modes depend on: the grammar of replies, how examples are looked up, gold passages."""
        from rag.lexical.terms import terms_version

        spec = MODES[mode]
        gold = spec.retrieves and spec.strategy is None
        return [
            *([self.checks] if spec.structured else []), *([self.index, terms_version()] if spec.examples else []),
            *([f"gold {GOLD}"] if gold else []),
        ]  # fmt: skip

    def predictions(self, mode: str) -> str:
        """The fingerprint of a mode's predictions."""
        spec = MODES[mode]
        adapter = self.adapter(spec.adapter) if spec.adapter else ""
        passages = self.passages if spec.retrieves else ""
        version = MODES.origin(mode)
        return fingerprint(
            mode, self.answering, passages, adapter, *([version] if version else []), *self.drawn_on(mode)
        )

    def retention(self, mode: str, battery: str) -> str:
        """The fingerprint of a mode's results on a retention battery, from the battery's digest."""
        spec = MODES[mode]
        adapter = self.adapter(spec.adapter) if spec.adapter else ""
        return fingerprint("retention", RETENTION, self.model, adapter, battery)


def identify(
    dataset: Dataset,
    config: RunConfig,
    examples: Sequence[Example],
    *,
    model: str,
    embedder: str,
    arithmetic: Arithmetic,
) -> Identity:
    """Fingerprint a run's parts from the fingerprints of the model's and the embedder's files and the arithmetic."""
    settings, finetune = config.dataset, config.dataset.finetune
    index = _index(dataset, settings.retrieval, embedder) if dataset.documents else ""
    passages = _passages(index, settings.retrieval)
    template = [settings.chat_template_kwargs] if settings.chat_template_kwargs else []
    common: dict[str, Any] = {
        "code": CODE,
        "model": model,
        "arithmetic": asdict(arithmetic),
        "finetune.method": finetune.method,
        "instruction": fingerprint(settings.instruction),
        "training rows": fingerprint([asdict(e) for e in (*dataset.train, *dataset.dev)]),
        "chat_template_kwargs": settings.chat_template_kwargs,
        "seed": config.seed,
    }
    asked = [(e.id, e.question, e.documents, e.answers) for e in examples]
    training = {name: common | _training(dataset, config, name, passages) for name in ADAPTERS}
    return Identity(
        arithmetic=arithmetic,
        files=model,
        model=fingerprint(model, asdict(arithmetic), finetune.method),
        index=index,
        passages=passages,
        checks=_form(settings),
        prompt=fingerprint(CODE, settings.instruction, *template),
        answering=common | {
            "fewshot": settings.fewshot.model_dump(),
            "generation": settings.generation.identity() | _version(settings.generation.generator),
            **({} if settings.generation.generator == ENDPOINT else {"decoding": DECODING}),
            "test questions": fingerprint(asked),
        },
        training=training,
        adapters={name: fingerprint(name, parts) for name, parts in training.items()},
    )  # fmt: skip


def _form(settings: DatasetConfig) -> str:
    """Of what structured replies are held to: the whole grammar here, the schema of a request elsewhere."""
    if settings.generation.generator == ENDPOINT:
        return fingerprint("response_format", RESPONSE_FORMAT, reply_schema(settings))
    return fingerprint("grammar", settings.style.checks, settings.refusal)


def _version(generator: str) -> dict[str, str]:
    from eval.model.generator import GENERATORS

    version = GENERATORS.origin(generator)
    return {"plugin": version} if version else {}


def _index(dataset: Dataset, retrieval: Retrieval, embedder: str) -> str:
    from rag.index import FORMAT
    from rag.retrieve import STORES

    version = STORES.origin(retrieval.store)
    return fingerprint(
        FORMAT, embedder, retrieval.identity(), dataset.corpus_digest, *([version] if version else [])
    )  # fmt: skip


def _passages(index: str, retrieval: Retrieval) -> str:
    """Of the index, of how passages are found in it where it is not by their vectors alone, and of their order."""
    from rag.lexical.terms import terms_version
    from rag.retrievers.hybrid import FUSION

    if not index:
        return index
    found = retrieval.finding()
    if not found:
        return fingerprint(index, "order", ORDER)
    fused = [FUSION] if retrieval.method == "hybrid" else []
    return fingerprint(index, found, terms_version(), _origin(retrieval.method), *fused, "order", ORDER)


def _origin(method: str) -> str:
    """What tells the version of a retriever that is not ours; empty for ours."""
    from rag.retrieve import RETRIEVERS
    from rag.retrievers.factory import factory_version

    return factory_version(method) if ":" in method else RETRIEVERS.origin(method)


def _training(dataset: Dataset, config: RunConfig, name: str, passages: str) -> dict[str, Any]:
    """What an adapter depends on beyond model, instruction and rows."""
    from finetune.training.trainer import TRAINERS

    finetune = config.dataset.finetune
    found: dict[str, Any] = {"finetune": finetune.identity() | {"learning_rate": config.learning_rate(name)}}
    if version := TRAINERS.origin(finetune.trainer):
        found["plugin"] = version
    if finetune.replay:
        found["replay prompts"] = replay_digest(finetune.replay_prompts, dataset.path)
    if ADAPTERS[name].passages:
        found |= {"index of the corpus": passages, "choice of gold passages": GOLD}
    if ADAPTERS[name].corpus and finetune.corpus_epochs:
        found["corpus"] = dataset.corpus_digest
    return found


def differences(before: Parts, after: Parts) -> list[str]:
    """What differs between the parts of two artefacts of one kind, in a few words each, with short values."""
    return list(dict.fromkeys(_differences(before, after, "")))


def _differences(before: Parts, after: Parts, above: str) -> Iterator[str]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new or (key == "adapter" and before.get("training") != after.get("training")):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            inner = "" if key in ("arithmetic", "training", "versions") else f"{above}{key}."
            yield from _differences(old, new, inner)
        elif isinstance(old, str) and isinstance(new, str) and len(old) > 15:  # fingerprints
            yield f"the {above}{key}"
        else:
            yield f"{above}{key} ({old} before, {new} now)"
