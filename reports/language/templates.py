"""The texts of a template in the language of the page.

A text is what stands between tags and statements; expressions and `<b>` belong to it, so that another language may put
them elsewhere. So do the values of the attributes that people see or hear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.language.language import current_language
from reports.language.tables import EXPRESSION, read

BORDER = re.compile(r"(\{%.*?%\}|\{#.*?#\}|<(?!/?(?:b|code)>)(?:\{\{.*?\}\}|\{%.*?%\}|[^<>])*>|\n)", re.DOTALL)
SHOWN = re.compile(r'\b(aria-label|data-head|placeholder|title|alt)="([^"{]*[A-Za-z][^"{]*)"')
VALUE = re.compile(r'(?<!aria-label=")(?<!data-head=")\{\{\s*(.*?)\s*\}\}')
LETTERS = re.compile(r"[A-Za-z]{2}")


def localize_template(template: str) -> str:
    """A template with its texts in the language of the page; a text that the table lacks stays as it is."""
    if current_language() == "en":
        return template
    known = read(current_language())
    pieces = BORDER.split(template)
    for i, piece in enumerate(pieces):
        if i % 2:
            # Classes, addresses and ids hold keys, which are no texts.
            piece = VALUE.sub(r"{{ (\1)|raw }}", piece) if piece.startswith("<") else piece
            pieces[i] = SHOWN.sub(lambda m: f'{m[1]}="{known.get(m[2], m[2])}"', piece)
        elif (text := piece.strip()) in known:
            pieces[i] = piece.replace(text, known[text])
    return "".join(pieces)


def texts(template: str) -> Iterator[str]:
    """The texts of a template, for a table to hold."""
    for i, piece in enumerate(BORDER.split(template)):
        if i % 2:
            yield from (m[2] for m in SHOWN.finditer(piece))
        elif LETTERS.search(EXPRESSION.sub("", re.sub(r"</?(?:b|code)>|&\w+;", "", piece))):
            yield piece.strip()
