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
    ],
)
def test_the_share_of_stated_sentences(reply: str, stated: int) -> None:
    assert claim_recall(reply, [GOLD], "What happens?") == pytest.approx(stated / 3)
