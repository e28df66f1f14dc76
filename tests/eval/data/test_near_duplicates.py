from __future__ import annotations

import random

import pytest

from eval.data.near_duplicates import jaccard, near_pairs, same_names, shingles


def near(one: str, other: str) -> bool:
    return bool(list(near_pairs([one], [other])))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the torque of the battery cap?", "Please tell me the torque of the battery cap."),
        ("How long is the warranty of the Echo pump?", "How long are the warranties of Echo pumps?"),
        ("Wie lange gilt die Garantie der Pumpe?", "Wie lange gilt die Garantie der Pumpen?"),
        ("港口的水深是多少？", "港口的水深是多少呢？"),
    ],
)
def test_one_question_in_nearly_the_same_words_is_near(one: str, other: str) -> None:
    assert near(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the torque of the battery cap?", "What is the price of the mooring kit?"),
        ("When was the office opened?", "Who opened the regatta?"),
        ("What is it?", "Who are they?"),
        ("?", "!"),
        ("", ""),
        ("3", "4"),
    ],
)
def test_other_questions_are_not_near(one: str, other: str) -> None:
    assert not near(one, other)


def test_short_texts_have_shingles_and_texts_without_any_are_like_nothing() -> None:
    assert shingles("What is it?") and shingles("7") and shingles("高")
    assert near("What is it?", "what is it")
    assert shingles("?!") == frozenset()
    assert jaccard(frozenset(), frozenset()) == 0
    assert list(near_pairs(["", "?"], ["", "?", "word"])) == []


def test_names_and_numbers_tell_facts_apart() -> None:
    assert not same_names("How long is the warranty of the Echo 1?", "How long is the warranty of the Echo 2?")
    assert not same_names("Is the Pike B sold here?", "Is the Pike A sold here?")
    assert not same_names("Who runs the depot in Vanmouth?", "Who runs the depot in Skerrow?")
    assert same_names("Who runs the Vanmouth depot?", "Which person runs the depot in Vanmouth?")
    assert same_names("Who runs the depot?", "At Tidewell, who runs the depot?")
    assert not same_names("Nanjing is a city in which country?", "In which country is the city of Tianjin?")
    assert not same_names("What changed in 4.1?", "What changed in 4.2?")


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9, 1.0])
def test_all_pairs_are_found_that_comparing_every_pair_finds(threshold: float) -> None:
    draw = random.Random(5)
    words = ["anchor", "anchors", "buoy", "cable", "cap", "depth", "gauge", "gauges", "tide", "tidal", "42", "7"]
    texts = [" ".join(draw.choices(words, k=draw.randint(1, 5))) for _ in range(160)]
    one, other = texts[:80], texts[80:]
    expected = {
        (i, j, round(value, 12))
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        if (value := jaccard(shingles(a), shingles(b))) >= threshold
    }
    assert expected
    assert {(i, j, round(v, 12)) for i, j, v in near_pairs(one, other, threshold=threshold)} == expected
