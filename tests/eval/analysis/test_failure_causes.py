"""Every cause once, on hand-made questions, and the precedence between them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

import pytest

from eval.analysis.attribution import attribute
from eval.analysis.failure_causes import CAUSES, cause, gather_facts
from eval.records import Example, Passage, Prediction, Score

GOLD = Passage("pump.md", "The pump runs for 59 months.", 0.9, 0)
OTHER = Passage("pump.md", "The pump is blue.", 0.8, 1)
AWAY = Passage("valve.md", "The valve lasts 59 months.", 0.7, 0)
Q = Example("q", "How long does the pump run?", ("59 months",), documents=("pump.md",), group="g")

Marks = Mapping[str, str]
"""mode -> marks: K content right, k wrong, S form right, s wrong, R refused; none of K and k: not scored."""


def score(mode: str, axis: str, metric: str, value: float | None, example: Example) -> Score:
    reason = "" if value is not None else "no reply"
    return Score(example.id, example.group, mode, axis, metric, axis != "abstention", value, reason)  # type: ignore[arg-type]


def scores(marks: Marks, example: Example) -> list[Score]:
    found = []
    for mode, said in marks.items():
        refused = float("R" in said)
        if example.answerable:
            content = 1.0 if "K" in said else 0.0 if "k" in said else None
            found.append(score(mode, "knowledge", "contains", content, example))
            found.append(score(mode, "abstention", "answers_answerable", 1.0 - refused, example))
        elif "?" not in said:
            found.append(score(mode, "abstention", "refuses_unanswerable", refused, example))
        form = 1.0 if "S" in said else 0.0 if "s" in said else None
        found.append(score(mode, "style", "all_checks", form, example))
    return found


def found_cause(
    mode: str, marks: Marks, passages: Mapping[str, tuple[Passage, ...]], example: Example = Q, finish: str = "stop"
) -> str | None:
    predictions = {m: {example.id: Prediction(example.id, "", passages.get(m, ()), finish=finish)} for m in marks}
    return cause(gather_facts([example], scores(marks, example), predictions), mode, example)


HELD = {"oracle": (GOLD,)}


@pytest.mark.parametrize(
    ("mode", "marks", "passages", "expected"),
    [
        ("rag", {"rag": "KS"}, {"rag": (GOLD,)}, None),
        ("rag", {"rag": "Ks"}, {"rag": (GOLD,)}, "format_wrong"),
        ("rag", {"rag": "K"}, {"rag": (GOLD,)}, "not_scored"),
        ("rag", {"rag": "S"}, {"rag": (GOLD,)}, "not_scored"),
        ("rag", {"rag": "kS", "oracle": "Ks"}, {"rag": (AWAY,), **HELD}, "retrieval_missed"),
        ("rag", {"rag": "kSR", "oracle": "Ks"}, {"rag": (AWAY,), **HELD}, "retrieval_missed"),
        ("rag", {"rag": "kS", "oracle": "Ks"}, {"rag": (OTHER,), **HELD}, "retrieval_missed"),
        ("rag", {"rag": "kS", "oracle": "Ks"}, {"rag": (GOLD,), **HELD}, "not_used"),
        ("rag", {"rag": "kSR", "oracle": "Ks"}, {"rag": (GOLD,), **HELD}, "refused_wrongly"),
        ("rag", {"rag": "kS", "oracle": "ks"}, {"rag": (AWAY,), **HELD}, "missed_and_unused"),
        ("oracle", {"rag": "kS", "oracle": "ks"}, {"rag": (AWAY,), **HELD}, "not_used"),
        ("rag", {"rag": "kS", "oracle": "Ks"}, {"rag": (OTHER,), "oracle": (OTHER,)}, "not_looked_up"),
        ("rag", {"rag": "kS"}, {"rag": (OTHER,)}, "not_looked_up"),
        ("hybrid", {"hybrid": "kS", "oracle": "ks"}, {"hybrid": (AWAY,), **HELD}, "missed_and_unused"),
        ("rag", {"rag": "kS"}, {"rag": (AWAY,)}, "missed_untested"),
        ("rag", {"rag": "kS", "oracle": "S"}, {"rag": (AWAY,), **HELD}, "missed_untested"),
        ("rag", {"rag": "kS", "base": "Ks", "oracle": "K"}, {"rag": (AWAY,), **HELD}, "known_lost"),
        ("base", {"base": "kS", "fewshot": "KS"}, {}, "right_elsewhere"),
        ("base", {"base": "kS", "fewshot": "KS", "rag": "KS"}, {"rag": (GOLD,)}, "known_lost"),
        ("rag", {"rag": "kS", "ft": "KS", "oracle": "kS"}, {"rag": (GOLD,), **HELD}, "not_used"),
        ("base", {"base": "kS", "oracle": "kS"}, {"oracle": (OTHER,)}, "never_in_corpus"),
        ("base", {"base": "kS", "oracle": "KS"}, {"oracle": (OTHER,)}, "not_given"),
        ("base", {"base": "kS", "rag": "kS"}, {"rag": (OTHER,)}, "not_given"),
        ("base", {"base": "kSR", "oracle": "KS"}, HELD, "not_given"),
        ("base", {"base": "kSR"}, {}, "refused_closed_book"),
        ("ft", {"base": "kS", "ft": "kS"}, {}, "wrong_closed_book"),
    ],
)
def test_cause_of_an_answerable_question(mode, marks, passages, expected) -> None:
    assert found_cause(mode, marks, passages) == expected


@pytest.mark.parametrize(
    ("said", "expected"), [("RS", None), ("Rs", "format_wrong"), ("S", "should_have_refused"), ("?S", "not_scored")]
)
def test_cause_of_an_unanswerable_question(said, expected) -> None:
    open_ = Example("u", "Who?", answerable=False, group="u")
    assert found_cause("rag", {"rag": said}, {"rag": (AWAY,)}, open_) == expected


INDEXED = {"literal": True, "corpus": True, "chunk": True, "rank": 7}


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ((OTHER,), INDEXED, "missed_untested"),  # another passage of the gold document states it
        ((OTHER,), {**INDEXED, "literal": False}, "not_looked_up"),
        ((OTHER,), {**INDEXED, "chunk": False}, "never_in_corpus"),  # the document states it, no passage whole
        ((GOLD,), {**INDEXED, "chunk": False}, "not_used"),
        ((AWAY,), {**INDEXED, "corpus": False, "chunk": False, "literal": False}, "never_in_corpus"),
        ((AWAY,), INDEXED, "missed_untested"),
    ],
)
def test_what_the_whole_index_holds_tells_a_missed_passage_from_one_that_states_nothing(given, known, expected) -> None:
    predictions = {"rag": {"q": Prediction("q", "", given)}}
    assert cause(gather_facts([Q], scores({"rag": "kS"}, Q), predictions, {"q": known}), "rag", Q) == expected


def test_a_question_without_gold_document_is_looked_up_in_every_passage_that_was_found() -> None:
    loose = Example("l", "How long?", ("59 months",), group="l")
    assert found_cause("rag", {"rag": "kS"}, {"rag": (OTHER,)}, loose) == "no_gold"
    assert found_cause("rag", {"rag": "kS"}, {"rag": (AWAY,)}, loose) == "not_used"


def test_yes_and_no_are_not_looked_up_in_passages() -> None:
    polar = Example("p", "Is it blue?", ("no",), documents=("pump.md",), group="p")
    given = {"rag": (OTHER,), "oracle": (OTHER,)}
    assert found_cause("rag", {"rag": "kS", "oracle": "kS"}, given, polar) == "not_looked_up"


def test_a_part_of_a_number_or_word_states_nothing() -> None:
    short = Example("n", "How many?", ("9",), documents=("pump.md",), group="n")
    assert found_cause("rag", {"rag": "kS", "oracle": "kS"}, {"rag": (GOLD,), "oracle": (GOLD,)}, short) == (
        "never_in_corpus"
    )


def test_the_same_quantity_in_another_notation_states_the_answer() -> None:
    written = Example("w", "How long?", ("59 month",), documents=("pump.md",), group="w")
    assert found_cause("rag", {"rag": "kS"}, {"rag": (GOLD,)}, written) == "not_used"


@pytest.mark.parametrize(
    ("marks", "expected"), [("kS", "cut"), ("Ks", "cut"), ("kSR", "cut"), ("KS", None), ("S", "not_scored")]
)
def test_a_cut_reply_is_laid_to_the_limit(marks, expected) -> None:
    assert found_cause("rag", {"rag": marks}, {"rag": (GOLD,)}, finish="length") == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("the query gives 3 rows, not those of an accepted one", "other_rows"), ("the query fails: no", "query_fails")],
)
def test_a_query_is_laid_to_what_it_did(reason, expected) -> None:
    rows = [
        Score("q", "g", "base", "knowledge", "sql", True, 0.0, reason),
        Score("q", "g", "fewshot", "knowledge", "sql", True, 1.0),
    ]
    predictions = {m: {"q": Prediction("q", "SELECT 1")} for m in ("base", "fewshot")}
    assert cause(gather_facts([Q], rows, predictions), "base", Q) == expected


def test_without_style_scores_no_failure_is_one_of_form() -> None:
    only = [s for s in scores({"rag": "Ks"}, Q) if s.axis == "knowledge"]
    facts = gather_facts([Q], only, {"rag": {"q": Prediction("q", "", (GOLD,))}})
    assert cause(facts, "rag", Q) is None


def random_run(seed: int, modes: tuple[str, ...]):
    draw = random.Random(seed)
    examples, rows = [], []
    predictions: dict[str, dict[str, Prediction]] = {m: {} for m in modes}
    for i in range(40):
        answerable = draw.random() < 0.8
        documents = ("pump.md",) if draw.random() < 0.9 else ()
        answers = ("59 months",) if answerable else ()
        e = Example(f"q{i}", "?", answers, documents=documents, group=f"g{i // 2}", answerable=answerable)
        examples.append(e)
        marks = {m: draw.choice(["K", "k", "k", "", "kR"]) + draw.choice("Ss") for m in modes}
        rows += scores(marks, e)
        for m in modes:
            held = tuple(draw.sample([GOLD, OTHER, AWAY], 2)) if m in ("rag", "oracle") else ()
            predictions[m][e.id] = Prediction(e.id, "", held)
    return examples, rows, predictions


def failures(examples, rows, mode) -> int:
    """Counted anew: a question is right only when content or refusal, and form, are there and right."""
    value = {(s.example_id, s.axis): s.value for s in rows if s.mode == mode}
    right = sum(
        (value[e.id, "knowledge"] == 1.0 if e.answerable else value[e.id, "abstention"] == 1.0)
        and value[e.id, "style"] == 1.0
        for e in examples
    )
    return len(examples) - right


@pytest.mark.parametrize("modes", [("base", "rag", "oracle", "ft"), ("base", "ft"), ("rag",), ("rag", "oracle")])
@pytest.mark.parametrize("seed", range(5))
def test_causes_sum_to_the_failures_and_nothing_is_nan(seed, modes) -> None:
    examples, rows, predictions = random_run(seed, modes)
    found = attribute(examples, rows, predictions)
    assert "NaN" not in json.dumps(found)
    for mode in modes:
        arm = found["arms"][mode]
        assert arm["failed"] == failures(examples, rows, mode) == len(found["questions"][mode])
        for kind in ("causes", "memory"):
            assert sum(c["count"] for c in arm[kind].values()) == arm["failed"]
            assert sum(c["of_failed"]["mean"] for c in arm[kind].values()) == pytest.approx(1, abs=1e-3)
        for name, c in arm["causes"].items():
            assert name in CAUSES
            assert c["of_all"]["mean"] == pytest.approx(c["count"] / arm["n"], abs=1e-4)
            assert c["of_failed"]["low"] <= c["of_failed"]["mean"] <= c["of_failed"]["high"]
            assert c["of_failed"]["n"] == arm["failed"]
