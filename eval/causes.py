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
    5. never_in_corpus      content wrong, there is a corpus, `oracle` is not right either, and the question names no
                            gold document, or `oracle`, which is handed what states an accepted answer, got no such
    6. retrieval_missed     content wrong, gold passage not among the passages, and `oracle` right
    7. refused_wrongly      content wrong, and refused with the gold passage among the passages, or without a corpus:
                            a refusal for want of the passage is no cause but a symptom
    8. not_given            content wrong; the arm is given no passages
    9. missed_untested      content wrong, gold passage not among the passages, and no `oracle` score to tell whether it
                            would have helped
   10. not_used             content wrong, gold passage among the passages, or `oracle` wrong with it as well
  content right
   11. not_scored           its form has no score
   12. format_wrong         its form is wrong

The gold passage is any passage of a gold document that states an accepted answer; where none is known to, any passage
of a gold document. The second grouping is that of OpenAI's guide "Optimizing LLM Accuracy": an in-context memory
problem (the model was not given the fact) or a learned memory problem (it had what it needed and still acted wrongly).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.metrics.text import normalise
from eval.modes import MODES
from eval.records import Example, Passage, Prediction, Score

PASS = 0.5
CLOSED_BOOK = ("base", "fewshot")

Memory = Literal["in-context memory", "learned memory", "not scored"]

CAUSES: Mapping[str, tuple[Memory, str]] = {
    "retrieval_missed": ("in-context memory", "retrieval missed the passage; with it, the base model is right"),
    "missed_untested": ("in-context memory", "retrieval missed the passage; whether it would help was not tested"),
    "never_in_corpus": ("in-context memory", "the corpus does not state the answer"),
    "not_given": ("in-context memory", "the arm is given no passages, and the model does not know it"),
    "not_used": ("learned memory", "the model does not get the answer out of the gold passage"),
    "known_lost": ("learned memory", "known without passages, lost in this arm"),
    "format_wrong": ("learned memory", "content right, form wrong"),
    "should_have_refused": ("learned memory", "should have refused, and replied"),
    "refused_wrongly": ("learned memory", "refused, though given what it needed"),
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
    corpus = any(arm in MODES and MODES[arm].retrieves for arm in facts.predictions)
    if corpus and not oracle and _not_in_corpus(facts, example):
        return "never_in_corpus"
    passages = facts.predictions[mode][example.id].passages
    reads = mode in MODES and MODES[mode].retrieves
    shown = _shown(facts, example, passages)
    if reads and not shown and oracle:
        return "retrieval_missed"
    if (shown or not corpus) and facts.values.get((mode, example.id, "refused")) == 1.0:
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


def gather_facts(
    examples: Sequence[Example], scores: Iterable[Score], predictions: Mapping[str, Mapping[str, Prediction]]
) -> Facts:
    """Read the scores and find the gold passages among those that any arm was shown."""
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
