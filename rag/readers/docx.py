"""Word files as text: paragraphs, numbered lists, tables with one row a line, footnotes, text boxes, powers.

The parts are read as Office Open XML has them (ECMA-376, part 1); names are compared without their namespace, so that
strict and transitional files read alike.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from rag.readers.marks import heading_mark, unmarked
from rag.readers.raised_signs import lowered, raised
from rag.readers.reading import Reading, table_lines
from rag.readers.titles import is_page_mark, sensible

Element = ElementTree.Element

SKIPPED = frozenset(
    ["del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tblPr", "tcPr", "trPr", "sdtPr", "rt", "fldData"]
)
"""What is not shown: deleted text, codes of fields, settings, readings above characters."""


class DocxError(Exception):
    """The file is no Word file, or is damaged or encrypted."""


def read_docx(file: Path) -> Reading:
    """Text, titles and headings of a Word file; raises DocxError where it cannot be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _Docx(archive).read(file.stem)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError, NotImplementedError, RuntimeError) as error:
        raise DocxError(str(error)) from None


class _Docx:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.styles = _Styles(self.part("word/styles.xml"))
        self.lists = _Lists(self.part("word/numbering.xml"))
        self.footnotes: list[tuple[str, str]] = []
        self.titled: list[str] = []
        self.headed: list[str] = []
        self.hidden = 0

    def part(self, name: str) -> Element | None:
        return ElementTree.fromstring(self.archive.read(name)) if name in self.names else None

    def read(self, stem: str) -> Reading:
        document = ElementTree.fromstring(self.archive.read("word/document.xml"))
        body = _child(document, "body")
        blocks = list(self.blocks(document if body is None else body))
        blocks += self.notes()
        seen = unmarked("\n\n".join(blocks))
        blocks += [line for line in self.margins() if line not in seen]
        core = self.part("docProps/core.xml")
        found = None if core is None else next((e.text for e in core.iter() if _name(e) == "title"), None)
        given = [" ".join(found.split())] if found and sensible(found, stem) else []
        return Reading("\n\n".join(blocks), (*given, *self.titled), tuple(self.headed), hidden=self.hidden)

    def blocks(self, parent: Element) -> Iterator[str]:
        """Paragraphs and tables below an element, each as text."""
        for child in parent:
            match _name(child):
                case "p":
                    text, boxes = self.paragraph(child)
                    if text:
                        yield text
                    yield from boxes
                case "tbl":
                    if lines := table_lines(self.rows(child)):
                        yield "\n".join(lines)
                case "sdt" | "sdtContent" | "ins" | "moveTo" | "customXml" | "smartTag":
                    yield from self.blocks(child)

    def paragraph(self, p: Element) -> tuple[str, list[str]]:
        """(text, text boxes) of a paragraph, with the number of its list item before it."""
        boxes: list[str] = []
        text = self.inline(p, "", boxes).strip()
        style = self.styles.of(p)
        if text and style == "title":
            self.titled.append(" ".join(text.split()))
        level = self.styles.level(p) if text else None
        if level == 0 and style != "title":
            self.headed.append(" ".join(text.split()))
        label = self.lists.label(*self.styles.numbering(p)) if text else ""
        text = f"{label} {text}" if label else text
        return (heading_mark(level + 1, text) + text if level is not None and level < 6 else text), boxes

    def inline(self, parent: Element, before: str, boxes: list[str]) -> str:
        """The text of what stands in a paragraph, after the text `before`."""
        text = before
        for child in parent:
            name = _name(child)
            if name in SKIPPED:
                continue
            if name == "r":
                text += self.run(child, text, boxes)
            elif name in ("sSup", "sSub", "sSubSup", "f", "rad"):
                text += self.formula(child, text)
            elif name == "t":
                text += child.text or ""
            elif name == "AlternateContent":  # the same drawing twice, for new and for old programs
                choice = _child(child, "Choice")
                text = self.inline(child if choice is None else choice, text, boxes)
            elif name == "txbxContent":
                boxes.extend(self.blocks(child))
            else:
                text = self.inline(child, text, boxes)
        return text

    def run(self, run: Element, before: str, boxes: list[str]) -> str:
        properties = _child(run, "rPr")
        vertical = None if properties is None else _child(properties, "vertAlign")
        text = ""
        for child in run:
            match _name(child):
                case "t":
                    text += child.text or ""
                case "tab" | "ptab":
                    text += "\t"
                case "br" | "cr":
                    text += "\n"
                case "noBreakHyphen":
                    text += "-"
                case "sym":
                    code = int(_attribute(child, "char") or "0", 16)
                    text += chr(code) if 0x20 <= code < 0xE000 or code > 0xF8FF else ""
                case "footnoteReference" | "endnoteReference":
                    kind = _name(child).removesuffix("Reference")
                    self.footnotes.append((kind, _attribute(child, "id")))
                    text += f"[{len(self.footnotes)}]"
                    vertical = None
                case "drawing" | "pict" | "object" | "AlternateContent" | "ruby":
                    text = self.inline(_wrap(child), text, boxes)
        if properties is not None and _on(properties, "vanish"):
            self.hidden += len(text.strip())
            return ""
        align = "" if vertical is None else _attribute(vertical, "val")
        if align == "superscript":
            return raised(before, text)
        return lowered(before, text) if align == "subscript" else text

    def formula(self, element: Element, before: str) -> str:
        """A power, index, fraction or root of Office Math."""
        parts = {_name(child): self.inline(child, "", []) for child in element}
        base = parts.get("e", "")
        match _name(element):
            case "sSup":
                return base + raised(base[-1:] or "x", parts.get("sup", ""))
            case "sSub":
                return base + lowered(base, parts.get("sub", ""))
            case "sSubSup":
                return base + lowered(base, parts.get("sub", "")) + raised("x", parts.get("sup", ""))
            case "f":
                return f"({parts.get('num', '')})/({parts.get('den', '')})"
        degree = parts.get("deg", "")
        return f"({base})^(1/{degree})" if degree else f"√({base})"

    def rows(self, table: Element) -> list[list[str]]:
        """The cells of a table by row; what spans columns stands in the first of them, what spans rows in each."""
        rows: list[list[str]] = []
        for tr in _rows(table):
            row: list[str] = []
            properties = _child(tr, "trPr")
            skipped = None if properties is None else _child(properties, "gridBefore")
            row += [""] * int(_attribute(skipped, "val") or "0" if skipped is not None else "0")
            for tc in _cells(tr):
                tc_properties = _child(tc, "tcPr")
                span = None if tc_properties is None else _child(tc_properties, "gridSpan")
                merge = None if tc_properties is None else _child(tc_properties, "vMerge")
                text = self.cell(tc)
                if merge is not None and _attribute(merge, "val") != "restart" and rows and len(row) < len(rows[-1]):
                    text = rows[-1][len(row)]
                row += [text, *[""] * (int(_attribute(span, "val") or "1") - 1 if span is not None else 0)]
            rows.append(row)
        return rows

    def cell(self, tc: Element) -> str:
        """The text of a cell on one line; a table within it has its rows divided by semicolons."""
        parts = []
        for block in self.blocks(tc):
            parts.append("; ".join(block.replace(" | ", ", ").split("\n")) if " | " in block else block)
        return " ".join(unmarked(" ".join(parts)).split())

    def notes(self) -> list[str]:
        """Footnotes and endnotes, in the order of their marks."""
        found: list[str] = []
        texts: dict[tuple[str, str], str] = {}
        for kind in ("footnote", "endnote"):
            part = self.part(f"word/{kind}s.xml")
            for note in [] if part is None else part:
                texts[kind, _attribute(note, "id")] = " ".join(unmarked(" ".join(self.blocks(note))).split())
        for number, key in enumerate(self.footnotes, 1):
            if text := texts.get(key):
                found.append(f"[{number}] {text}")
        return found

    def margins(self) -> list[str]:
        """The lines of all headers and footers, each once, without numbers of pages."""
        lines: dict[str, None] = {}
        for name in sorted(n for n in self.names if re.fullmatch(r"word/(?:header|footer)\d*\.xml", n)):
            part = self.part(name)
            for block in [] if part is None else self.blocks(part):
                lines.update((line.strip(), None) for line in unmarked(block).split("\n") if line.strip())
        return [
            line
            for line in lines
            if not is_page_mark(line) and not re.fullmatch(r"(?:page|seite|of|von|\W)*", line, re.I)
        ]


class _Styles:
    """What the styles of paragraphs say: which is the title, which are headings, which are numbered."""

    def __init__(self, part: Element | None) -> None:
        found = [] if part is None else [e for e in part if _name(e) == "style"]
        self.names = {_attribute(s, "styleId"): (_value(s, "name") or "").casefold() for s in found}
        self.parents = {_attribute(s, "styleId"): _value(s, "basedOn") or "" for s in found}
        self.properties = {_attribute(s, "styleId"): _child(s, "pPr") for s in found}

    def of(self, p: Element) -> str:
        style = self.style(p)
        return self.names.get(style, style.casefold())

    def style(self, p: Element) -> str:
        properties = _child(p, "pPr")
        return "" if properties is None else _value(properties, "pStyle") or ""

    def chain(self, p: Element) -> Iterator[Element]:
        """The paragraph's own settings, then those of its style and of the styles that this is based on."""
        own = _child(p, "pPr")
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
            if value := _value(properties, "outlineLvl"):
                return int(value)
        return None

    def numbering(self, p: Element) -> tuple[str, int]:
        """(list, level) of a list item; an empty list for other paragraphs."""
        for properties in self.chain(p):
            numbering = _child(properties, "numPr")
            if numbering is not None:
                return _value(numbering, "numId") or "", int(_value(numbering, "ilvl") or "0")
        return "", 0


class _Lists:
    """The numbers of list items, counted as Word counts them."""

    def __init__(self, part: Element | None) -> None:
        self.formats: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.abstract: dict[str, str] = {}
        self.counts: dict[str, list[int]] = {}
        for element in [] if part is None else part:
            if _name(element) == "abstractNum":
                self.formats[_attribute(element, "abstractNumId")] = {
                    int(_attribute(level, "ilvl") or "0"): (
                        _value(level, "numFmt") or "decimal", _value(level, "lvlText") or "",
                        int(_value(level, "start") or "1"),
                    )
                    for level in element if _name(level) == "lvl"
                }  # fmt: skip
            elif _name(element) == "num":
                self.abstract[_attribute(element, "numId")] = _value(element, "abstractNumId") or ""

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


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if _name(child) == "tr":
            properties = _child(child, "trPr")
            if properties is None or _child(properties, "del") is None:
                yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if _name(child) == "tc":
            yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(child)


def _wrap(child: Element) -> Element:
    parent = Element("wrap")
    parent.append(child)
    return parent


def _on(properties: Element, name: str) -> bool:
    found = _child(properties, name)
    return found is not None and _attribute(found, "val") not in ("0", "false", "off")


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _child(parent: Element, name: str) -> Element | None:
    return next((child for child in parent if _name(child) == name), None)


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), "")


def _value(parent: Element, name: str) -> str | None:
    found = _child(parent, name)
    return None if found is None else _attribute(found, "val")
