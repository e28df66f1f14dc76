"""`claims`: which share of an accepted answer's sentences does a reply state? For answers that are paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from eval.metrics.knowledge.alias import STOP, words
from eval.metrics.knowledge.denial import denies
from eval.metrics.knowledge.discourse import kept
from eval.metrics.knowledge.gold import is_said
from eval.metrics.knowledge.match import agrees
from eval.metrics.knowledge.opposites import turned_round
from eval.metrics.knowledge.stance import asserted

SHARE = 0.6
"""A sentence is stated where the reply has so large a share of its words, with all of its numbers and names."""
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2})[.!?]\s+|(?<=\d)\.\s+(?=[A-Z])|[。！？؟\n]")


LONG, LONG_UNSPACED = 25, 60
"""An accepted answer with more words, or characters of Chinese, Japanese or Thai, is a paragraph."""
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


def is_paragraph(answer: str) -> bool:
    """Whether an accepted answer is too long for a metric that asks whether a reply names it."""
    return len(answer.split()) > LONG or len(_UNSPACED.findall(answer)) > LONG_UNSPACED


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence of an accepted answer, prepared once for all replies."""

    text: str
    own: str
    """It without the blanks around it, its first letter small: a capital there makes no name."""
    wanted: tuple[str, ...]
    """Its different words that are no mere grammar."""


def claim_recall(given: str, answers: Sequence[str], question: str = "") -> float:
    """The share of the best accepted answer's sentences that a reply states, in [0, 1]; 0 for an empty reply.

    Evidence is lexical: a sentence of the reply, or two in a row, hold SHARE of the claim's words, every number and
    name of it that the question does not give, a denial where the claim has one and none where it has none, and no word
    in place of its opposite.
    """
    sentences = [s for s, _ in kept([(s, "") for s in _SENTENCE.split(given) if s.strip()], question)]
    windows = sentences + [f"{a} {b}" for a, b in pairwise(sentences)]
    said = tuple({word: None for window in windows for word in words(window)})
    best = 0.0
    for answer in answers:
        claims = [c for c in _claims(answer) if _is_near(c, said)]  # no window holds more than all of them
        if claims and best < 1:
            stated = sum(any(_states(w, c, question) for w in windows) for c in claims)
            best = max(best, stated / len(_claims(answer)))
    return best


@lru_cache(maxsize=4096)
def _claims(answer: str) -> tuple[_Claim, ...]:
    found = [(c, c.strip()) for c in _SENTENCE.split(answer) if c.strip()]
    return tuple(
        _Claim(c, own[:1].lower() + own[1:], tuple(w for w in dict.fromkeys(words(c)) if w not in STOP))
        for c, own in found
    )


def _is_near(claim: _Claim, said: tuple[str, ...]) -> bool:
    """Whether SHARE of a claim's words are said."""
    return sum(is_said(w, said, False, initial=False) for w in claim.wanted) >= SHARE * len(claim.wanted)


def _states(window: str, claim: _Claim, question: str) -> bool:
    said = words(window)
    if not _is_near(claim, said) or denies(claim.text) != denies(window) or turned_round(words(claim.text), said):
        return False
    return agrees(window, claim.own, question) and bool(asserted(window, claim.text))
