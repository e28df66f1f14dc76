"""Checks of a reply's layout, read as CommonMark, as most models write: headings, lists, emphasis, code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eval.metrics.style.check import BOUNDS, Bounds, Fails, StyleContext, bounds, check, options, texts

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_OTHER_BULLETS = re.compile(r"^([ \t]*)[•◦‣▪●][ \t]*", re.MULTILINE)
_TITLE_END = re.compile(r"[\s:.#*_]+$")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


@lru_cache(maxsize=4096)
def _blocks(reply: str) -> tuple[Token, ...]:
    """The reply's block tokens; signs that people use as bullets are read as bullets."""
    return tuple(_parser().parse(_OTHER_BULLETS.sub(r"\1- ", reply)))


def _count(blocks: Sequence[Token], kind: str) -> int:
    return sum(token.type == kind for token in blocks)


def _items(blocks: Sequence[Token], kind: str) -> int:
    """Items that lie directly in lists of one kind, at whatever depth."""
    count, open_lists = 0, []
    for token in blocks:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            open_lists.append(token.type)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            open_lists.pop()
        elif token.type == "list_item_open":
            count += open_lists[-1] == kind
    return count


@check("bullets")
def bullets_check(argument: Any, context: StyleContext) -> Fails:
    """The number of bullet points lies within the bounds."""
    allowed = bounds(options(argument, BOUNDS))
    return lambda reply: allowed.fault(_items(_blocks(reply), "bullet_list_open"), "bullet point")


@check("numbered")
def numbered_check(argument: Any, context: StyleContext) -> Fails:
    """The number of items in numbered lists lies within the bounds, and they count up by one."""
    allowed = bounds(options(argument, BOUNDS))

    def fails(reply: str) -> str:
        blocks = _blocks(reply)
        if fault := allowed.fault(_items(blocks, "ordered_list_open"), "numbered item"):
            return fault
        return _misnumbered(blocks)

    return fails


def _misnumbered(blocks: Sequence[Token]) -> str:
    """What is wrong with the first item whose number does not follow that of the item before it in its list."""
    last: list[int | None] = []
    for token in blocks:
        if token.type == "ordered_list_open":
            last.append(None)
        elif token.type == "ordered_list_close":
            last.pop()
        elif token.type == "list_item_open" and token.info:
            before, last[-1] = last[-1], int(token.info)
            if before is not None and last[-1] != before + 1:
                return f"numbers an item {token.info} after {before}"
    return ""


@check("headings")
def headings_check(argument: Any, context: StyleContext) -> Fails:
    """The number of headings, of one level if it is given, lies within the bounds; `titles` stand there in that order.

    Titles are compared whatever their case and the signs at their end.
    """
    given = options(argument, {**BOUNDS, "level": int, "titles": list})
    titles = [_title(t) for t in texts(given["titles"])] if "titles" in given else []
    allowed = bounds(given) if not titles or set(given) & set(BOUNDS) else Bounds(0, float("inf"))
    level = given.get("level")
    if level is not None and not 1 <= level <= 6:
        raise ValueError(f"'level' must be 1 to 6, found {level}")

    def fails(reply: str) -> str:
        found = _headings(reply, level)
        if fault := allowed.fault(len(found), "heading"):
            return fault
        rest = iter(found)
        return next((f"lacks the heading {title!r} in its place" for title in titles if title not in rest), "")

    return fails


def _headings(reply: str, level: int | None) -> list[str]:
    blocks = _blocks(reply)
    return [
        _title(blocks[i + 1].content)
        for i, token in enumerate(blocks)
        if token.type == "heading_open" and level in (None, int(token.tag[1:]))
    ]


def _title(text: str) -> str:
    return _TITLE_END.sub("", text).strip("*_ ").casefold()


@check("sections")
def sections_check(argument: Any, context: StyleContext) -> Fails:
    """The number of lines that begin with `word` and a number, as in "Section 2", lies within the bounds."""
    given = options(argument, {**BOUNDS, "word": str})
    if not given.get("word", "").strip():
        raise ValueError('expected the word that begins a section, such as `word: "Section"`')
    allowed = bounds(given)
    mark = re.compile(rf"^[\s#*_>-]*{re.escape(given['word'].strip())}\s*(?:\d+|[IVXLC]+\b)", re.MULTILINE | re.I)
    return lambda reply: allowed.fault(len(mark.findall(reply)), "section")


@check("highlights")
def highlights_check(argument: Any, context: StyleContext) -> Fails:
    """The number of passages in *emphasis* or **bold** lies within the bounds."""
    allowed = bounds(options(argument, BOUNDS))

    def fails(reply: str) -> str:
        inner = [child for token in _blocks(reply) for child in token.children or ()]
        nested, count = 0, 0
        for token in inner:
            if token.type in ("em_open", "strong_open"):
                count += nested == 0
                nested += 1
            elif token.type in ("em_close", "strong_close"):
                nested -= 1
        return allowed.fault(count, "highlighted passage")

    return fails


@check("code")
def code_check(argument: Any, context: StyleContext) -> Fails:
    """`only`: the whole reply is one fenced block; `none`: there is no fence; a mapping: how many, in what language."""
    if argument == "only":
        return lambda reply: "" if [t.type for t in _blocks(reply)] == ["fence"] else "is not one code block alone"
    if argument == "none":
        return lambda reply: "has a code block" if _count(_blocks(reply), "fence") else ""
    if not isinstance(argument, dict):
        raise ValueError(f"expected only, none, or a mapping with min, max, exactly or language, found {argument!r}")
    given = options(argument, {**BOUNDS, "language": str})
    language = given.get("language", "").casefold()
    allowed = bounds(given if set(given) & set(BOUNDS) else {"min": 1})

    def fails(reply: str) -> str:
        named = [t.info.split()[0].casefold() if t.info.strip() else "" for t in _blocks(reply) if t.type == "fence"]
        kind = f"code block in {language}" if language else "code block"
        counted = sum(not language or name == language for name in named)
        return allowed.fault(counted, kind, kind.replace("block", "blocks"))

    return fails


@check("markdown")
def markdown_check(argument: Any, context: StyleContext) -> Fails:
    """The reply is plain text: no headings, lists, emphasis, code, quotations, links or tables."""
    if argument != "none":
        raise ValueError(f"expected none, found {argument!r}")

    def fails(reply: str) -> str:
        blocks = _blocks(reply)
        inner = [child for token in blocks for child in token.children or ()]
        found = next((name for kind, name in _MARKUP.items() if _count([*blocks, *inner], kind)), "")
        return f"has {found} in Markdown" if found else ""

    return fails


_MARKUP = {
    "heading_open": "a heading", "bullet_list_open": "a list", "ordered_list_open": "a numbered list",
    "fence": "a code block", "blockquote_open": "a quotation", "table_open": "a table", "hr": "a rule",
    "em_open": "emphasis", "strong_open": "bold", "code_inline": "code", "link_open": "a link", "image": "a picture",
}  # fmt: skip
