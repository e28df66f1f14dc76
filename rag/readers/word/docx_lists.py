"""The numbers of list items in a Word file, counted as Word counts them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from rag.readers.word.docx_styles import child_value
from rag.readers.xml_names import attribute, local_name


class ListNumbers:
    """The numbers of list items, counted as Word counts them."""

    def __init__(self, part: Element | None) -> None:
        self.formats: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.abstract: dict[str, str] = {}
        self.counts: dict[str, list[int]] = {}
        for element in [] if part is None else part:
            if local_name(element) == "abstractNum":
                self.formats[attribute(element, "abstractNumId")] = {
                    int(attribute(level, "ilvl") or "0"): (
                        child_value(level, "numFmt") or "decimal", child_value(level, "lvlText") or "",
                        int(child_value(level, "start") or "1"),
                    )
                    for level in element if local_name(level) == "lvl"
                }  # fmt: skip
            elif local_name(element) == "num":
                self.abstract[attribute(element, "numId")] = child_value(element, "abstractNumId") or ""

    def label(self, number: str, level: int) -> str:
        """What stands before the next item of a list: `1.`, `b)`, `2.1`, or `-` for a bullet."""
        formats = self.formats.get(self.abstract.get(number, ""), {})
        if level not in formats:
            return ""
        counts = self.counts.setdefault(self.abstract[number], [])
        while len(counts) <= level:
            counts.append(formats.get(len(counts), ("", "", 1))[2] - 1)
        counts[level] += 1
        del counts[level + 1 :]
        kind, text, _ = formats[level]
        if kind == "bullet":
            return "-"
        if kind == "none":
            return ""

        def digits(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            return _numeral(counts[at], formats.get(at, ("decimal", "", 1))[0]) if at < len(counts) else ""

        return re.sub(r"%(\d)", digits, text).strip()


def _numeral(value: int, kind: str) -> str:
    if kind.endswith("Letter"):
        letter = chr(ord("a") + (value - 1) % 26) * (1 + (value - 1) // 26)
        return letter.upper() if kind.startswith("upper") else letter
    if kind.endswith("Roman"):
        steps = [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                 (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]  # fmt: skip
        text = ""
        for size, sign in steps:
            text += sign * (value // size)
            value %= size
        return text.upper() if kind.startswith("upper") else text
    return f"{value:02}" if kind == "decimalZero" else str(value)
