"""Whether the default embedder can read a question."""

from __future__ import annotations

from typing import Any

import pytest

from rag.languages import reads

pytestmark = pytest.mark.component


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("How long is the warranty?", True),
        ("Wie lange ist die Gewährleistung für Geräte?", True),  # Latin letters: known at least by name
        ("알도르 펌프의 보증 기간은 얼마입니까?", False),
        ("水泵的保修期是多长时间？", False),
        ("Каков гарантийный срок?", False),
        ("ما هي مدة الضمان؟", False),
        ("E-4471", True),
        ("", True),
    ],
)  # fmt: skip
def test_the_script_is_known_or_not(minilm: Any, text: str, known: bool) -> None:
    assert reads(minilm, text) is known
