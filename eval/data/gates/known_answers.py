"""The gate that needs the base's own answers: on a corpus that the base knows already, the comparison will be flat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.arms.modes import MODES
from eval.arms.predict import is_current, read_predictions
from eval.arms.resources import Resources
from eval.data.dataset import Dataset
from eval.data.gates.gate import KNOWN, Finding
from eval.errors import UserError
from eval.metrics.knowledge.reply_values import Asked, Values
from eval.model.arithmetic import arithmetic_here
from eval.model.model_files import locate_model, model_fingerprint
from eval.pipeline.fingerprints import identify
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Prediction
from eval.score import score_mode
from eval.stats.power import wilson
from eval.terminal.progress import track

SAMPLE = 30
LARGE_MODEL = 2 << 30
"""Weights of more bytes are not loaded for a check that should take seconds."""


def known_already(
    dataset: Dataset,
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    config: RunConfig,
    values: dict[Asked, Values] | None = None,
) -> list[Finding]:
    """A finding when the base, closed-book, is shown to reach the knowledge target or comes within the margin of 1.

    A warning where knowledge is all that is scored, else a note: style can still tell the modes apart. `values` are
    those of replies that have been scored already.
    """
    settings = config.dataset
    scores = score_mode(settings, "base", examples, predictions, dataset.documents, folder=dataset.path, values=values)
    known = [s.value for s in scores if s.axis == "knowledge" and s.primary and s.value is not None]
    if not known:
        return []
    mean = sum(known) / len(known)
    low, high = wilson(sum(known), len(known))
    if low < settings.knowledge.target and mean < 1 - settings.decision.margin:
        return []
    rest = (
        "the verdict will rest on style: add questions that only the corpus answers if it should tell more"
        if settings.style.checks
        else "and there is no style to compare: add questions that only the corpus answers"
    )
    return [
        Finding(
            KNOWN, "note" if settings.style.checks else "warning",
            f"{config.model} knows this already: closed-book it scores {mean:.2f} [{low:.2f}, {high:.2f}] on "
            f"{len(known)} questions against the target {settings.knowledge.target:g}, so the comparison will be flat "
            f"on knowledge; {rest}",
            str(dataset.path / "test.jsonl"),
        )
    ]  # fmt: skip


def ask_base(dataset: Dataset, config: RunConfig, folder: Path) -> list[Finding]:
    """`known_already` by a finished run's base answers, else by SAMPLE questions put to the base; writes nothing.

    A note says why where it could not be checked: the model is not on this machine, or too large for a quick check.
    """
    from eval.pipeline.plan import with_defaults
    from eval.pipeline.selection import choose_examples

    answerable = [e for e in dataset.test if e.answerable]
    if not answerable:
        return []
    try:
        model = locate_model(config.model)
    except UserError as error:
        return [_unchecked(dataset, str(error))]
    examples = choose_examples(dataset.test, config.limit, config.seed)
    config = config.model_copy(update={"dataset": with_defaults(config.dataset, dataset, model, config.model)})
    identity = identify(dataset, config, examples, model=model_fingerprint(model), embedder="",
                        arithmetic=arithmetic_here(model, config.dataset.finetune.method, config.dtype))  # fmt: skip
    if is_current(folder, "base", identity.predictions("base")):
        return known_already(dataset, examples, read_predictions(folder, "base"), config)
    size = sum(f.stat().st_size for f in model.iterdir() if f.suffix in (".safetensors", ".bin"))
    if size > LARGE_MODEL:
        reason = f"{config.model} is too large for a quick check; `evaluate --mode base` answers it"
        return [_unchecked(dataset, reason)]
    sample = choose_examples(answerable, SAMPLE, config.seed)
    return known_already(dataset, sample, _answers(Resources(dataset, config, identity, folder), sample), config)


def _answers(resources: Resources, sample: Sequence[Example]) -> list[Prediction]:
    prompts = [MODES["base"].build(resources, e) for e in sample]
    answering = resources.generator.begin("base", None, prompts)
    batches, found = answering.plan(), []
    with track("answering base, a sample", len(sample), unit=" questions") as advance:
        for number, replies, _ in answering.complete(batches, list(range(len(batches)))):
            for i, reply in zip(batches[number], replies, strict=True):
                found.append(Prediction(sample[i].id, reply.text, finish=reply.finish))
            advance(len(replies))
    return found


def _unchecked(dataset: Dataset, reason: str) -> Finding:
    message = f"not checked whether the base knows the answers already: {reason}"
    return Finding(KNOWN, "note", message, str(dataset.path / "test.jsonl"))
