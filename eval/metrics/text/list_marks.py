"""Numbers that only count the items of a list."""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBERED = re.compile(r"^[ \t]*(\d{1,2})[.)][ \t]+(?=\S)", re.MULTILINE)


@lru_cache(maxsize=4096)
def unnumbered(text: str) -> str:
    """A list of which every line begins with its place (1. 2. 3.) without these numbers; any other text as it is."""
    if "\n" not in text:
        return text
    places = [int(m[1]) for m in _NUMBERED.finditer(text)]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(places) != len(lines) or places != list(range(places[0], places[0] + len(places))):
        return text
    return _NUMBERED.sub("", text)
