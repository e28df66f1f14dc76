"""Raised and lowered signs as plain text: powers, indices, ordinals and marks of footnotes."""

from __future__ import annotations

import re

_UNITS_TEXT = (
    "nm mm cm dm km um µm μm hm in ft yd mi mil ha sec min hr kg mg lb oz mol kat cd kw mw gw hz khz mhz ghz pa kpa "
    "mpa bar nm kn mn kj mj cal ms µs ns"
)
_UNITS = frozenset(_UNITS_TEXT.split())
"""Units of more than one letter that powers are written with."""
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "\u2060": ""})


def raised(before: str, sign: str, *, link: bool = False) -> str:
    """How a raised sign is written after the text `before`: 10^3, m^2, x^(n+1), 1st, Foo[1] for a mark of a footnote.

    A digit raised after a number, a unit or a single letter is a power; after any other word or full stop, and where it
    is a link, it marks a footnote.
    """
    text = sign.translate(_MINUS).strip()
    if not text:
        return sign
    number = re.fullmatch(r"[+-]?\d+(?:[.,/]\d+)?", text)
    if link or (number and text[0] not in "+-" and not _takes_power(before)):
        return f"[{text.strip('[]()')}]"
    if re.fullmatch(r"[*†‡§¶#®™©°]+|[\[(].*[\])]|\s+", text):
        return text
    if number:
        return f"^{text}"
    if re.fullmatch(r"[^\W\d_](?:[,;\s]+[^\W\d_])*", text) and not _takes_power(before):
        return f"[{text}]" if len(_last(before)) > 1 else text
    if re.fullmatch(r"[^\W\d_]{2,}\.?", text):
        return text  # 1st, 2nd, Mme, TM
    if re.fullmatch(r"[^\W_]", text):
        return f"^{text}" if _takes_power(before) else text
    return f"^({text})" if _takes_power(before) else f"^{text}"


def lowered(before: str, sign: str) -> str:
    """How a lowered sign is written after the text `before`: H2O, CO2, x_i, 1010_2."""
    text = sign.translate(_MINUS).strip()
    if not text:
        return sign
    if before[-1:].isdigit() or not text.isdigit():
        return f"_{text}" if re.fullmatch(r"[\w,+-]+", text) else f"_({text})"
    return text


def _takes_power(before: str) -> bool:
    last = _last(before)
    if not last:
        return before.endswith((")", "]", "}")) and bool(
            re.search(r"[(\[{][^\s(\[{]{1,12}(?: ?[-+*/] ?[^\s(\[{]{1,12})*[)\]}]$", before)
        )
    return last[-1:].isdigit() or len(last) == 1 or last.casefold() in _UNITS


def _last(before: str) -> str:
    """The last run of letters, or of digits, that the text ends with."""
    found = re.search(r"(?:[^\W\d_]+|\d+)$", before)
    return found[0] if found else ""
