"""Rich files by the library unstructured (Apache-2.0): its elements as lines, tables by row, pages as marks.

The library reports its use to its makers, and downloads a model of spaCy where none is installed; both are
prevented here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from eval.errors import UserError
from rag.readers.marks import PAGE, SLIDE, heading_mark, mark
from rag.readers.reading import Reading

MODEL = "en_core_web_sm"
"""Of spaCy; the library tells headings from sentences by it, in all languages."""
FUNCTIONS = {".pdf": "pdf", ".docx": "docx", ".pptx": "pptx", ".eml": "email"}
"""`partition_*` by ending."""
DROPPED = ("Header", "Footer", "PageBreak", "PageNumber")


def read(file: Path) -> Reading:
    """A file as its elements in reading order; running heads and feet are left out and counted.

    Raises UserError where spaCy's model is missing; whatever the library raises on a file it cannot read.
    """
    os.environ |= {"DO_NOT_TRACK": "1", "UNSTRUCTURED_DISABLE_NOTICE": "1"}
    _need_model(file)
    kind = file.suffix.lower()
    elements = list(_partition(FUNCTIONS[kind])(filename=str(file), languages=[""]))
    hidden = sum(len(e.text) for e in elements if e.category in DROPPED)
    headings = [e.text for e in elements if e.category == "Title" and e.metadata.category_depth in (0, None)]
    subject = [s] if (s := getattr(elements[0].metadata, "subject", None) if elements else None) else []
    return Reading("\n\n".join(_lines(elements, kind)), tuple(subject), tuple(headings[:1]), hidden=hidden)


def _partition(name: str) -> Callable[..., Iterable[Any]]:
    try:
        found: Callable[..., Iterable[Any]] = getattr(
            import_module(f"unstructured.partition.{name}"), f"partition_{name}"
        )
    except ImportError as error:
        raise UserError(
            f"reading .{name} by unstructured needs more packages: pip install 'unstructured[{name}]' ({error})"
        ) from None
    return found


def _need_model(file: Path) -> None:
    from spacy.util import is_package

    if not is_package(MODEL):
        raise UserError(
            f"{file}: unstructured needs spaCy's model {MODEL}, and would download it while it reads: "
            f"python -m spacy download {MODEL}"
        )


def _lines(elements: Iterable[Any], kind: str) -> Iterator[str]:
    """The text of each element, with a mark where a page or a slide begins and before each heading."""
    section, place = (SLIDE if kind == ".pptx" else PAGE), None
    for element in elements:
        if element.category in DROPPED:
            continue
        text = _text(element)
        if not text.strip():
            continue
        number = element.metadata.page_number if kind in (".pdf", ".pptx") else None
        begins = mark(section, str(number)) if number is not None and number != place else ""
        place = number
        if element.category == "Title":
            begins += heading_mark(1 + (element.metadata.category_depth or 0), text)
        yield begins + ("- " * (element.category == "ListItem")) + text


def _text(element: Any) -> str:
    if table := element.metadata.text_as_html:
        from rag.readers.markup import html_text

        return html_text(table).text
    return str(element.text)
