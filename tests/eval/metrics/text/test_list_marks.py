"""Numbers before the items of an accepted list are no part of the answer."""

from __future__ import annotations

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.text.list_marks import unnumbered


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1. Fonte\n2. Lusano", "Fonte\nLusano"),
        ("3) Fonte\n\n4) Lusano\n5) Corvo", "Fonte\n\nLusano\nCorvo"),
        ("1. Fonte", "1. Fonte"),
        ("1. Fonte\n3. Lusano", "1. Fonte\n3. Lusano"),
        ("Fonte\n2. Lusano", "Fonte\n2. Lusano"),
        ("1.5 m\n2.5 m", "1.5 m\n2.5 m"),
        ("1. 20 m\n2. 30 m", "20 m\n30 m"),
    ],
)
def test_only_numbers_that_count_are_left_out(text: str, left: str) -> None:
    assert unnumbered(text) == left


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("1. Fonte\n2. Lusano", 1),
        ("Fonte and Lusano.", 1),
        ("They are Lusano and Fonte.", 1),
        ("Fonte", 0),
        ("1. Fonte\n2. Corvo", 0),
    ],
)
def test_a_numbered_list_is_met_by_its_items(reply: str, right: int) -> None:
    config = Knowledge(metric="match")
    assert score_knowledge(config, reply, ["1. Fonte\n2. Lusano"], question="Which towns have a harbour?") == right
