"""The fingerprint of every artefact: all that it depends on, and nothing else. Loads no model.

Same fingerprint: reused. Different: built anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata

from eval.config import RunConfig
from eval.dataset import Dataset
from eval.files import fingerprint
from eval.modes import MODES, Adapter
from eval.records import Example
from eval.replay import replay_digest

CODE = 3
"""Raised whenever prompts, training or decoding change in a way that changes their results."""

RETENTION = 1
"""Raised whenever the scoring of the retention battery changes in a way that changes its results."""

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")


@dataclass(frozen=True, slots=True)
class Identity:
    """Fingerprints of one run's parts."""

    model: str
    index: str
    """Empty when the data set has no corpus."""
    prompt: str
    ft: str
    hybrid: str
    base_predictions: str
    """What predictions of any mode depend on, besides the index and the adapter."""

    def adapter(self, name: Adapter) -> str:
        """The fingerprint of an adapter by name."""
        return self.ft if name == "ft" else self.hybrid

    def predictions(self, mode: str) -> str:
        """The fingerprint of a mode's predictions."""
        spec = MODES[mode]
        index = self.index if spec.retrieves else ""
        adapter = self.adapter(spec.adapter) if spec.adapter else ""
        return fingerprint(mode, self.base_predictions, index, adapter)

    def retention(self, mode: str, battery: str) -> str:
        """The fingerprint of a mode's results on a retention battery, from the battery's digest."""
        spec = MODES[mode]
        adapter = self.adapter(spec.adapter) if spec.adapter else ""
        return fingerprint("retention", RETENTION, self.model, adapter, battery)


def identify(
    dataset: Dataset, config: RunConfig, examples: Sequence[Example], *, model: str, embedder: str
) -> Identity:
    """Fingerprint a run's parts from the fingerprints of the model's and the embedder's files."""
    from rag.index import FORMAT as INDEX_FORMAT

    settings = config.dataset
    versions = [metadata.version(name) for name in LIBRARIES]
    finetune = settings.finetune
    held = [part for part, usual in ((finetune.method, "qlora"), (config.dtype, "auto")) if part != usual]
    model = fingerprint(model, versions, *held)
    retrieval = settings.retrieval.model_dump()
    index = fingerprint(INDEX_FORMAT, embedder, retrieval, dataset.corpus_digest) if dataset.documents else ""
    template = [settings.chat_template_kwargs] if settings.chat_template_kwargs else []
    prompt = fingerprint(CODE, settings.instruction, *template)
    train = [asdict(e) for e in (*dataset.train, *dataset.dev)]
    replayed = [replay_digest(finetune.replay_prompts, dataset.path)] if finetune.replay else []

    def training(name: Adapter) -> str:
        trained = finetune.identity() | {"learning_rate": config.learning_rate(name)}
        return fingerprint(CODE, model, prompt, train, trained, config.seed, *replayed)

    return Identity(
        model=model,
        index=index,
        prompt=prompt,
        ft=fingerprint("ft", training("ft"), dataset.corpus_digest if finetune.corpus_epochs else ""),
        hybrid=fingerprint("hybrid", training("hybrid"), index),
        base_predictions=fingerprint(
            CODE, model, prompt, train, settings.fewshot.model_dump(), settings.generation.model_dump(), config.seed,
            [(e.id, e.question, e.documents, e.answers) for e in examples],
        ),
    )  # fmt: skip
