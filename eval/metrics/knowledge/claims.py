"""`claims`: which share of an accepted answer's sentences does a reply state? For accepted answers that are "
"paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


def claim_recall(given: str, answers: Sequence[str], question: str = "") -> float:
    """The share of the best accepted answer's sentences that a reply states, in [0, 1]; 0 for an empty reply.

    Evidence is lexical: a sentence of the reply, or two in a row, hold SHARE of the claim's words, every number and
    name of it that the question does not give, a denial where the claim has one and none where it has none, and no word
    in place of its opposite.
    """
    sentences = [s for s, _ in kept([(s, "") for s in _SENTENCE.split(given) if s.strip()], question)]
    windows = sentences + [f"{a} {b}" for a, b in pairwise(sentences)]
    return max((_recall(windows, a, question) for a in answers), default=0.0)


def _recall(windows: Sequence[str], answer: str, question: str) -> float:
    claims = [c for c in _SENTENCE.split(answer) if c.strip()]
    return sum(any(_states(w, c, question) for w in windows) for c in claims) / len(claims) if claims else 0.0


def _states(window: str, claim: str, question: str) -> bool:
    wanted = [w for w in dict.fromkeys(words(claim)) if w not in STOP]
    said = words(window)
    found = sum(is_said(w, said, False, initial=False) for w in wanted)
    if found < SHARE * len(wanted) or denies(claim) != denies(window) or turned_round(words(claim), said):
        return False
    own = claim.strip()
    return agrees(window, own[:1].lower() + own[1:], question) and bool(asserted(window, claim))
