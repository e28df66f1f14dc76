"""Quantities in a row, of which one may be the accepted one by chance: `4.0 Nm of the 2.2 Nm of the 6.5 Nm`."""

from __future__ import annotations

import itertools
import re

ROW = 3
"""So many different values of one unit with nothing between them say none of them."""
_AMOUNT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)*)\s?([^\W\d_]{1,12}|%)(?!\w)")
_JOINT = re.compile(r"\W*(?:(?:of|the|and|or|to|in|a|an)\b\W*)*", re.IGNORECASE)


def without_rows(text: str) -> str:
    """The text without rows of three or more different values of one unit that nothing but small words parts."""
    found = list(_AMOUNT.finditer(text))
    rows: list[list[re.Match[str]]] = [found[:1]] if found else []
    for before, amount in itertools.pairwise(found):
        joined = before[2] == amount[2] and _JOINT.fullmatch(text, before.end(), amount.start())
        if joined:
            rows[-1].append(amount)
        else:
            rows.append([amount])
    for row in reversed(rows):
        if len({amount[1] for amount in row}) >= ROW:
            text = f"{text[: row[0].start()]} {text[row[-1].end() :]}"
    return text
