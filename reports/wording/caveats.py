"""What a careful reader should know before acting on a verdict, and what its sentence warns of."""

from __future__ import annotations

from collections.abc import Iterator

from eval.arms.modes import MODES
from eval.pipeline.run_config import RunConfig
from eval.strategies import STRATEGIES
from eval.verdict.doubts import DEVIATIONS, items_to_tell, trained_once, turning_deviation, turning_favour
from eval.verdict.evidence import Evidence
from eval.verdict.metric_bias import METRIC_BIASES
from eval.verdict.rule import Ruling, strategy
from reports.wording.phrases import figures, label, listed, share

FEW = 100
"""Questions below which a caveat names their number."""


def warnings(ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """What stands in the verdict's sentence, for with it the verdict errs more often than is said of one."""
    had = config.looks
    if ruling.mode is not None and had.earlier and had.this > had.planned:
        yield (
            f"It is verdict number {had.this} on these data (after {listed(had.earlier)} questions), and whoever stops "
            "at the first one given errs more often; --looks shares the error."
        )


def caveats(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """What a careful reader should know before acting on the verdict."""
    for axis in ("knowledge", "style"):
        if axis not in evidence.targets:
            yield f"The {axis} axis was not scored; the verdict rests on the other alone."
    tried = {MODES[m].strategy for m in (*evidence.modes, *evidence.forgot, *evidence.too_risky)}
    for mode, seen in evidence.left_out.items():
        yield f"{label(mode)} is left out, its adapter did not learn: {seen}."
    for mode, (lost, seeds, seen) in evidence.dropped_seeds.items():
        yield f"{lost} of the {seeds} trainings of {label(mode)} did not learn and are left out of its figures: {seen}."
    missing = [s for s in STRATEGIES.values() if s.name not in tried and (config.corpus or not s.retrieves)]
    if missing:
        yield f"Not tried, so not ruled out: {', '.join(s.mechanism for s in missing)}."
    if any(evidence.cut.values()):
        shares = ", ".join(f"{label(mode)} {share(cut)}" for mode, cut in evidence.cut.items() if cut)
        holds = "" if ruling.turned else "; were all of them right, the verdict would be the same"
        yield f"Replies that the length limit cut are scored as they are: {shares}{holds}."
    smallest = min((e.n for modes in evidence.estimates.values() for e in modes.values()), default=0)
    if smallest < FEW:
        yield f"Only {smallest} questions on an axis; below {FEW}, intervals are wide."
    if config.limit:
        yield f"Run with --limit {config.limit}; the full test split decides more."
    dropped = sum(c.dropped for c in evidence.comparisons())
    if dropped:
        holds = "; whatever they are, the verdict would be the same" if ruling.mode and evidence.missing else ""
        yield f"{dropped} paired scores were dropped because one side has none{holds}."
    yield from _looks(config)
    yield from _server(config)
    yield from _metric(evidence, ruling, config)
    yield from _retention(evidence, config)
    yield from _seeds(evidence, ruling, config)
    if ruling.mode:
        for axis, target in evidence.targets.items():
            e = evidence.estimates[axis][ruling.mode]
            if evidence.below_target(axis, ruling.mode):
                yield f"The {axis} target of {target:g} is missed ({e.mean:.2f})."
            elif e.low < target:
                yield f"The {axis} target of {target:g} is not shown to be reached ({e.mean:.2f})."


def _looks(config: RunConfig) -> Iterator[str]:
    """Which look this is of those that share the error, and what that does to the intervals."""
    had = config.looks
    if had.planned > 1:
        earlier = f", after {listed(had.earlier)} questions" if had.earlier else ""
        yield (
            f"This is look {had.this} of {had.planned}{earlier}: intervals are made at "
            f"{100 * (1 - config.error):.2f} %, so that they hold at 95 % for all looks together ({had.spending})."
        )


def _server(config: RunConfig) -> Iterator[str]:
    """Of a served model: that it replies otherwise when it is asked again."""
    if config.dataset.endpoint is not None and config.unsteady:
        yield (
            f"Asked again, the server gave another reply to {100 * config.unsteady:.0f} % of prompts; the intervals "
            "are wider for it."
        )


def _metric(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """That marks correct the figures; or by how much the metric would have to favour the winner for another verdict."""
    for axis, marked in evidence.corrected.items():
        yield f"The {axis} figures are corrected by people's marks of {marked} questions."
    points = turning_favour(evidence, ruling, config.dataset.decision.margin)
    if points is None or ruling.mode is None:
        return
    name = config.dataset.knowledge.metric
    bias = 100 * max(METRIC_BIASES.get(name) or (0.0,))
    known = f" (against people, its biases on five systems differ by up to {bias:.2g})" if bias else ""
    yield (
        f"Were {name} to favour {STRATEGIES[strategy(ruling.mode)].short} by {100 * points:.0f} points{known}, the "
        "verdict would be another. Nobody has marked replies: 100 questions in `report RUN --label` correct it."
    )


def _retention(evidence: Evidence, config: RunConfig) -> Iterator[str]:
    """Of tuned modes that may or may not forget more than the limit: the figures, and how many items would tell."""
    limit = config.dataset.retention.limit
    served = [m for m in evidence.modes if MODES[m].adapter] if config.dataset.endpoint else []
    if served and not evidence.retention:
        named = ", ".join(map(label, served))
        yield f"What tuning made the model forget was not measured: {named} answered behind an address."
    for mode, change in evidence.retention_open.items():
        if mode in evidence.modes:
            said = f"{figures(change)}; {_items(items_to_tell(change, limit))}"
            yield f"Whether {label(mode)} forgets more than the limit of {limit:g} is open: {said}."


def _items(number: int | None) -> str:
    at_limit = "it lies at the limit, and no number of items will tell"
    return at_limit if number is None else f"about {number} items would tell"


def _seeds(evidence: Evidence, ruling: Ruling, config: RunConfig) -> Iterator[str]:
    """Of tuned modes that were trained once: what is assumed of other seeds, and what would turn the verdict."""
    tuned = trained_once(evidence)
    if not tuned or ruling.mode is None:
        return
    names, assumed = " and ".join(map(label, dict.fromkeys(tuned))), config.dataset.decision.seed_deviation
    turning = turning_deviation(evidence, ruling, config)
    stands = (
        f"were it {100 * turning:.0f}, the verdict would be open" if turning
        else f"the verdict stands up to {100 * DEVIATIONS[-1]:.0f}"
    )  # fmt: skip
    yield (
        f"{names} {'were' if len(set(tuned)) > 1 else 'was'} trained with one seed: the intervals assume that another "
        f"moves one half by {100 * assumed:.2g} points (standard deviation); {stands}. --seeds 3 measures it."
    )
