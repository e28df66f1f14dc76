"""Notebooks, JSON and rich text: what they say as lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.data.jsonl import read_raw, read_utf8
from eval.errors import UserError, need
from rag.readers.reading import Reading

DEEPEST = 100


def read_notebook(file: Path) -> Reading:
    """The cells of a Jupyter notebook in order, code between fences, and the text of what it printed."""
    value = _json(file)
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        raise UserError(f"{file}: holds no cells; save it again as a notebook of format 4")
    blocks: list[str] = []
    pictures = 0
    for cell in (c for c in cells if isinstance(c, dict)):
        source = _joined(cell.get("source"))
        if cell.get("cell_type") == "code":
            blocks += [f"```\n{source}\n```"] if source.strip() else []
            for output in cell.get("outputs") or []:
                data = output.get("data") or {}
                if output.get("output_type") == "error":
                    blocks.append(f"{output.get('ename', 'error')}: {output.get('evalue', '')}")
                blocks.append(_joined(output.get("text") or data.get("text/plain")))
                pictures += any(kind.startswith("image/") for kind in data)
        else:
            blocks.append(source)
    shown = "1 picture of its output has" if pictures == 1 else f"{pictures} pictures of its output have"
    gaps = (f"{shown} no text; say in the notebook what they show",) if pictures else ()
    headings = [line.lstrip("# ") for block in blocks for line in block.split("\n") if line.startswith("# ")]
    return Reading("\n\n".join(b for b in blocks if b.strip()), headings=tuple(headings[:1]), gaps=gaps)


def read_json(file: Path) -> Reading:
    """Every value of a JSON file on a line of its own, behind the keys that lead to it."""
    return Reading("\n".join(_lines(_json(file), "", 0, file)))


def read_rtf(file: Path) -> Reading:
    """The text of an RTF file, cells of a row divided by ` | `."""
    need("striprtf", why=f"{file}: reading RTF files")
    from striprtf.striprtf import rtf_to_text

    source = read_raw(file).decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        raise UserError(f"{file}: is not RTF by its content; rename it, or save it again as RTF")
    try:
        text = str(rtf_to_text(source, errors="strict"))
    except (UnicodeError, LookupError) as error:
        raise UserError(f"{file}: cannot be read as RTF ({error}); save it again") from None
    lines = [" | ".join(c.strip() for c in ln.split("|")).rstrip(" |") if "|" in ln else ln for ln in text.split("\n")]
    return Reading("\n".join(lines))


def _json(file: Path) -> Any:
    try:
        return json.loads(read_utf8(file))
    except json.JSONDecodeError as error:
        raise UserError(f"{file}:{error.lineno}: bad JSON: {error.msg} at column {error.colno}; correct it") from None
    except RecursionError:
        raise UserError(f"{file}: nested too deeply; write it flatter") from None


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source or "")


def _lines(value: Any, path: str, depth: int, file: Path) -> Iterator[str]:
    if depth > DEEPEST:
        raise UserError(f"{file}: nested too deeply; write it flatter")
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _lines(held, f"{path}.{key}" if path else str(key), depth + 1, file)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value, 1):
            yield from _lines(item, f"{path}[{number}]", depth + 1, file)
            yield ""
    else:
        shown = ", ".join(_shown(v) for v in value) if isinstance(value, list) else _shown(value)
        yield f"{path}: {shown}" if path else shown


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
