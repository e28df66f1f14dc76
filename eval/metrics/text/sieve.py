"""Long patterns of many wordings, tried only on texts that hold one of the letters in a row that every hit has.

The patterns of the metrics list cues in eleven languages, and most texts hold none of them. Looking first for the
letters that a hit cannot do without makes a search that finds nothing five to ten times faster, and changes no result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # it is private to Python: where it is gone, every text is searched, which is slower and no other
    parser = None

LONGEST = 6
"""So many letters of a needed row are looked for; more would only make the look longer."""
FEW = 4
"""So many rows are looked for one by one; for more a pattern is faster."""
_WRAPPERS = ("SUBPATTERN", "ATOMIC_GROUP")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


class Sieve:
    """A pattern with the methods of `re.Pattern` that the metrics use; it is compiled when a text needs it."""

    def __init__(self, pattern: str, flags: int = 0, *, first: Sequence[str] = (), glued: bool = False) -> None:
        """`first`: words of which every hit begins with one, where they are known; `glued`: more may follow."""
        self.pattern, self.flags, self.first, self.glued = pattern, flags, tuple(first), glued

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern, self.flags)

    @cached_property
    def may(self) -> Callable[[str], object]:
        """Whether a text without case holds letters of which every hit has some."""
        if self.first:
            return look((), self.first, glued=self.glued)
        return look(needed_letters(self.pattern, self.flags))

    @cached_property
    def parts(self) -> tuple[Sieve, ...]:
        """The alternatives that a pattern without groups consists of, each a sieve of its own; none for any other."""
        found = alternatives(self.pattern)
        return tuple(Sieve(p, self.flags) for p in found) if len(found) > 1 and not self.whole.groups else ()

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`: of the alternatives the leftmost hit, of several there the first alternative's."""
        folded = text.casefold()
        if not self.may(folded):
            return None
        if not self.parts:
            return self.whole.search(text)
        found = (p.whole.search(text) for p in self.parts if p.may(folded))
        return min((f for f in found if f is not None), key=lambda f: f.start(), default=None)

    def match(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.whole.match(text) if self.may(text.casefold()) else None

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return self.whole.sub(replacement, text) if self.may(text.casefold()) else text

    def findall(self, text: str) -> list[Any]:
        """As `re.Pattern.findall`."""
        return self.whole.findall(text) if self.may(text.casefold()) else []

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.whole.finditer(text) if self.may(text.casefold()) else iter(())


def look(needed: Iterable[str], first: Iterable[str] = (), *, glued: bool = False) -> Callable[[str], object]:
    """Whether a text without case holds one of the rows of letters, or one of the words `first`.

    Such a word begins where a word begins, and ends with it unless `glued`. True of every text where there are none.
    """
    rows, heads = sorted({n.casefold() for n in needed}), sorted({f.casefold() for f in first})
    if not rows and not heads:
        return lambda text: True
    if len(rows) <= FEW and not heads:
        return lambda text: any(row in text for row in rows)
    whole = [rf"(?<!\w){_tree(heads) if glued else one_of(heads)}" + ("" if glued else r"(?!\w)")] if heads else []
    return re.compile("|".join([*whole, *([_tree(rows)] if rows else [])])).search


def places_of(part: str, text: str) -> list[int]:
    """Where a part begins in a text, case aside; compiling a pattern for it would take longer than the search."""
    lower = text.lower()
    if len(lower) != len(text):  # the dotted capital I alone has a longer small letter
        return [m.start() for m in re.finditer(re.escape(part), text, re.IGNORECASE)]
    found, text, part = [], lower, part.lower()
    place = text.find(part)
    while place >= 0:
        found.append(place)
        place = text.find(part, place + max(1, len(part)))
    return found


def _tree(rows: Iterable[str]) -> str:
    """A pattern for any of the rows, each first letter once; a row that begins another stands for both."""
    behind: dict[str, list[str]] = {}
    for row in rows:
        behind.setdefault(row[:1], []).append(row[1:])
    if "" in behind:
        return ""
    return "(?:" + "|".join(re.escape(c) + _tree(rest) for c, rest in sorted(behind.items())) + ")"


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest that fits first, in which words share their beginnings.

    Under IGNORECASE a plain alternation of n words is tried word by word at each place: some 200 units took 90 µs a
    number. Words differ by case nowhere.
    """
    behind: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        behind.setdefault(word[:1], []).append(word[1:])
    ends = behind.pop("", None) is not None
    parts = [re.escape(c) + one_of(rest) for c, rest in sorted(behind.items())]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)})?" if ends else parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern, split at each `|` outside brackets."""
    found, depth, begin, place = [], 0, 0, 0
    while place < len(pattern):
        c = pattern[place]
        if c == "\\":
            place += 1
        elif c == "[":
            place = _end_of_set(pattern, place)
        elif c in "()":
            depth += 1 if c == "(" else -1
        elif c == "|" and not depth:
            found.append(pattern[begin:place])
            begin = place + 1
        place += 1
    return [*found, pattern[begin:]]


def _end_of_set(pattern: str, place: int) -> int:
    place += 2 if pattern[place + 1] == "^" else 1
    place += pattern[place] == "]"
    while pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place


def needed_letters(pattern: str, flags: int = 0) -> tuple[str, ...]:
    """Rows of letters, case aside, of which every hit of a pattern holds at least one; empty where there are none."""
    if parser is None:
        return ()
    found = _of_row(list(parser.parse(pattern, flags)))
    return tuple(sorted(found)) if found else ()


def _of_row(row: list[Any]) -> frozenset[str] | None:
    """The best of what the parts of a sequence need: the one whose shortest row of letters is longest."""
    best: frozenset[str] | None = None
    letters = ""
    for name, value in [*((str(op), av) for op, av in row), ("END", None)]:
        if name == "LITERAL":
            letters += chr(value)
            continue
        best = _better(best, frozenset({letters.casefold()[:LONGEST]}) if letters else None)
        letters = ""
        best = _better(best, _of_part(name, value))
    return best


def _of_part(name: str, value: Any) -> frozenset[str] | None:
    if name == "BRANCH":
        parts = [_of_row(list(branch)) for branch in value[1]]
        return None if None in parts else frozenset().union(*(p for p in parts if p is not None))
    if name in _WRAPPERS:
        return _of_row(list(value[-1] if name == "SUBPATTERN" else value))
    if name in _REPEATS:
        return _of_row(list(value[2])) if value[0] > 0 else None
    if name == "IN" and all(str(op) == "LITERAL" for op, _ in value):
        return frozenset(chr(c).casefold() for _, c in value)
    return None


def _better(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b, key=lambda rows: min(map(len, rows)))
