"""What a run has to do, as steps to show, before it does them; what is there already is marked as reused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eval.arms.modes import MODES, Adapter
from eval.pipeline.adapter_outcomes import failure, to_answer
from eval.retention.forgetting import read_rows, scored_modes
from eval.terminal.observers import State, Step

if TYPE_CHECKING:
    from eval.pipeline.plan import Plan
    from eval.retention.tasks import Battery

CHECK, LOAD, INDEX, JUDGE, KEEP = "checking the data", "loading the model", "indexing", "judging", "retention"
SCORE, DECIDE, REPORT = "scoring", "deciding", "writing the report"


def heading(plan: Plan, modes: Sequence[str]) -> str:
    """On what the run works, in a line."""
    model = plan.config.model.rstrip("/").rpartition("/")[2]
    return f"{plan.dataset.config.name}: {len(plan.examples)} questions, {len(modes)} modes, {model}"


def planned(plan: Plan, modes: Sequence[str], battery: Battery | None, *, judged: bool) -> list[Step]:
    """All steps of a run in the order in which they come."""
    todo = to_answer(plan, modes)
    tuned = scored_modes([m for m in modes if not failure(plan, 0, m)]) if battery else []
    kept = [m for m in tuned if battery and read_rows(plan.folder, m, plan.identity, battery) is not None]
    steps = [Step(CHECK)]
    if any(MODES[m].retrieves for m in modes):
        asked = any(MODES[m].retrieves for _, m in todo)
        steps.append(Step(INDEX, None, " documents", _reused(not asked)))
    if todo or len(kept) < len(tuned):
        steps.append(Step(LOAD))
    steps += _answering(plan, modes, todo)
    if tuned:
        steps.append(Step(KEEP, len(tuned), " models", _reused(len(kept) == len(tuned))))
    if judged:
        steps.append(Step(JUDGE, None, " judgements"))
    return [*steps, Step(SCORE), Step(DECIDE), Step(REPORT)]


def training(plan: Plan, adapters: Sequence[str]) -> tuple[str, list[Step]]:
    """Heading and steps of training alone."""
    model = plan.config.model.rstrip("/").rpartition("/")[2]
    steps = [_training(plan, 0, "ft" if name == "ft" else "hybrid") for name in adapters]
    needed = [s for s in steps if s.state != "reused"]
    before = [Step(INDEX, None, " documents")] if any("hybrid" in s.label for s in needed) else []
    return f"{plan.dataset.config.name}: adapters of {model}", [*([Step(LOAD)] if needed else []), *before, *steps]


def _training(plan: Plan, k: int, adapter: Adapter, *, needed: bool = True) -> Step:
    from finetune.adapter import is_complete

    seed = f", seed {k + 1}" if plan.repeats else ""
    there = is_complete(plan.folder / "adapters" / f"{adapter}-{plan.seeded(k)[1].adapter(adapter)}")
    label = f"training {adapter}"
    return Step(label, None, " steps", _reused(there or not needed), title=label + seed)


def _answering(plan: Plan, modes: Sequence[str], todo: Sequence[tuple[int, str]]) -> Iterator[Step]:
    """Each mode's answers, after the training of its adapter."""
    for k, mode in plan.answers(modes):
        adapter, wanted = MODES[mode].adapter, (k, mode) in todo
        if adapter:
            yield _training(plan, k, adapter, needed=wanted)
        title = f"answering {mode}" + (f", seed {k + 1}" if plan.repeats and adapter else "")
        yield Step(f"answering: {mode}", len(plan.examples), " questions", _reused(not wanted), title=title)


def _reused(there: bool) -> State:
    return "reused" if there else "waiting"
