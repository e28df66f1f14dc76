"""Where an answer says which document it is from: a last line, or brackets, that begin with a word for source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from eval.data.importing.import_format import Imported

_WORD = r"(?:sources?|source\(s\)|quellen?|fuentes?|fonti|fonte|bron|출처|근거 ?문서|出典|来源|источники?)"
_LINE = re.compile(rf"\n\s*[*_(\[]*{_WORD}[*_]*\s*[:：]\s*(.+?)[)\]*_]*\s*\Z", re.IGNORECASE | re.DOTALL)
"""The last paragraph or line."""
_BRACKETS = re.compile(rf"\s*[(\[（]\s*{_WORD}\s*[:：]\s*([^()\[\]（）]+)[)\]）]", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[;\n]\s*|\s*,\s+")
LINES = 6
"""A last paragraph of more lines is part of the answer."""


def without_sources(row: Imported) -> Imported:
    """The row with answers that do not name their source, the whole as its reply, and the documents that they name."""
    parted = [source_of(answer) for answer in row.answers]
    names = [name for _, found in parted for name in found]
    if not names or not all(text for text, _ in parted):
        return row
    documents = row.documents or tuple(dict.fromkeys(names))
    answers = tuple(dict.fromkeys(text for text, _ in parted))
    return replace(row, answers=answers, reply=row.reply or row.answers[0], documents=documents)


def source_of(text: str) -> tuple[str, Sequence[str]]:
    """(text without what says where it is from, the names that stand there)."""
    names: list[str] = []
    match = _LINE.search(text)
    if match and match[1].count("\n") < LINES:
        names += _BETWEEN.split(match[1].strip())
        text = text[: match.start()]
    for match in _BRACKETS.finditer(text):
        names += _BETWEEN.split(match[1].strip())
    return _BRACKETS.sub("", text).strip(), [n.strip(" .*-") for n in names if n.strip(" .*-")]
