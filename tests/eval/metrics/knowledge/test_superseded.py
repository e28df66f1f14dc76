"""What was so before is no answer to what is so now, and what is said of another is not said of it."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.discourse import labelled
from eval.metrics.knowledge.metric import METRICS

SIGNS, UNTIL, SALES = "Who signs?", "When is the deadline?", "What are the net sales?"
OLD = [
    (SIGNS, "Anna Berg", "Formerly Anna Berg, now Olaf Lund."),
    (SIGNS, "Anna Berg", "It used to be Anna Berg; now it is Olaf Lund."),
    (SIGNS, "Anna Berg", "Anna Berg has been replaced by Olaf Lund."),
    (SIGNS, "Anna Berg", "Olaf Lund replaced Anna Berg."),
    (SIGNS, "Anna Berg", "Anna Berg's deputy, Olaf Lund."),
    (UNTIL, "3 March 2025", "The deadline was moved from 3 March 2025 to 10 April 2025."),
    (UNTIL, "3 March 2025", "It used to be 3 March 2025; now it is 10 April 2025."),
    (SALES, "$82,959 million", "Net sales were $117,154 million, up from $82,959 million."),
    ("What was research and development?", "$3,482 million", "It was $28,551 million, up from $3,482 million."),
    (SALES, "$82,959 million", "Net sales rose from $82,959 million to $117,154 million."),
    ("What is the fee?", "10 €", "It was 10 € until May; now it is 12 €."),
    ("What is the fee?", "10 €", "It was 10 € until May, now it is 12 €."),
    ("Wie hoch ist die Gebühr?", "10 €", "Bis Mai waren es 10 €; jetzt sind es 12 €."),
    ("요금은 얼마입니까?", "10유로", "5월까지는 10유로였습니다. 지금은 12유로입니다."),
    (SIGNS, "Anna Berg", "Anna Berg was the signatory before Olaf Lund took over."),
    (SIGNS, "Anna Berg", "Anna Berg was the signatory until 2019, now it is Olaf Lund."),
]
NEW = [
    (SIGNS, "Olaf Lund", "Anna Berg was the signatory until 2019, now it is Olaf Lund."),
    (UNTIL, "5 May", "It was extended until 5 May."),
    ("What is the fee?", "12 €", "It was 10 € until May, now it is 12 €."),
    ("What was the fee in April?", "10 €", "It was 10 € until May; now it is 12 €."),
    (SIGNS, "Olaf Lund", "Anna Berg was the signatory before Olaf Lund took over."),
    (SIGNS, "Olaf Lund", "Formerly Anna Berg, now Olaf Lund."),
    (SIGNS, "Olaf Lund", "Anna Berg has been replaced by Olaf Lund."),
    (SIGNS, "Olaf Lund", "Olaf Lund replaced Anna Berg."),
    (SIGNS, "Anna Berg", "Anna Berg, who was replaced by Olaf Lund in sales."),
    ("Who signed before Olaf Lund?", "Anna Berg", "Olaf Lund replaced Anna Berg."),
    (SIGNS, "Anna Berg", "Anna Berg's signature is needed."),
    (UNTIL, "10 April 2025", "The deadline was moved from 3 March 2025 to 10 April 2025."),
    ("When was the deadline originally?", "3 March 2025", "It was moved from 3 March 2025 to 10 April 2025."),
    (SALES, "$117,154 million", "Net sales were $117,154 million, up from $82,959 million."),
    ("What were sales in 2022?", "$82,959 million", "Net sales rose from $82,959 million to $117,154 million in 2023."),
    ("When is it open?", "from 9 to 5", "It is open from 9 to 5."),
]


@pytest.mark.parametrize("metric", ["match", "contains"])
@pytest.mark.parametrize(
    ("question", "answer", "reply", "value"), [*((*o, 0.0) for o in OLD), *((*n, 1.0) for n in NEW)]
)
def test_what_was_before_is_no_answer(question: str, answer: str, reply: str, value: float, metric: str) -> None:
    assert METRICS[metric](reply, [answer], question) == value


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("Q3 2022: $15.3 billion; Q1 2023: $11.7 billion; Q2 2023: $12.9 billion", 1.0),
        ("Q1 2023: $15.3 billion; Q3 2022: $11.7 billion", 0.0),
        ("| Quarter | Revenue |\n|---|---|\n| Q1 2023 | $15.3 billion |\n| Q3 2022 | $11.7 billion |", 0.0),
        ("- **Q3 2022**: $15.3 billion\n- **Q1 2023**: $11.7 billion", 1.0),
        ("Q3 2022: $11.7 billion\nQ2 2023: $12.9 billion", 1.0),  # none is the label that was asked for
    ],
)
@pytest.mark.parametrize("metric", ["match", "contains", "number"])
def test_of_labelled_values_the_one_that_is_asked_for_counts(reply: str, value: float, metric: str) -> None:
    assert METRICS[metric](reply, ["$11.7 billion"], "What was the revenue in Q1 2023?") == value


def test_a_value_with_a_comma_is_no_list() -> None:
    reply = "| Quarter | Sales |\n|---|---|\n| Q3 2022 | $85,808 million |\n| Q1 2023 | $43,799 million |"
    question = "What were the sales in Q1 2023?"
    assert (
        METRICS["number"](reply, ["$43,799 million"], question)
        == METRICS["match"](reply, ["$43,799 million"], question)
        == 1
    )
    assert (
        METRICS["number"](reply, ["$85,808 million"], question)
        == METRICS["match"](reply, ["$85,808 million"], question)
        == 0
    )


def test_labels_of_a_reply_itself_are_not_those_of_a_list() -> None:
    text = "Source: page 3\nAnswer: solar"
    assert labelled(text, "What source of power?") == text
    table = "| Bolt | Torque |\n|---|---|\n| M8 | 35 Nm |\n| M9 | 40 Nm |"
    assert labelled(table, "What is the torque of the bolt?") == table  # the head of a table is no row of it
    assert labelled("Oslo: no; Rome: yes", "Is Rome open?") == "yes"
    assert labelled("Oslo: no; Rome: yes, and it is said: so", "Are Oslo and Rome open?") == (
        "Oslo: no; Rome: yes, and it is said: so"
    )
