"""Pieces of Markdown that hold text of a run as text: lists, tables, and parts that are folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.language.language import translate


def fold(title: str, blocks: Iterable[str]) -> str:
    """Blocks below a line that opens them, as GitHub and GitLab show it; empty when there are none."""
    inside = "\n\n".join(block for block in blocks if block)
    return f"<details>\n<summary>{translate(title)}</summary>\n\n{inside}\n\n</details>" if inside else ""


def bullets(title: str, items: Iterable[str]) -> str:
    """A list below a bold title, or without one; empty when there are no items."""
    lines = [f"- {plain(item)}" for item in items]
    return "\n".join([*((f"**{translate(title)}**", "") if title else ()), *lines]) if lines else ""


def heading(title: str) -> str:
    """The title of a part."""
    return f"## {translate(title)}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is read from the left and whose others are aligned to the right."""
    rule = ["---"] + ["---:"] * (len(heads) - 1)
    lines = [[_cell(text) for text in row] for row in (heads, *rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def _cell(text: str) -> str:
    return plain(text).replace("|", "\\|")


def plain(text: str) -> str:
    """A text of ours on one line in which nothing is read as HTML, an image or a link; no-break spaces stay."""
    return named(translate(text))


def named(text: str) -> str:
    """The same of a name, which is the same in every language."""
    line = re.sub(r"[ \t\r\n\f\v\u2028\u2029]+", " ", text).strip()
    return re.sub(r"([\[\]])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
