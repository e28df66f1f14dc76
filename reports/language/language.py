"""Translation into the language of the page that is being written.

Sentences are made in English, where their figures are, and translated where they leave for a reader: as a value in a
template, a text in a picture, a line of Markdown. `translate` finds the sentence in the table of the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from eval.errors import UserError
from reports.language.particles import with_particles
from reports.language.tables import LANGUAGES, PLACEHOLDER, table

_now: ContextVar[str] = ContextVar("language", default="en")

BETWEEN = re.compile(r"(?<=[.?!]) (?=[A-Z0-9`-])")
"""Where one sentence ends and the next begins."""
JOINTS = (("; ", "; "), (", ", ", "), (" or ", " 또는 "), (" and ", ", "))
"""What stands between the parts of a list in English, and in Korean."""
NUMBER = re.compile(r"[−+<-]?[ \d.,\u202f:–]+[\u00a0 ]%")


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Within it, texts are translated into this language; raises UserError for one that has no table."""
    if language not in LANGUAGES:
        raise UserError(f"--language {language}: pages are written in {' or '.join(LANGUAGES)}")
    before = _now.set(language)
    try:
        yield
    finally:
        _now.reset(before)


def current_language() -> str:
    """The language of the page that is being written."""
    return _now.get()


def translate(text: str) -> str:
    """A text of ours in the language of the page; what its table does not know (names, data, code) as it is."""
    return text if _now.get() == "en" or not text.strip() else _translate(text, _now.get())


def finalize(value: Any) -> Any:
    """What a template puts out: texts translated, markup and numbers as they are."""
    return translate(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def raw(value: Any) -> Markup:
    """A value that is put out as it is, escaped and not translated."""
    return escape(value)


@lru_cache(maxsize=20_000)
def _translate(text: str, language: str, *, inside: bool = False) -> str:
    """A text, or each of its sentences; `inside` another sentence also the parts of a list, and ids."""
    if (known := _entry(text, language, inside=inside)) is not None:
        return known
    sentences = BETWEEN.split(text)
    if len(sentences) > 1:
        return " ".join(_translate(sentence, language, inside=inside) for sentence in sentences)
    if inside and (known := _by_parts(text, language)) is not None:
        return known
    if (known := _by_pattern(text, language)) is not None:
        return known
    if inside and ": " in text and text[:1].islower():  # a sentence that stands within another, as behind "Next:"
        whole = text[0].upper() + text[1:]
        if (known := _by_pattern(whole, language)) is not None:
            return known
    for joint, translated in JOINTS if inside else ():
        parts = _split(text, joint)
        if len(parts) > 1:
            return translated.join(_translate(part, language, inside=True) for part in parts)
    return _tight(text) if inside or NUMBER.fullmatch(text) else text


def _entry(text: str, language: str, *, inside: bool) -> str | None:
    """The text by its own entry, with or without its full stop."""
    known, plain = table(language), _plain(text)
    entries = known.inside if inside else known.fixed
    if plain in entries:
        return entries[plain]
    short = entries.get(plain.removesuffix("."))
    return f"{short}." if short is not None and plain.endswith(".") else None


def _by_parts(text: str, language: str) -> str | None:
    """A list of texts that the table knows each; a pattern could take all of it for one."""
    parts = _split(text, "; ")
    if len(parts) < 2:
        return None
    found = [_entry(part, language, inside=True) or _by_pattern(part, language) for part in parts]
    return "; ".join(part for part in found if part) if all(found) else None


def _by_pattern(text: str, language: str) -> str | None:
    """The text by the first pattern that is like it; a full stop is kept, whether the pattern has one or not."""
    plain = text.replace("\u2011", "-")
    stop = "." if plain.endswith(".") else ""
    for pattern in table(language).patterns:
        if match := pattern.regex.fullmatch(plain.removesuffix(".")):
            values = {name: _translate(value, language, inside=True) for name, value in match.groupdict().items()}
            translated = PLACEHOLDER.sub(lambda m: values[m[1]], pattern.translation)  # noqa: B023
            return with_particles(translated) + stop
    return None


def _plain(text: str) -> str:
    """The text as the table has it, without the signs that keep lines together."""
    return text.replace("\u00a0", " ").replace("\u2011", "-")


def _split(text: str, joint: str) -> list[str]:
    """The parts between joints that do not stand in brackets."""
    parts, depth = [""], 0
    for piece in re.split(f"([()]|{re.escape(joint)})", text):
        depth += (piece == "(") - (piece == ")")
        if piece == joint and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _tight(text: str) -> str:
    """Per cent signs close to their figures, as Korean has them."""
    return re.sub(r"(?<=\d)[\u00a0 ]%", "%", text)
