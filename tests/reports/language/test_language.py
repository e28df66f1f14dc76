"""What a Korean page says: every text is in the table, the table fits the sources, and no English sentence is left."""

from __future__ import annotations

import html
import re
from collections import Counter

import pytest
import yaml

from eval.analysis.analyse import analyse
from eval.arms.modes import MODES
from eval.errors import UserError
from eval.strategies import STRATEGIES
from reports.language.language import current_language, in_language, translate
from reports.language.scripts import script_strings
from reports.language.tables import EXPRESSION, LANGUAGES, PLACEHOLDER, read, table
from reports.language.templates import localize_template, texts
from reports.pages.comparison import write_comparison
from reports.pages.decision_record import record_html, record_markdown
from reports.pages.markdown_page import markdown
from reports.pages.page import asset
from reports.pages.page import html as page
from reports.pages.portfolio import write_portfolio
from reports.run_folder import read_run
from reports.sections.registry import SECTIONS
from reports.wording.cause_words import CAUSE_WORDS

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = re.compile(r"(?<![\w./-])(?:[A-Za-z][a-z’']*[,;:]? ){2}[a-z]{2,}")
"""Three words in a row."""
DATA = re.compile(r"Not on file|You are the support desk")
"""What the invented run's questions and replies say."""


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_stands_twice_in_a_part(language):
    node = yaml.compose(asset(f"language/{language}.yaml"))
    for _, part in node.value:
        assert [text for text, times in Counter(key.value for key, _ in part.value).items() if times > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_placeholders_of_its_english(language):
    for english, said in read(language).items():
        assert set(PLACEHOLDER.findall(said)) <= set(PLACEHOLDER.findall(english)), english
        assert set(EXPRESSION.findall(said)) <= set(EXPRESSION.findall(english)), english
        lost = set(PLACEHOLDER.findall(english)) - set(PLACEHOLDER.findall(said))
        assert not lost, f"{english}: {lost}"


TEMPLATES = {
    name: asset(name) for name in ("template.html", "macros.html", "record.html", "portfolio.html", "changes.html")
}
TEMPLATES |= {name: section.template for name, section in SECTIONS.items()}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_of_a_template_is_in_the_table(language, name):
    assert [text for text in texts(TEMPLATES[name]) if text not in read(language)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_script_and_every_term_is_in_the_table(language):
    known = read(language)
    assert [text for text in script_strings() if text not in known] == []
    assert [
        words for said in (s.terms for s in SECTIONS.values()) for words in said.values() if words not in known
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_mode_strategy_and_cause_of_failure_is_in_the_table(language):
    named = [words for m in MODES.values() for words in (m.label, m.why)]
    named += [words for s in STRATEGIES.values() for words in (s.alone, s.verdict, *s.cell)]
    named += CAUSE_WORDS.values()
    known = read(language)
    assert [words for words in named if words not in known and words != "RAG"] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_pattern_finds_its_own_english(language):
    for pattern in table(language).patterns:
        example = PLACEHOLDER.sub(lambda m: "3" if m[1].startswith("n") else "word", pattern.english.removesuffix("."))
        assert pattern.regex.fullmatch(example), pattern.english


def test_what_the_table_does_not_know_stays_as_it_is():
    with in_language("ko"):
        assert (
            translate("my-data-set") == "my-data-set"
            and translate("How long is the warranty?") == "How long is the warranty?"
        )
        assert localize_template("<p>Unheard of words</p>") == "<p>Unheard of words</p>"
    assert current_language() == "en" and translate("Why") == "Why"


def test_keys_in_attributes_are_no_texts(every_state):
    run = read_run(every_state["open"])
    with in_language("ko"):
        whole = page(run)
    classes = " ".join(re.findall(r'(?:class|id|href|for)="([^"]*)"', whole))
    assert not re.search("[가-힣]", classes) and "k-open" in classes and "a-right" in classes


def test_a_data_set_keeps_a_name_that_is_a_word_of_ours(every_state):
    run = read_run(every_state["open"])
    assert run.decision.dataset == "open"
    with in_language("ko"):
        assert re.search(r">open</span>", page(run)) and ">open</text>" in page(run)
        assert record_markdown(run).startswith("# open: ")


def test_a_sentence_is_told_with_what_it_holds():
    with in_language("ko"):
        assert translate("Few-shot comes nearest.") == "퓨샷이 가장 가깝습니다."
        assert (
            translate("Not run, and so not judged: RAG, Hybrid.")
            == "실행하지 않아 판정하지 않은 모드: RAG, 하이브리드."
        )
        assert translate("Fit for use: no, no mode is chosen.") == "사용 적합: 아니요. 선택된 모드가 없습니다."


def test_a_language_without_a_table_is_refused():
    with pytest.raises(UserError, match="en or ko"), in_language("xx"):
        pass


def english_left(document):
    """Runs of English words in what a reader sees."""
    shown = re.sub(r"<script.*?</script>|<style.*?</style>|<code>.*?</code>|`[^`\n]*`", "", document, flags=re.DOTALL)
    lines = html.unescape(re.sub(r"<(?!/?b>)[^>]+>", "\n", shown)).splitlines()
    return [line.strip() for line in lines if ENGLISH.search(line) and not DATA.search(line)]


@pytest.mark.parametrize("state", ["settled", "open", "vetoed", "none", "retriever", "two", "twelve"])
def test_a_korean_page_and_record_hold_no_english_sentence(every_state, state):
    assert_korean(read_run(every_state[state]))


def test_nor_does_a_run_with_a_retriever_an_oracle_and_losses(make_run):
    folder = make_run(questions=120)
    analyse(folder)
    assert_korean(read_run(folder))


def test_nor_does_the_page_of_several_runs_or_of_two(four_runs, two_runs, tmp_path):
    written = [
        write_portfolio(four_runs, tmp_path / "portfolio.html", "ko"),
        write_comparison(*two_runs, tmp_path / "changes.html", "ko"),
    ]
    for file in written:
        text = file.read_text(encoding="utf-8")
        assert english_left(text) == [] and '<html lang="ko">' in text


def assert_korean(run):
    with in_language("ko"):
        documents = [page(run), markdown(run), record_html(run), record_markdown(run)]
    assert [english_left(text) for text in documents] == [[], [], [], []]
    assert all('<html lang="ko">' in documents[i] for i in (0, 2))


def test_english_pages_do_not_change_by_being_able_to_speak_otherwise(every_state):
    run = read_run(every_state["settled"])
    before = page(run)
    with in_language("ko"):
        page(run)
    assert page(run) == before and "가" not in before
