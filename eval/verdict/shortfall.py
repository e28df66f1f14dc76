"""Why no better mode is there: what keeps a mode from its targets, each cause by its own evidence in the scores.

cut        replies ended at the length limit, and counted as right they could reach the targets
metric     many replies have no score, no answer where `knowledge.answer` looks, or one that only `match` finds
learning   an adapter did not learn
untried    a mechanism that could lift a missed axis was not run
unread     not even the oracle mode was handed a gold document
oracle     retrieval ran without the oracle mode, which would tell retrieval from reading
retrieval  the oracle mode is shown to know more than untuned RAG, by the margin or more
reading    the oracle mode is itself shown to miss the knowledge target, or a tuned mode already does better than it
form       style is missed, with the check that fails most
model      nothing of the above, or nothing of it that knowledge could be missed for
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.arms.modes import MODES
from eval.metrics.knowledge.answer import UNREAD
from eval.pipeline.run_config import RunConfig
from eval.records import Estimate, Score
from eval.strategies import STRATEGIES
from eval.verdict.decision import Step
from eval.verdict.evidence import Evidence
from eval.verdict.rule import strategy

MANY = 0.2
"""The share of a mode's replies from which a metric that cannot read them is named as a cause: one in five."""
SOME = 0.05
"""The share of replies, or of questions without a gold document, that is worth naming: one in twenty."""
RETRIEVAL = {s.name for s in STRATEGIES.values() if s.retrieves}
TUNING = {s.name for s in STRATEGIES.values() if s.tunes}
OF_KNOWLEDGE = ("cut", "metric", "unread", "oracle", "retrieval", "reading")


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

    @property
    def name(self) -> str:
        """The mode's name for people."""
        return label(self.mode)

    def of_axis(self, axis: str, mode: str) -> list[Score]:
        """All scores of a mode on an axis."""
        return [s for s in self.scores if s.axis == axis and s.mode == mode]


def share(value: float) -> str:
    """A share in per cent, with one decimal where it has one: 0.975 -> `97.5 %`; what is above 0 is never 0."""
    if 0 < value < 0.0005:
        return "under 0.1 %"
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def label(mode: str) -> str:
    """A mode's name for people."""
    return MODES[mode].label if mode in MODES else mode


def wanting(estimates: Mapping[str, Estimate], targets: Mapping[str, float]) -> str:
    """What is there of each axis whose target the mean does not reach: `knowledge 5 % where 90 % is wanted`."""
    return " and ".join(
        f"{axis} {share(estimates[axis].mean)} where {share(target)} is wanted"
        for axis, target in targets.items() if axis in estimates and estimates[axis].mean < target
    )  # fmt: skip


def shortfalls(case: Case) -> list[Step]:
    """Every cause that the evidence shows with its fix, most useful first; at least one."""
    knowledge = list(_knowledge(case))
    reading = [step for step in knowledge if step.cause == "reading"]
    steps = [*_cut(case), *_metric(case), *_learning(case), *_untried_retrieval(case)]
    steps += [step for step in knowledge if step not in reading]
    # An adapter learns to read passages and to keep a form, so it is tried before another model is.
    steps += [*_untried_tuning(case), *reading, *_form(case), *_untried_rest(case)]
    known = "knowledge" not in case.missed or any(step.cause in OF_KNOWLEDGE for step in steps)
    return steps if steps and known else [*steps, _model(case)]


def raise_limit(case: Case, modes: Sequence[str]) -> Step:
    """Give replies more room, with the share that was cut of each of these modes."""
    shares = ", ".join(f"{share(case.evidence.cut[m])} of {label(m)}" for m in modes)
    now = case.config.dataset.generation.max_new_tokens
    limit = f"generation.max_new_tokens in dataset.yaml{f' (now {now})' if now else ''}"
    text = f"Give replies more room: raise {limit} and run evaluate again; they were cut at the limit ({shares})."
    return Step("cut", text)


def _cut(case: Case) -> Iterator[Step]:
    """Named where the cut replies of a mode could be what it lacks."""
    cut = [m for m in case.evidence.modes if case.evidence.cut.get(m, 0.0) >= SOME]
    if cut and not all(other.falls_short(m) for other in case.evidence.complete.values() for m in cut):
        yield raise_limit(case, cut)


def _metric(case: Case) -> Iterator[Step]:
    """Knowledge scores that say more of the metric than of the replies."""
    primary = [s for s in case.of_axis("knowledge", case.mode) if s.primary]
    if "knowledge" not in case.missed or not primary:
        return
    without = Counter(s.reason for s in primary if s.value is None)
    if without.total() >= MANY * len(primary):
        part, (why, _) = share(without.total() / len(primary)), without.most_common(1)[0]
        yield Step("metric", f"See why {part} of {case.name}'s replies have no knowledge score (most often: {why}).")
    unread = sum(s.reason.startswith(UNREAD) for s in primary) / len(primary)
    if unread >= MANY:
        text = (
            f"Check knowledge.answer in dataset.yaml ({case.config.dataset.knowledge.answer}), which says where in a "
            f"reply the answer stands, or ask for that form in the instruction: in {share(unread)} of {case.name}'s "
            "replies it finds nothing, and the whole was judged."
        )
        yield Step("metric", text)
    yield from _other_metric(case, primary)


def _other_metric(case: Case, primary: Sequence[Score]) -> Iterator[Step]:
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
        text = (
            f"Read some of {case.name}'s replies, and see whether knowledge.metric in dataset.yaml fits them: {metric} "
            f"finds {share(found)} right, match {share(matched)} of the same ones."
        )
        yield Step("metric", text)


def _learning(case: Case) -> Iterator[Step]:
    for mode, seen in case.evidence.left_out.items():
        yield Step("learning", f"Train {label(mode)} again: {seen}.")


def _tried(case: Case) -> set[str]:
    """Strategies of which a mode ran, whatever became of it."""
    ran = (*case.evidence.modes, *case.evidence.forgot, *case.evidence.left_out, *case.evidence.too_risky)
    return {strategy(m) for m in ran}


def _untried_retrieval(case: Case) -> Iterator[Step]:
    if "knowledge" in case.missed and case.config.corpus and not _tried(case) & RETRIEVAL:
        text = (
            "answers are then looked up in your documents. See that those that hold the answers lie under corpus/, "
            f"and {_run_all(case)}."
        )
        yield Step("untried", f"Try retrieval, which did not run: {text}")


def _untried_tuning(case: Case) -> Iterator[Step]:
    if not _tried(case) & TUNING:
        how = _serve_tuned(case) if case.config.dataset.endpoint else _run_all(case)
        yield Step("untried", f"Try fine-tuning, which did not run: the model then learns from train.jsonl; {how}.")


def _run_all(case: Case) -> str:
    """How to run the modes that did not, as a clause."""
    return f"run `evaluate {shlex.quote(case.config.dataset_path)}` without --mode, which tries everything"


def _serve_tuned(case: Case) -> str:
    """The same of tuned modes where a server answers, which must have the tuned model under a name of its own."""
    return "tune it, serve it under a name of its own, and give that name by --ft-model or --hybrid-model"


def _untried_rest(case: Case) -> Iterator[Step]:
    tried = _tried(case)
    if tried & RETRIEVAL and tried & TUNING and not tried & RETRIEVAL & TUNING:
        how = _serve_tuned(case) if case.config.dataset.endpoint else _run_all(case)
        yield Step("untried", f"Try retrieval and fine-tuning together, which did not run: {how}.")
    if "prompt" not in tried:
        text = "Try a prompt alone, without documents or training, which did not run"
        yield Step("untried", f"{text}: {_run_all(case)}.")


def _knowledge(case: Case) -> Iterator[Step]:
    """Whether retrieval or reading keeps knowledge from its target, by the mode that is handed the gold passages."""
    means = case.evidence.estimates.get("knowledge", {})
    readers = [m for m in means if MODES[m].retrieves and m != "oracle"]
    if "knowledge" not in case.missed or not readers:
        return
    yield from _unread(case)
    untuned = [m for m in readers if not MODES[m].adapter]
    best = max(untuned, key=lambda m: means[m].mean, default=None)
    given = _given(case, case.mode if case.mode in readers else best or readers[0])
    if "oracle" not in means:
        text = "Find out whether the right passages are not found or not understood"
        how = "its mode oracle hands the model the passages that hold the answer"
        yield Step("oracle", f"{text}: {_run_all(case)}; {how}{given and f'; {given}'}.")
    elif MODES[case.mode].adapter and means[case.mode].mean >= means["oracle"].mean:
        # A tuned mode that reads better than the untuned oracle is not held back by what that one cannot read.
        text = (
            f"{case.name} answers {share(means[case.mode].mean)}, more than the untuned model with the right passages"
        )
        more = f" ({share(means['oracle'].mean)}){given and f'; {given}'}."
        yield Step("reading", f"Add rows to train.jsonl, or try a larger model: {text}{more}")
    else:
        yield from _ceiling(case, best, given)


def _ceiling(case: Case, best: str | None, given: str) -> Iterator[Step]:
    """What better retrieval could give at most, and what the model would still not get out of it."""
    means, target = case.evidence.estimates["knowledge"], case.evidence.targets["knowledge"]
    handed = f"the untuned model answers {share(means['oracle'].mean)} with the right passages"
    lift = case.evidence.lift("knowledge", best, "oracle") if best else None
    helps = lift is not None and lift.low > 0 and lift.difference >= case.config.dataset.decision.margin
    if helps and best and lift:
        gain = f"{100 * lift.difference:+.1f} points".replace(".0 ", " ")
        text = f"{handed}, {share(means[best].mean)} with those that {label(best)} finds ({gain})"
        how = f"choose its settings by `rag tune {shlex.quote(case.config.dataset_path)}`"
        yield Step("retrieval", f"Improve retrieval: {text}{given and f'; {given}'}; {how}.")
    if case.evidence.below_target("knowledge", "oracle"):
        text = f"Try a larger model (--model), or one that reads better: {handed}, and {share(target)} is wanted."
        yield Step("reading", text)
    elif not helps:
        text = f"{handed}, and it is not shown whether better retrieval would help"
        yield Step("reading", f"Read in the report what RAG is given and what it says: {text}{given and f'; {given}'}.")


def _given(case: Case, mode: str) -> str:
    """How much of the gold documents a mode was given; empty where that is not scored."""
    values = [s.value for s in case.of_axis("retrieval", mode) if s.metric == "recall" and s.value is not None]
    found = share(sum(values) / len(values)) if values else ""
    return f"{label(mode)} is given {found} of the documents that hold the answers" if values else ""


def _unread(case: Case) -> Iterator[Step]:
    """Gold documents that not even the oracle mode was handed: they are not in the index."""
    values = [s.value for s in case.of_axis("retrieval", "oracle") if s.metric == "recall" and s.value is not None]
    absent = sum(value == 0 for value in values)
    if absent and absent >= SOME * len(values):
        text = f"for {share(absent / len(values))} of the questions no document that holds the answer is in the index."
        yield Step("unread", f"Check that the whole corpus was read: {text}")


def _form(case: Case) -> Iterator[Step]:
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
    most = f", most often the check {worst} ({share(failed[worst] / asked[worst])})" if failed[worst] else ""
    text = (
        "say in the instruction what form is wanted, and see that style.checks ask for no more than you want; "
        f"{share(1 - case.evidence.estimates['style'][case.mode].mean)} of {case.name}'s replies fail{most}."
    )
    yield Step("form", f"{'Improve the form alone' if alone else 'Improve the form'}: {text}")


def _model(case: Case) -> Step:
    estimates = {axis: modes[case.mode] for axis, modes in case.evidence.estimates.items() if case.mode in modes}
    found = wanting(estimates, case.evidence.targets)
    return Step("model", f"Try a larger model (--model){f': {case.name} has {found}' if found else ''}.")
