"""HTML as plain text: blocks on lines of their own, table rows on one line, no markup, scripts or hidden text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

from eval.data.jsonl import MARKS, decode, unix_lines
from eval.errors import UserError
from rag.readers.encodings import decoded_bytes
from rag.readers.marks import heading_mark
from rag.readers.raised_signs import lowered, raised
from rag.readers.reading import Reading

DROPPED = ["script", "style", "noscript", "template", "head", "title", "svg", "iframe"]
BLOCKS = [
    "address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav", "ol", "pre", "section",
    "summary", "table", "ul",
]  # fmt: skip
PARAGRAPHS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "ul", "ol", "dl"]
BLOCK_NAMES = [*BLOCKS, *PARAGRAPHS, "tr", "td", "th"]
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]

LONGEST_INNER = 300
"""Characters of a table within a cell, up to which it is written on one line."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*0(?:\.0+)?(?:px|em|rem|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_DISPLAY = re.compile(r"(?:^|[;\s{])(?:display|visibility)\s*:\s*([a-z-]+)", re.IGNORECASE)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
DECLARED_WITHIN = 8192
"""Bytes from the start in which an encoding is declared; browsers look into the first 1,024."""
BROWSERS = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "l1": "cp1252",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "korean": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "chinese": "gb18030", "big5": "big5hkscs",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "cp1252", "unicode": "utf-8",
    "utf8": "utf-8",
}  # fmt: skip
"""Encodings by the names that pages give them, as browsers take them (WHATWG, Encoding): the larger set each time.

A page that declares UTF-16 in ASCII letters is not in UTF-16.
"""


def read_html(file: Path, data: bytes) -> tuple[str, str]:
    """(text of an HTML file's bytes, encoding): in the one that it declares, else UTF-8, else as any text file.

    The encoding is empty where it is declared or UTF-8. Raises UserError for an unknown encoding, and for bytes
    that are not in the declared one.
    """
    declared = None if any(data.startswith(mark) for mark, _ in MARKS) else _DECLARED.search(data[:DECLARED_WITHIN])
    if declared is None:
        return decoded_bytes(data, file)
    name = (declared[1] or declared[2]).decode("ascii", "replace").lower()
    encoding = BROWSERS.get(name, name)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UserError(f"{file}: declares the unknown encoding '{name}'; save the file as UTF-8") from None
    if encoding == "utf-8" or _is_utf8(data):  # saved again as UTF-8 by a program that left the declaration
        return unix_lines(decode(data, file)), ""
    try:
        return unix_lines(data.decode(encoding)), ""
    except UnicodeDecodeError as error:
        if encoding == "cp1252":  # five bytes are undefined there; browsers read them as control signs
            return unix_lines(data.decode("latin-1")), ""
        raise UserError(
            f"{file}: declares the encoding {name}, but is not at byte {error.start}; save the file as UTF-8"
        ) from None


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are valid UTF-8 with letters beyond ASCII, which text in another encoding hardly ever is."""
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def html_text(markup: str) -> Reading:
    """The text of an HTML page; its title is the `<title>`, its heading the first `<h1>`.

    Text that a browser would not show is left out, as far as attributes and the page's own style rules say so.
    """
    markup = re.sub(r"^\s*<\?xml[^>]*>", "", markup)  # else the library takes XHTML for XML, and says so
    soup = BeautifulSoup(markup, "lxml")  # closes cells and rows that the page leaves open
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    styles = "\n".join(tag.get_text() for tag in soup("style"))
    for tag in soup(DROPPED):
        tag.decompose()
    for string in soup.find_all(string=lambda s: isinstance(s, Comment)):
        string.extract()
    hidden = _drop_hidden(soup, styles)
    heading = " ".join(soup.h1.get_text().split()) if soup.h1 else ""
    for string in soup.find_all(string=True):
        if not string.find_parent("pre"):  # elsewhere a line break in the source is a blank
            string.replace_with(type(string)(re.sub(r"\s+", " ", string)))
    for tag in soup(["sup", "sub"]):
        _write_script(tag)
    for tag in soup("br"):
        tag.replace_with("\n")
    for tag in soup(HEADINGS):
        if (name := " ".join(tag.get_text().split())) and not tag.find_parent(["td", "th"]):
            tag.insert(0, NavigableString(heading_mark(int(tag.name[1]), name)))
    for table in reversed(soup("table")):
        _flatten(table)
    for table in soup("table"):
        _lay_out(soup, table)
    for tag in soup(["td", "th"]):
        if tag.find_next_sibling(["td", "th"]):
            tag.append(" | ")
    for tag in soup("tr"):
        tag.insert_before(NavigableString("\n"))
    for names, gap in ((BLOCKS, "\n"), (PARAGRAPHS, "\n\n")):
        for tag in soup(names):
            tag.insert_before(NavigableString(gap))
            tag.insert_after(NavigableString(gap))
    lines = [line.strip() for line in soup.get_text().split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Reading(text, (title,) if title else (), (heading,) if heading else (), hidden=hidden)


def _drop_hidden(soup: BeautifulSoup, styles: str) -> int:
    """Take out what is not shown; returns how many characters that were, blanks aside."""
    hidden = [tag for tag in soup.find_all(True) if _is_hidden(tag)] + list(_hidden_by_rules(soup, styles))
    dropped = 0
    for tag in hidden:
        if not tag.decomposed:
            dropped += len("".join(tag.get_text().split()))
            tag.decompose()
    return dropped


def _is_hidden(tag: Tag) -> bool:
    if tag.has_attr("hidden") or (tag.name == "input" and tag.get("type") == "hidden"):
        return True
    if tag.name == "dialog" and not tag.has_attr("open"):
        return True
    return bool(_HIDDEN.search(str(tag.get("style", ""))))


def _hidden_by_rules(soup: BeautifulSoup, styles: str) -> Iterator[Tag]:
    """Elements that the page's own rules hide, and no later rule shows; rules for printers or widths do not count."""
    from soupsieve import SelectorSyntaxError

    shown: dict[int, bool] = {}
    tags: dict[int, Tag] = {}
    for selectors, declarations in _rules(styles):
        found = _DISPLAY.findall(declarations)
        if not found:
            continue
        for selector in selectors.split(","):
            if "::" in selector or re.search(r":(?:hover|focus|active|checked|target|before|after)", selector):
                continue
            try:
                matches = soup.select(selector.strip())
            except (SelectorSyntaxError, ValueError, NotImplementedError):
                continue
            for tag in matches:
                tags[id(tag)] = tag
                shown[id(tag)] = found[-1].lower() not in ("none", "hidden", "collapse")
    for key, visible in shown.items():
        own = _DISPLAY.search(str(tags[key].get("style", "")))
        if not visible and own is None:
            yield tags[key]


def _rules(styles: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules of a style sheet that stand outside of any @-rule."""
    styles = re.sub(r"/\*.*?\*/|<!--|-->", "", styles, flags=re.DOTALL)
    depth, start, head = 0, 0, ""
    for i, sign in enumerate(styles):
        if sign == "{":
            if depth == 0:
                head, start = styles[start:i].strip(), i + 1
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
            if depth == 0:
                head = re.sub(r"^(?:@[^;{]*;\s*)+", "", head)
                if not head.startswith("@"):
                    yield head, styles[start:i]
                start = i + 1


def _write_script(tag: Tag) -> None:
    """Write a raised or lowered sign as text: 10^3, H2O, [1] for the mark of a footnote."""
    sign = tag.get_text()
    before, block = "", tag.find_parent(BLOCK_NAMES)
    for string in tag.find_all_previous(string=True, limit=4):
        if string.find_parent(BLOCK_NAMES) is not block or len(before) > 40:
            break
        before = str(string) + before
    classes = " ".join([*(tag.get("class") or []), str(tag.get("id") or "")])
    link = tag.find("a") is not None or tag.find_parent("a") is not None or "ref" in classes or "note" in classes
    tag.replace_with(NavigableString(raised(before, sign, link=link) if tag.name == "sup" else lowered(before, sign)))


def _flatten(table: Tag) -> None:
    """Write a small table within a cell of another one on one line, rows divided by semicolons, as that cell's text.

    A table that lays out a page holds paragraphs, lists, headings or further tables; it stays.
    """
    outer = table.find_parent("table")
    if outer is None or table.find([*PARAGRAPHS, "div", "img", "form"]) or len(outer("tr", recursive=True)) < 2:
        return
    rows = [[" ".join(cell.get_text().split()) for cell in row(["td", "th"])] for row in table("tr")]
    text = "; ".join(", ".join(filter(None, row)) for row in rows if any(row))
    if len(text) <= LONGEST_INNER:
        before = "".join(str(s) for s in table.previous_siblings if isinstance(s, NavigableString)).strip()
        table.replace_with(NavigableString(f" {text}" if before else text))


def _lay_out(soup: BeautifulSoup, table: Tag) -> None:
    """Write out cells that span: what spans rows stands in each of them, what spans columns in the first."""
    above: dict[int, tuple[int, str]] = {}
    for row in table.find_all("tr"):
        if row.find_parent("table") is not table:
            continue
        column = 0
        begun: dict[int, tuple[int, str]] = {}
        for cell in row.find_all(["td", "th"], recursive=False):
            column = _fill(soup, cell, column, above)
            rows, columns = _span(cell, "rowspan"), _span(cell, "colspan")
            if rows > 1:
                begun |= {column + i: (rows, cell.get_text() if i == 0 else "") for i in range(columns)}
            for _ in range(columns - 1):
                cell.insert_after(soup.new_tag("td"))
            column += columns
        while column in above:
            new = soup.new_tag("td")
            new.string = above[column][1]
            row.append(new)
            column += 1
        above = {i: (left - 1, text) for i, (left, text) in (above | begun).items() if left > 1}


def _fill(soup: BeautifulSoup, cell: Tag, column: int, above: dict[int, tuple[int, str]]) -> int:
    """Put the cells that reach down from above before a cell; returns the cell's own column."""
    while column in above:
        new = soup.new_tag("td")
        new.string = above[column][1]
        cell.insert_before(new)
        column += 1
    return column


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(int(value), 1000) if value.isdigit() and int(value) else 1
