"""Which options a reply picks, whatever the marks of the list and of the reply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.choice import named_options, picks
from eval.metrics.knowledge.choice_options import options, with_options
from eval.metrics.knowledge.metric import score_knowledge

CASES = Path(__file__).parents[3] / "cases"
Q = "Which gas do plants absorb?\nA) Oxygen\nB) Carbon dioxide\nC) Nitrogen\nD) Helium"
N = "Which gas do plants absorb?\n1. Oxygen\n2. Carbon dioxide\n3. Nitrogen"
M = "Which are metals?\nA. Iron\nB. Sulfur\nC. Copper\nD. Neon"
PICKS = [
    (Q, ["B"], "B) Oxygen", 0),
    (Q, ["B"], "A) Oxygen", 0),
    (Q, ["B"], "**B) Carbon dioxide**", 1),
    (Q, ["B"], "A or B", 0),
    (Q, ["B"], "The answer is A or B.", 0),
    (Q, ["B"], "It is not B.", 0),
    (Q, ["B"], "Not B but C.", 0),
    (Q, ["B"], "I choose B.", 1),
    (Q, ["B"], "The final answer is $\\boxed{\\textbf{B}}$.", 1),
    (Q, ["B"], "Answer: A. Wait, the answer is B.", 1),
    (Q, ["B"], "Die Antwort ist B.", 1),
    (Q, ["B"], "La réponse est B.", 1),
    (Q, ["B"], "La respuesta correcta es B", 1),
    (Q, ["B"], "答案是B。", 1),
    (Q, ["B"], "正解はBです。", 1),
    (Q, ["B"], "Правильный ответ: B", 1),
    (Q, ["B"], "A good choice is B", 1),
    (Q, ["A"], "A good choice is B", 0),
    (Q, ["B"], '{"answer": "B"}', 1),
    (Q, ["B"], "<answer>B</answer>", 1),
    (Q, ["B"], "Option (B)", 1),
    (Q, ["B"], "[B]", 1),
    (Q, ["B"], "b", 1),
    (Q, ["B"], "(B)", 1),
    (Q, ["B"], "B: Carbon dioxide", 1),
    (Q, ["B"], "Plants absorb carbon dioxide.", 1),
    (Q, ["B"], "Carbon dioxide and nitrogen", 0),
    (Q, ["B"], "", 0),
    (Q, ["B"], "I do not know.", 0),
    (Q, ["B"], "A: plants give off oxygen, so it is wrong.\nB: they take in CO2. The answer is B", 1),
    (Q, ["Carbon dioxide"], "B", 1),
    (Q, ["B) Carbon dioxide"], "b", 1),
    (Q, ["B"], "(A) Oxygen (B) Carbon dioxide", 0),
    (Q, ["B"], "A) Oxygen\nB) Carbon dioxide\nC) Nitrogen\nD) Helium", 0),
    (N, ["2"], "2", 1),
    (N, ["2"], "2.", 1),
    (N, ["2"], "2) Carbon dioxide", 1),
    (N, ["2"], "②", 1),
    (N, ["2"], "정답은 2번입니다.", 1),
    (N, ["2"], "1", 0),
    (N, ["2"], "There are 2 reasons: it is nitrogen.", 0),
    (N, ["2"], "Number 2", 1),
    (N, ["2"], "The second one", 0),
    (M, ["A, C"], "A and C", 1),
    (M, ["A, C"], "A", 0),
    (M, ["A, C"], "A, B and C", 0),
    (M, ["AC"], "C, A", 1),
    (M, ["A, C"], "Iron and copper", 1),
    (M, ["Iron, Copper"], "The answers are A and C.", 1),
    (M, ["A, C"], "A or C", 0),
    (M, ["A", "C"], "C", 1),
    (M, ["A, C"], "A. Iron\nC. Copper", 1),
    ("식물은 무엇을 흡수합니까?\n① 산소\n② 이산화탄소\n③ 질소", ["②"], "②", 1),
    ("식물은 무엇을 흡수합니까?\n① 산소\n② 이산화탄소\n③ 질소", ["2"], "정답은 ②번입니다.", 1),
    ("식물은 무엇을 흡수합니까?\n① 산소\n② 이산화탄소\n③ 질소", ["이산화탄소"], "2번", 1),
    ("식물은? ㄱ. 산소 ㄴ. 이산화탄소", ["ㄴ"], "ㄴ", 1),
    ("Pick: [A] red [B] blue", ["B"], "blue", 1),
    ("Pick (a) red, (b) blue or (c) green?", ["b"], "(b)", 1),
    ("Pick (a) red, (b) blue or (c) green?", ["c"], "green", 1),
    ("Which?\n**A.** red\n**B.** blue", ["B"], "B.", 1),
    ("哪个？\nA、红\nB、蓝", ["B"], "选B", 1),
    ("哪个？\nA．红\nB．蓝", ["B"], "蓝", 1),
    ("Что?\nА) медь\nБ) цинк", ["Б"], "Б", 1),
    ("Is it i) red ii) blue?", ["ii"], "ii", 1),
    ("What is in vitamin?\nA) A good idea\nB) B vitamins", ["B"], "B vitamins", 1),
    ("How many?\nA) 1\nB) 2\nC) 3", ["B"], "2", 1),
    ("How many?\nA) 1\nB) 2\nC) 3", ["C"], "The answer is 3.", 1),
    ("How many?\n1) 10\n2) 20", ["2"], "20", 1),
    ("Which letter comes first?", ["A"], "A", 1),
    ("Which letter comes first?", ["A"], "The answer is B", 0),
    (Q, ["B"], "I'd go with B.", 1),
    (Q, ["B"], "It should be B", 1),
    (Q, ["B"], "B, since plants take in CO2.", 1),
    (Q, ["D"], "D", 1),
    (Q, ["D"], "I don't think it is D.", 0),
    (Q, ["B"], "The answer is B, not A.", 1),
    (Q, ["B"], "Could be B or C", 0),
    (Q, ["B"], "Among the options, A and C are wrong and D is a noble gas. B is the right one.", 1),
    (Q, ["C"], "None of them", 0),
    (
        Q,
        ["B"],
        "The correct option is\n\n**B) Carbon dioxide**\n\nPlants need it for photosynthesis and release oxygen.",
        1,
    ),
]


@pytest.mark.parametrize(("question", "answers", "reply", "value"), PICKS)
def test_the_picked_options_are_the_accepted_ones(question: str, answers: list[str], reply: str, value: int) -> None:
    assert picks(reply, answers, question) == value


@pytest.mark.parametrize("name", ["choice_cases", "choice_list_cases"])
def test_the_cases_hold(name: str) -> None:
    config = Knowledge(metric="choice", answer="$.answer")
    for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        said = score_knowledge(config, case["reply"], case["answers"], question=case["question"])
        assert bool(said) is case["right"], case


def test_a_question_without_options_is_an_error_and_not_another_metric() -> None:
    with pytest.raises(ValueError, match="lists no options"):
        picks("red", ["red"], "Which colour?")


def test_options_of_a_row_stand_behind_its_question() -> None:
    asked = with_options("Which colour?", ["red", "blue"])
    assert asked == "Which colour?\nA) red\nB) blue"
    assert options(asked) == {"A": "red", "B": "blue"}
    assert with_options(asked, ["red", "blue"]) == asked


def test_an_accepted_answer_names_options_by_label_or_text() -> None:
    known = {"A": "red", "B": "blue", "C": "green"}
    for answer, labels in {"A": "A", "b": "B", "(C)": "C", "blue": "B", "A, C": "AC", "AC": "AC", "red; green": "AC",
                           "B) blue": "B", "D": "", "yellow": ""}.items():  # fmt: skip
        assert named_options(answer, known) == frozenset(labels), answer
