from __future__ import annotations

from pathlib import Path

import pytest

from eval.errors import UserError
from eval.metrics.style.checks_language import LANGUAGES, prose, shown_language
from eval.metrics.style.run_checks import build_checks

PHRASES = {
    "en": ("Not on file.", "The sea.", "Send it to the works with the form."),
    "ko": ("모릅니다.", "보증 기간은 2년입니다.", "Merrow 3S입니다."),
    "de": ("Nicht bekannt.", "Ja, das stimmt.", "Die Garantie gilt zwei Jahre."),
    "fr": ("Je ne sais pas.", "Oui, deux ans.", "Le capteur est fixé au quai."),
    "es": ("No lo sé.", "La garantía dura dos años."),
    "it": ("Non lo so.", "La garanzia dura due anni."),
    "pt": ("Não sei.", "A garantia dura dois anos."),
    "nl": ("Dat weet ik niet.", "De garantie duurt twee jaar."),
    "sv": ("Jag vet inte.", "Garantin gäller i två år."),
    "pl": ("Nie wiem.", "Gwarancja trwa dwa lata."),
    "fi": ("En tiedä.", "Takuu on voimassa kaksi vuotta."),
    "zh": ("不知道。", "保修期为2年。"),
    "ja": ("わかりません。", "保証は2年です。"),
}


@pytest.mark.parametrize("wanted", PHRASES)
def test_short_replies_pass_in_their_own_language(wanted: str) -> None:
    assert [t for t in PHRASES[wanted] if shown_language(prose(t), wanted)] == []


@pytest.mark.parametrize("other", [x for x in PHRASES if x != "en"])
def test_short_replies_in_another_language_are_shown_not_to_be_english(other: str) -> None:
    assert [shown_language(prose(t), "en") for t in PHRASES[other]] == [other] * len(PHRASES[other])


@pytest.mark.parametrize("reply", ["", "42", "5.5 Nm.", "Hugh Strand", "pumps/echo.md", "-", "\ud800", "Yes."])
def test_what_cannot_be_told_passes(reply: str) -> None:
    for wanted in ("en", "ko", "de"):
        assert shown_language(prose(reply), wanted) == ""


def test_a_short_phrase_is_ruled_out_where_its_script_is_another_but_names_are_not() -> None:
    assert shown_language("Not on file.", "ko")
    assert shown_language("Hugh Strand of Tidewell", "ko") == ""
    assert shown_language("Hugh Strand", "ja") == ""


def test_json_is_judged_by_its_string_values() -> None:
    assert prose('{"answer": "Zwei Jahre", "more": ["und", {"x": "Tage"}], "n": 2}') == "Zwei Jahre\nund\nTage"
    (check,) = build_checks([{"language": "de"}], documents=(), refusal=None, where="x", folder=Path())
    assert check.fails('{"answer": "Die Garantie gilt zwei Jahre.", "source": "warranty/for-the-pump.md"}') == ""
    assert check.fails('{"answer": "The warranty is two years."}') == "is not in 'de', more likely in 'en'"


def test_code_and_addresses_have_no_language() -> None:
    assert prose("Siehe `the old pump` und https://example.org/the/old/pump").split() == ["Siehe", "und"]


def test_norwegian_goes_by_each_of_its_codes() -> None:
    for code in ("no", "nb", "nn"):
        (check,) = build_checks([{"language": code}], documents=(), refusal=None, where="x", folder=Path())
        assert check.fails("Garantien gjelder i to år.") == ""


@pytest.mark.parametrize("code", ["english", "EN", 1, ["en"], None])
def test_an_unknown_language_is_refused(code: object) -> None:
    with pytest.raises(UserError, match="expected the code of a language"):
        build_checks([{"language": code}], documents=(), refusal=None, where="x", folder=Path())


def test_codes_are_told_once() -> None:
    assert len(set(LANGUAGES)) == len(LANGUAGES)
