"""A name that a reply only mentions behind saying that it does not know is not its answer."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.metric import METRICS
from eval.metrics.knowledge.refusal import refuses

QUESTION, ANSWER = "Who repaired the Lorne Tunnel?", "Jonas Aurell"
MENTIONED = [
    "I don't know. The report lists Jonas Aurell.",
    "The documents do not say. Jonas Aurell is mentioned.",
    "I cannot tell from the report. Jonas Aurell appears in it.",
    "The report does not say who did. It only lists Jonas Aurell as a guest.",
    "I don't know, but the report refers to Jonas Aurell.",
    "I have no idea. Jonas Aurell is a lawyer.",
]
SAID = [
    "The report lists Jonas Aurell.",
    "I don't know exactly, but Jonas Aurell repaired it.",
    "I have no idea about the date, but it was repaired by Jonas Aurell.",
    "The documents do not say when. They mention Jonas Aurell as the one who repaired it.",
    "I don't know for sure. It is Jonas Aurell.",
]
OTHERS = [
    ("Wem gehört die Krumme Föhre?", ANSWER, "Das weiß ich nicht. Jonas Aurell wird in der Akte erwähnt."),
    ("À qui appartient la Barque Bleue ?", ANSWER, "Je ne sais pas. Le document mentionne Jonas Aurell."),
    ("¿Quién es el dueño de La Barca Azul?", ANSWER, "No lo sé. El documento menciona a Jonas Aurell."),
    ("Chi è il proprietario della Barca Blu?", ANSWER, "Non lo so. Il documento cita Jonas Aurell."),
    ("Quem é o dono da Barca Azul?", ANSWER, "Não sei. O documento menciona Jonas Aurell."),
    ("Кто владелец «Синей Лодки»?", "Глеб Орлов", "Я не знаю. В документе упоминается Глеб Орлов."),
    ("누가 론 터널을 수리했습니까?", "오태식", "모르겠습니다. 보고서에 오태식이 언급되어 있습니다."),
    ("白鹭号的主人是谁？", "周立", "我不知道。文件中提到了周立。"),
    ("白鷺丸の所有者は誰ですか？", "田所誠", "分かりません。文書には田所誠が記載されています。"),
    ("من هو مالك السفينة؟", "سامي حداد", "لا أعرف. تذكر الوثيقة سامي حداد."),
]


@pytest.mark.parametrize("reply", MENTIONED)
def test_a_mention_behind_a_refusal_is_no_answer(reply: str) -> None:
    assert METRICS["match"](reply, [ANSWER], QUESTION) == 0.0


@pytest.mark.parametrize("reply", SAID)
def test_an_assertion_is_one(reply: str) -> None:
    assert METRICS["match"](reply, [ANSWER], QUESTION) == 1.0


@pytest.mark.parametrize(("question", "answer", "reply"), OTHERS)
def test_mentions_in_other_languages(question: str, answer: str, reply: str) -> None:
    assert METRICS["match"](reply, [answer], question) == 0.0


def test_a_korean_hedge_goes_on_to_an_answer() -> None:
    assert METRICS["match"]("잘 모르겠지만 오태식이 수리했습니다.", ["오태식"], "누가 론 터널을 수리했습니까?") == 1.0


def test_a_figure_that_is_mentioned_leaves_a_refusal_one() -> None:
    assert refuses("I don't know. The report lists 24 months.", "Not on file")
    assert not refuses("I don't know, but I think the report lists 24 months.", "Not on file")
    assert not refuses("I don't know exactly. It is 24 months.", "Not on file")
