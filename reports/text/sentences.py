"""The verdict, how sure it is and what to do next, in plain sentences that page and Markdown share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from eval.arms.modes import MODES
from eval.records import Estimate
from eval.strategies import STRATEGIES
from eval.verdict.decision import Decision
from reports.language.language import translate
from reports.run_folder import Run, label
from reports.sections.placement import Lift, Placement
from reports.sections.summary import axes, groups, not_run
from reports.wording.phrases import called

NBSP = "\u00a0"
CI = f"95{NBSP}% interval"

UNTRIED = {
    ("prompt", True, False): "Stay with the prompt rather than fine-tune",
    ("prompt", False, True): "Stay with the prompt rather than retrieve",
    ("prompt", True, True): "Only prompts could be compared",
    ("rag", False, True): "Use retrieval (RAG) rather than a prompt alone",
    ("ft", True, False): "Fine-tune rather than rely on a prompt alone",
}
"""(strategy, retrieval untried, tuning untried) -> the verdict of a run that leaves a mechanism out."""

FIRST = {
    "questions": "test on more questions",
    "cut": "give the replies more room",
    "metric": "see whether the metric can read the replies",
    "learning": "train again what did not learn",
    "untried": "try what was not run yet",
    "unread": "see that the whole corpus is read",
    "unstated": "add documents that state the answers",
    "oracle": "find out whether retrieval or reading fails",
    "retrieval": "improve retrieval first",
    "reading": "the model does not get enough out of its passages",
    "form": "work on the form",
    "risk": "have it refuse what it does not know",
    "model": "try a larger model",
}
"""The cause of the first step -> what it comes to, in a headline."""

AXES = {"knowledge": "Knowledge", "style": "Style", "retrieval": "Retrieval", "abstention": "Abstention"}
QUESTIONS = {"knowledge": "is the content right?", "style": "is it said as wanted?"}


def percent(value: float, digits: int = 1) -> str:
    """A share in per cent without trailing zeros: 0.975 -> `97.5 %`."""
    return f"{_number(100 * value, digits)}{NBSP}%"


def column(value: float) -> str:
    """A share in per cent as it stands in a column: always one decimal."""
    return f"{100 * value:.1f}{NBSP}%"


def points(value: float) -> str:
    """A difference in percentage points with its sign: 0.05 -> `+5`."""
    return _signed(_number(100 * value, 1))


def column_points(value: float) -> str:
    """A difference as it stands in a column: with its sign and always one decimal."""
    return _signed(f"{100 * value:.1f}")


def _signed(text: str) -> str:
    if float(text) == 0:
        return text.lstrip("-")
    return f"−{text[1:]}" if text.startswith("-") else f"+{text}"


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def interval(estimate: Estimate) -> str:
    """The mean in per cent with its 95 % interval and n."""
    low, high = _number(100 * estimate.low, 1), _number(100 * estimate.high, 1)
    return f"{percent(estimate.mean)} ({CI} {low} to {high}, n{NBSP}={NBSP}{estimate.n})"


def counted(ns: Iterable[int]) -> str:
    """`n = 208`, or `n = 182 to 208` where modes differ; empty without any."""
    found = sorted(set(ns))
    if not found:
        return ""
    return f"n = {found[0]}" if len(found) == 1 else f"n = {found[0]} to {found[-1]}"


def headline(run: Run) -> str:
    """The verdict in one plain sentence, and the stamp of unreviewed questions behind it."""
    return f"{_headline(run)} {run.decision.stamp}".strip()


FIRST_RETRIEVER = "RAG, with a better retriever first"
RETRIEVER = f"it could be {FIRST_RETRIEVER}"
"""What a headline says where better retrieval could turn the verdict."""


def _headline(run: Run) -> str:
    decision = run.decision
    said = _verdict(run)
    if decision.retriever and decision.strategy == "rag" and decision.falls_short:
        return f"{FIRST_RETRIEVER}; as it is, it is not good enough yet."
    if decision.retriever is None or said.endswith(f": {RETRIEVER}."):
        return said
    return f"{said.removesuffix('.')}; {RETRIEVER}."


def _verdict(run: Run) -> str:
    decision = run.decision
    if decision.strategy == "inconclusive":
        return _undecided(run)
    if decision.strategy == "none" or (decision.strategy, decision.fit) == ("prompt", "no"):
        first = RETRIEVER if decision.retriever else FIRST.get(decision.next[0].cause, "") if decision.next else ""
        sure = "" if decision.fit == "no" else " to rely on"
        return f"Nothing tried is good enough{sure}{first and f': {first}'}."
    if decision.falls_short:
        return f"Best of what was tried, not good enough yet: {STRATEGIES[decision.strategy].alone}{_aside(run)}."
    doubt = "" if decision.fit == "yes" else "; that it is good enough is not shown"
    return f"{_settled(run)}{doubt}."


def _settled(run: Run) -> str:
    """What to use, and which mechanism the run says nothing about."""
    said = UNTRIED.get((run.decision.strategy, *_untried(run)), STRATEGIES[run.decision.strategy].verdict)
    return said + _aside(run)


def _untried(run: Run) -> tuple[bool, bool]:
    """Whether the run says nothing about retrieval, and about tuning; a mode that did not learn says nothing."""
    tried = [m for name in run.modes if (m := MODES.get(name)) and m.strategy and name not in run.decision.left_out]
    return not any(m.retrieves for m in tried), not any(m.adapter for m in tried)


def _aside(run: Run) -> str:
    """The mechanisms that the run says nothing about, at the end of a sentence."""
    retrieval, tuning = _untried(run)
    said = ["retrieval was not tried"] if retrieval and run.config.corpus else []
    if tuning:
        lost = bool(run.decision.left_out)
        said.append("fine-tuning did not learn, and is not ruled out" if lost else "fine-tuning was not tried")
    return "".join(f"; {words}" for words in said)


def _undecided(run: Run) -> str:
    decision = run.decision
    if decision.cut_open:
        return "Not settled: replies were cut at the length limit, and might have been right."
    left = decision.candidates
    if not left:
        return "Not settled yet: these questions do not tell the strategies apart."
    short = "; nothing is good enough so far" if decision.fit == "no" else ""
    if len(left) == 1:
        return f"Not settled yet: only {called(left[0])} is left, and these questions do not confirm it{short}."
    is_ = " is still possible" if len(left) == len(STRATEGIES) else ""
    return f"Not settled yet: {possible(left)}{is_}{short}."


def possible(strategies: Sequence[str]) -> str:
    """The strategies that are left, as they stand in a sentence."""
    if len(strategies) == len(STRATEGIES):
        return "every strategy"
    named = [called(s) for s in strategies] or ["nothing that was scored"]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def evidence(run: Run) -> str:
    """What the verdict's mode has on each axis; empty without one."""
    mode = run.decision.mode
    if mode is None:
        return ""
    found = [
        f"{axis} {interval(run.decision.axes[axis][mode])}" for axis in axes(run) if mode in run.decision.axes[axis]
    ]
    has = "comes nearest, with" if run.decision.strategy == "none" else "has"
    return f"{label(mode)} {has} {' and '.join(found)}." if found else ""


def sureness(run: Run) -> str:
    """How much the verdict stands on."""
    base = f"{len(run.examples)} questions in {groups(run)} independent groups, the same for every mode"
    margin = f"a lift counts from {_number(100 * run.margin, 1)} points"
    if run.decision.strategy != "inconclusive":
        return " ".join((*run.decision.warnings, f"Settled on {base}; all intervals are 95 %, and {margin}."))
    what = "Cut replies" if run.decision.cut_open else "The intervals"
    return f"Measured on {base}; all intervals are 95 %, and {margin}. {what} still leave more than one answer."


def not_measured(run: Run) -> str:
    """Which candidates this run says nothing about; empty when all were run."""
    asked = [label(mode) for mode in not_run(run) if MODES[mode].on_request]
    missing = [label(mode) for mode in not_run(run) if not MODES[mode].on_request]
    lost = [label(mode) for mode in run.decision.left_out]
    said = [f"Not run, and so not judged: {', '.join(missing)}."] if missing else []
    said += [f"Only run on request, and so not judged: {', '.join(asked)}."] if asked else []
    said += [f"Did not learn, and so not judged: {', '.join(lost)}."] if lost else []
    return " ".join(said)


def unscored(run: Run) -> str:
    """Which axis the verdict does not see, and why; empty when both are scored."""
    missing = [axis for axis in QUESTIONS if axis not in axes(run)]
    if missing == ["style"] and not run.config.dataset.style.checks:
        return "Style is not scored: the data set has no style checks, and the verdict stands on knowledge alone."
    return f"Not scored in this run: {' and '.join(missing)}." if missing else ""


def next_steps(run: Run) -> list[str]:
    """What to do with the verdict, most useful first; see `reports.wording.step_texts`."""
    return [spaced(step.text) for step in run.decision.next]


def spaced(text: str) -> str:
    """The text with its per cent signs tied to their numbers."""
    return re.sub(r"(?<=\d) %", f"{NBSP}%", text)


def coded(text: str) -> Markup:
    """A text in the language of the page, for HTML: what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(translate(text)))))


def lift_words(lift: Lift | None, mechanism: str) -> str:
    """One placement coordinate in words."""
    if lift is None:
        return f"{mechanism}: not measured, the modes that would tell were not run"
    how = "" if lift.paired else ", from the two modes' own intervals"
    return (
        f"{mechanism}: {points(lift.value)} points of {lift.axis}, {label(lift.treatment)} over {label(lift.control)} "
        f"({CI} {points(lift.low)} to {points(lift.high)}, n{NBSP}={NBSP}{lift.n}{how})"
    )


def lifts(run: Run, placement: Placement) -> list[str]:
    """What each mechanism adds, in words; of retrieval only where there is something to retrieve from."""
    of = [(placement.context, "Retrieval")] if run.config.corpus else []
    return [lift_words(lift, mechanism) for lift, mechanism in (*of, (placement.llm, "Tuning"))]


def outside(decision: Decision, placement: Placement, margin: float) -> str:
    """Says so when the placed lifts and the verdict's cell differ; empty when they agree or the verdict is open."""
    pairs = ((placement.llm, decision.quadrant.get("llm")), (placement.context, decision.quadrant.get("context")))
    if all(lift is None or needed is None or (lift.value >= margin) == needed for lift, needed in pairs):
        return ""
    return "The dot stands outside the marked cell: the verdict also weighs the targets and the intervals."


def why(mode: str) -> str:
    """What a mode is for, in a phrase."""
    return MODES[mode].why if mode in MODES else ""
