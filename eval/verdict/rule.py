"""The verdict's rule: which candidate is enough, or what keeps that open. Pure logic over the evidence.

With m the margin, between candidates i and j on an axis:
  a lift over i is shown above 0  at 95 % where i is shown to reach its target on all axes but one, else at 97.5 %;
  j upgrades i  when i is shown below its target, the lift j - i is shown above 0 and estimated at m or more;
  j harms i     when it is shown lower than i, by an estimated m or more, and is not itself shown to reach the target;
  i is safe     from j when i is shown to reach the target, or the lift is shown below 2m, or j is shown to lose more
                than m on the other axis.
A candidate is beaten when another upgrades it on one axis and harms it on none. The verdict is the cheapest strategy
with an unbeaten candidate, provided that this one is safe from every candidate of another strategy, and is itself
shown higher than every candidate of a cheaper strategy on an axis where that one is shown below its target. Of fewer
than 20 independent groups (of one size, that would weigh as much) there is no verdict. Between two modes of one
strategy no margin is at stake, and the better stands for it. Where k unbeaten modes of a strategy are estimated to
fall short of the targets within m of each other, they share the level: each is to be shown safe at 97.5 % instead of
95 % where there are two, or the strategy would have two chances to err.

Where the verdict is asked for several times on growing data and the looks were planned, 95 % is what a look leaves of
it (`eval/stats/looks.py`), here as everywhere.

Where no mode was scored beside another there is nothing to compare, and no verdict.

Where the verdict is the prompt and every mode that could stand for it is shown to miss a target, the verdict is `none`:
nothing tried is good enough. Its mode is the one of all candidates whose means fall least short of the targets, the
cheapest of equals; where that one has a mechanism, it may be that it is not shown to miss a target. In the terms of
error it is the verdict for the prompt: that no mechanism is worth its cost.

A reply that was cut at the length limit counts as the metrics score it. Where counting the cut replies of one
candidate, or of all, as right gives another strategy, the verdict is `inconclusive`, whatever the intervals say.

A mode may lack the scores of its hardest questions. Where a candidate's missing scores, all wrong while those of the
others are right, or the other way round, give another strategy, the verdict is `inconclusive`, too.

A metric may favour short or long replies. Where it does so as far as it is known to (`eval/verdict/metric_bias.py`),
and another strategy follows at 90 or 94 %, the verdict is `inconclusive`, unless people's marks correct the metric.

Why it errs seldom: a verdict is materially inferior only if a candidate's safety was shown falsely, in one of three
ways (its target reached, the lift below 2m, a loss beyond m). It is needlessly complex only if a cheaper candidate
was falsely shown both below its target and below the verdict's (an intersection-union test, Berger, 1982) on some
axis: that is one chance to err for each axis on which the cheaper one is not shown to reach its target, so these
share the level. This covers a verdict that is named beforehand. The verdict is the best of several, which no level
here pays for; what that adds, and what the sharing leaves unused, is measured by `benchmarks/verdicts.py` and not
derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eval.arms.modes import MODES
from eval.records import Comparison
from eval.strategies import STRATEGIES
from eval.verdict.evidence import Evidence
from eval.verdict.metric_bias import bias_removed

FEWEST = 20
"""Independent groups of one size; with fewer there is no verdict: a convention, for few make intervals doubtful."""
ORDER = tuple(STRATEGIES)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule says, and between whom it was decided or stays open."""

    strategy: str
    mode: str | None
    candidates: tuple[str, ...]
    """Strategies still possible, cheapest first."""
    beaten: tuple[tuple[str, str], ...]
    """(beaten mode, mode that beats it most clearly), cheapest first."""
    open_between: tuple[Comparison, ...]
    """Lifts that are neither shown to matter nor shown not to."""
    prompt: str | None = None
    """Of `none`: the prompt mode over which no mechanism is shown to be worth its cost."""
    turned: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """Modes whose cut replies, counted as right, give another strategy -> that one. Not empty: this keeps it open."""
    as_scored: str | None = None
    """What the strategy would be by the scores as they stand, where cut replies or missing scores keep it open."""

    missing: tuple[str, ...] = ()
    """Modes whose missing scores, all wrong or all right, give another strategy. Not empty: this keeps it open."""

    bias_open: str = ""
    """`short` or `long`: favoured by the metric, such replies give another strategy. Not empty: this keeps it open."""

    @property
    def cut_open(self) -> tuple[str, ...]:
        """Modes whose cut replies keep the verdict open: those that do so alone, or for want of such all together."""
        alone = tuple(modes[0] for modes in self.turned if len(modes) == 1)
        return alone or max(self.turned, key=len, default=())


def apply_rule(evidence: Evidence, margin: float) -> Ruling:
    """Apply the rule to all candidates that have scores, and again with their cut replies counted as right."""
    ruling = _rule(evidence, margin)
    others = {modes: _rule(complete, margin) for modes, complete in evidence.complete.items()}
    turned = {modes: other for modes, other in others.items() if other.strategy != ruling.strategy}
    if not turned:
        return _with_missing(evidence, ruling, margin)
    opened = _opened(ruling, turned.values())
    return replace(opened, turned={modes: other.strategy for modes, other in turned.items()})


def _with_missing(evidence: Evidence, ruling: Ruling, margin: float) -> Ruling:
    """The ruling, or an open one where missing scores could turn it."""
    if ruling.strategy == "inconclusive":
        return ruling
    others = {key: _rule(other, margin) for key, other in evidence.bounds.items()}
    turning = {key: other for key, other in others.items() if other.strategy != ruling.strategy}
    if not turning:
        return _with_metric_bias(evidence, ruling, margin)
    return replace(_opened(ruling, turning.values()), missing=tuple(dict.fromkeys(mode for mode, _ in turning)))


def _with_metric_bias(evidence: Evidence, ruling: Ruling, margin: float) -> Ruling:
    """The ruling, or an open one where what the metric is known to favour could turn it."""
    for kind, shifts in evidence.bias_shifts.items():
        other = _rule(bias_removed(evidence, shifts), margin)
        if other.strategy != ruling.strategy:
            return replace(_opened(ruling, [other]), bias_open=kind)
    return ruling


def _opened(ruling: Ruling, others: Iterable[Ruling]) -> Ruling:
    """The ruling as an open one between all that it and the others leave possible."""
    possible = [s for r in (ruling, *others) for s in (r.candidates or ("prompt",))]
    return replace(
        ruling, strategy="inconclusive", mode=None, candidates=tuple(s for s in ORDER if s in possible), prompt=None,
        as_scored=ruling.strategy,
    )  # fmt: skip


def _rule(evidence: Evidence, margin: float) -> Ruling:
    beaten = tuple(b for i in evidence.modes if (b := _beaten(evidence, i, margin)))
    losers = {b[0] for b in beaten}
    left = [m for m in evidence.modes if m not in losers]
    if not evidence.estimates or not left:
        return Ruling("inconclusive", None, _strategies(left or evidence.modes), beaten, ())
    pairs = compared(evidence)
    if not pairs or any(independent(c) < FEWEST for c in pairs):
        return Ruling("inconclusive", None, _strategies(evidence.modes), beaten, ())
    first = _strategies(left)[0]
    mine = [m for m in left if strategy(m) == first]
    alike = _alike(evidence, mine, margin)
    open_lifts = {m: [*_threats(evidence, m, alike, margin), *_unproven(evidence, m)] for m in mine}
    safe = [m for m in mine if not open_lifts[m]]
    if safe:
        # Of two that could stand, one that is not shown to miss a target stands before one that is.
        hopeful = [m for m in safe if not evidence.falls_short(m)]
        if first == "prompt" and not hopeful:
            return Ruling("none", _better(evidence, evidence.modes), (), beaten, (), _better(evidence, safe))
        return Ruling(first, _better(evidence, hopeful or safe), (first,), beaten, ())
    stands = _better(evidence, mine)
    still = _strategies([stands, *(mode for c in open_lifts[stands] for mode in (c.control, c.treatment))])
    return Ruling("inconclusive", None, still, beaten, tuple(open_lifts[stands]))


def compared(evidence: Evidence) -> list[Comparison]:
    """Every pair of modes on every axis that has a target."""
    return [c for c in evidence.comparisons() if c.axis in evidence.targets]


def independent(c: Comparison) -> float:
    """How many independent groups a comparison rests on: those of one size that would weigh as much."""
    return c.groups if c.effective_groups is None else c.effective_groups


def strategy(mode: str) -> str:
    """The strategy that a mode stands for."""
    return MODES[mode].strategy or "inconclusive"


def _upgrades(evidence: Evidence, axis: str, i: str, j: str, margin: float) -> bool:
    """Whether j upgrades i on an axis on which i is shown below its target."""
    return evidence.lift(axis, i, j).difference >= _at_stake(i, j, margin) and lifted(evidence, axis, i, j)


def lifted(evidence: Evidence, axis: str, i: str, j: str) -> bool:
    """Whether j is shown higher than i, at a level that the axes share on which i is not shown to reach its target."""
    return evidence.lift_at_least(axis, i, j, max(1, evidence.missed_axes(i))) > 0


def _harms(evidence: Evidence, i: str, j: str, margin: float) -> bool:
    """Whether j harms i on any axis."""
    for axis in evidence.targets:
        lift = evidence.lift(axis, i, j)
        if lift.high < 0 and -lift.difference >= _at_stake(i, j, margin) and not evidence.at_target(axis, j):
            return True
    return False


def _beaten(evidence: Evidence, i: str, margin: float) -> tuple[str, str] | None:
    """(i, the mode that beats it most clearly), or None."""
    missed = [axis for axis in evidence.targets if evidence.below_target(axis, i)]
    found = [
        (evidence.lift(axis, i, j).difference, j)
        for j in evidence.modes if j != i
        for axis in missed if _upgrades(evidence, axis, i, j, margin) and not _harms(evidence, i, j, margin)
    ]  # fmt: skip
    return (i, max(found)[1]) if found else None


def _threats(evidence: Evidence, i: str, alike: int, margin: float) -> Iterator[Comparison]:
    """Lifts that i is not safe from, by candidates of other strategies; `alike` modes may stand for its own."""
    for j in evidence.modes:
        if strategy(j) == strategy(i):
            continue
        for axis in evidence.targets:
            lift = evidence.lift(axis, i, j)
            loses = any(evidence.lift(a, i, j).high < -margin for a in evidence.targets if a != axis)
            top = evidence.lift_at_most(axis, i, j, alike)
            if top >= 2 * margin and not loses and not evidence.at_target(axis, i):
                yield lift


def _unproven(evidence: Evidence, j: str) -> Iterator[Comparison]:
    """j's lifts over candidates of cheaper strategies, on the axis where they come nearest to being needed."""
    for i in evidence.modes:
        if ORDER.index(strategy(i)) >= ORDER.index(strategy(j)):
            continue
        lifts = [evidence.lift(axis, i, j) for axis in evidence.targets]
        if not any(evidence.below_target(c.axis, i) and lifted(evidence, c.axis, i, j) for c in lifts):
            yield max(lifts, key=lambda c: c.low)


def _alike(evidence: Evidence, modes: list[str], margin: float) -> int:
    """How many modes of one strategy have about equal chances to stand for it: shortfalls within the margin."""
    least = min(evidence.shortfall(m) for m in modes)
    return sum(evidence.shortfall(m) < least + margin for m in modes)


def _better(evidence: Evidence, modes: Sequence[str]) -> str:
    """The mode with the least shortfall from the targets; the cheaper of equals."""
    return min(modes, key=lambda m: (round(evidence.shortfall(m), 9), evidence.modes.index(m)))


def _at_stake(i: str, j: str, margin: float) -> float:
    return 0.0 if strategy(i) == strategy(j) else margin


def _strategies(modes: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(s for s in ORDER if any(strategy(m) == s for m in modes))
