"""The verdict, how sure it is and what to do next, in plain sentences that page and Markdown share."""

from __future__ import annotations

from eval.modes import MODES
from eval.records import Decision, Estimate
from reports.placement import Lift, Placement
from reports.run import Run, label
from reports.summary import arms, axes, groups, not_run

NBSP = "\u00a0"
CI = f"95{NBSP}% interval"

STRATEGIES = {
    "prompt": "a better prompt alone",
    "rag": "RAG alone",
    "ft": "fine-tuning alone",
    "hybrid": "RAG with fine-tuning",
}

VERDICTS = {
    "prompt": "Stay with the prompt: neither retrieval nor fine-tuning earns its place.",
    "rag": "Use retrieval (RAG): the model lacks facts, and tuning it adds nothing that counts.",
    "ft": "Fine-tune: the model must learn how to act, and retrieval adds nothing that counts.",
    "hybrid": "Use both: retrieval for what the model must know, fine-tuning for how it must act.",
}

UNTRIED = {
    ("prompt", True, False): "Stay with the prompt rather than fine-tune; retrieval was not tried.",
    ("prompt", False, True): "Stay with the prompt rather than retrieve; fine-tuning was not tried.",
    ("prompt", True, True): "Only prompts were tried; neither retrieval nor fine-tuning was.",
    ("rag", False, True): "Use retrieval (RAG) rather than a prompt alone; fine-tuning was not tried.",
    ("ft", True, False): "Fine-tune rather than rely on a prompt alone; retrieval was not tried.",
}
"""(strategy, retrieval untried, tuning untried) -> the verdict of a run that leaves a mechanism out."""

AXES = {"knowledge": "Knowledge", "style": "Style", "retrieval": "Retrieval", "abstention": "Abstention"}
QUESTIONS = {"knowledge": "is the content right?", "style": "is it said as wanted?"}

NEXT = {
    "base": "Keep the prompt as it is; measure again when the questions or the model change.",
    "fewshot": "Put the worked examples into the prompt that you serve; nothing has to be built or trained.",
    "rag": "Serve the base model with the index, and index again when the corpus changes; nothing has to be trained.",
    "rag-fewshot": "Serve the base model with the index and the worked examples in its prompt; no training is needed.",
    "ft": "Serve the adapter without retrieval, and train again when the wanted behaviour changes.",
    "hybrid": "Serve the hybrid adapter together with its index: it was trained to read passages and expects them. "
    "A changed corpus needs a new index, not a new adapter.",
}


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


def headline(run: Run) -> str:
    """The verdict in one plain sentence."""
    strategy = run.decision.strategy
    if strategy != "inconclusive":
        tried = [MODES[m] for m in run.modes if m in MODES and MODES[m].strategy is not None]
        untried = (not any(m.retrieves for m in tried), not any(m.adapter for m in tried))
        return UNTRIED.get((strategy, *untried), VERDICTS[strategy])
    possible = [STRATEGIES.get(c, c) for c in run.decision.candidates]
    if not possible:
        return "Not settled yet: these questions do not tell the strategies apart."
    if len(possible) == 1:
        return f"Not settled yet: only {possible[0]} is left, and these questions do not confirm it."
    return f"Not settled yet: {', '.join(possible[:-1])} or {possible[-1]}."


def evidence(run: Run) -> str:
    """What the recommended arm reaches on each axis; empty without one."""
    mode = run.decision.mode
    if mode is None:
        return ""
    found = [
        f"{axis} {interval(run.decision.axes[axis][mode])}" for axis in axes(run) if mode in run.decision.axes[axis]
    ]
    return f"{label(mode)} reaches {' and '.join(found)}." if found else ""


def sureness(run: Run) -> str:
    """How much the verdict stands on."""
    base = f"{len(run.examples)} questions in {groups(run)} independent groups, the same for every arm"
    margin = f"a lift counts from {_number(100 * run.margin, 1)} points"
    if run.decision.strategy != "inconclusive":
        return f"Settled on {base}; all intervals are 95 %, and {margin}."
    return f"Measured on {base}; all intervals are 95 %, and {margin}. The intervals still leave more than one answer."


def not_measured(run: Run) -> str:
    """Which candidates this run says nothing about; empty when all were run."""
    missing = [label(mode) for mode in not_run(run)]
    return f"Not run, and so not judged: {', '.join(missing)}." if missing else ""


def unscored(run: Run) -> str:
    """Which axis the verdict does not see, and why; empty when both are scored."""
    missing = [axis for axis in QUESTIONS if axis not in axes(run)]
    if missing == ["style"] and not run.config.dataset.style.checks:
        return "Style is not scored: the data set has no style checks, and the verdict stands on knowledge alone."
    return f"Not scored in this run: {' and '.join(missing)}." if missing else ""


def next_steps(run: Run, missed: bool = True) -> list[str]:
    """What to do with the verdict, most useful first; `missed` names the targets that are not reached as well."""
    decision, steps = run.decision, []
    if decision.strategy == "inconclusive":
        more = decision.questions_needed
        ask = f"Add about {more} more test questions" if more else "Add more test questions, of other facts"
        steps.append(f"{ask} and run evaluate again; what is built already is used again.")
        if decision.candidates:
            cheapest = STRATEGIES.get(decision.candidates[0], decision.candidates[0])
            steps.append(f"Until then, {cheapest} is the cheapest choice that is still possible.")
    elif decision.mode in NEXT:
        steps.append(NEXT[decision.mode])
    if decision.reaches_target is False:
        steps.extend(_missed(run) if missed else ())
        steps.extend(_bottleneck(run))
    return steps


def _missed(run: Run) -> list[str]:
    """The axes on which the arm that stands for the verdict is shown to stay below the target."""
    steps = []
    for axis in axes(run):
        target, stands = run.target(axis), dict(arms(run, axis)).get(run.decision.mode or "")
        if target is not None and stands is not None and stands.high < target:
            steps.append(f"Reach the {axis} target: {percent(target)} is wanted, {percent(stands.mean)} is there.")
    return steps


def _bottleneck(run: Run) -> list[str]:
    """Whether better retrieval or a larger model could help, by the arm that is handed the gold passages."""
    found, target = dict(arms(run, "knowledge")), run.target("knowledge")
    ceiling, plain = found.get("oracle"), found.get("rag")
    if ceiling is None or plain is None or target is None or run.decision.strategy in ("prompt", "ft"):
        return []
    steps, gain = [], ceiling.mean - plain.mean
    if gain >= run.margin:
        steps.append(
            f"Improve retrieval: the base model answers {percent(ceiling.mean)} with the gold passages, "
            f"{percent(plain.mean)} with retrieved ones ({points(gain)} points)."
        )
    if ceiling.high < target:
        known = percent(ceiling.mean)
        steps.append(f"Try a larger model: untuned, this one answers {known} even with the gold passages.")
    return steps


def lift_words(lift: Lift | None, mechanism: str) -> str:
    """One placement coordinate in words."""
    if lift is None:
        return f"{mechanism}: not measured, the arms that would tell were not run"
    how = "" if lift.paired else ", from the two arms' own intervals"
    return (
        f"{mechanism}: {points(lift.value)} points of {lift.axis}, {label(lift.treatment)} over {label(lift.control)} "
        f"({CI} {points(lift.low)} to {points(lift.high)}, n{NBSP}={NBSP}{lift.n}{how})"
    )


def outside(decision: Decision, placement: Placement, margin: float) -> str:
    """Says so when the placed lifts and the verdict's cell differ; empty when they agree or the verdict is open."""
    pairs = ((placement.llm, decision.quadrant.get("llm")), (placement.context, decision.quadrant.get("context")))
    if all(lift is None or needed is None or (lift.value >= margin) == needed for lift, needed in pairs):
        return ""
    return "The dot stands outside the marked cell: the verdict also weighs the targets and the intervals."


def why(mode: str) -> str:
    """What a mode is for, in a phrase."""
    return MODES[mode].why if mode in MODES else ""


def seconds(value: float) -> str:
    """A duration: `0.31 s`, `45 s`, `12 min 5 s`."""
    if value <= 0:
        return "–"
    if value < 10:
        return f"{_number(value, 2)} s"
    if value < 120:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
