"""What a Korean page says: every text is in the table, the table fits the sources, and no English sentence is left."""

from __future__ import annotations

import html
import re

import pytest

from eval.errors import UserError
from reports.language.language import speaking, spoken, told
from reports.language.tables import EXPRESSION, LANGUAGES, PLACEHOLDER, read, table
from reports.language.templates import localised, texts
from reports.pages.decision_record import record_html, record_markdown
from reports.pages.page import asset
from reports.pages.page import html as page
from reports.run_folder import read_run

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = re.compile(r"(?<![\w./-])(?:[A-Za-z][a-z’']*[,;:]? ){2}[a-z]{2,}")
"""Three words in a row."""
DATA = re.compile(r"warranty|Thank you|Is there anything")
"""What the invented run's questions and replies say."""
FIRST_SCREEN = "verdict"


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_placeholders_of_its_english(language):
    for english, said in read(language).items():
        assert set(PLACEHOLDER.findall(said)) <= set(PLACEHOLDER.findall(english)), english
        assert set(EXPRESSION.findall(said)) <= set(EXPRESSION.findall(english)), english
        lost = set(PLACEHOLDER.findall(english)) - set(PLACEHOLDER.findall(said))
        assert not lost, f"{english}: {lost}"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", ["record.html"])
def test_every_text_of_a_template_is_in_the_table(language, name):
    assert [text for text in texts(asset(name)) if text not in read(language)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_pattern_finds_its_own_english(language):
    for pattern in table(language).patterns:
        example = PLACEHOLDER.sub(lambda m: "3" if m[1].startswith("n") else "word", pattern.english.removesuffix("."))
        assert pattern.finds.fullmatch(example), pattern.english


def test_what_the_table_does_not_know_stays_as_it_is():
    with speaking("ko"):
        assert told("my-data-set") == "my-data-set" and told("How long is the warranty?") == "How long is the warranty?"
        assert localised("<p>Unheard of words</p>") == "<p>Unheard of words</p>"
    assert spoken() == "en" and told("Why") == "Why"


def test_a_sentence_is_told_with_what_it_holds():
    with speaking("ko"):
        assert told("Few-shot comes nearest.") == "퓨샷이 가장 가깝습니다."
        assert told("Not run, and so not judged: RAG, Hybrid.") == "실행하지 않아 판정하지 않은 모드: RAG, 하이브리드."
        assert told("Fit for use: no, no mode is chosen.") == "사용 적합: 아니요. 선택된 모드가 없습니다."


def test_a_language_without_a_table_is_refused():
    with pytest.raises(UserError, match="en or ko"), speaking("xx"):
        pass


def english_left(document):
    """Runs of English words in what a reader sees."""
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", document, flags=re.DOTALL)
    lines = html.unescape(re.sub(r"<(?!/?b>)[^>]+>", "\n", shown)).splitlines()
    return [line.strip() for line in lines if ENGLISH.search(line) and not DATA.search(line)]


@pytest.mark.parametrize("state", ["hybrid", "risky", "open"])
def test_the_first_screen_and_the_decision_record_are_korean_throughout(refusing_runs, state):
    run = read_run(refusing_runs[state])
    with speaking("ko"):
        whole = page(run)
        record = [record_html(run), record_markdown(run)]
    first = whole[whole.index('<section id="verdict"') : whole.index('<section id="axes"')]
    assert [english_left(text) for text in (first, *record)] == [[], [], []]
    assert '<html lang="ko">' in whole and '<html lang="ko">' in record[0]


def test_english_pages_do_not_change_by_being_able_to_speak_otherwise(refusing_runs):
    run = read_run(refusing_runs["hybrid"])
    before = page(run)
    with speaking("ko"):
        page(run)
    assert page(run) == before and "가" not in before
