"""What to do next, in words: one instruction with its figures for each code of an `Action`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from eval.arms.modes import MODES
from eval.records import Estimate
from eval.strategies import STRATEGIES
from eval.verdict.decision import Needed, Step
from eval.verdict.shortfall import Action, Given
from reports.wording.phrases import label, share, wanting

TEXTS: dict[str, Callable[..., str]] = {}
"""Code of an action -> what says it, given its facts by name."""


def step_of(action: Action) -> Step:
    """The action as decision.json holds it; raises KeyError for a code that has no text."""
    return Step(action.cause, TEXTS[action.code](**action.facts))


def text(said: Callable[..., str]) -> Callable[..., str]:
    """Register the text of the code that is the function's name without its underline."""
    TEXTS[said.__name__.removeprefix("_")] = said
    return said


@text
def _use(mode: str) -> str:
    return MODES[mode].use or f"Use {label(mode)}: {MODES[mode].why}."


@text
def _mark_replies() -> str:
    return (
        "Say of 100 questions which replies are right, on the page that `report RUN --label` opens, and run "
        "evaluate again: the figures are then corrected by what you said."
    )


@text
def _score_all(missing: Mapping[str, float]) -> str:
    return (
        f"Find out why replies have no score: {_shares(missing)}. The reason stands beside each in scores.jsonl; "
        "correct it, and run evaluate again."
    )


@text
def _cheapest_possible(strategy: str) -> str:
    named = STRATEGIES[strategy].alone.removesuffix(" alone")
    return f"Until then, {named} is the cheapest choice that is still possible."


@text
def _test_risk(mode: str, wrong: Estimate, limit: float) -> str:
    figures = f"at most {share(limit)} ({_interval(wrong)})"
    return f"Test on more questions: {label(mode)} is not shown to be wrong with confidence in {figures}."


@text
def _refuse_more(mode: str, wrong: float, limit: float, invented: float | None) -> str:
    figures = f"wrong with confidence in {share(wrong)} of questions, and {share(limit)} is the limit"
    said = "" if invented is None else f"; of those that it should refuse it answers {share(invented)}"
    how = "say in the instruction that it is to refuse in doubt, and train on more questions that are to be refused"
    return f"Have {label(mode)} refuse what it does not know: {figures}{said}; {how}."


@text
def _set_limit(wrong: Estimate) -> str:
    said = f"{share(wrong.mean)} ({share(wrong.low)} to {share(wrong.high)})"
    return (
        f"Decide how often it may be wrong with confidence, now in {said} of questions: set risk.limit in dataset.yaml."
    )


@text
def _second_mode() -> str:
    return "Try something to compare with: `evaluate` without --mode tries all that the data set allows."


@text
def _add_questions(needed: Needed | None) -> str:
    again = "and run evaluate again; what is built already is used again"
    if not needed:
        return f"Add test questions, of other facts, {again}."
    (low, high), (worst, best) = needed.total, needed.chance
    more, total = (f"about {a}" if a == b else f"{a} to {b}" for a, b in (needed.more, needed.total))
    chance = f"{100 * best:.0f} %" if low == high else f"{100 * worst:.0f} to {100 * best:.0f} %"
    said = f"Add {more} test questions about other facts ({total} in all), {again}."
    return f"{said} The chance of a verdict is then {chance}."


@text
def _test_targets(mode: str, targets: Sequence[tuple[str, float, Estimate]]) -> str:
    figures = " and ".join(f"the {axis} target of {share(target)} ({_interval(e)})" for axis, target, e in targets)
    return f"Test on more questions before you rely on it: {label(mode)} is not shown to reach {figures}."


@text
def _raise_limit(cut: Mapping[str, float], now: int | None) -> str:
    limit = f"generation.max_new_tokens in dataset.yaml{f' (now {now})' if now else ''}"
    return f"Give replies more room: raise {limit} and run evaluate again; they were cut at the limit ({_shares(cut)})."


@text
def _no_scores(mode: str, part: float, why: str) -> str:
    return f"See why {share(part)} of {label(mode)}'s replies have no knowledge score (most often: {why})."


@text
def _answer_not_found(mode: str, part: float, form: str) -> str:
    return (
        f"Check knowledge.answer in dataset.yaml ({form}), which says where in a reply the answer stands, or ask for "
        f"that form in the instruction: in {share(part)} of {label(mode)}'s replies it finds nothing, and the whole "
        "was judged."
    )


@text
def _narrow_metric(mode: str, metric: str, found: float, matched: float) -> str:
    return (
        f"Read some of {label(mode)}'s replies, and see whether knowledge.metric in dataset.yaml fits them: {metric} "
        f"finds {share(found)} right, match {share(matched)} of the same ones."
    )


@text
def _train_again(mode: str, seen: str) -> str:
    return f"Train {label(mode)} again: {seen}."


@text
def _try_retrieval(dataset: str) -> str:
    how = "answers are then looked up in your documents. See that those that hold the answers lie under corpus/, and"
    return f"Try retrieval, which did not run: {how} {_run_all(dataset)}."


@text
def _try_tuning(dataset: str, served: bool) -> str:
    how = "the model then learns from train.jsonl"
    return f"Try fine-tuning, which did not run: {how}; {_run_tuned(dataset, served)}."


@text
def _try_both(dataset: str, served: bool) -> str:
    return f"Try retrieval and fine-tuning together, which did not run: {_run_tuned(dataset, served)}."


@text
def _try_prompts(dataset: str) -> str:
    return f"Try a prompt alone, without documents or training, which did not run: {_run_all(dataset)}."


@text
def _run_oracle(dataset: str, given: Given) -> str:
    why = "Find out whether the right passages are not found or not understood"
    how = "its mode oracle hands the model the passages that hold the answer"
    return f"{why}: {_run_all(dataset)}; {how}{_given(given)}."


@text
def _beats_oracle(mode: str, own: float, oracle: float, given: Given) -> str:
    said = f"{label(mode)} answers {share(own)}, more than the untuned model with the right passages ({share(oracle)})"
    return f"Add rows to train.jsonl, or try a larger model: {said}{_given(given)}."


@text
def _improve_retrieval(oracle: float, mode: str, own: float, gain: float, given: Given, dataset: str) -> str:
    points = f"{100 * gain:+.1f} points".replace(".0 ", " ")
    said = f"{_handed(oracle)}, {share(own)} with those that {label(mode)} finds ({points})"
    how = f"choose its settings by `rag tune {shlex.quote(dataset)}`"
    return f"Improve retrieval: {said}{_given(given)}; {how}."


@text
def _reads_too_little(oracle: float, target: float) -> str:
    return f"Try a larger model (--model), or one that reads better: {_handed(oracle)}, and {share(target)} is wanted."


@text
def _look_at_reading(oracle: float, given: Given) -> str:
    said = f"{_handed(oracle)}, and it is not shown whether better retrieval would help"
    return f"Read in the report what RAG is given and what it says: {said}{_given(given)}."


@text
def _read_corpus(part: float) -> str:
    said = f"for {share(part)} of the questions no document that holds the answer is in the index."
    return f"Check that the whole corpus was read: {said}"


@text
def _state_answers(part: float) -> str:
    how = "Add the documents that state the answers, or correct 'documents' and 'answers' in the rows"
    said = f"in {share(part)} of the questions no passage of the documents that they name states an accepted answer"
    else_ = "where answers are to be worked out from the passages, try a larger model"
    return f"{how}: {said}, and the model is wrong with them; {else_}."


@text
def _improve_form(mode: str, alone: bool, part: float, check: tuple[str, float] | None) -> str:
    most = f", most often the check {check[0]} ({share(check[1])})" if check else ""
    return (
        f"{'Improve the form alone' if alone else 'Improve the form'}: say in the instruction what form is wanted, and "
        f"see that style.checks ask for no more than you want; {share(part)} of {label(mode)}'s replies fail{most}."
    )


@text
def _larger_model(mode: str, estimates: Mapping[str, Estimate], targets: Mapping[str, float]) -> str:
    found = wanting(estimates, targets)
    return f"Try a larger model (--model){f': {label(mode)} has {found}' if found else ''}."


@text
def _better_retriever(command: str) -> str:
    return f"Look for a better retriever with `{command}`, and run evaluate again: RAG alone may then be enough."


def _run_all(dataset: str) -> str:
    """How to run the modes that did not, as a clause."""
    return f"run `evaluate {shlex.quote(dataset)}` without --mode, which tries everything"


def _run_tuned(dataset: str, served: bool) -> str:
    """The same of tuned modes; a server that answers must have the tuned model under a name of its own."""
    own_name = "tune it, serve it under a name of its own, and give that name by --ft-model or --hybrid-model"
    return own_name if served else _run_all(dataset)


def _shares(by_mode: Mapping[str, float]) -> str:
    return ", ".join(f"{share(value)} of {label(mode)}" for mode, value in by_mode.items())


def _interval(e: Estimate) -> str:
    return f"{share(e.mean)}; 95 % interval {share(e.low)} to {share(e.high)}"


def _handed(oracle: float) -> str:
    return f"the untuned model answers {share(oracle)} with the right passages"


def _given(given: Given) -> str:
    """How much of the gold documents a mode was given, at the end of a clause; empty where that is not scored."""
    return f"; {label(given[0])} is given {share(given[1])} of the documents that hold the answers" if given else ""
