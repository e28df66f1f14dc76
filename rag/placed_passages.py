"""Passages that begin with where they stand: rows below their table's head, text below its slide or message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from rag.readers.kinds import SECTIONED, TABULAR


def is_tabular(document: str) -> bool:
    """Whether a document is nothing but tables, by the ending of its id."""
    return document.lower().endswith(TABULAR)


def is_sectioned(document: str) -> bool:
    """Whether each section of a document begins with a line that says where it stands, by the ending of its id."""
    return document.lower().endswith(SECTIONED)


def section_passages(text: str, split: Callable[[str, int], list[str]], size: Callable[[str], int]) -> Iterator[str]:
    """The text cut by `split(text, tokens that the head takes)` within its sections, the section's head before each."""
    for section in re.split(r"\n(?=## )", text):
        head, _, body = section.partition("\n")
        if not head.startswith("## "):
            yield from split(section, 0)
            continue
        for piece in split(body.strip(), size(head) + 1) or [""]:
            yield f"{head}\n{piece}".strip()


def mixed_passages(
    text: str, split: Callable[[str], Iterable[str]], size: Callable[[str], int], limit: int
) -> Iterator[str]:
    """Running text cut by `split`, and each table that is longer than a passage by rows, its head before each part.

    A shorter table stays in the text around it. A Markdown table's line of dashes belongs to its head.
    """
    held: list[str] = []
    for table, lines in _runs(text.split("\n")):
        if not table or size("\n".join(lines)) <= limit:
            held += lines
            continue
        if "".join(held).strip():
            yield from split("\n".join(held).strip("\n"))
        held = []
        count = 2 if len(lines) > 1 and _DASHES.fullmatch(lines[1].strip()) else 1
        head = lines[:count] if size("\n".join(lines[:count])) <= limit // 2 else []
        yield from _filled(head, lines[len(head) :], size, limit)
    if "".join(held).strip():
        yield from split("\n".join(held).strip("\n"))


_DASHES = re.compile(r"\|?(?: *:?-{2,}:? *\|?)+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
LEAST_ROWS = 3
"""Lines with bars that follow one another, from which on they are a table."""


def _runs(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """(whether they are a table, lines) of the lines in their order; code between fences is none."""
    run: list[str] = []
    plain: list[str] = []
    fenced = False
    for line in [*lines, None]:
        if line is not None and not fenced and (" | " in line or line.startswith("|")):
            run.append(line)
            continue
        if len(run) >= LEAST_ROWS:
            if plain:
                yield False, plain
            yield True, run
            plain = []
        else:
            plain += run
        run = []
        if line is not None:
            fenced ^= bool(_FENCE.match(line))
            plain.append(line)
    if plain:
        yield False, plain


def table_passages(text: str, size: Callable[[str], int], limit: int) -> Iterator[str]:
    """The text in passages of at most `limit` tokens, as far as single rows allow it.

    A block is a table below the line that names its sheet; its first row is its head. A head of more than half a
    passage is not repeated, because nothing would be left for rows.
    """
    name = ""
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line.strip()]
        if len(lines) == 1 and lines[0].startswith("## "):
            name = lines[0]
            continue
        head = [*filter(None, (name,)), *lines[:1]]
        if size("\n".join(head)) > limit // 2:
            head = []
        rows = lines[1:] if head else lines
        yield from _filled(head, rows, size, limit)
        name = ""


def _filled(head: list[str], rows: list[str], size: Callable[[str], int], limit: int) -> Iterator[str]:
    held: list[str] = []
    for row in rows:
        if held and size("\n".join([*head, *held, row])) > limit:
            yield "\n".join([*head, *held])
            held = []
        held.append(row)
    if held or head:
        yield "\n".join([*head, *held])
