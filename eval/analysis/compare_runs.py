"""Two runs of one data set: what was set otherwise, what the verdict became, and which scores moved beyond chance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.analysis.changes_file import FILE, Change, ChangeNote, SettingChange
from eval.analysis.flat_settings import flat
from eval.analysis.flips import AXES, Side, common_questions, paired_changes
from eval.analysis.run_files import read_environment
from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import read_json, write_json
from eval.pipeline.run_config import read_run_config
from eval.records import Example, read_records
from eval.verdict.decide import decide
from eval.verdict.scores_file import read_scores

NEEDED = ("config.yaml", "environment.json", "examples.jsonl", "scores.jsonl", "decision.json")
JUDGED = ("knowledge.target", "style.target", "retention.limit", "decision.margin")
"""Settings of the verdict alone: with others, the same replies can give another one."""


def write_changes(before: Path, after: Path) -> Path:
    """Write changes.json into the second run's folder and return its path; raises UserError as `changes` does."""
    path = after / FILE
    write_json(path, changes(before, after))
    return path


def changes(before: Path, after: Path) -> dict[str, Any]:
    """What changes.json holds; from the files of two run folders alone, without a model.

    Differences are after - before, paired by question; intervals and tests as in the verdict
    (eval.stats.intervals). Raises UserError where a file is missing, where the folders are one,
    or where they hold runs of different data sets.
    """
    first, second = _read(before), _read(after)
    if before.resolve() == after.resolve():
        raise UserError(f"{after}: compared with itself; name two runs")
    names = first.config.dataset.name, second.config.dataset.name
    if names[0] != names[1]:
        raise UserError(f"{before} holds '{names[0]}', {after} '{names[1]}'; --compare takes two runs of one data set")
    common, changed = common_questions(first, second)
    if not common:
        raise UserError(f"{before} and {after} share no question; compare runs of the same test questions")
    found = paired_changes(first, second, common)
    return {
        "dataset": names[0],
        "before": _verdict(first),
        "after": _verdict(second),
        "rejudged": _rejudged(first, second),
        "settings": [{"key": k, "before": b, "after": a} for k, b, a in settings(first, second)],
        "questions": {
            "common": len(common),
            "changed": changed,
            "before_only": sorted(first.examples.keys() - second.examples.keys()),
            "after_only": sorted(second.examples.keys() - first.examples.keys()),
        },
        "modes": {
            "common": [m for m in first.modes if m in second.modes],
            "before_only": [m for m in first.modes if m not in second.modes],
            "after_only": [m for m in second.modes if m not in first.modes],
        },
        "changes": [asdict(c) for c in found],
        "notes": [asdict(note) for note in _notes(first, second, found)],
    }


def settings(first: Side, second: Side) -> Iterator[tuple[str, str | None, str | None]]:
    """(key, before, after) of every setting and version that differs; None where a run does not have the key."""
    one, two = (
        {**_flat(s.config.model_dump()), **_flat(dict(s.environment.facts), "environment")} for s in (first, second)
    )
    for key in dict.fromkeys([*one, *two]):
        if one.get(key) != two.get(key):
            yield key, one.get(key), two.get(key)


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Dotted key -> value as text."""
    return {
        key: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)
        for key, item in flat(value, prefix)
    }


def _read(run: Path) -> Side:
    if not run.is_dir():
        raise UserError(f"{run}: no such run folder; make one with: evaluate")
    for name in NEEDED:
        if not (run / name).is_file():
            raise UserError(f"{run / name}: no such file; the run is not complete, finish it with: evaluate")
    return Side(
        run,
        read_run_config(run / "config.yaml"),
        read_environment(run / "environment.json"),
        {e.id: e for e in read_records(run / "examples.jsonl", Example)},
        [s for s in read_scores(run / "scores.jsonl", any_mode=True) if s.primary and s.mode in MODES],
        read_json(run / "decision.json"),
    )


def _verdict(side: Side) -> dict[str, Any]:
    d, c = side.decision, side.config
    return {"run": str(side.path), "model": c.model, "seed": c.seed, "strategy": d["strategy"], "mode": d["mode"],
            "candidates": d["candidates"], "questions_needed": d["questions_needed"],
            "reaches_target": d["reaches_target"], "fit": d.get("fit"), "questions": len(side.examples)}  # fmt: skip


def _rejudged(first: Side, second: Side) -> dict[str, Any] | None:
    """The first run's replies judged by the second's targets, margin and limit; None where these are the same."""
    one, two = (_flat(s.config.dataset.model_dump()) for s in (first, second))
    if all(one[key] == two[key] for key in JUDGED):
        return None
    theirs = second.config.dataset
    own = first.config.dataset
    dataset = own.model_copy(update={
        "knowledge": own.knowledge.model_copy(update={"target": theirs.knowledge.target}),
        "style": own.style.model_copy(update={"target": theirs.style.target}),
        "retention": theirs.retention, "decision": theirs.decision,
    })  # fmt: skip
    _, decision = decide(first.scores, first.config.model_copy(update={"dataset": dataset}))
    return {"strategy": decision.strategy, "mode": decision.mode, "candidates": list(decision.candidates),
            "fit": decision.fit}  # fmt: skip


def _notes(first: Side, second: Side, found: Sequence[Change]) -> Iterator[ChangeNote]:
    """What a careful reader should know before taking a change for the setting's doing."""
    for axis in AXES:
        old, new = (sorted({s.metric for s in side.scores if s.axis == axis}) for side in (first, second))
        if old and new and old != new:
            yield ChangeNote("metric", (SettingChange(axis, ", ".join(old), ", ".join(new)),))
    if differing := tuple(_arithmetic(first, second)):
        yield ChangeNote("arithmetic", differing)
    tuned = tuple(dict.fromkeys(c.mode for c in found if MODES[c.mode].adapter and c.anew))
    if tuned and min(first.config.seeds, second.config.seeds) == 1:
        yield ChangeNote("trained_once", modes=tuned)
    changed = {key for key, _, _ in settings(first, second) if not key.startswith("environment.")} - {"dataset_path"}
    if len(changed) > 1:
        yield ChangeNote("settings", settings=len(changed))
    if not changed and any(c.anew for c in found):
        yield ChangeNote("unexplained")


def _arithmetic(first: Side, second: Side) -> Iterator[SettingChange]:
    """What of device, dtype, form of the weights and attention differs between two runs."""
    one, two = ({k: _kind(v) for k, v in s.environment.arithmetic.items()} for s in (first, second))
    for key in one:
        if key in two and one[key] != two[key]:
            yield SettingChange(key, one[key], two[key])


def _kind(value: Any) -> str:
    """A CPU is one whatever its number of threads."""
    return "cpu" if str(value).startswith("cpu") else str(value)
