"""Which replies refuse, by the wording that a data set asks for or by another that means the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.metrics.knowledge.refusal import refuses

CASES = Path(__file__).parents[3] / "cases" / "refusal_cases.jsonl"
IDK, NOF = "I don't know", "Not on file"
REPLIES = [
    (IDK, "I don’t know.", 1),
    (IDK, "I'm sorry, but I don't know.", 1),
    (IDK, "Unfortunately, I cannot answer this question.", 1),
    (IDK, "The documents do not mention it.", 1),
    (IDK, "I have no idea", 1),
    (IDK, "It is 24 months.", 0),
    (IDK, "It is 24 months. I don't know more.", 0),
    (NOF, "Not on file.", 1),
    (NOF, "not on file", 1),
    (NOF, "If the papers do not say, reply 'Not on file.'", 0),
    (NOF, 'If it is missing, the reply is "Not on file."', 0),
    (NOF, '"Not on file."', 1),
    (NOF, "When the papers do not say, the answer is Not on file.", 0),
    (NOF, "That is not on file.", 1),
    (NOF, "This is not on file, I am afraid.", 1),
    (NOF, 'The source is "not on file."', 1),
    (NOF, 'Status: "Not on file"', 1),
    (NOF, 'The source is "none" and the answer is 43.', 0),
    (NOF, 'The stamp that Tom put on the box is "not on file".', 0),
    (NOF, "The contract is not on file but the value is 500.", 0),
    (NOF, "I don't know.", 1),
    (NOF, "", 0),
    ("none", "none", 1),
    ("none", "None.", 1),
    ("none", "None of them are listed.", 0),
    ("none", "The answer is none.", 1),
    ("unknown", "Unknown", 1),
    ("unknown", "by unknown masons in 1200", 0),
    ("unknown", "The answer is unknown.", 1),
    ("N/A", "n/a", 1),
    ("N/A", "N.A.", 1),
    ("N/A", "Na is sodium", 0),
    ("모르겠습니다", "잘 모르겠습니다.", 1),
    ("모르겠습니다", "모르겠네요", 1),
    ("모르겠습니다", "모릅니다.", 1),
    ("모르겠습니다", "모르겠지만 아마 24개월일 것입니다.", 0),
    ("모르겠습니다", "24개월입니다.", 0),
    ("모르겠습니다", "자료가 없으면 '모르겠습니다'라고 답하세요.", 0),
    ("자료에 없습니다", "자료에 없습니다.", 1),
    ("자료에 없습니다", "자료에 없어요.", 1),
    ("Weiß ich nicht", "Das weiß ich leider nicht.", 1),
    ("Ich weiß es nicht", "Ich weiß es nicht.", 1),
    ("Ich weiß es nicht", "Ich weiß nicht, vielleicht 24 Monate.", 0),
    ("Ich weiß es nicht", "Falls es fehlt: 'Ich weiß es nicht'.", 0),
    ("Je ne sais pas", "Je ne sais pas.", 1),
    ("Je ne sais pas", "Désolé, je ne sais pas.", 1),
    ("No lo sé", "No sé.", 1),
    ("No lo sé", "No lo sé, pero creo que son 24 meses.", 0),
    ("我不知道", "我不知道。", 1),
    ("我不知道", "抱歉，我不知道。", 1),
    ("我不知道", "不清楚。", 1),
    ("我不知道", "如果没有，请回答“我不知道”。", 0),
    ("わかりません", "申し訳ありませんが、分かりません。", 1),
    ("わかりません", "わかりません", 1),
    ("Не знаю", "Я не знаю.", 1),
    ("Не знаю", "К сожалению, не знаю.", 1),
    ("لا أعرف", "لا أعرف", 1),
    ("لا أعرف", "عذرا، لا أعلم.", 1),
    (IDK, "I don't know, you can ask the front desk.", 1),
    (IDK, "I don't know if it is 24 or 36 months.", 0),
    (IDK, "The pump is known as Echo.", 0),
    (IDK, "I know it: the echo pump.", 0),
    (NOF, "<think>maybe 24</think>Not on file.", 1),
    (NOF, "The passages say: Not on file.", 1),
    (NOF, "I looked at every paper. Not on file.", 1),
    ("No answer", "No answer is needed: it is automatic.", 0),
    ("not specified", "Not specified.", 1),
    ("not specified", "It's not specified in the handbook.", 1),
    ("Not found", "Not found in the documents", 1),
    (IDK, "I dunno", 1),
    (IDK, "There is no information about this in the passages.", 1),
    (IDK, "The information is not provided.", 1),
    ("I don't know.", "I do not know that.", 1),
    (IDK, "I don't have that information.", 1),
    (IDK, "I am not sure.", 1),
    (IDK, "I can't say.", 1),
    (IDK, "Sorry, no idea!", 1),
]


@pytest.mark.parametrize(("wording", "reply", "expected"), REPLIES)
def test_a_refusal_is_asserted_and_gives_no_answer(wording: str, reply: str, expected: int) -> None:
    assert refuses(reply, wording) is bool(expected)


def test_the_cases_hold() -> None:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        assert refuses(case["reply"], case["refusal"]) is case["refuses"], case


def test_without_a_wording_general_refusals_count() -> None:
    assert refuses("I have no idea.", None) and not refuses("24 months", None)


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ('The source is "None" and the answer is "Not on file."', True),
        ('The answer to this question is "Not on file".', True),
        ('Answer: "Not on file."', True),
        ('If no paper tells, the source is "none" and the answer is "Not on file."', False),
        ('The rule says to write "Not on file." when nothing is found.', False),
        ('The answer is "7 May".', False),
    ],
)
def test_what_is_given_as_the_answer_is_said_though_it_stands_in_quotes(reply: str, refused: bool) -> None:
    assert refuses(reply, "Not on file") is refused


def test_a_relative_clause_about_somebody_refuses_nothing() -> None:
    assert not refuses("The dog was taken in by Tom Ashdown, who is not on file.", "Not on file.")
    assert not refuses("Tom Ashdown, who is not on file, took it in.", "Not on file.")
    assert refuses("The owner of the dog is not on file.", "Not on file.")
