"""Words that turn a statement round: what increases does not decrease."""

from __future__ import annotations

from functools import lru_cache

_PAIRS = """
increas/decreas rise|rises|rose|risen|rising/fall|falls|fell|fallen|falling higher/lower highest/lowest
high/low more/less|fewer most/least larger/smaller greater/smaller|lesser longer/shorter faster/slower
stronger/weaker earlier/later early/late before/after above/below first/last maximum|maximal/minimum|minimal
upper/lower positive|positively/negative|negatively promot|stimulat|activat/inhibit|suppress|prevent
improv/worsen|deteriorat strengthen/weaken accelerat/slow|slows|slowed gain/loss|lose|loses|lost always/never
allow|allowed|permitted/forbid|forbidden|prohibited|banned mandatory|required|compulsory/optional|voluntary
includ/exclud enabl/disabl success|successful/failure|unsuccessful safe/unsafe|dangerous better/worse
best/worst expand/shrink|contract north|northern/south|southern east|eastern/west|western
win|wins|won/lose|loses|lost steigt|steigen|stieg|erhöh/sinkt|sinken|sank|senk mehr/weniger höher/niedriger
länger/kürzer größer/kleiner früher/später vor/nach augment/diminu|rédui plus/moins
aumenta|aumentan|aumentó/disminuy más/menos mayor/menor aumenta|aumentano/diminui
"""
WHOLE = 5
"""Shorter words are compared as they are, longer ones by how they begin, for endings differ."""
_TABLE = [tuple(side.split("|") for side in pair.split("/")) for pair in _PAIRS.split()]


def turned_round(claim: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Whether a text has the opposite of a word of a claim where it lacks that word itself."""
    ours, theirs = _sides(claim), _sides(said)
    return any(
        (one in ours and other not in ours and other in theirs and one not in theirs)
        for pair in range(len(_TABLE))
        for one, other in (((pair, 0), (pair, 1)), ((pair, 1), (pair, 0)))
    )


@lru_cache(maxsize=16384)
def _sides(text: tuple[str, ...]) -> frozenset[tuple[int, int]]:
    """(pair, side) of each word of the table that a text has."""
    return frozenset(
        (number, side)
        for number, pair in enumerate(_TABLE)
        for side, stems in enumerate(pair)
        if any(w == s or (len(s) > WHOLE and w.startswith(s)) for w in text for s in stems)
    )
