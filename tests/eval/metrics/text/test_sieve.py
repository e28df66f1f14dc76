"""A sieve finds what its pattern finds, and looks for letters that every hit has."""

from __future__ import annotations

import re

import pytest

from eval.metrics.knowledge import denial, discourse, partial_names, polar_words, stance, superseded
from eval.metrics.quantities import bounds, dates, numerals, ordinals
from eval.metrics.quantities.number_words import LEXICONS
from eval.metrics.text import sieve as sieve_module
from eval.metrics.text.sieve import Sieve, alternatives, captures, look_for, needed_letters, one_of

TEXTS = (
    "It does NOT use MQTT; it uses HTTP.",
    "Nicht am 3. März 2024, sondern am 4. April.",
    "두 번째가 아니라 세 번째입니다.",
    "ではなく、三月です",
    "No lo sé, quizás el primero de mayo.",
    "At least 5, up to 7 and no more than half of a dozen.",
    "The Second World War",
    "не позднее 3 мая",
    "ليس MQTT، بل HTTP",
    "",
    "ß STRASSE ſatz K",
    "maybe Q3 2024 at half past 3",
    "Deputy Director of South Africa, without doubt",
    "a loss of 5, down 5 %, 15:30, 오후 3시 30분, 2024-03-04",
)


def sieves() -> list[Sieve]:
    modules = (denial, discourse, superseded, partial_names, stance, polar_words, bounds, dates, numerals, ordinals)
    values = [v for m in modules for v in vars(m).values()]
    flat = [v for value in values for v in (value if isinstance(value, tuple | list) else [value])]
    found = [v for value in flat for v in (value if isinstance(value, tuple) else [value]) if isinstance(v, Sieve)]
    return [*found, *(numerals._runs(c) for c in LEXICONS)]


def test_a_sieve_finds_what_its_pattern_finds() -> None:
    assert len(sieves()) > 40
    for sieve in sieves():
        plain = re.compile(sieve.pattern, sieve.flags)
        for text in TEXTS:
            expected, found = plain.search(text), sieve.search(text)
            assert (found and (found.span(), found[0])) == (expected and (expected.span(), expected[0])), sieve.pattern
            assert sieve.sub("#", text) == plain.sub("#", text)
            assert [m.span() for m in sieve.finditer(text)] == [m.span() for m in plain.finditer(text)]


def test_one_look_for_several_passes_over_no_hit_of_any() -> None:
    first, second, other = Sieve(r"\bnot?\b", re.I), Sieve("über", re.I), Sieve("x*")
    together = look_for(first, second)
    assert [bool(together(t.casefold())) for t in ("NO way", "ÜBERALL", "yes", "")] == [True, True, False, False]
    assert look_for(first, other)("yes")  # which the latter meets
    for look in (superseded._may_be_old(), discourse._may_be_aside()):
        assert not look("the harbour is deep.")
    for sieve in sieves():
        may = look_for(sieve)
        assert all(may(text.casefold()) or not sieve.search(text) for text in TEXTS), sieve.pattern


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bnot\b|\bever\b", ("ever", "not")),
        (r"(?:is|are)n't", ("n't",)),
        (r"x?y*", ()),
        (r"a\d+|\d", ()),
        (r"[가나]다?", ("가", "나")),
        (r"Über(?:haupt)?", ("über",)),
    ],
)
def test_needed_letters(pattern: str, needed: tuple[str, ...]) -> None:
    assert needed_letters(pattern, re.IGNORECASE) == needed


def test_alternatives_are_split_outside_brackets() -> None:
    assert alternatives(r"a|b(?:c|d)|[|\]]e|\|f|[]|]") == ["a", r"b(?:c|d)", r"[|\]]e", r"\|f", "[]|]"]


def test_one_of_prefers_the_longest_word() -> None:
    words = ["m", "mm", "min", "minute", "s", "a+b"]
    pattern = re.compile(one_of(words))
    for word in words:
        assert pattern.match(word + "!")[0] == word  # type: ignore[index]
    assert pattern.match("minut")[0] == "min"  # type: ignore[index]


def test_without_the_parser_of_patterns_every_text_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve_module, "parser", None)
    found = Sieve(r"\bharbou?r\b").search("at the harbor")
    assert found is not None and found[0] == "harbor"


def test_groups_that_are_kept_are_seen() -> None:
    assert [captures(p) for p in (r"a(b)", r"(?P<x>a)|b")] == [True, True]
    assert [captures(p) for p in (r"(?:a)(?=b)(?<!c)(?-i:d)", r"\(a\)|[(]b", r"[]()]")] == [False, False, False]
