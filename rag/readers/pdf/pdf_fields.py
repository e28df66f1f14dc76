"""Form fields of a PDF page: their values, and where those stand among the words."""

from __future__ import annotations

from typing import Any

from rag.readers.pdf.pdf_tables import Word


def insert_value(words: list[Word], value: Word) -> None:
    """Put the value of a form field where it stands: behind its label, before what is to the right of it."""
    middle = (value.top + value.bottom) / 2
    row = [i for i, w in enumerate(words) if w.top <= middle <= w.bottom]
    left = [i for i in row if words[i].x0 <= value.x0]
    right = [i for i in row if words[i].x0 > value.x0]
    if left or right:
        at = max(left, key=lambda i: words[i].x0) if left else min(right, key=lambda i: words[i].x0)
        near = words[at]
        x0, x1 = (max(value.x0, near.x1 + 1), value.x1) if left else (value.x0, near.x0 - 1)
        placed = Word(value.text, x0, x1, near.top, near.bottom, near.size, after=near if left else None)
        words.insert(at + 1 if left else at, placed)
    else:
        below = next((i for i, w in enumerate(words) if w.top > middle), len(words))
        text = f"{value.label}: {value.text}" if value.label else value.text
        words.insert(below, Word(text, value.x0, value.x1, value.top, value.bottom, value.size))


def form_values(page: Any) -> list[Word]:
    """The values of a page's form fields and its texts in boxes, each with its place from the top left."""
    height = float(page.mediabox.top)
    found = []
    for reference in page.get("/Annots") or []:
        annotation = reference.get_object()
        kind = annotation.get("/Subtype")
        rect = [float(x) for x in annotation.get("/Rect", [])]
        if len(rect) != 4 or int(annotation.get("/F", 0)) & 2:  # 2: hidden
            continue
        text = str(annotation.get("/Contents", "")) if kind == "/FreeText" else ""
        label = ""
        if kind == "/Widget":
            text = _value(annotation)
            name = str(_inherited(annotation, "/TU") or _inherited(annotation, "/T") or "")
            label = name if len(name) > 2 else ""
        if text.strip():
            left, right = sorted((rect[0], rect[2]))
            bottom, top = sorted((rect[1], rect[3]))
            found.append(Word(" ".join(text.split()), left, right, height - top, height - bottom, 10.0, label))
    return found


def _value(annotation: Any) -> str:
    value = _inherited(annotation, "/V")
    kind = _inherited(annotation, "/FT")
    if kind == "/Btn":
        if int(_inherited(annotation, "/Ff") or 0) & (1 << 16):  # a push button holds no value
            return ""
        state = annotation.get("/AS", value)
        return "[ ]" if state in (None, "/Off") else "[x]"
    if kind == "/Sig" or value is None:
        return ""
    value = value.get_object() if hasattr(value, "get_object") else value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _inherited(annotation: Any, key: str) -> Any:
    """A setting of a field, or of the field that it is a part of."""
    for _ in range(8):
        if key in annotation:
            return annotation[key]
        parent = annotation.get("/Parent")
        if parent is None:
            return None
        annotation = parent.get_object()
    return None
