"""What files gave when they were read, kept beside the corpus, so that an unchanged file is never parsed again."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.files import file_digest, fingerprint, write_text
from rag.readers import parsers
from rag.readers.kinds import LIGHT
from rag.readers.ocr import identity
from rag.readers.reader_process import read_limited
from rag.readers.reading import READING, Reading

FOLDER = ".readings"
"""Below the folder of the file; hidden, and therefore no part of the corpus."""
LIBRARIES = {
    ".pdf": ("pypdf", "pdfplumber", "pdfminer.six"),
    ".pptx": ("python-pptx",),
    ".xlsx": ("openpyxl",),
    ".xlsm": ("openpyxl",),
    ".rtf": ("striprtf",),
    ".epub": ("beautifulsoup4", "lxml"),
}
"""Packages on whose version the text of a kind of file depends."""


def stored_reading(file: Path, *, keep: bool = True) -> Reading:
    """The reading of a file: as it is kept for these very bytes and reader, else made now, and kept where `keep`.

    Raises UserError where the file cannot be read. A folder that cannot be written to keeps nothing.
    """
    kind = file.suffix.lower()
    if kind in LIGHT or not keep:
        return read_limited(file)
    made_by = [(p, _version(p)) for p in LIBRARIES.get(kind, ())]
    if kind == ".pdf":
        made_by.append(("tesseract", identity()))
    if other := parsers.identity(kind):
        made_by.append(("parser", other))
    name = fingerprint(READING, kind, file_digest(file), made_by)
    place = file.parent / FOLDER / f"{name}.json"
    if (found := _kept(place)) is not None:
        return found
    reading = read_limited(file)
    try:
        write_text(place, json.dumps(asdict(reading), ensure_ascii=False))
    except OSError:
        return reading
    return reading


def _kept(place: Path) -> Reading | None:
    try:
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}
        values["marks"] = tuple((int(at), str(kind), str(value)) for at, kind, value in found["marks"])
        return Reading(**values)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
