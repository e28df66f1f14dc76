"""`claims`: which share of an accepted answer's sentences does a reply state? For answers that are paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from eval.metrics.knowledge.alias import STOP, words
from eval.metrics.knowledge.claim_order import is_contrary, is_ordered, order
from eval.metrics.knowledge.denial import denies
from eval.metrics.knowledge.discourse import kept
from eval.metrics.knowledge.gold import is_said
from eval.metrics.knowledge.match import agrees
from eval.metrics.knowledge.opposites import turned_round
from eval.metrics.knowledge.stance import asserted

SHARE = 0.6
"""A sentence is stated where the reply has so large a share of its words, with all of its numbers and names."""
DENIED = 0.5
"""What the stated sentences count for where the reply denies another: whoever believes it all is led wrong."""
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
    unspaced: bool
    """Whether it is written without blanks."""


def claim_recall(given: str, answers: Sequence[str], question: str = "") -> float:
    """The share of the best accepted answer's sentences that a reply states, in [0, 1]; 0 for an empty reply.

    Evidence is lexical: a sentence of the reply, or two in a row, hold SHARE of the claim's words, by and large in its
    order, every number and name of it that the question does not give, a denial where the claim has one and none of a
    word where it has none, and no word in place of its opposite. A reply that denies one of the sentences gets DENIED
    of the rest.
    """
    every = [s for s in _SENTENCE.split(given) if s.strip()]
    sentences = [s for s, _ in kept([(s, " ") for s in every], question)]
    windows = sentences + [f"{a} {b}" for a, b in pairwise(sentences)]
    said = tuple({word: None for text in (*every, *windows) for word in words(text)})
    best = 0.0
    for answer in answers:
        claims = [c for c in _claims(answer) if _is_near(c, said)]  # no window holds more than all of them
        if claims and best < 1:
            best = max(best, _share(claims, windows, every, question) / len(_claims(answer)))
    return best


def _share(claims: Sequence[_Claim], windows: Sequence[str], every: Sequence[str], question: str) -> float:
    """How many of the claims are stated; fewer where one of the others is denied, none where all are out of order."""
    found = [(c, next((w for w in windows if _states(w, c, question)), None)) for c in claims]
    stated = [order(c.wanted, words(w)) for c, w in found if w is not None]
    unspaced = all(c.unspaced for c in claims)
    if not is_ordered(stated, unspaced):
        return 0.0
    left = [c for c, w in found if w is None]
    denied = stated and any(_contradicts(s, c, question, s not in windows) for c in left for s in every)
    return len(stated) * (DENIED if denied else 1.0)


@lru_cache(maxsize=4096)
def _claims(answer: str) -> tuple[_Claim, ...]:
    found = [(c, c.strip()) for c in _SENTENCE.split(answer) if c.strip()]
    return tuple(
        _Claim(
            c,
            own[:1].lower() + own[1:],
            tuple(w for w in dict.fromkeys(words(c)) if w not in STOP),
            2 * len(_UNSPACED.findall(c)) > len(c),
        )
        for c, own in found
    )


def _is_near(claim: _Claim, said: tuple[str, ...]) -> bool:
    """Whether SHARE of a claim's words are said."""
    return sum(is_said(w, said, False, initial=False) for w in claim.wanted) >= SHARE * len(claim.wanted)


def _states(window: str, claim: _Claim, question: str) -> bool:
    said = words(window)
    if not _is_near(claim, said) or turned_round(words(claim.text), said):
        return False
    if denies(claim.text) and not denies(window):
        return False
    if not agrees(window, claim.own, question) or not is_ordered([order(claim.wanted, said)], claim.unspaced):
        return False
    return not is_contrary(claim.text, claim.wanted, window) and bool(asserted(window, claim.text))


def _contradicts(sentence: str, claim: _Claim, question: str, set_aside: bool) -> bool:
    """Whether a sentence says of a claim, in its words, that it is not so."""
    if not _is_near(claim, words(sentence)) or not agrees(sentence, claim.own, question):
        return False
    return set_aside or is_contrary(claim.text, claim.wanted, sentence)
