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
from xml.etree.ElementTree import Element

from rag.readers.marks import heading_mark, unmarked
from rag.readers.raised_signs import lowered, raised
from rag.readers.reading import Reading, table_lines
from rag.readers.titles import is_page_mark, sensible
from rag.readers.word.docx_lists import ListNumbers
from rag.readers.word.docx_styles import ParagraphStyles
from rag.readers.xml_names import attribute, first_child, local_name

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
        self.styles = ParagraphStyles(self.part("word/styles.xml"))
        self.lists = ListNumbers(self.part("word/numbering.xml"))
        self.footnotes: list[tuple[str, str]] = []
        self.titled: list[str] = []
        self.headed: list[str] = []
        self.hidden = 0

    def part(self, name: str) -> Element | None:
        return ElementTree.fromstring(self.archive.read(name)) if name in self.names else None

    def read(self, stem: str) -> Reading:
        document = ElementTree.fromstring(self.archive.read("word/document.xml"))
        body = first_child(document, "body")
        blocks = list(self.blocks(document if body is None else body))
        blocks += self.notes()
        seen = unmarked("\n\n".join(blocks))
        blocks += [line for line in self.margins() if line not in seen]
        core = self.part("docProps/core.xml")
        found = None if core is None else next((e.text for e in core.iter() if local_name(e) == "title"), None)
        given = [" ".join(found.split())] if found and sensible(found, stem) else []
        return Reading("\n\n".join(blocks), (*given, *self.titled), tuple(self.headed), hidden=self.hidden)

    def blocks(self, parent: Element) -> Iterator[str]:
        """Paragraphs and tables below an element, each as text."""
        for child in parent:
            match local_name(child):
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
            name = local_name(child)
            if name in SKIPPED:
                continue
            if name == "r":
                text += self.run(child, text, boxes)
            elif name in ("sSup", "sSub", "sSubSup", "f", "rad"):
                text += self.formula(child, text)
            elif name == "t":
                text += child.text or ""
            elif name == "AlternateContent":  # the same drawing twice, for new and for old programs
                choice = first_child(child, "Choice")
                text = self.inline(child if choice is None else choice, text, boxes)
            elif name == "txbxContent":
                boxes.extend(self.blocks(child))
            else:
                text = self.inline(child, text, boxes)
        return text

    def run(self, run: Element, before: str, boxes: list[str]) -> str:
        properties = first_child(run, "rPr")
        vertical = None if properties is None else first_child(properties, "vertAlign")
        text = ""
        for child in run:
            match local_name(child):
                case "t":
                    text += child.text or ""
                case "tab" | "ptab":
                    text += "\t"
                case "br" | "cr":
                    text += "\n"
                case "noBreakHyphen":
                    text += "-"
                case "sym":
                    code = int(attribute(child, "char") or "0", 16)
                    text += chr(code) if 0x20 <= code < 0xE000 or code > 0xF8FF else ""
                case "footnoteReference" | "endnoteReference":
                    kind = local_name(child).removesuffix("Reference")
                    self.footnotes.append((kind, attribute(child, "id")))
                    text += f"[{len(self.footnotes)}]"
                    vertical = None
                case "drawing" | "pict" | "object" | "AlternateContent" | "ruby":
                    text = self.inline(_wrap(child), text, boxes)
        if properties is not None and _is_on(properties, "vanish"):
            self.hidden += len(text.strip())
            return ""
        align = "" if vertical is None else attribute(vertical, "val")
        if align == "superscript":
            return raised(before, text)
        return lowered(before, text) if align == "subscript" else text

    def formula(self, element: Element, before: str) -> str:
        """A power, index, fraction or root of Office Math."""
        parts = {local_name(child): self.inline(child, "", []) for child in element}
        base = parts.get("e", "")
        match local_name(element):
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
            properties = first_child(tr, "trPr")
            skipped = None if properties is None else first_child(properties, "gridBefore")
            row += [""] * int(attribute(skipped, "val") or "0" if skipped is not None else "0")
            for tc in _cells(tr):
                tc_properties = first_child(tc, "tcPr")
                span = None if tc_properties is None else first_child(tc_properties, "gridSpan")
                merge = None if tc_properties is None else first_child(tc_properties, "vMerge")
                text = self.cell(tc)
                if merge is not None and attribute(merge, "val") != "restart" and rows and len(row) < len(rows[-1]):
                    text = rows[-1][len(row)]
                row += [text, *[""] * (int(attribute(span, "val") or "1") - 1 if span is not None else 0)]
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
                texts[kind, attribute(note, "id")] = " ".join(unmarked(" ".join(self.blocks(note))).split())
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


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if local_name(child) == "tr":
            properties = first_child(child, "trPr")
            if properties is None or first_child(properties, "del") is None:
                yield child
        elif local_name(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if local_name(child) == "tc":
            yield child
        elif local_name(child) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(child)


def _is_on(properties: Element, name: str) -> bool:
    found = first_child(properties, name)
    return found is not None and attribute(found, "val") not in ("0", "false", "off")


def _wrap(child: Element) -> Element:
    parent = Element("wrap")
    parent.append(child)
    return parent
