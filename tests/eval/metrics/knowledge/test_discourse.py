"""What a reply sets aside is not its answer; what it holds against it is, in one sentence or over several."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.discourse import final, kept, uncrossed
from eval.metrics.knowledge.metric import METRICS

ENGLISH = [
    "Many people say {no}. In fact, it is {yes}.",
    "I first thought it was {no}, but on rereading the passage it is {yes}.",
    "The document mentions {no}, but that is not what the question asks. The answer is {yes}.",
    "Answer: {yes}\n\nThe other options, such as {no}, are wrong.",
    "**Candidates:** {no}, {yes}\n\n**Final answer:** {yes}",
    "Let me think. One might say {no}. However, the passage says otherwise. So the final answer is {yes}.",
    "Is it {no} or the like? No, that is a common mistake. It is {yes}.",
    "~~{no}~~ {yes}",
    "<p>It is <del>{no}</del> <b>{yes}</b>.</p>",
    "| Candidate | Correct? |\n|---|---|\n| {no} | no |\n| {yes} | yes |",
    "- {no} ❌\n- {yes} ✅",
    "According to the document: {yes}. I do not have any further information.",
]
OTHERS = [
    "Viele sagen {no}. Tatsächlich ist es {yes}.",
    "Das Dokument erwähnt {no}, aber danach ist nicht gefragt. Die Antwort lautet {yes}.",
    "{no} ist falsch; richtig ist {yes}.",
    "Der Abschnitt sagt nicht, ob es {no} ist. Es ist {yes}.",
    "Beaucoup disent {no}. En fait, c'est {yes}.",
    "Muchos creen que es {no}. En realidad es {yes}.",
    "很多人说是{no}，其实是{yes}。",
    "文档提到了{no}，但这不是问题所问的。答案是{yes}。",
    "我一开始以为是{no}，但重新阅读后发现是{yes}。",
    "是《{no}》吗？不，答案是{yes}。",
]


@pytest.mark.parametrize("metric", ["match", "contains"])
@pytest.mark.parametrize("form", [*ENGLISH, *OTHERS])
def test_what_is_set_aside_is_no_answer_and_what_is_held_against_it_is(form: str, metric: str) -> None:
    reply = form.format(no="Bremen", yes="Lisbon")
    assert METRICS[metric](reply, ["Lisbon"], "Which port is it?") == 1.0
    assert METRICS[metric](reply, ["Bremen"], "Which port is it?") == 0.0


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("Many people say Bremen. In fact, it is Lisbon.", "Which port do people say it is?"),
        ("| Bremen | no |\n| Lisbon | yes |", "Which candidate is wrong?"),
        ("Some say Bremen. Its harbour is old.", "Which port is it?"),
        ("Is it Bremen? Not only Bremen: it is Bremen and its river.", "Which port is it?"),
        ("Bremen. The final answer is given above.", "Which port is it?"),
        ("The tag is Bremen <code>.", "Which port is it?"),
    ],
)
def test_nothing_is_set_aside_that_is_asked_for_or_has_nothing_against_it(reply: str, question: str) -> None:
    assert METRICS["contains"](reply, ["Bremen"], question) == 1.0


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("- Lisbon\n- Bremen\n- Porto\n- Faro", 0.0),
        ("- Bremen\n- in the north\n- on the Weser", 1.0),  # the others tell more of the first
        ("mayor, council, Bremen, port, harbour", 0.0),
        ("the harbour town, Bremen, on the Weser", 1.0),
        ("里斯本、汉堡、波尔图、法鲁", 0.0),
    ],
)
def test_a_bare_list_that_does_not_begin_with_the_answer_is_a_list_of_guesses(reply: str, value: float) -> None:
    answers = ["Bremen", "汉堡"]
    assert METRICS["contains"](reply, answers, "Which town is it?") == value


def test_signs_that_an_accepted_answer_has_are_no_markup() -> None:
    assert METRICS["contains"]("Use <b>.", ["<b>"], "Which tag makes text bold?") == 1.0
    assert METRICS["exact"]("<b>42</b>", ["42"]) == 1.0


def test_texts_in_which_nothing_is_set_aside_are_as_they_were() -> None:
    text = "Bremen. It lies on the Weser."
    assert final(text) == uncrossed(text, "") == text
    assert kept([("Bremen", "."), ("It lies on the Weser", ".")], "") == [
        ("Bremen", "."),
        ("It lies on the Weser", "."),
    ]
