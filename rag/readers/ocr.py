"""Text of scanned pages by Tesseract's command, where it is installed.

`RAG_OCR=never` turns it off, `RAG_OCR_LANGUAGES` names its languages (`eng+deu`; default: all installed ones, three at
most), and `RAG_TESSERACT` another command of the same interface.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DPI = 300
"""What Tesseract's models were trained at."""
SECONDS = 180
"""That one page may take."""
MOST_LANGUAGES = 3
"""Each further one makes it slower and worse; with more installed ones English alone is taken unless some are named."""
UNSURE = 70.0
"""A mean confidence below it, of 100, is reported as a gap."""
REMEDY = "install tesseract-ocr with the pages' languages, or run OCR on the file"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What stands on one page."""

    lines: tuple[str, ...]
    confidence: float
    """The mean of its words, 0 to 100."""


def command() -> str:
    """The path of Tesseract; empty where there is none, or OCR is turned off."""
    if os.environ.get("RAG_OCR", "auto") == "never":
        return ""
    return shutil.which(os.environ.get("RAG_TESSERACT", "tesseract")) or ""


def identity() -> str:
    """What the text of scanned pages depends on: version and languages; empty where no OCR is done."""
    found = command()
    try:
        return f"{_version(found)} {languages(found)}" if found else ""
    except OSError as error:  # it is there and does not start; each page that needs it says so
        return f"broken: {error}"


def recognise(page: Any) -> Recognised:
    """The text of a page of pdfplumber; raises OSError where Tesseract fails, with the reason in one line."""
    found = command()
    with tempfile.TemporaryDirectory() as home:
        picture = Path(home) / "page.png"
        page.to_image(resolution=DPI).original.save(picture)
        return _words(_run([found, str(picture), "stdout", "-l", languages(found), "tsv"]))


@lru_cache(maxsize=4)
def languages(found: str) -> str:
    """The languages to read in, as Tesseract takes them: `eng+deu`."""
    if named := os.environ.get("RAG_OCR_LANGUAGES", "").strip():
        return named
    lines = _run([found, "--list-langs"]).splitlines()
    there = [x.strip() for x in lines if x.strip() and " " not in x.strip() and x.strip() not in ("osd", "equ", "snum")]
    there = [name for name in there if "/" not in name]
    return "+".join(there) if 0 < len(there) <= MOST_LANGUAGES else "eng"


@lru_cache(maxsize=4)
def _version(found: str) -> str:
    return next(iter(_run([found, "--version"]).splitlines()), "").strip()


def _run(call: list[str]) -> str:
    try:
        done = subprocess.run(
            call, capture_output=True, timeout=SECONDS, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, check=False
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"takes longer than {SECONDS} seconds") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OSError(said[-1] if said else f"exit code {done.returncode}")
    return (done.stdout or done.stderr).decode("utf-8", "replace")  # older ones list languages on stderr


def _words(table: str) -> Recognised:
    """Lines and confidence of Tesseract's table of words."""
    lines: dict[tuple[str, ...], list[str]] = {}
    sure: list[float] = []
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text:
            continue
        lines.setdefault(tuple(str(row[k]) for k in ("block_num", "par_num", "line_num")), []).append(text)
        sure.append(max(0.0, float(row["conf"])))
    return Recognised(tuple(" ".join(words) for words in lines.values()), sum(sure) / len(sure) if sure else 0.0)
