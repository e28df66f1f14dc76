"""Why questions failed: one cause for each failed question of each arm, from a run's files alone. No model, no torch.

A question fails when it is not shown to be right in everything that is scored: content (knowledge at 0.5 or more; for
an unanswerable question, the refusal) and form (style at 0.5 or more, where the arm's style is scored). The first of
these that holds is its cause:

  unanswerable question
    1. not_scored           whether it was refused is not known
    2. should_have_refused  it got an answer
  answerable question
    3. not_scored           its content has no score
    4. known_lost           content wrong, though `base` or `fewshot`, without any passage, had it right
    5. never_in_corpus      content wrong; it names no gold document, or no passage of its gold documents that any arm
                            was shown states an accepted answer and `oracle` did not have it right either
    6. retrieval_missed     content wrong, gold passage not among the passages, and `oracle` right
    7. refused_wrongly      content wrong, and the reply is the refusal
    8. not_given            content wrong; the arm is given no passages
    9. missed_untested      content wrong, gold passage not among the passages, and no `oracle` score to tell whether it
                            would have helped
   10. not_used             content wrong, gold passage among the passages, or `oracle` wrong with it as well
  content right
   11. not_scored           its form has no score
   12. format_wrong         its form is wrong

The gold passage is any passage of a gold document that states an accepted answer; where none is known to, any passage
of a gold document. The second grouping is that of OpenAI's guide "Optimizing LLM Accuracy": an in-context memory problem
(the model was not given the fact) or a learned memory problem (it had what it needed and still acted wrongly).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from eval.metrics.text import normalise
from eval.modes import MODES
from eval.records import Example, Passage, Prediction, Score
from eval.stats import Array, Interval, difference_intervals, mean_intervals

PASS = 0.5
CLOSED_BOOK = ("base", "fewshot")
DIGITS = 4

Memory = Literal["in-context memory", "learned memory", "not scored"]

CAUSES: Mapping[str, tuple[Memory, str]] = {
    "retrieval_missed": ("in-context memory", "retrieval missed the passage; with it, the base model is right"),
    "missed_untested": ("in-context memory", "retrieval missed the passage; whether it would help was not tested"),
    "never_in_corpus": ("in-context memory", "the corpus does not state the answer"),
    "not_given": ("in-context memory", "the arm is given no passages, and the model does not know it"),
    "not_used": ("learned memory", "the model cannot use the passage that holds the answer"),
    "known_lost": ("learned memory", "known without passages, lost in this arm"),
    "format_wrong": ("learned memory", "content right, form wrong"),
    "should_have_refused": ("learned memory", "should have refused, and replied"),
    "refused_wrongly": ("learned memory", "refused, though there is an answer"),
    "not_scored": ("not scored", "could not be scored"),
}
"""cause -> (OpenAI's term, in words); in the order in which they are shown."""

ABSTENTION = {"refuses_unanswerable": True, "answers_answerable": False}
"""metric -> whether 1 means a refusal."""

Values = Mapping[tuple[str, str, str], float | None]


@dataclass(frozen=True, slots=True)
class Facts:
    """What attribution looks at, by example."""

    values: Values
    """(mode, example id, knowledge | style | refused) -> value."""
    predictions: Mapping[str, Mapping[str, Prediction]]
    gold: Mapping[str, frozenset[tuple[str, str]]]
    """example id -> (document, text) of passages of its gold documents that state an accepted answer."""
    styled: frozenset[str]
    """Modes that have a style score."""


def attribute(
    examples: Sequence[Example],
    scores: Sequence[Score],
    predictions: Mapping[str, Mapping[str, Prediction]],
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """What attribution.json holds: causes by arm and question, their shares, and what better retrieval could give."""
    facts = _facts(examples, scores, predictions)
    modes = [m for m in MODES if m in predictions]
    causes = {m: {e.id: cause(facts, m, e) for e in examples if e.id in predictions[m]} for m in modes}
    return {
        "causes": {name: {"memory": memory, "words": words} for name, (memory, words) in CAUSES.items()},
        "arms": {m: _shares(examples, causes[m], seed) for m in modes},
        "questions": {m: {k: c for k, c in found.items() if c is not None} for m, found in causes.items()},
        "better_retrieval": better_retrieval(examples, facts, modes, seed=seed),
        "notes": _notes(modes, facts),
    }


def cause(facts: Facts, mode: str, example: Example) -> str | None:
    """The one cause of a question's failure in an arm, or None where it did not fail."""
    if not example.answerable:
        refused = facts.values.get((mode, example.id, "refused"))
        if refused is None:
            return "not_scored"
        return _form(facts, mode, example) if refused >= PASS else "should_have_refused"
    value = facts.values.get((mode, example.id, "knowledge"))
    if value is None:
        return "not_scored"
    return _form(facts, mode, example) if value >= PASS else _content(facts, mode, example)


def _form(facts: Facts, mode: str, example: Example) -> str | None:
    if mode not in facts.styled:
        return None
    value = facts.values.get((mode, example.id, "style"))
    if value is None:
        return "not_scored"
    return None if value >= PASS else "format_wrong"


def _content(facts: Facts, mode: str, example: Example) -> str:
    def right(arm: str) -> bool | None:
        value = facts.values.get((arm, example.id, "knowledge"))
        return None if value is None else value >= PASS

    oracle = right("oracle")
    if any(right(arm) for arm in CLOSED_BOOK):
        return "known_lost"
    if not oracle and _not_in_corpus(facts, example):
        return "never_in_corpus"
    passages = facts.predictions[mode][example.id].passages
    reads = mode in MODES and MODES[mode].retrieves
    shown = _shown(facts, example, passages)
    if reads and not shown and oracle:
        return "retrieval_missed"
    if facts.values.get((mode, example.id, "refused")) == 1.0:
        return "refused_wrongly"
    if not reads:
        return "not_given"
    return "missed_untested" if not shown and oracle is None else "not_used"


def _not_in_corpus(facts: Facts, example: Example) -> bool:
    if not example.documents:
        return True
    seen = any(
        p.document in example.documents
        for found in facts.predictions.values() if example.id in found
        for p in found[example.id].passages
    )  # fmt: skip
    # Only the oracle is handed every passage that states an answer: without it, unseen is not the same as absent.
    handed = example.id in facts.predictions.get("oracle", {})
    return seen and handed and not _polar(example) and not facts.gold[example.id]


def _shown(facts: Facts, example: Example, passages: Sequence[Passage]) -> bool:
    gold = facts.gold[example.id]
    if gold:
        return any((p.document, p.text) in gold for p in passages)
    return any(p.document in example.documents for p in passages)


def _polar(example: Example) -> bool:
    """Whether no accepted answer can be looked up in a text."""
    return all(normalise(a) in ("yes", "no", "") for a in example.answers)


def _facts(
    examples: Sequence[Example], scores: Iterable[Score], predictions: Mapping[str, Mapping[str, Prediction]]
) -> Facts:
    values: dict[tuple[str, str, str], float | None] = {}
    for s in scores:
        if s.axis in ("knowledge", "style") and s.primary:
            values[s.mode, s.example_id, s.axis] = s.value
        elif s.axis == "abstention" and s.value is not None and s.metric in ABSTENTION:
            values[s.mode, s.example_id, "refused"] = s.value if ABSTENTION[s.metric] else 1.0 - s.value
    styled = frozenset(mode for mode, _, axis in values if axis == "style")
    return Facts(values, predictions, {e.id: _gold(e, predictions) for e in examples}, styled)


def _gold(example: Example, predictions: Mapping[str, Mapping[str, Prediction]]) -> frozenset[tuple[str, str]]:
    if not example.documents or _polar(example):
        return frozenset()
    seen = {
        (p.document, p.text)
        for found in predictions.values() if example.id in found
        for p in found[example.id].passages if p.document in example.documents
    }  # fmt: skip
    answers = [f" {normalise(a)} " for a in example.answers if a.strip()]
    return frozenset(p for p in seen if any(a in f" {normalise(p[1])} " for a in answers))


def _shares(examples: Sequence[Example], causes: Mapping[str, str | None], seed: int) -> dict[str, Any]:
    """Counts and shares of the causes of one arm, with 95 % intervals from the bootstrap over groups."""
    asked = [e for e in examples if e.id in causes]
    groups = [e.group or e.id for e in asked]
    names = list(CAUSES)
    memories: list[str] = ["in-context memory", "learned memory", "not scored"]
    columns = [_column(asked, causes, {name}) for name in names]
    columns += [_column(asked, causes, {n for n in names if CAUSES[n][0] == m}) for m in memories]
    of_all = np.stack(columns, axis=1) if asked else np.zeros((0, len(columns)))
    failed = np.array([causes[e.id] is not None for e in asked], dtype=bool)
    of_failed = np.where(failed[:, None], of_all, np.nan)
    shares = [_pair(*pair) for pair in zip(_means(of_all, groups, seed), _means(of_failed, groups, seed), strict=True)]
    counts = [int(column.sum()) for column in columns]
    rows = {key: {"count": n, **share} for key, n, share in zip([*names, *memories], counts, shares, strict=True)}
    return {
        "n": len(asked),
        "failed": int(failed.sum()),
        "causes": {name: rows[name] for name in names if rows[name]["count"]},
        "memory": {name: rows[name] for name in memories if rows[name]["count"]},
    }


def _column(asked: Sequence[Example], causes: Mapping[str, str | None], wanted: set[str]) -> Array:
    return np.array([float(causes[e.id] in wanted) for e in asked])


def _means(values: Array, groups: Sequence[str], seed: int) -> list[Interval | None]:
    return mean_intervals(values, groups, seed=seed) if len(values) else [None] * values.shape[1]


def _pair(of_all: Interval | None, of_failed: Interval | None) -> dict[str, Any]:
    return {"of_all": interval(of_all), "of_failed": interval(of_failed)}


def interval(found: Interval | None) -> dict[str, Any] | None:
    """An interval as it stands in a file: mean, low, high, n, groups."""
    if found is None:
        return None
    mean, low, high = (round(x, DIGITS) for x in (found.mean, found.low, found.high))
    return {"mean": mean, "low": low, "high": high, "n": found.n, "groups": found.groups}


def better_retrieval(
    examples: Sequence[Example], facts: Facts, modes: Sequence[str], *, seed: int = 0
) -> dict[str, Any]:
    """What better retrieval alone could give `rag` at most: oracle - rag on knowledge, the same weights and prompt.

    `gain` is the paired difference, `recoverable` the share of questions that `oracle` has right and `rag` wrong, both
    over questions that both have; null with the reason in `words` where one of the two arms is missing.
    """
    missing = [m for m in ("rag", "oracle") if m not in modes]
    both = [
        (e.group or e.id, rag, oracle)
        for e in examples
        if (rag := facts.values.get(("rag", e.id, "knowledge"))) is not None
        and (oracle := facts.values.get(("oracle", e.id, "knowledge"))) is not None
    ]
    if missing or not both:
        why = f"{' and '.join(missing)} not run" if missing else "no question has a knowledge score in both"
        return {"gain": None, "recoverable": None, "words": f"What better retrieval would give is not known: {why}."}
    groups = [g for g, _, _ in both]
    gain = difference_intervals(np.array([[o - r] for _, r, o in both]), groups, seed=seed)[0]
    lifted = mean_intervals(np.array([[float(o >= PASS > r)] for _, r, o in both]), groups, seed=seed)[0]
    assert gain is not None and lifted is not None
    return {"gain": interval(gain), "recoverable": interval(lifted), "words": _ceiling(gain, lifted)}


def _ceiling(gain: Interval, lifted: Interval) -> str:
    figures = f"95 % interval {100 * gain.low:+.1f} to {100 * gain.high:+.1f}, n={gain.n}"
    share = f"{100 * lifted.mean:.1f} % of the questions are right with the gold passages and wrong with retrieved ones"
    if gain.mean <= 0:
        return f"Better retrieval alone would not lift RAG: {100 * gain.mean:+.1f} points of knowledge ({figures})."
    return f"Better retrieval alone would give RAG {100 * gain.mean:+.1f} points of knowledge at most ({figures}): {share}."


def _notes(modes: Sequence[str], facts: Facts) -> list[str]:
    notes = []
    reads = [m for m in modes if MODES[m].retrieves and m != "oracle"]
    if not any(MODES[m].retrieves for m in modes):
        notes.append("No arm was given passages, so nothing is said about retrieval.")
    elif reads and "oracle" not in modes:
        notes.append("The oracle arm was not run: where retrieval missed the passage, nobody knows if it would help.")
    if not any(m in modes for m in CLOSED_BOOK):
        notes.append("No closed-book arm was run, so nothing is known already.")
    if "hybrid" in modes or "rag-fewshot" in modes:
        notes.append(
            "The ceiling of better retrieval is measured for RAG alone; other arms have no oracle of their own."
        )
    if not facts.styled:
        notes.append("Style is not scored, so no failure is one of form.")
    return notes
