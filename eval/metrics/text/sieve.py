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
        return look(self.needed)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The rows of letters of which every hit holds one; see `needed_letters`."""
        if not self.parts:
            return needed_letters(self.pattern, self.flags)
        rows = [p.needed for p in self.parts]
        return tuple(sorted({row for needed in rows for row in needed})) if all(rows) else ()

    @cached_property
    def latin_parts(self) -> tuple[Sieve, ...]:
        """Those of the parts that a text of ASCII characters may meet."""
        return tuple(p for p in self.parts if not p.needed or any(map(str.isascii, p.needed)))

    @cached_property
    def parts(self) -> tuple[Sieve, ...]:
        """The alternatives that a pattern without groups consists of, each a sieve of its own; none for any other."""
        found = () if captures(self.pattern) else alternatives(self.pattern)
        return tuple(Sieve(p, self.flags) for p in found) if len(found) > 1 else ()

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`: of the alternatives the leftmost hit, of several there the first alternative's."""
        folded = text.casefold()
        if not self.may(folded):
            return None
        if not self.parts:
            return self.whole.search(text)
        best: re.Match[str] | None = None
        for part in self.latin_parts if folded.isascii() else self.parts:
            if part.may(folded):
                found = part.whole.search(text)
                if found is not None and (best is None or found.start() < best.start()):
                    best = found
        return best

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
    if not heads:
        return _any_of(rows) if len(rows) <= FEW else _any_row(rows)
    whole = rf"(?<!\w){_tree(heads) if glued else one_of(heads)}" + ("" if glued else r"(?!\w)")
    return re.compile("|".join([whole, *([_tree(rows)] if rows else [])])).search


def look_for(*sieves: Sieve) -> Callable[[str], object]:
    """Whether a text without case may meet one of several sieves: one look in place of as many."""
    needed = [sieve.needed for sieve in sieves]
    return look(row for rows in needed for row in rows) if all(needed) else look(())


def _any_of(rows: list[str]) -> Callable[[str], bool]:
    """Whether a text holds one of up to FEW rows; written out, for a loop takes four times as long."""
    a, b, c, d = [*rows, *[rows[-1]] * (FEW - len(rows))]
    if len(rows) == 1:
        return lambda text: a in text
    if len(rows) == 2:
        return lambda text: a in text or b in text
    return lambda text: a in text or b in text or c in text or d in text


def _any_row(rows: list[str]) -> Callable[[str], object]:
    """Whether a text holds one of many rows; for a text of ASCII characters the others are not looked for."""
    latin = [r for r in rows if r.isascii()]
    searches: list[Callable[[str], object]] = []  # compiled when a text needs them

    def holds(text: str) -> object:
        if not searches:
            searches.append(re.compile(_tree(latin)).search if latin else lambda text: None)
        if text.isascii():
            return searches[0](text)
        if len(searches) < 2:
            searches.append(re.compile(_tree(rows)).search)
        return searches[1](text)

    return holds


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


def captures(pattern: str) -> bool:
    """Whether a pattern has a group that is kept, numbered or named."""
    return _GROUP.search(_SET_OR_ESCAPE.sub("", pattern)) is not None


_SET_OR_ESCAPE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\((?!\?)|\(\?P<")


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
