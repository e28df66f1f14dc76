"""Why questions failed: one cause for each failed question of each mode, from a run's files alone. No model, no torch.

A question fails when it is not shown to be right in everything that is scored: content (knowledge at 0.5 or more; for
an unanswerable question, the refusal) and form (style at 0.5 or more, where the mode's style is scored). The first of
these that holds is its cause:

  any question
    1. cut                  content or form wrong, and the reply ended at the limit
  unanswerable question
    2. not_scored           whether it was refused is not known
    3. should_have_refused  it got an answer
  answerable question
    4. not_scored           its content has no score
    5. query_fails          content wrong, the metric runs queries, and this one does not run
    6. other_rows           content wrong, the metric runs queries, and this one gives other rows
  answerable question, content wrong, no mode was given passages
    7. right_elsewhere      `base` or `fewshot` has it right
    8. refused_closed_book  refused
    9. wrong_closed_book    neither
  answerable question, content wrong, some mode was given passages
   10. known_lost           `base` or `fewshot`, without any passage, has it right
   11. no_gold              the question names no gold document, and no passage that any mode was given states an answer
   12. never_in_corpus      `oracle` is not right, and no passage of the gold documents states an accepted answer: none
                            that it was handed, of which it gets those that do, or none of the whole index
   13. not_given            the mode is given no passages
   14. refused_wrongly      refused, though one of its passages states an accepted answer
   15. not_used             one of its passages states an accepted answer
   16. not_looked_up        it had a passage of a gold document, and no passage that any mode got, or that is known to
                            be in the index, states an answer: it may say so in other words, or need a yes or no
   17. retrieval_missed     it missed the passage, and `oracle` is right
   18. missed_and_unused    it missed the passage, and `oracle` is wrong
   19. missed_untested      it missed the passage, and no `oracle` score tells whether it would have helped
  content right
   20. not_scored           its form has no score
   21. format_wrong         its form is wrong

A passage states an accepted answer when it is one of a gold document (of any document, where the question names none)
and the answer stands in it as whole words or as the same quantity. The second grouping is that of OpenAI's guide
"Optimizing LLM Accuracy": an in-context memory problem (the model was not given the fact) or a learned memory problem
(it had what it needed and still acted wrongly); some failures may be either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from eval.arms.modes import MODES
from eval.metrics.retrieval import tells
from eval.metrics.sql.execution import OTHER_ROWS
from eval.metrics.text.normalize import normalise
from eval.records import PASS, Example, Prediction, Score

CLOSED_BOOK = ("base", "fewshot")

Memory = Literal["in-context memory", "learned memory", "either memory", "not scored"]

CAUSES: Mapping[str, Memory] = {
    "retrieval_missed": "in-context memory",
    "missed_and_unused": "in-context memory",
    "missed_untested": "in-context memory",
    "never_in_corpus": "in-context memory",
    "no_gold": "in-context memory",
    "not_given": "in-context memory",
    "not_used": "learned memory",
    "known_lost": "learned memory",
    "right_elsewhere": "learned memory",
    "other_rows": "learned memory",
    "query_fails": "learned memory",
    "format_wrong": "learned memory",
    "should_have_refused": "learned memory",
    "refused_wrongly": "learned memory",
    "refused_closed_book": "either memory",
    "wrong_closed_book": "either memory",
    "not_looked_up": "either memory",
    "cut": "not scored",
    "not_scored": "not scored",
}
"""cause -> OpenAI's term for it, in the order in which they are shown."""

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
    """example id -> (document, text) of passages that state an accepted answer: of its gold documents, or of any
    where it names none."""
    styled: frozenset[str]
    """Modes that have a style score."""
    queries: Mapping[tuple[str, str], str]
    """(mode, example id) -> what is wrong with a query that does not give an accepted one's rows."""
    reach: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """example id -> what `rag.reach` found of it in the whole index; empty where that was not asked."""


def cause(facts: Facts, mode: str, example: Example) -> str | None:
    """The one cause of a question's failure in a mode, or None where it did not fail."""
    found = _unanswerable(facts, mode, example) if not example.answerable else _answerable(facts, mode, example)
    cut = facts.predictions[mode][example.id].finish == "length"
    return "cut" if cut and found not in (None, "not_scored") else found


def _unanswerable(facts: Facts, mode: str, example: Example) -> str | None:
    refused = facts.values.get((mode, example.id, "refused"))
    if refused is None:
        return "not_scored"
    return _form(facts, mode, example) if refused >= PASS else "should_have_refused"


def _answerable(facts: Facts, mode: str, example: Example) -> str | None:
    right = _right(facts, mode, example)
    if right is None:
        return "not_scored"
    if right:
        return _form(facts, mode, example)
    if fault := facts.queries.get((mode, example.id)):
        return "other_rows" if fault.startswith(OTHER_ROWS) else "query_fails"
    return _content(facts, mode, example) if _retrieved(facts) else _closed_book(facts, mode, example)


def _form(facts: Facts, mode: str, example: Example) -> str | None:
    if mode not in facts.styled:
        return None
    value = facts.values.get((mode, example.id, "style"))
    if value is None:
        return "not_scored"
    return None if value >= PASS else "format_wrong"


def _closed_book(facts: Facts, mode: str, example: Example) -> str:
    """The cause where no mode was given passages."""
    if any(_right(facts, arm, example) for arm in CLOSED_BOOK):
        return "right_elsewhere"
    return "refused_closed_book" if _refused(facts, mode, example) else "wrong_closed_book"


def _content(facts: Facts, mode: str, example: Example) -> str:
    """The cause of wrong content where some mode was given passages."""
    if any(_right(facts, arm, example) for arm in CLOSED_BOOK):
        return "known_lost"
    if not example.documents and not facts.gold[example.id]:
        return "no_gold"
    if not _right(facts, "oracle", example) and _not_in_corpus(facts, example):
        return "never_in_corpus"
    if not (mode in MODES and MODES[mode].retrieves):
        return "not_given"
    given = facts.predictions[mode][example.id].passages
    if any((p.document, p.text) in facts.gold[example.id] for p in given):
        return "refused_wrongly" if _refused(facts, mode, example) else "not_used"
    stated = facts.gold[example.id] or _in_a_passage(facts, example)
    if not stated and any(p.document in example.documents for p in given):
        return "not_looked_up"
    oracle = _right(facts, "oracle", example)
    if oracle is None or mode == "oracle":
        return "missed_untested"
    return "retrieval_missed" if oracle else "missed_and_unused"


def _right(facts: Facts, mode: str, example: Example) -> bool | None:
    value = facts.values.get((mode, example.id, "knowledge"))
    return None if value is None else value >= PASS


def _refused(facts: Facts, mode: str, example: Example) -> bool:
    return facts.values.get((mode, example.id, "refused")) == 1.0


def _retrieved(facts: Facts) -> bool:
    return any(arm in MODES and MODES[arm].retrieves for arm in facts.predictions)


def _in_a_passage(facts: Facts, example: Example) -> bool:
    """Whether a passage of the index is known to state an accepted answer to the letter."""
    known = facts.reach.get(example.id, {})
    return bool(known.get("literal") and known.get("chunk"))


def _not_in_corpus(facts: Facts, example: Example) -> bool:
    known = facts.reach.get(example.id)
    if known is not None and (not known["corpus"] or (known["literal"] and not known["chunk"])):
        return not facts.gold[example.id]
    # Only the oracle is handed every passage that states an answer: without it, unseen is not the same as absent.
    handed = facts.predictions.get("oracle", {}).get(example.id)
    seen = handed is not None and any(p.document in example.documents for p in handed.passages)
    return seen and not _polar(example) and not facts.gold[example.id]


def _polar(example: Example) -> bool:
    """Whether no accepted answer can be looked up in a text."""
    return all(normalise(a) in ("yes", "no", "") for a in example.answers)


def gather_facts(
    examples: Sequence[Example],
    scores: Iterable[Score],
    predictions: Mapping[str, Mapping[str, Prediction]],
    reach: Mapping[str, Mapping[str, Any]] | None = None,
) -> Facts:
    """Read the scores and find the gold passages among those that any mode was shown."""
    values: dict[tuple[str, str, str], float | None] = {}
    queries: dict[tuple[str, str], str] = {}
    for s in scores:
        if s.axis in ("knowledge", "style") and s.primary:
            values[s.mode, s.example_id, s.axis] = s.value
            if s.metric == "sql" and s.reason:
                queries[s.mode, s.example_id] = s.reason
        elif s.axis == "abstention" and s.value is not None and s.metric in ABSTENTION:
            values[s.mode, s.example_id, "refused"] = s.value if ABSTENTION[s.metric] else 1.0 - s.value
    styled = frozenset(mode for mode, _, axis in values if axis == "style")
    return Facts(values, predictions, {e.id: _gold(e, predictions) for e in examples}, styled, queries, reach or {})


def _gold(example: Example, predictions: Mapping[str, Mapping[str, Prediction]]) -> frozenset[tuple[str, str]]:
    if _polar(example):
        return frozenset()
    seen = {
        (p.document, p.text)
        for found in predictions.values() if example.id in found
        for p in found[example.id].passages if not example.documents or p.document in example.documents
    }  # fmt: skip
    return frozenset(p for p in seen if tells(p[1], example.answers))
