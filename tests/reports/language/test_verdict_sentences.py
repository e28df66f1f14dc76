"""Sentences of decisions that no invented run has: each is translated into Korean, with what varies in it.

`test_verdict_sentences.txt` has one of each kind that reasons, caveats, warnings and verdicts may hold, a line each.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.arms.modes import MODES
from reports.language.language import in_language, translate

SENTENCES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
ENGLISH = re.compile(r"(?<![\w./-])[A-Za-z][a-z’']*[,;:]? [a-z]{2,}")
"""Two words in a row."""


@pytest.mark.parametrize("sentence", [*SENTENCES, *(m.use for m in MODES.values() if m.use)])
def test_no_two_words_of_english_are_left(sentence: str) -> None:
    with in_language("ko"):
        said = translate(sentence)
    assert not ENGLISH.search(re.sub("`[^`]*`", "", said)), said
    assert translate(sentence) == sentence
