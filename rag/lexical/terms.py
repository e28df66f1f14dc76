"""What counts as a word for BM25, in any script. Standard library only, but for kiwipiepy where it is installed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import metadata
from typing import Any

TERMS = 1
"""Raised whenever a text would give other terms than before."""

_PAIRED = "\u0e00-\u0e7f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
"""Thai, Kana, Han and Hangul: letters that no blanks divide into words reliably."""
_PIECE = re.compile(rf"[{_PAIRED}]+|(?:(?![{_PAIRED}])[^\W_])+(?:[-‐‑–_./:,'’](?:(?![{_PAIRED}])[^\W_])+)*")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_JOINT = re.compile(r"[-‐‑–_./:,'’]")
_DROPPED = re.compile(r"[-‐‑–_/'’]|(?<=\d),(?=\d{3}(?!\d))")
"""Left out of a whole code, so that E-4471 is E4471 and 1,250 is 1250; 3.5 stays apart from 35."""
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"\d+|\D+")


def terms(text: str) -> list[str]:
    """The terms of a text, in its order: NFKC, case folded, with repetitions.

    A code counts whole and by its parts (`E-4471`: e4471, e, 4471); of Hangul, Han, Kana and Thai letters each pair of
    neighbours counts, and where kiwipiepy is installed the morphemes of Korean text count, too.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    found: list[str] = []
    for piece in _PIECE.findall(folded):
        found += _pairs(piece) if piece[0] >= "\u0e00" else [piece] if piece.isalpha() else _whole_and_parts(piece)
    return found + _morphemes(folded)


def code_terms(text: str) -> list[str]:
    """Those terms of a text that come from its codes and numbers: all that was written with a digit in it."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return [term for piece in _PIECE.findall(folded) if _DIGIT.search(piece) for term in _whole_and_parts(piece)]


def terms_version() -> str:
    """What the terms of a text depend on besides the text."""
    return f"{TERMS}" + (f" kiwipiepy {metadata.version('kiwipiepy')}" if _kiwi() else "")


def _pairs(piece: str) -> list[str]:
    return [piece[i : i + 2] for i in range(len(piece) - 1)] or [piece]


def _whole_and_parts(piece: str) -> list[str]:
    words = [word for word in _JOINT.split(piece) if word]
    parts = [run for word in words for run in (_RUN.findall(word) if not word.isalpha() else [word])]
    whole = _DROPPED.sub("", piece)
    return [whole] if parts == [whole] else [whole, *parts]


def _morphemes(text: str) -> list[str]:
    kiwi = _kiwi() if _HANGUL.search(text) else None
    if kiwi is None:
        return []
    content = ("N", "V", "M", "XR", "SL", "SN")
    return [f"{token.form}/" for token in kiwi.tokenize(text) if token.tag.startswith(content)]


@lru_cache(maxsize=1)
def _kiwi() -> Any:
    """The analyser of Korean, or None where it is not installed."""
    try:
        from kiwipiepy import Kiwi
    except ImportError:
        return None
    return Kiwi()
