"""What the styles of a Word file say: which paragraph is the title, which are headings, which are numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.readers.xml_names import attribute, first_child, local_name


def child_value(parent: Element, name: str) -> str | None:
    """The `val` of the first child of that name, where Office Open XML keeps settings; None: there is no such child."""
    found = first_child(parent, name)
    return None if found is None else attribute(found, "val")


class ParagraphStyles:
    """What the styles of paragraphs say: which is the title, which are headings, which are numbered."""

    def __init__(self, part: Element | None) -> None:
        found = [] if part is None else [e for e in part if local_name(e) == "style"]
        self.names = {attribute(s, "styleId"): (child_value(s, "name") or "").casefold() for s in found}
        self.parents = {attribute(s, "styleId"): child_value(s, "basedOn") or "" for s in found}
        self.properties = {attribute(s, "styleId"): first_child(s, "pPr") for s in found}

    def of(self, p: Element) -> str:
        """The name of the paragraph's style, in small letters; its id where it has no name."""
        style = self.style(p)
        return self.names.get(style, style.casefold())

    def style(self, p: Element) -> str:
        """The id of the paragraph's style; empty where it names none."""
        properties = first_child(p, "pPr")
        return "" if properties is None else child_value(properties, "pStyle") or ""

    def chain(self, p: Element) -> Iterator[Element]:
        """The paragraph's own settings, then those of its style and of the styles that this is based on."""
        own = first_child(p, "pPr")
        if own is not None:
            yield own
        style, seen = self.style(p), set()
        while style and style not in seen:
            seen.add(style)
            found = self.properties.get(style)
            if found is not None:
                yield found
            style = self.parents.get(style, "")

    def level(self, p: Element) -> int | None:
        """The level of a heading, 0 the highest; None for other paragraphs."""
        name = self.of(p)
        if match := re.fullmatch(r"heading ?(\d)", name):
            return int(match[1]) - 1
        for properties in self.chain(p):
            if value := child_value(properties, "outlineLvl"):
                return int(value)
        return None

    def numbering(self, p: Element) -> tuple[str, int]:
        """(list, level) of a list item; an empty list for other paragraphs."""
        for properties in self.chain(p):
            numbering = first_child(properties, "numPr")
            if numbering is not None:
                return child_value(numbering, "numId") or "", int(child_value(numbering, "ilvl") or "0")
        return "", 0
