"""Facts from tables, fields and sentences, and the questions that are made of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eval.data.dataset import load_dataset
from eval.data.drafting.draft_set import draft_set, read_spans
from eval.data.drafting.fact import Fact
from eval.data.drafting.fact_filter import filter_facts
from eval.data.drafting.find_fields import find_fields, find_pairs
from eval.data.drafting.find_sentences import find_gaps, find_relations
from eval.data.drafting.find_tables import find_tables
from eval.data.drafting.same_facts import shared_keys
from eval.data.drafting.styled_replies import shaped, shapes
from eval.data.drafting.wordings import ask
from eval.errors import UserError
from rag.readers.documents import Document

BUNDLED = Path(__file__).resolve().parents[4] / "datasets"


def document(text: str, name: str = "a.md", title: str = "Pumps") -> Document:
    return Document(name, text, title)


def triples(facts: object) -> list[tuple[str, str, str]]:
    return [(f.subject, f.attribute, f.value) for f in facts]  # type: ignore[attr-defined]


def test_a_cell_is_a_fact_and_an_empty_one_is_none() -> None:
    text = "Pump | Lift | Price\nAldor | 12 m | \nBrevik | | EUR 59\n\nnot | a table"
    assert triples(find_tables(document(text))) == [("Aldor", "Lift", "12 m"), ("Brevik", "Price", "EUR 59")]
    markdown = "| Pump | Lift |\n|---|---|\n| **Aldor** | 12 m |\n| Brevik | 7 m |\n"
    found = list(find_tables(document(markdown)))
    assert triples(found) == [("Aldor", "Lift", "12 m"), ("Brevik", "Lift", "7 m")]
    assert [markdown[f.start : f.end] for f in found] == ["12 m", "7 m"]


@pytest.mark.parametrize(
    "text",
    [
        "1 | 2\n3 | 4\n5 | 6",
        "Pump | Lift\nAldor | 12\nAldor | 13",
        "Pump | Lift\nAldor | 12 m",
        "a | b | b\n1 | 2 | 3\n2 | 3 | 4",
    ],
    ids=["figures for a head", "one key twice", "one row", "one name twice"],
)
def test_tables_that_do_not_say_what_a_cell_is_give_no_facts(text: str) -> None:
    assert not list(find_tables(document(text)))


def test_a_line_of_key_and_value_is_a_fact() -> None:
    text = "- Measuring range: 8 m\n**Memory:** 64,000 readings.\nNote: mind the cat\n"
    text += "Accuracy: 10 mm, see the note\nhttp: //x"
    assert triples(find_fields(document(text))) == [
        ("Pumps", "Measuring range", "8 m"),
        ("Pumps", "Memory", "64,000 readings"),
    ]


def test_a_heading_that_asks_and_its_answer_are_a_fact() -> None:
    text = "## How far does the Aldor lift?\n\n12 metres.\n\n"
    text += "Q: Who repairs pumps at sea?\nA: The field crew does that. Ring first."
    found = list(find_pairs(document(text)))
    assert [(f.sentence, f.value, f.metric) for f in found] == [
        ("How far does the Aldor lift?", "12 metres", ""),
        ("Who repairs pumps at sea?", "The field crew does that", ""),
    ]  # fmt: skip
    assert not list(find_pairs(document("## Can it freeze?\n\nNo.")))


def test_sentences_of_a_form_are_facts_and_pronouns_are_not() -> None:
    text = "The owner of Quiet Thimble is Nerys Vasterling. It is red. The head of it is Anna. "
    text += "As of this year the port of Red Fox is Brindle."
    assert triples(find_relations(document(text))) == [
        ("Quiet Thimble", "owner", "Nerys Vasterling"),
        ("Red Fox", "port", "Brindle"),
    ]


def test_a_word_is_explained_by_words_and_not_by_figures() -> None:
    text = "HWM means high water mark. A quotation on any such list stands for 60 days."
    assert triples(find_relations(document(text))) == [("HWM", "meaning", "high water mark")]


def test_a_sentence_with_one_value_is_asked_by_its_gap() -> None:
    text = "Nightly copies of the ledger are kept for 35 days. It keeps 12 days. "
    text += "From 1 May 2020 it costs EUR 12 a day for all."
    (fact,) = find_gaps(document(text))
    assert ask(fact, "en", 0).endswith('"Pumps"? Nightly copies of the ledger are kept for ____.')
    assert text[fact.start : fact.end] == fact.value == "35 days"


def test_two_values_for_one_question_are_a_contradiction_and_no_question() -> None:
    one, two = document("Lift: 12 m", "a.md"), document("Lift: 13 m", "b.md")
    other = document("Lift: 13 m", "c.md", "Other pumps")
    facts = [f for d in (one, two, other) for f in find_fields(d)]
    found = filter_facts(facts, [one, two, other])
    assert [f.document for f in found.facts] == ["c.md"]
    assert found.dropped == {"another value stands for the same question": 2}
    assert found.contradictions == ["Lift of Pumps: '12 m' (a.md); '13 m' (b.md)"]


def test_a_span_that_does_not_stand_is_dropped() -> None:
    fact = Fact("field", "a.md", "Pumps", 3, "12 m", "Pumps", "Lift")
    assert filter_facts([fact], [document("Lift: 12 m")]).dropped == {"its span does not stand in the document": 1}


def test_replies_take_the_shape_of_the_examples() -> None:
    rows = [{"reply": json.dumps({"source": d, "answer": f"{a}."}), "answers": [a], "documents": [d]}
            for a, d in (("12 m", "a.md"), ("EUR 5", "b.md"))]  # fmt: skip
    rows.append({"reply": "none on file", "answerable": False})
    shape, refused = shapes(rows)
    assert refused == "none on file"
    assert json.loads(shaped(shape, 'a "big" one', "c.md")) == {"source": "c.md", "answer": 'a "big" one.'}
    assert shaped("", "12 m", "a.md") == "12 m"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled set without its questions, drafted anew."""
    home = tmp_path_factory.mktemp("drafts")
    for name in ("one", "two"):
        shutil.copytree(BUNDLED / "tidewell" / "corpus", home / name / "corpus")
        shutil.copy(BUNDLED / "tidewell" / "dataset.yaml", home / name)
        rows = (BUNDLED / "tidewell" / "train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        refused = [row for row in rows if '"answerable": false' in row]
        (home / "examples.jsonl").write_text("".join(rows[:12] + refused[:3]), encoding="utf-8")
        draft_set(home / name, examples=home / "examples.jsonl", seed=3)
    return home


def test_the_same_seed_gives_the_same_files(drafted: Path) -> None:
    for name in ("train.jsonl", "test.jsonl", "draft.json"):
        assert (drafted / "one" / name).read_bytes() == (drafted / "two" / name).read_bytes()


def test_a_draft_is_a_data_set_in_which_every_answer_stands(drafted: Path) -> None:
    data = load_dataset(drafted / "one")
    texts = {d.id: d.text for d in data.texts}
    spans = read_spans(drafted / "one")
    rows = [*data.train, *data.test]
    for row in rows:
        if row.answerable:
            span = spans[row.id]
            assert texts[span["document"]][span["start"] : span["end"]] == span["value"] == row.answers[0]
            assert row.answers[0] not in row.question.replace(" ".join(row.documents), "") or len(row.answers[0]) < 4
    assert not {e.group for e in data.train} & {e.group for e in data.test}
    refused = sum(not e.answerable for e in rows)
    assert 0.1 <= refused / len(rows) <= 0.2
    assert all(set(e.tags) >= {"drafted"} for e in rows)


def test_what_is_there_is_not_written_over_and_a_bare_folder_is_told_what_to_do(drafted: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--replace"):
        draft_set(drafted / "one")
    (tmp_path / "dataset.yaml").write_text("name: a\ninstruction: b\n")
    with pytest.raises(UserError, match="dataset init"):
        draft_set(tmp_path)


def test_a_korean_corpus_is_asked_in_korean(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for i, name in enumerate(["알도르", "브레빅", "코르보", "둔모르"]):
        (tmp_path / "corpus" / f"{i}.md").write_text(
            f"# {name} 펌프\n\n- 양정: {12 + i} m\n- 보증 기간: {24 + i}개월\n", encoding="utf-8"
        )
    (tmp_path / "dataset.yaml").write_text("name: p\nlanguage: ko\ninstruction: 답하시오.\n", encoding="utf-8")
    done = draft_set(tmp_path, rows=8)
    assert done.origins == {"field": 8}
    data = load_dataset(tmp_path)
    assert {e.answers[0] for e in (*data.train, *data.test)} == {f"{12 + i} m" for i in range(4)} | {
        f"{24 + i}개월" for i in range(4)
    }
    assert all("항목은 무엇으로 적혀 있습니까" in e.question for e in (*data.train, *data.test))


def test_korean_sentences_give_facts_and_gaps() -> None:
    text = "병가의 최대 기간은 60일이다. 한빛기계는 1987년 5월 3일에 부산에서 설립되었다. 이것은 12명이 쓴다. "
    text += "창고의 문은 늘 움직이다."
    of = document(text, title="규정")
    assert triples(find_relations(of)) == [("병가", "최대 기간", "60일")]
    (gap,) = find_gaps(of)
    assert (gap.value, text[gap.start : gap.end]) == ("1987년 5월 3일", gap.value)
    assert ask(gap, "ko", 0).endswith("한빛기계는 ____에 부산에서 설립되었다.")
    assert [f.value for f in filter_facts([*find_relations(of), gap], [of]).facts] == ["60일", "1987년 5월 3일"]


def test_a_line_below_a_heading_is_asked_for_with_it() -> None:
    text = "# Plan\n\n## 5. First aid\n\n- Net Loft: Sanne Foss\n"
    assert triples(find_fields(document(text))) == [("Pumps", "First aid: Net Loft", "Sanne Foss")]


def test_people_are_asked_for_as_people() -> None:
    owner = Fact("sentence", "a.md", "T", 0, "Nerys Vasterling", "Quiet Thimble", "owner")
    port = Fact("sentence", "a.md", "T", 0, "Wold Amery", "Quiet Thimble", "home port")
    assert ask(owner, "en", 0) == "Who is the owner of Quiet Thimble?"
    assert ask(port, "en", 0) == "What is the home port of Quiet Thimble?"


def test_what_states_one_fact_is_one_fact() -> None:
    long = Fact("faq", "a.md", "T", 100, "Pumps may be used up to 3,000 m", "", "", "How high?")
    inside = Fact("cloze", "a.md", "T", 124, "3,000 m", "", "", "Pumps may be used up to 3,000 m.")
    apart = Fact("cloze", "a.md", "T", 300, "3,000 m", "", "", "The old shaft goes down 3,000 m.")
    cell = Fact("table", "b.csv", "Prices", 9, "EUR 12", "Aldor", "Price")
    said = Fact("sentence", "c.md", "News", 40, "EUR 12", "Aldor", "price")
    other = Fact("table", "b.csv", "Prices", 30, "EUR 12", "Brevik", "Price")
    absent = Fact("table", "b.csv", "Prices", 0, "", "Aldor", "Price")
    keys = [set(k) for k in shared_keys([long, inside, apart, cell, said, other, absent])]
    together = {(i, j) for i in range(7) for j in range(i) if keys[i] & keys[j]}
    assert together == {(1, 0), (4, 3)}


def test_answers_alone_that_the_style_refuses_ask_for_examples(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(
        "# Aldor\n\n" + "".join(f"- {k}-key: {n} m\n" for n, k in enumerate("vwxyz"))
    )
    settings = "name: a\ninstruction: b\nstyle: {checks: [{json: {}}]}\n"
    (tmp_path / "dataset.yaml").write_text(settings, encoding="utf-8")
    with pytest.raises(UserError, match="--examples FILE"):
        draft_set(tmp_path)
    assert not (tmp_path / "train.jsonl").exists()
