"""Recall of the claims of a paragraph."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.claims import claim_recall

GOLD = "The pump stops when the tank is empty. It starts again after 30 seconds. Anna Berg signs the report."


@pytest.mark.parametrize(
    ("reply", "stated"),
    [
        (GOLD, 3),
        ("When the tank is empty, the pump stops. After 30 seconds it starts again.", 2),
        ("It starts again after 40 seconds.", 0),
        ("The pump does not stop when the tank is empty.", 0),
        ("Olaf Lund signs the report.", 0),
        ("The report is signed by Anna Berg.", 1),
        ("", 0),
        ("It is not true that the pump stops when the tank is empty.", 0),
        ("It's true that the pump stops when the tank is empty.", 1),
        ("Some people claim that the pump stops when the tank is empty. In fact, it runs on.", 0),
    ],
)
def test_the_share_of_stated_sentences(reply: str, stated: int) -> None:
    assert claim_recall(reply, [GOLD], "What happens?") == pytest.approx(stated / 3)


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("Heat increases the risk of a leak in the first hour.", 1.0),
        ("The risk of a leak increases with heat in the first hour.", 1.0),
        ("Heat decreases the risk of a leak in the first hour.", 0.0),
        ("Heat increases the risk of a leak in the last hour.", 0.0),
        ("Heat increases the risk of a leak in the first hour, and cold decreases it.", 1.0),
    ],
)
def test_an_opposite_is_not_the_claim(reply: str, value: float) -> None:
    assert claim_recall(reply, ["Heat increases the risk of a leak in the first hour."]) == value


def test_the_opposite_in_another_language_is_not_the_claim_either() -> None:
    gold = "Die Temperatur steigt in der Nacht um zwei Grad."
    assert claim_recall("In der Nacht steigt die Temperatur um zwei Grad.", [gold]) == 1.0
    assert claim_recall("In der Nacht sinkt die Temperatur um zwei Grad.", [gold]) == 0.0


PARAGRAPH = (
    "The old mill on the river grinds rye for four villages in the valley. Its wheel turns only when the upper gate is "
    "open and the pond is full. Every spring the miller replaces worn paddles with planks of seasoned oak."
)


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        (
            "Villages the for rye valley mill four in old grinds the river on. Full turns gate open wheel upper "
            "pond only "
            "when. Oak spring with paddles replaces seasoned miller worn planks every.",
            0,
        ),
        (
            "Rye for four villages in the valley is ground by the old mill on the river. Only when the pond is full "
            "and the "
            "upper gate is open does its wheel turn. Worn paddles are replaced every spring by the miller, with "
            "planks of "
            "seasoned oak.",
            1,
        ),
        (
            "Every spring the miller replaces worn paddles with planks of oak. The mill on the river grinds rye for "
            "four "
            "villages in the valley. Its wheel turns only when the upper gate is open and the pond is full.",
            1,
        ),
        (PARAGRAPH.replace("grinds", "does not grind"), 1 / 3),
        ("It is not true that t" + PARAGRAPH[1:], 1 / 3),
        (PARAGRAPH + " It does not grind wheat.", 1),
        (PARAGRAPH.split(". ", 1)[1], 2 / 3),
    ],
)
def test_scrambled_words_state_nothing_and_a_denial_halves_the_rest(reply: str, value: float) -> None:
    assert claim_recall(reply, [PARAGRAPH], "What does the mill do?") == pytest.approx(value)


def test_a_sentence_that_begins_with_no_sets_nothing_aside() -> None:
    gold = "One patient had a cardiac disease. No data on other signs were reported for the cases."
    assert claim_recall(gold, [gold], "Who was ill?") == 1.0


PARAPHRASES = [
    (
        "Vaccination of pregnant women reduces the risk of severe influenza in infants during the first six "
        "months of life.",
        "During the first six months of life, infants whose mothers were vaccinated in pregnancy have a "
        "reduced risk of severe influenza.",
    ),
    (
        "The virus spreads mainly through respiratory droplets that are produced when an infected person "
        "coughs or sneezes.",
        "When an infected person coughs or sneezes, respiratory droplets are produced, and the virus spreads "
        "mainly through these.",
    ),
    (
        "The committee approved the new budget after a long debate on the cost of the harbour wall.",
        "After a long debate about the harbour wall's cost, the new budget was approved by the committee.",
    ),
    (
        "Contractors must wear a helmet and safety shoes in the loading area at all times.",
        "At all times, a helmet and safety shoes must be worn by contractors in the loading area.",
    ),
    (
        "The pump stops automatically when the water level in the upper tank falls below ten centimetres.",
        "If the level of water in the upper tank falls below ten centimetres, the pump automatically stops.",
    ),
    (
        "Employees may carry over up to five days of unused leave into the next calendar year.",
        "Up to five unused days of leave may be carried over by employees into the next calendar year.",
    ),
    (
        "A cold chain between two and eight degrees has to be kept during transport and storage of the vaccine.",
        "During storage and transport of the vaccine, a cold chain of between two and eight degrees has to be kept.",
    ),
    (
        "Die Anlage schaltet sich ab, sobald der Druck im oberen Kessel drei Bar übersteigt.",
        "Sobald im oberen Kessel der Druck drei Bar übersteigt, schaltet die Anlage sich ab.",
    ),
    (
        "La pompe s'arrête automatiquement lorsque le niveau d'eau du réservoir supérieur passe sous dix centimètres.",
        "Lorsque le niveau d'eau passe sous dix centimètres dans le réservoir supérieur, la pompe s'arrête "
        "automatiquement.",
    ),
    (
        "펌프는 상부 탱크의 수위가 10센티미터 아래로 내려가면 자동으로 멈춘다.",
        "상부 탱크의 수위가 10센티미터 아래로 내려가면 펌프는 자동으로 멈춘다.",
    ),
    (
        "Насос автоматически останавливается, когда уровень воды в верхнем баке падает ниже десяти сантиметров.",
        "Когда уровень воды в верхнем баке падает ниже десяти сантиметров, насос автоматически останавливается.",
    ),
    (
        "Heavy rain in the northern valley delayed the opening of the new railway bridge by three weeks.",
        "The opening of the new railway bridge was delayed by three weeks by heavy rain in the northern valley.",
    ),
    (
        "The museum was not open to the public until the roof had been repaired.",
        "Until the roof had been repaired, the museum was not open to the public.",
    ),
    (
        "Antibiotics do not work against viruses, so they should not be given for a common cold.",
        "Antibiotics should not be given for a common cold because they do not work against viruses.",
    ),
    (
        "No vehicle may enter the yard between noon and two o'clock, unless the guard has been told.",
        "Unless the guard has been told, no vehicle may enter the yard between noon and two o'clock.",
    ),
    (
        "The trial found no difference between the two groups in deaths, but fewer patients needed oxygen.",
        "Fewer patients needed oxygen, but in deaths the trial found no difference between the two groups.",
    ),
    (
        "The dam was built without concrete, which is why it could not be raised later.",
        "Because it was built without concrete, the dam could not be raised later.",
    ),
]


@pytest.mark.parametrize(("gold", "reply"), PARAPHRASES)
def test_passives_and_moved_clauses_say_the_same(gold: str, reply: str) -> None:
    assert claim_recall(reply, [gold]) == 1.0


def test_chinese_words_are_told_from_scrambled_ones() -> None:
    gold = "河边的旧磨坊为山谷里的四个村庄磨黑麦。只有上面的闸门打开并且池塘满水时水轮才会转动。"
    again = "山谷里的四个村庄的黑麦由河边的旧磨坊磨。池塘满水并且上面的闸门打开时，水轮才会转动。"
    shuffled = "村庄四个黑麦磨坊河边山谷旧的磨里的为的。水轮池塘转动打开满水闸门时才会并且上面的只有。"
    assert claim_recall(again, [gold]) == 1.0
    assert claim_recall(shuffled, [gold]) == 0.0
