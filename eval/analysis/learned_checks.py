"""What style checks learn from a run's replies, and style.json, which says how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.files import write_json
from eval.metrics.style.check import Learnt
from eval.metrics.style.run_checks import Samples, build_checks
from eval.records import Example, Prediction
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.data.dataset import Dataset


def learn_style(folder: Path, dataset: Dataset, examples: Sequence[Example], base: Sequence[Prediction]) -> Samples:
    """The replies that checks may learn from: train.jsonl's, and the base model's to the test questions.

    Writes style.json into the run folder when a check has learnt: {check: its figures and caveats}; says the caveats.
    """
    groups = {e.id: e.group for e in examples}
    samples = Samples(
        tuple((e.group, e.reply) for e in dataset.train if e.reply),
        tuple((groups[p.id], p.text) for p in base if p.id in groups),
    )
    config, file = dataset.config, folder / "style.json"
    checks = build_checks(
        config.style.checks,
        documents=dataset.documents,
        refusal=config.refusal,
        where=str(dataset.path / "dataset.yaml"),
        folder=dataset.path,
        samples=samples,
    )
    learnt = {c.name: dict(c.judge.summary) for c in checks if isinstance(c.judge, Learnt)}
    for name, summary in learnt.items():
        summary["caveats"] = list(_caveats(name, summary, config.style.target))
        for caveat in summary["caveats"]:
            say(caveat)
    if learnt:
        write_json(file, learnt)
    else:
        file.unlink(missing_ok=True)
    return samples


def _caveats(name: str, summary: Mapping[str, Any], target: float) -> Iterator[str]:
    if summary["reason"]:
        yield f"style: '{name}' is not scored: {summary['reason']}"
    elif summary["reference_pass"] < target:
        yield (
            f"style: of the held-back reference replies {summary['reference_pass']:.0%} pass '{name}', below the "
            f"target of {target:.0%}: a mode that writes as they do would miss it too; lower style.target"
        )
