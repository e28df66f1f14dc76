"""The letters of a PDF page as words: upright, with powers and indices on their line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.readers.pdf.pdf_tables import Word
from rag.readers.raised_signs import lowered, raised

SMALL = 0.8
"""Letters of less than this share of the size before them are raised or lowered signs, where they are off the line."""
UNDECODED = 0.2
"""A page with a larger share of letters that its fonts do not name has no readable text."""
CID = re.compile(r"\(cid:\d+\)")


def turned(page: Any) -> list[dict[str, Any]] | None:
    """The letters of a page whose text runs up or down, as if it were turned upright; None for other pages."""
    letters = [dict(c) for c in page.chars if c["text"]]
    aside = [c for c in letters if not c["upright"]]
    if len(aside) <= 0.5 * len(letters):
        return None
    up = sum(c["matrix"][1] > 0 for c in aside) > 0.5 * len(aside)
    for c in letters:
        x0, x1, top, bottom = c["x0"], c["x1"], c["top"], c["bottom"]
        if up:
            c |= {"x0": page.height - bottom, "x1": page.height - top, "top": x0, "bottom": x1}
        else:
            c |= {"x0": top, "x1": bottom, "top": page.width - x1, "bottom": page.width - x0}
        c |= {"doctop": c["top"], "upright": True, "size": c["bottom"] - c["top"]}
    return letters


def with_scripts(letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A page's letters in the order they were written; raised and lowered ones as `10^3` and `H2O` on their line."""
    result: list[dict[str, Any]] = []
    i = 0
    while i < len(letters):
        base = next((c for c in reversed(result[-1:]) if not c["text"].isspace()), None)
        run: list[dict[str, Any]] = []
        while base is not None and i + len(run) < len(letters) and _off_line(base, run, letters[i + len(run)]):
            run.append(letters[i + len(run)])
        if not run or base is None:
            result.append(letters[i])
            i += 1
            continue
        before = _before(result)
        up = run[0]["bottom"] < base["bottom"] - 0.1 * base["size"]
        text = (raised if up else lowered)(before, "".join(c["text"] for c in run))
        joined = run[0] | {"text": text, "x1": run[-1]["x1"]}
        joined |= {key: base[key] for key in ("top", "bottom", "doctop", "size", "y0", "y1")}
        result.append(joined)
        i += len(run)
    return result


def _off_line(base: dict[str, Any], run: Sequence[dict[str, Any]], letter: dict[str, Any]) -> bool:
    """Whether a letter is a small one, above or below the line, right behind `base` or the run after it."""
    last = run[-1] if run else base
    near = -0.2 * base["size"] <= letter["x0"] - last["x1"] <= 0.2 * base["size"]
    small = letter["size"] < SMALL * base["size"] and not letter["text"].isspace()
    if run:
        return bool(near and small and abs(letter["bottom"] - run[0]["bottom"]) < 0.1 * base["size"])
    off = abs(letter["bottom"] - base["bottom"]) > 0.12 * base["size"]
    overlap = letter["top"] < base["bottom"] and letter["bottom"] > base["top"]
    return bool(near and small and off and overlap)


def _before(result: Sequence[dict[str, Any]]) -> str:
    """The last letters on the line of the last one, without a break."""
    text = ""
    for letter in reversed(result[-24:]):
        if abs(letter["bottom"] - result[-1]["bottom"]) > 0.3 * result[-1]["size"]:
            break
        text = letter["text"] + text
    return text


def words_of(letters: Sequence[dict[str, Any]]) -> list[Word]:
    """The words that the letters make, in the order they were written."""
    from pdfplumber.utils.text import extract_words

    found = extract_words(
        list(letters), use_text_flow=True, extra_attrs=["size"], keep_blank_chars=False, expand_ligatures=True
    )
    return [
        Word(CID.sub("", w["text"]), w["x0"], w["x1"], w["top"], w["bottom"], w["size"])
        for w in found
        if CID.sub("", w["text"])
    ]
