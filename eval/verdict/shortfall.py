"""Why no better mode is there: what keeps a mode from its targets, each cause by its own evidence in the scores.

cut        replies ended at the length limit, and counted as right they could reach the targets
metric     many replies have no score, no answer where `knowledge.answer` looks, or one that only `match` finds
learning   an adapter did not learn
untried    a mechanism that could lift a missed axis was not run
unread     not even the oracle mode was handed a gold document
unstated   the oracle mode is wrong, and no passage of the gold documents states an accepted answer
oracle     retrieval ran without the oracle mode, which would tell retrieval from reading
retrieval  the oracle mode is shown to know more than untuned RAG, by the margin or more
reading    the oracle mode is itself shown to miss the knowledge target, or a tuned mode already does better than it
form       style is missed, with the check that fails most
model      nothing of the above, or nothing of it that knowledge could be missed for
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.arms.modes import MODES
from eval.metrics.knowledge.answer import UNREAD
from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.strategies import STRATEGIES
from eval.verdict.evidence import Evidence
from eval.verdict.rule import strategy

MANY = 0.2
"""The share of a mode's replies from which a metric that cannot read them is named as a cause: one in five."""
SOME = 0.05
"""The share of replies, or of questions without a gold document, that is worth naming: one in twenty."""
STATED, WRONG = "answer_stated", 0.5
"""The metric that says whether a passage states an answer; the knowledge of a reply below which it is wrong."""
RETRIEVAL = {s.name for s in STRATEGIES.values() if s.retrieves}
TUNING = {s.name for s in STRATEGIES.values() if s.tunes}
OF_KNOWLEDGE = ("cut", "metric", "unread", "unstated", "oracle", "retrieval", "reading")


Given = tuple[str, float] | None
"""A mode, and how much of the gold documents it was given."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do next, as a code and figures; `reports/wording/step_texts.py` puts it into words."""

    cause: str
    """What it answers to: the `cause` of a `Step`."""
    code: str
    """Which sentence says it."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Modes, figures and settings that the sentence names."""


@dataclass(frozen=True, slots=True)
class Case:
    """A mode whose targets are in question, and what is known of it."""

    evidence: Evidence
    scores: Sequence[Score]
    config: RunConfig
    mode: str
    missed: tuple[str, ...]
    """Axes whose target it is shown to miss; where it is shown to miss none, those that it is not shown to reach."""

    @classmethod
    def of(cls, evidence: Evidence, scores: Sequence[Score], config: RunConfig, mode: str) -> Case:
        """The case of one mode."""
        below = tuple(a for a in evidence.targets if evidence.below_target(a, mode))
        doubtful = tuple(a for a in evidence.targets if not evidence.at_target(a, mode))
        return cls(evidence, scores, config, mode, below or doubtful)

    def of_axis(self, axis: str, mode: str) -> list[Score]:
        """All scores of a mode on an axis."""
        return [s for s in self.scores if s.axis == axis and s.mode == mode]


def shortfalls(case: Case) -> list[Action]:
    """Every cause that the evidence shows with its fix, most useful first; at least one."""
    knowledge = list(_knowledge(case))
    reading = [step for step in knowledge if step.cause == "reading"]
    steps = [*_cut(case), *_metric(case), *_learning(case), *_untried_retrieval(case)]
    steps += [step for step in knowledge if step not in reading]
    # An adapter learns to read passages and to keep a form, so it is tried before another model is.
    steps += [*_untried_tuning(case), *reading, *_form(case), *_untried_rest(case)]
    known = "knowledge" not in case.missed or any(step.cause in OF_KNOWLEDGE for step in steps)
    return steps if steps and known else [*steps, _model(case)]


def raise_limit(case: Case, modes: Sequence[str]) -> Action:
    """Give replies more room, with the share that was cut of each of these modes."""
    now = case.config.dataset.generation.max_new_tokens
    return Action("cut", "raise_limit", {"cut": {m: case.evidence.cut[m] for m in modes}, "now": now})


def _cut(case: Case) -> Iterator[Action]:
    """Named where the cut replies of a mode could be what it lacks."""
    cut = [m for m in case.evidence.modes if case.evidence.cut.get(m, 0.0) >= SOME]
    if cut and not all(other.falls_short(m) for other in case.evidence.complete.values() for m in cut):
        yield raise_limit(case, cut)


def _metric(case: Case) -> Iterator[Action]:
    """Knowledge scores that say more of the metric than of the replies."""
    primary = [s for s in case.of_axis("knowledge", case.mode) if s.primary]
    if "knowledge" not in case.missed or not primary:
        return
    without = Counter(s.reason for s in primary if s.value is None)
    if without.total() >= MANY * len(primary):
        why, _ = without.most_common(1)[0]
        yield Action("metric", "no_scores", {"mode": case.mode, "part": without.total() / len(primary), "why": why})
    unread = sum(s.reason.startswith(UNREAD) for s in primary) / len(primary)
    if unread >= MANY:
        form = case.config.dataset.knowledge.answer
        yield Action("metric", "answer_not_found", {"mode": case.mode, "part": unread, "form": form})
    yield from _other_metric(case, primary)


def _other_metric(case: Case, primary: Sequence[Score]) -> Iterator[Action]:
    """Where `match` finds far more of the same replies right than a metric that compares more narrowly."""
    metric = case.config.dataset.knowledge.metric
    if metric not in ("exact", "f1", "number", "choice", "contains"):
        return
    own = {(s.example_id, s.seed): s.value for s in primary if s.value is not None}
    scores = case.of_axis("knowledge", case.mode)
    match = {(s.example_id, s.seed): s.value for s in scores if s.metric == "match" and s.value is not None}
    both = own.keys() & match.keys()
    if not both:
        return
    found, matched = (sum(values[key] for key in both) / len(both) for values in (own, match))
    if matched - found >= 2 * case.config.dataset.decision.margin:
        facts = {"mode": case.mode, "metric": metric, "found": found, "matched": matched}
        yield Action("metric", "narrow_metric", facts)


def _learning(case: Case) -> Iterator[Action]:
    for mode, seen in case.evidence.left_out.items():
        yield Action("learning", "train_again", {"mode": mode, "seen": seen})


def _tried(case: Case) -> set[str]:
    """Strategies of which a mode ran, whatever became of it."""
    ran = (*case.evidence.modes, *case.evidence.forgot, *case.evidence.left_out, *case.evidence.too_risky)
    return {strategy(m) for m in ran}


def _untried_retrieval(case: Case) -> Iterator[Action]:
    if "knowledge" in case.missed and case.config.corpus and not _tried(case) & RETRIEVAL:
        yield Action("untried", "try_retrieval", {"dataset": case.config.dataset_path})


def _untried_tuning(case: Case) -> Iterator[Action]:
    if not _tried(case) & TUNING:
        yield Action("untried", "try_tuning", _how_tuned(case))


def _how_tuned(case: Case) -> dict[str, Any]:
    """What decides how modes that are tuned are run."""
    return {"dataset": case.config.dataset_path, "served": case.config.dataset.endpoint is not None}


def _untried_rest(case: Case) -> Iterator[Action]:
    tried = _tried(case)
    if tried & RETRIEVAL and tried & TUNING and not tried & RETRIEVAL & TUNING:
        yield Action("untried", "try_both", _how_tuned(case))
    if "prompt" not in tried:
        yield Action("untried", "try_prompts", {"dataset": case.config.dataset_path})


def _knowledge(case: Case) -> Iterator[Action]:
    """Whether retrieval or reading keeps knowledge from its target, by the mode that is handed the gold passages."""
    means = case.evidence.estimates.get("knowledge", {})
    readers = [m for m in means if MODES[m].retrieves and m != "oracle"]
    if "knowledge" not in case.missed or not readers:
        return
    yield from _unread(case)
    if (part := _unstated(case)) >= MANY:
        yield Action("unstated", "state_answers", {"part": part})
    untuned = [m for m in readers if not MODES[m].adapter]
    best = max(untuned, key=lambda m: means[m].mean, default=None)
    given = _given(case, case.mode if case.mode in readers else best or readers[0])
    if "oracle" not in means:
        yield Action("oracle", "run_oracle", {"dataset": case.config.dataset_path, "given": given})
    elif MODES[case.mode].adapter and means[case.mode].mean >= means["oracle"].mean:
        # A tuned mode that reads better than the untuned oracle is not held back by what that one cannot read.
        facts = {"mode": case.mode, "own": means[case.mode].mean, "oracle": means["oracle"].mean, "given": given}
        yield Action("reading", "beats_oracle", facts)
    else:
        yield from _ceiling(case, best, given)


def _ceiling(case: Case, best: str | None, given: Given) -> Iterator[Action]:
    """What better retrieval could give at most, and what the model would still not get out of it."""
    means, target = case.evidence.estimates["knowledge"], case.evidence.targets["knowledge"]
    oracle = means["oracle"].mean
    lift = case.evidence.lift("knowledge", best, "oracle") if best else None
    helps = lift is not None and lift.low > 0 and lift.difference >= case.config.dataset.decision.margin
    if helps and best and lift:
        facts = {"oracle": oracle, "mode": best, "own": means[best].mean, "gain": lift.difference, "given": given,
                 "dataset": case.config.dataset_path}  # fmt: skip
        yield Action("retrieval", "improve_retrieval", facts)
    if case.evidence.below_target("knowledge", "oracle"):
        if oracle + _unstated(case) < target:
            yield Action("reading", "reads_too_little", {"oracle": oracle, "target": target})
    elif not helps:
        yield Action("reading", "look_at_reading", {"oracle": oracle, "given": given})


def _given(case: Case, mode: str) -> Given:
    """How much of the gold documents a mode was given; None where that is not scored."""
    values = [s.value for s in case.of_axis("retrieval", mode) if s.metric == "recall" and s.value is not None]
    return (mode, sum(values) / len(values)) if values else None


def _unread(case: Case) -> Iterator[Action]:
    """Gold documents that not even the oracle mode was handed: they are not in the index."""
    values = [s.value for s in case.of_axis("retrieval", "oracle") if s.metric == "recall" and s.value is not None]
    absent = sum(value == 0 for value in values)
    if absent and absent >= SOME * len(values):
        yield Action("unread", "read_corpus", {"part": absent / len(values)})


def _unstated(case: Case) -> float:
    """The share of questions that the oracle mode has wrong with passages none of which states an accepted answer."""
    given = [s for s in case.of_axis("retrieval", "oracle") if s.metric == STATED]
    silent = {(s.example_id, s.seed) for s in given if s.value == 0}
    scores = [s for s in case.of_axis("knowledge", "oracle") if s.primary]
    own = {(s.example_id, s.seed): s.value for s in scores if s.value is not None}
    return sum(value < WRONG and key in silent for key, value in own.items()) / len(own) if own else 0.0


def _form(case: Case) -> Iterator[Action]:
    """The style target, with the check that fails most often."""
    if "style" not in case.missed:
        return
    alone = all(case.evidence.at_target(a, case.mode) for a in case.evidence.targets if a != "style")
    failed, asked = Counter[str](), Counter[str]()
    for s in case.of_axis("style", case.mode):
        if not s.primary and s.value is not None:
            asked[s.metric] += 1
            failed[s.metric] += s.value < 0.5
    worst = max(asked, key=lambda name: failed[name] / asked[name], default="")
    check = (worst, failed[worst] / asked[worst]) if failed[worst] else None
    part = 1 - case.evidence.estimates["style"][case.mode].mean
    yield Action("form", "improve_form", {"mode": case.mode, "alone": alone, "part": part, "check": check})


def _model(case: Case) -> Action:
    estimates = {axis: modes[case.mode] for axis, modes in case.evidence.estimates.items() if case.mode in modes}
    facts = {"mode": case.mode, "estimates": estimates, "targets": case.evidence.targets}
    return Action("model", "larger_model", facts)
