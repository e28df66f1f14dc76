"""Whether a reply that came to its limit says the same again and again, so that its end would never have come.

Exact repetition is found token by token (`eval.model.stopping`). Here the text is read, once it is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

P = TypeVar("P", bound=Hashable)
_ITEM = re.compile(r"^\s*\d+[.)]\s+(.*)\n", re.MULTILINE)
LISTED, SHARE_NEW = 8, 1 / 3
"""A list of so many whole items, a third of them different at most, only counts on (seen: 2 of 10 to 21; 6 of 22)."""
_MARK, _NUMBER = re.compile(r"^\s*(?:\d+|[A-Za-z])[.)]\s*"), re.compile(r"\d+")
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+|\n)")
SAID, NEW_LATE, WHOLE = 8, 1 / 3, 12
"""Of so many whole sentences, each so long, a third of the later half is new at most (seen: 0 to 2 of 6 to 11)."""
SAME_FORM = 1 / 2
"""Of the words of a sentence that one of the same form shares with it: the rest are names and numbers."""
AGAIN = 60
"""Characters at the end of a reply, some ten words, that stand earlier in it, too, numbers and marks aside."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]+|\d+")


def rambles(text: str) -> bool:
    """Whether a reply that came to its limit would never have ended: it only counts on, or goes round."""
    return counts_on(text) or goes_round(text)


def counts_on(text: str) -> bool:
    """Whether a reply is a numbered list that says the same few items over and over, so that its end never comes.

    The numbers change, so no exact repetition is found; asked of a reply that came to its limit alone.
    """
    items = [item.strip() for item in _ITEM.findall(text)]
    return len(items) >= LISTED and len(set(items)) <= SHARE_NEW * len(items)


def goes_round(text: str) -> bool:
    """Whether a reply says the same few sentences over and over, now in this order and now in that.

    So no exact repetition is found; asked of a reply that came to its limit alone.
    """
    return _few(_sentences(text), lambda late, early: late in early)


def recites(text: str) -> bool:
    """Whether a reply that came to a limit far beyond what is wanted says the same again, as it is or varied.

    Of 2,446 pieces of encyclopaedia and of research articles, where references and formulas repeat themselves, 16 are
    taken for it; so it is asked only where short replies are wanted (`eval.model.stopping.Limits.short`).
    """
    return says_again(text) or keeps_its_form(text) or lists_on(text)


def keeps_its_form(text: str) -> bool:
    """Whether a reply says sentences of the same few forms over and over, with other names and numbers in them.

    A small model recites its passages so, and goes on with ones that it invents.
    """
    whole = [tuple(_WORD.findall(sentence)) for sentence in _sentences(text)]
    return _few(whole, lambda late, early: any(_of_one_form(late, e) for e in early))


def lists_on(text: str) -> bool:
    """Whether a reply is a long list whose lines, marks and numbers aside, are the same few."""
    lines = [_NUMBER.sub("0", _MARK.sub("", line)).strip() for line in text.splitlines() if line.strip()]
    return len(lines) >= 2 * LISTED and _few(lines, lambda late, early: late in early)


def says_again(text: str) -> bool:
    """Whether the end of a reply, its numbers aside, stands earlier in it: a passage recited twice, or counting on."""
    words = ["0" if word.isdigit() else word for word in _WORD.findall(text)][:-1]  # the last one may be cut
    said = " ".join(words)
    return len(said) > AGAIN and said.find(said[-AGAIN:]) < len(said) - AGAIN


def _few(pieces: Sequence[P], known: Callable[[P, Sequence[P]], bool]) -> bool:
    """Whether there are many, and hardly any of the later half is new beside the earlier one."""
    half = len(pieces) // 2
    new = sum(not known(piece, pieces[:half]) for piece in set(pieces[half:]))
    return len(pieces) >= SAID and new <= NEW_LATE * (len(pieces) - half)


def _of_one_form(a: Sequence[str], b: Sequence[str]) -> bool:
    return (Counter(a) & Counter(b)).total() >= SAME_FORM * max(len(a), len(b), 1)


def _sentences(text: str) -> list[str]:
    return [s for sentence in _SENTENCE.findall(text) if len(s := sentence.strip()) >= WHOLE]
