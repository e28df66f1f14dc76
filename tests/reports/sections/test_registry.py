"""The page and its Markdown are the registered sections, one file each; another section is one more entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.analysis.analyse import analyse
from eval.analysis.money_files import Economics
from eval.analysis.run_files import Attribution, Sensitivity, SideEffects, read_analysis
from eval.errors import UserError
from eval.files import read_json, write_json
from reports.pages.markdown_page import markdown
from reports.pages.page import html
from reports.run_folder import read_run
from reports.sections.registry import SECTIONS, terms
from reports.sections.section import Section


class Ids(HTMLParser):
    """The ids of a page in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "id" and value]


def test_each_section_that_has_something_to_say_stands_on_the_page_once(make_run: Callable[..., Path]) -> None:
    run = read_run(make_run())
    ids = Ids(html(run)).found
    for section in SECTIONS.values():
        own = f'id="{section.name}"' in section.template
        shown = section.data(run) is not None
        assert ids.count(section.name) == int(own and shown), section.name
    assert [name for name in ids if name in SECTIONS] == [n for n in SECTIONS if n in ids]


def test_a_link_leads_to_an_element_of_its_section() -> None:
    for section in SECTIONS.values():
        assert not section.link or f'id="{section.name}"' in section.template
        assert not section.within or section.within in SECTIONS


def test_another_section_is_one_more_entry(make_run: Callable[..., Path], hostile_text: str) -> None:
    run = read_run(make_run())
    before = html(run)
    section = Section(
        "weather",
        '<section id="weather">{{ said }} {{ arm(run.modes[0]) }}</section>',
        lambda run: {"said": hostile_text + str(len(run.examples))},
        link="Weather",
        markdown=lambda run: ["It rained."],
        terms={"rain": "Water from above."},
    )
    SECTIONS.add(section.name, section)
    try:
        with pytest.raises(ValueError, match="weather"):
            SECTIONS.add(section.name, section)
        page, text = html(run), markdown(run)
    finally:
        SECTIONS.remove(section.name)
    assert 'href="#weather">Weather<' in page and "Water from above." in page and "<img" not in page
    assert text.endswith("It rained.\n")
    assert html(run) == before and "weather" not in before


def test_a_section_within_another_stands_inside_it(make_run: Callable[..., Path]) -> None:
    page = html(read_run(make_run()))
    costs = page[page.index('<section id="costs">') : page.index('<section id="questions">')]
    assert "How replies ended" in costs and "Training of" in costs
    assert costs.count("<section") == costs.count("</section>")


def test_no_word_means_two_things() -> None:
    said: dict[str, str] = {}
    for section in SECTIONS.values():
        for term, words in section.terms.items():
            assert said.setdefault(term.lower(), words) == words, term
    assert [term.lower() for term, _ in terms(SECTIONS)] == sorted(said)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("attribution", Attribution),
        ("economics", Economics),
        ("sensitivity", Sensitivity),
        ("side_effects", SideEffects),
    ],
)
def test_the_records_hold_what_the_files_say(make_run: Callable[..., Path], name: str, kind: type) -> None:
    folder = make_run()
    analyse(folder)
    _holds(asdict(read_analysis(folder / f"{name}.json", kind)), read_json(folder / f"{name}.json"))


def _holds(record: object, file: object) -> None:
    """Whatever the record has is what stands in the file."""
    if isinstance(record, dict):
        assert isinstance(file, dict)
        for key, value in record.items():
            _holds(value, file[key])
    elif isinstance(record, (list, tuple)):
        assert isinstance(file, list)
        assert len(record) == len(file)
        for one, other in zip(record, file, strict=True):
            _holds(one, other)
    else:
        assert record == file


def test_a_file_of_another_form_is_named_with_its_key(make_run: Callable[..., Path]) -> None:
    folder = make_run()
    analyse(folder)
    found = read_json(folder / "attribution.json")
    found["arms"]["rag"]["failed"] = "many"
    write_json(folder / "attribution.json", found)
    with pytest.raises(UserError, match=r"attribution\.json: cannot be read \(arms\.rag\.failed: "):
        read_run(folder)
