"""Which drafted facts are one to whoever learns them: what overlaps in a document, and what two places state alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence

from eval.data.drafting.fact import Fact
from eval.data.near_duplicates import same_names

SHARED = 0.5
"""Of the words of the shorter of two descriptions, the share that makes them descriptions of one fact."""
_SMALL = frozenset(["the", "of", "in", "for", "a", "an", "is", "der", "die", "das", "des", "von"])


def shared_keys(facts: Sequence[Fact]) -> list[list[Hashable]]:
    """For each fact, keys that it has in common with those that state the same; facts without a value have none.

    One fact is what has overlapping spans in a document, and what has equal values of which the descriptions share half
    of their words, with the same numbers and names, in whatever document. A long answer is the same as one within it.
    """
    keys: list[list[Hashable]] = [[] for _ in facts]
    for number, pair in enumerate([*_overlapping(facts), *_alike(facts)]):
        for i in pair:
            keys[i].append(("fact", number))
    return keys


def _overlapping(facts: Sequence[Fact]) -> list[tuple[int, int]]:
    held: dict[str, list[int]] = defaultdict(list)
    for i, fact in enumerate(facts):
        if fact.value:
            held[fact.document].append(i)
    pairs = []
    for members in held.values():
        members.sort(key=lambda i: facts[i].start)
        reach = members[0]  # the one before that ends last
        for i in members[1:]:
            if facts[i].start < facts[reach].end:
                pairs.append((reach, i))
            if facts[i].end > facts[reach].end:
                reach = i
    return pairs


def _alike(facts: Sequence[Fact]) -> list[tuple[int, int]]:
    held: dict[str, list[int]] = defaultdict(list)
    for i, fact in enumerate(facts):
        if fact.value:
            held[" ".join(re.findall(r"\w+", fact.value.casefold()))].append(i)
    said = [f"{f.subject} {f.attribute} {f.sentence}" for f in facts]
    return [
        (i, j)
        for members in held.values()
        for n, i in enumerate(members)
        for j in members[n + 1 :]
        if _describes(said[i], said[j])
    ]


def _describes(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    fewest = min(len(first), len(second))
    return bool(fewest) and len(first & second) >= SHARED * fewest and same_names(f"of {one}", f"of {other}")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold())) - _SMALL
