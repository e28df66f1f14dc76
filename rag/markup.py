"""HTML as plain text: blocks on lines of their own, table rows on one line, no markup, scripts or styles."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, NavigableString

DROPPED = ["script", "style", "noscript", "template", "head", "svg", "iframe"]
BLOCKS = [
    "address", "article", "aside", "blockquote", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav", "ol", "pre", "section",
    "summary", "table", "tr", "ul",
]  # fmt: skip
PARAGRAPHS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "ul", "ol", "dl"]


def html_text(markup: str) -> tuple[str, str]:
    """(title, text) of an HTML page; the title is the `<title>`, else the first `<h1>`, else empty."""
    soup = BeautifulSoup(markup, "html.parser")
    heading = soup.title or soup.h1
    title = " ".join(heading.get_text().split()) if heading else ""
    for tag in soup(DROPPED):
        tag.decompose()
    for string in soup.find_all(string=True):
        if not string.find_parent("pre"):  # elsewhere a line break in the source is a blank
            string.replace_with(type(string)(re.sub(r"\s+", " ", string)))
    for tag in soup("br"):
        tag.replace_with("\n")
    for tag in soup(["td", "th"]):
        if tag.find_next_sibling(["td", "th"]):
            tag.append(" | ")
    for names, gap in ((BLOCKS, "\n"), (PARAGRAPHS, "\n\n")):
        for tag in soup(names):
            tag.insert_before(NavigableString(gap))
            tag.insert_after(NavigableString(gap))
    lines = [line.strip() for line in soup.get_text().split("\n")]
    return title, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
