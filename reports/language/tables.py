"""The texts of a language: English as it stands in the sources -> the same in that language, one table each.

A text may have placeholders in braces, `{mode} is not needed.`, and then stands for every sentence of that form. Texts
of a template keep its expressions, `{{ ... }}`, as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = {"en": "English", "ko": "한국어"}
"""In which languages pages are written; English needs no table."""

SCRIPT = "script"
"""The part of a table for the page's scripts alone."""
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
EXPRESSION = re.compile(r"\{\{.*?\}\}")
FIGURE = r"[−+-]?(?:under )?[\d.,\u202f]+(?:[\u00a0 ]?%)?|–"
"""What a placeholder `n`, `n1`, ... stands for."""
NAME = r"[^.:;,()]{1,60}?"
"""What a placeholder of one letter stands for, a mode or an axis; `x`, `y`, `z` stand for any words."""
INSIDE = "inside"
"""The part of a table whose texts are translated within a sentence only: ids, and words that data may hold as well."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with places for what varies."""

    english: str
    regex: re.Pattern[str]
    translation: str


@dataclass(frozen=True, slots=True)
class Table:
    """The texts of one language."""

    fixed: dict[str, str]
    """Texts without placeholders."""
    inside: dict[str, str]
    """The same, within a sentence."""
    patterns: tuple[Pattern, ...]
    """Texts with placeholders, those with the most letters of their own first."""


@cache
def table(language: str) -> Table:
    """The table of a language other than English."""
    parts = _parts(language)
    texts = {
        english: said for name, part in parts.items() if name not in (INSIDE, SCRIPT) for english, said in part.items()
    }
    found = [
        Pattern(english, _regex(english.removesuffix(".")), said.removesuffix("."))
        for english, said in texts.items()
        if PLACEHOLDER.search(english)
    ]
    fixed = {english: said for english, said in texts.items() if not PLACEHOLDER.search(english)}
    return Table(fixed, fixed | parts[INSIDE], tuple(sorted(found, key=lambda p: -len(PLACEHOLDER.sub("", p.english)))))


@cache
def read(language: str) -> dict[str, str]:
    """All texts of a language as they stand in its file."""
    return {english: said for part in _parts(language).values() for english, said in part.items()}


@cache
def _parts(language: str) -> dict[str, dict[str, str]]:
    file = files("reports").joinpath("assets", "language", f"{language}.yaml")
    parts: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return parts


def _regex(english: str) -> re.Pattern[str]:
    pieces = PLACEHOLDER.split(english.replace("\u00a0", " "))
    seen: set[str] = set()
    made = ""
    for i, piece in enumerate(pieces):
        if i % 2 == 0:
            made += re.escape(piece).replace(r"\ ", "[ \u00a0]")
        elif piece in seen:
            made += f"(?P={piece})"
        else:
            seen.add(piece)
            made += f"(?P<{piece}>{_kind(piece)})"
    return re.compile(made, re.DOTALL)


def _kind(placeholder: str) -> str:
    if re.fullmatch(r"n[0-9]?", placeholder):
        return FIGURE
    return NAME if len(placeholder) == 1 and placeholder not in "xyz" else ".+?"
