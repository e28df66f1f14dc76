"""Which of two rivals a reply asserts: the subject of the comparison, the doer of the act."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.match import match
from eval.metrics.knowledge.rivals import rivals

ASSERTED = [
    ("Which is colder, Oslo or Rome?", "Rome", "Oslo is colder than Rome.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo is colder than Rome.", 1),
    ("Which is colder, Oslo or Rome?", "Oslo", "Rome is warmer than Oslo.", 1),
    ("Which is colder, Oslo or Rome?", "Rome", "Rome is warmer than Oslo.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo", 1),
    ("Which is colder, Oslo or Rome?", "Rome", "Oslo", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo, not Rome.", 1),
    ("Which is colder, Oslo or Rome?", "Rome", "Oslo, not Rome.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo or Rome.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo has 3 degrees, Rome has 15.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Both Oslo and Rome are cities.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo is the colder one; Rome is mild.", 1),
    ("Which is colder, Oslo or Rome?", "Rome", "Oslo is the colder one; Rome is mild.", 0),
    ("Which is colder, Oslo or Rome?", "Oslo", "Oslo is warmer.", 0),
    ("Who was faster, Ann or Ben?", "Ben", "It was Ann who overtook Ben.", 0),
    ("Who was faster, Ann or Ben?", "Ann", "It was Ann who overtook Ben.", 1),
    ("Who was faster, Ann or Ben?", "Ann", "Ben was overtaken by Ann.", 1),
    ("Who was faster, Ann or Ben?", "Ben", "Ben was overtaken by Ann.", 0),
    ("Who was faster, Ann or Ben?", "Ann", "Ann was faster than Ben.", 1),
    ("Who was faster, Ann or Ben?", "Ann", "Ben was slower than Ann.", 1),
    ("Who was faster, Ann or Ben?", "Ann", "Ann beat Ben.", 1),
    ("Who was faster, Ann or Ben?", "Ben", "Ann beat Ben.", 0),
    ("Who was overtaken, Ann or Ben?", "Ben", "Ann overtook Ben.", 1),
    ("Who was overtaken, Ann or Ben?", "Ann", "Ann overtook Ben.", 0),
    ("Who was overtaken, Ann or Ben?", "Ben", "Ben was overtaken by Ann.", 1),
    ("Is copper or zinc denser?", "copper", "Copper is denser than zinc.", 1),
    ("Is copper or zinc denser?", "zinc", "Copper is denser than zinc.", 0),
    ("Did Ann or Ben sign first?", "Ben", "Ben signed first, Ann signed later.", 1),
    ("Did Ann or Ben sign first?", "Ann", "Ben signed first, Ann signed later.", 0),
    ("Welche Stadt ist kälter, Oslo oder Rom?", "Rom", "Oslo ist kälter als Rom.", 0),
    ("Welche Stadt ist kälter, Oslo oder Rom?", "Oslo", "Oslo ist kälter als Rom.", 1),
    ("Quelle ville est plus froide, Oslo ou Rome ?", "Rome", "Oslo est plus froide que Rome.", 0),
    ("¿Qué ciudad es más fría, Oslo o Roma?", "Oslo", "Oslo es más fría que Roma.", 1),
    ("오슬로와 로마 중 어디가 더 춥습니까?", "로마", "오슬로가 로마보다 더 춥습니다.", 0),
    ("오슬로와 로마 중 어디가 더 춥습니까?", "오슬로", "오슬로가 로마보다 더 춥습니다.", 1),
    ("奥斯陆和罗马哪个更冷？", "奥斯陆", "奥斯陆比罗马更冷。", 1),
    ("奥斯陆和罗马哪个更冷？", "罗马", "奥斯陆比罗马更冷。", 0),
    ("Which of the two plans, Basic or Premium, is cheaper?", "Basic", "Basic is cheaper than Premium.", 1),
    ("Which plan costs more, Basic or Premium?", "Premium", "Premium costs more than Basic.", 1),
    ("Which plan costs more, Basic or Premium?", "Premium", "Basic costs less than Premium.", 1),
]


@pytest.mark.parametrize(("question", "answer", "reply", "value"), ASSERTED)
def test_the_asserted_one_counts(question: str, answer: str, reply: str, value: int) -> None:
    assert match(reply, [answer], question) == value


def test_the_rivals_stand_in_the_question() -> None:
    assert rivals("Which is colder, Oslo or Rome?", "Rome") == ("Rome", "Oslo")
    assert rivals("Which is colder, Oslo or New York?", "Oslo") == ("Oslo", "New York")
    assert rivals("Where is the plant?", "Oslo") is None


@pytest.mark.parametrize(
    ("given", "gold", "value"),
    [
        ("Junior Site Manager", "Senior Site Manager", 0),
        ("Basic Care Plan", "Premium Care Plan", 0),
        ("Deputy Chairman", "Chairman", 0),
        ("the Chairman", "Chairman", 1),
        ("long-wave radiator limit", "short-wave radiator limit", 0),
        ("Type B", "Type A", 0),
        ("Site Manager", "Senior Site Manager", 1),
        ("Whitfield", "James Whitfield", 1),
        ("Sarah Whitfield", "James Whitfield", 0),
        ("one, two, three", "three", 0),
    ],
)
def test_a_word_may_be_left_out_but_not_replaced(given: str, gold: str, value: int) -> None:
    assert match(given, [gold], "What is it called?") == value
