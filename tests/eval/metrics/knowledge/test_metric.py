from __future__ import annotations

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.metric import METRICS, read_answer, score_knowledge

FIELD = Knowledge(metric="contains", answer="$.answer")


def in_field(answer: str) -> str:
    return f'{{"answer": "{answer}", "source": "pumps/echo.md"}}'


@pytest.mark.parametrize(
    ("reply", "path", "expected"),
    [
        ('{"answer": "59 months", "source": "x.md"}', "$.answer", "59 months"),
        ('Sure!\n```json\n{"answer": "59 months"}\n```\nAnything else?', "$.answer", "59 months"),
        ('{"a": {"b": "59 months"}}', "$.a.b", "59 months"),
        ('{"answer": 59}', "$.answer", "59"),
        ('{"answer": true}', "$.answer", "yes"),
        ('{"answer": false}', "$.answer", "no"),
        ('{"answer": "first"} {"answer": "second"}', "$.answer", "first"),
        ("59 months", "$.answer", "59 months"),
        ('{"other": "59 months"}', "$.answer", '{"other": "59 months"}'),
        ("{{{{", "$.answer", "{{{{"),
        ('{"answer": "59 months"}', None, '{"answer": "59 months"}'),
    ],
)
def test_the_answer_is_read_where_it_stands(reply: str, path: str | None, expected: str) -> None:
    assert read_answer(reply, path) == expected


@pytest.mark.parametrize("answer", ["59 months", "12.5 m", "3 March 2025", "Anna Berg", "yes", "1,200"])
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "It is {}.",
        "As far as the papers say, and I have looked into all of them with care for you, the answer is: {}!",
        '{{"answer": "{}", "source": "pumps/echo.md"}}',
        '{{"answer": "{}"}}',
        '```json\n{{"answer": "It is {}."}}\n```',
        'Here you are: {{"answer": "{}", "source": "none"}} Good luck.',
    ],
)
def test_the_score_does_not_move_when_only_the_form_moves(answer: str, form: str) -> None:
    wrong = {"yes": "no"}.get(answer, "Olaf Lund")
    assert score_knowledge(FIELD, form.format(answer), [answer]) == 1.0
    assert score_knowledge(FIELD, form.format(wrong), [answer]) == 0.0


@pytest.mark.parametrize(
    ("given", "gold", "value"),
    [
        ("15", "5", 0.0),
        ("12 months", "12 m", 0.0),
        ("1200 m", "1,200 m", 1.0),
        ("12m", "12 m", 1.0),
        ("12 metres", "12 m", 1.0),
        ("2025-03-03", "3 March 2025", 1.0),
        ("March 3, 2025", "3 March 2025", 1.0),
        ("4 March 2025", "3 March 2025", 0.0),
        ("50 percent", "50 %", 1.0),
        ("12 cm", "12 m", 0.0),
        ("", "12 m", 0.0),
    ],
)
def test_contains_knows_tokens_and_notations(given: str, gold: str, value: float) -> None:
    assert METRICS["contains"](given, [gold]) == value


@pytest.mark.parametrize(
    ("given", "gold", "value"),
    [
        ("Yes, after 30 days.", "yes", 1.0),
        ("No.", "yes", 0.0),
        ("Yes and no.", "yes", 0.0),
        ("Yes and no.", "no", 0.0),
        ("Nothing is known.", "no", 0.0),
        ("It may be so.", "yes", 0.0),
    ],
)
def test_yes_or_no_must_be_said_alone(given: str, gold: str, value: float) -> None:
    assert METRICS["contains"](given, [gold]) == value


def test_any_accepted_answer_will_do_and_none_gives_nothing() -> None:
    for name, metric in METRICS.items():
        if name == "choice":  # asks for options
            continue
        assert metric("7 m", ["9 m", "7 m"]) == 1.0, name
        assert metric("7 m", []) == 0.0, name


def test_a_long_reply_is_judged_as_a_short_one() -> None:
    text = " ".join(["Anna Berg", *["word"] * 400])
    for reply in (text, in_field(text)):
        assert score_knowledge(FIELD, reply, ["Anna Berg"]) == 1.0
        assert score_knowledge(FIELD, reply, ["Olaf Lund"]) == 0.0


def test_a_list_of_guesses_is_no_answer() -> None:
    names = ["Olaf Lund", "Kari Moe", "Per Aas", "Liv Dahl", "Nils Vik", "Siri Bakke", "Tor Hagen", "Anna Berg"]
    for reply in (", ".join(names), in_field(", ".join(names)), "It is " + " or ".join(names)):
        assert score_knowledge(FIELD, reply, ["Anna Berg"]) == 0.0
    assert score_knowledge(FIELD, in_field("Anna Berg"), ["Anna Berg"]) == 1.0


@pytest.mark.parametrize(
    ("given", "gold", "value"),
    [
        ("The range is 12 m", "12 metres", 1.0),
        ("12", "12", 1.0),
        ("1,200.5 kg", "1200.5 kilograms", 1.0),
        ("12 km", "12 m", 0.0),
        ("-5", "5", 0.0),
        ("13", "12", 0.0),
        ("1000000.5", "1000000", 1.0),
        ("1004000", "1000000", 1.0),  # within half a percent
        ("1006000", "1000000", 0.0),
        ("2025-03-03", "3 March 2025", 1.0),
        ("no figure", "12", 0.0),
        ("12", "no figure", 0.0),
    ],
)
def test_number_compares_value_and_unit(given: str, gold: str, value: float) -> None:
    assert METRICS["number"](given, [gold]) == value


def test_f1_is_the_harmonic_mean_of_token_precision_and_recall() -> None:
    precision, recall = 2 / 4, 2 / 3
    expected = 2 * precision * recall / (precision + recall)
    assert METRICS["f1"]("red brass pump housing", ["brass pump seal"]) == pytest.approx(expected)
    assert METRICS["f1"]("steel", ["brass"]) == 0.0


def test_exact_forgives_articles_case_and_punctuation_alone() -> None:
    assert METRICS["exact"]("The Brass pump.", ["brass pump"]) == 1.0
    assert METRICS["exact"]("brass pumps", ["brass pump"]) == 0.0
