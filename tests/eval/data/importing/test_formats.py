"""One content in every format: the same questions, answers and groups must come of each."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import load_dataset
from eval.data.importing.import_set import import_set
from eval.errors import UserError

NAMES = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund", "Gorlen", "Hatley", "Istrad", "Jorvik"]
FACTS = [(n, f"{12 + i} months", f"{round(1.5 + i * 0.25, 2)} kW") for i, n in enumerate(NAMES)]
PASSAGES = {n: f"The {n} pump has a warranty of {months}. Its motor draws {power}." for n, months, power in FACTS}
ROWS = [
    row
    for n, months, power in FACTS
    for row in (
        (f"How long is the warranty of the {n}?", months, n),
        (f"For how many months is the {n} under warranty?", months, n),
        (f"What does the motor of the {n} draw?", power, n),
    )
]


def _csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]], **how: Any) -> None:
    encoding = how.pop("encoding", "utf-8")
    with path.open("w", newline="", encoding=encoding) as out:
        csv.writer(out, **how).writerows([header, *rows])


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _lines(path: Path, rows: Sequence[Any]) -> None:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def squad(folder: Path) -> Path:
    articles = []
    for n, passage in PASSAGES.items():
        qas = [
            {"id": f"s{i}", "question": q, "answers": [{"text": a, "answer_start": passage.index(a)}]}
            for i, (q, a, m) in enumerate(ROWS)
            if m == n
        ]
        articles.append({"title": n, "paragraphs": [{"context": passage, "qas": qas}]})
    _json(folder / "squad.json", {"version": "1.1", "data": articles})
    return folder / "squad.json"


def korquad(folder: Path) -> Path:
    """KorQuAD 1.0: SQuAD's form, with ids of its own and no mark of what is impossible."""
    found = json.loads(squad(folder).read_text(encoding="utf-8"))
    for article in found["data"]:
        for paragraph in article["paragraphs"]:
            paragraph["qas"] = [{**qa, "id": f"6548850-{qa['id']}-0"} for qa in paragraph["qas"]]
    _json(folder / "KorQuAD_v1.0_train.json", {"version": "KorQuAD_v1.0_train", "data": found["data"]})
    return folder / "KorQuAD_v1.0_train.json"


def squad_parquet(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    home = folder / "hub" / "data"
    home.mkdir(parents=True)
    rows = [
        {"id": f"s{i}", "title": n, "context": PASSAGES[n], "question": q,
         "answers": {"text": [a], "answer_start": [PASSAGES[n].index(a)]}}
        for i, (q, a, n) in enumerate(ROWS)
    ]  # fmt: skip
    parquet.write_table(pa.Table.from_pylist(rows), home / "train-00000-of-00001.parquet")
    return folder / "hub"


def ragas(folder: Path) -> Path:
    _lines(
        folder / "ragas.jsonl",
        [{"user_input": q, "reference": a, "reference_contexts": [PASSAGES[n]], "synthesizer_name": "single_hop"}
         for q, a, n in ROWS],
    )  # fmt: skip
    return folder / "ragas.jsonl"


def ragas_csv(folder: Path) -> Path:
    rows = [(q, str([PASSAGES[n]]), a, "single_hop") for q, a, n in ROWS]
    _csv(folder / "ragas.csv", ("user_input", "reference_contexts", "reference", "synthesizer_name"), rows)
    return folder / "ragas.csv"


def autorag(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    qa = [{"qid": f"a{i}", "query": q, "retrieval_gt": [[f"doc-{n}"]], "generation_gt": [a]}
          for i, (q, a, n) in enumerate(ROWS)]  # fmt: skip
    corpus = [{"doc_id": f"doc-{n}", "contents": text, "path": f"pumps/{n}.txt"} for n, text in PASSAGES.items()]
    parquet.write_table(pa.Table.from_pylist(qa), folder / "qa.parquet")
    parquet.write_table(pa.Table.from_pylist(corpus), folder / "corpus.parquet")
    return folder / "qa.parquet"


def deepeval(folder: Path) -> Path:
    _json(folder / "goldens.json", [{"input": q, "expected_output": a, "context": [PASSAGES[n]]} for q, a, n in ROWS])
    return folder / "goldens.json"


def with_context(folder: Path) -> Path:
    _csv(folder / "c.csv", ("question", "answer", "context"), [(q, a, PASSAGES[n]) for q, a, n in ROWS])
    return folder / "c.csv"


BRINGING = [squad, korquad, squad_parquet, ragas, ragas_csv, autorag, deepeval, with_context]


def _rows(folder: Path) -> dict[str, tuple[tuple[str, ...], str, str]]:
    data = load_dataset(folder)
    return {e.question: (e.answers, e.group, e.documents[0]) for e in (*data.train, *data.test)}


def _partition(groups: dict[str, str]) -> set[frozenset[str]]:
    by: dict[str, set[str]] = {}
    for question, group in groups.items():
        by.setdefault(group, set()).add(question)
    return {frozenset(held) for held in by.values()}


@pytest.mark.parametrize("make", BRINGING, ids=lambda f: f.__name__)
def test_formats_that_bring_their_passages_give_the_same(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    done = import_set(make(tmp_path), tmp_path / "set")
    rows = _rows(tmp_path / "set")
    assert {q: found[0] for q, found in rows.items()} == {q: (a,) for q, a, _ in ROWS}
    wanted = {q: f"{n} {a}" for q, a, n in ROWS}
    assert _partition({q: found[1] for q, found in rows.items()}) == _partition(wanted)
    for question, _, name in ROWS:
        text = (tmp_path / "set" / "corpus" / rows[question][2]).read_text(encoding="utf-8")
        assert PASSAGES[name] in text
    assert done.groups == 20
    assert sum(done.rows.values()) == 30
    assert not done.left_out


def messages(folder: Path) -> Path:
    _lines(
        folder / "chat.jsonl",
        [{"messages": [{"role": "system", "content": "You are the pump desk."}, {"role": "user", "content": q},
                       {"role": "assistant", "content": a}]} for q, a, _ in ROWS],
    )  # fmt: skip
    return folder / "chat.jsonl"


def sharegpt(folder: Path) -> Path:
    _json(
        folder / "share.json",
        [{"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}]} for q, a, _ in ROWS],
    )
    return folder / "share.json"


def alpaca(folder: Path) -> Path:
    _json(folder / "alpaca.json", [{"instruction": q, "input": "", "output": a} for q, a, _ in ROWS])
    return folder / "alpaca.json"


def promptfoo(folder: Path) -> Path:
    tests = "".join(
        f"  - vars: {{question: {json.dumps(q)}}}\n    assert:\n      - {{type: icontains, value: {json.dumps(a)}}}\n"
        for q, a, _ in ROWS
    )
    (folder / "promptfooconfig.yaml").write_text(f"prompts: ['{{{{question}}}}']\ntests:\n{tests}", encoding="utf-8")
    return folder / "promptfooconfig.yaml"


def promptfoo_csv(folder: Path) -> Path:
    _csv(folder / "tests.csv", ("question", "__expected"), [(q, f"contains: {a}") for q, a, _ in ROWS])
    return folder / "tests.csv"


def english(folder: Path) -> Path:
    _csv(folder / "en.csv", ("Question", "Answer"), [(q, a) for q, a, _ in ROWS])
    return folder / "en.csv"


def german(folder: Path) -> Path:
    """As a German Excel saves: semicolons, a byte-order mark, CRLF, German headings."""
    _csv(
        folder / "de.csv",
        ("Nr.", "Frage", "Antwort"),
        [(i, q, a) for i, (q, a, _) in enumerate(ROWS)],
        delimiter=";",
        encoding="utf-8-sig",
    )
    return folder / "de.csv"


def tabs(folder: Path) -> Path:
    _csv(folder / "t.tsv", ("question", "answers"), [(q, a) for q, a, _ in ROWS], delimiter="\t", encoding="utf-16")
    return folder / "t.tsv"


def workbook(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Fragen"
    sheet["A1"] = "Questions on our pumps, June"
    sheet.merge_cells("A1:C1")
    sheet.append(["Thema", "Frage", "Antwort", "intern"])
    for i, (q, a, _) in enumerate(ROWS):
        sheet.append(["pumps" if i == 0 else None, q, a, "secret"])
    sheet.merge_cells("A3:A32")
    sheet.column_dimensions["D"].hidden = True
    sheet.append(["pumps", "Is this row shown?", "no", ""])
    sheet.row_dimensions[33].hidden = True
    other = book.create_sheet("Notes")
    other.append(["Who", "When"])
    other.append(["Runa", "May"])
    book.create_sheet("Old").append(["Frage", "Antwort"])
    book["Old"].sheet_state = "hidden"
    book.save(folder / "fragen.xlsx")
    return folder / "fragen.xlsx"


def german_workbook(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    for row in [("Nr.", "Frage", "Antwort"), *((i, q, a) for i, (q, a, _) in enumerate(ROWS, 1))]:
        book.active.append(row)
    book.save(folder / "de.xlsx")
    return folder / "de.xlsx"


def open_spreadsheet(folder: Path) -> Path:
    """As LibreOffice saves."""
    from zipfile import ZipFile

    def cells(row: tuple[str, str]) -> str:
        return "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)

    rows = [("Question", "Answer"), *((q, a) for q, a, _ in ROWS)]
    table = "".join(f"<table:table-row>{cells(row)}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f'<office:spreadsheet><table:table table:name="Pumps">{table}</table:table></office:spreadsheet>'
    with ZipFile(folder / "q.ods", "w") as file:
        content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
        file.writestr("content.xml", content)
    return folder / "q.ods"


def parquet_table(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist([{"question": q, "answer": a} for q, a, _ in ROWS]), folder / "q.parquet")
    return folder / "q.parquet"


def saved_to_disk(folder: Path) -> Path:
    """As `datasets` saves a data set: a folder with an Arrow stream."""
    import pyarrow as pa

    table = pa.Table.from_pylist([{"question": q, "answers": [a]} for q, a, _ in ROWS])
    home = folder / "saved"
    home.mkdir()
    with (
        pa.OSFile(str(home / "data-00000-of-00001.arrow"), "wb") as out,
        pa.ipc.new_stream(out, table.schema) as stream,
    ):
        stream.write_table(table)
    return home


PLAIN = [messages, sharegpt, alpaca, promptfoo, promptfoo_csv, english, german, tabs, workbook]
PLAIN += [german_workbook, open_spreadsheet, parquet_table, saved_to_disk]


@pytest.mark.parametrize("make", PLAIN, ids=lambda f: f.__name__)
def test_formats_without_passages_are_linked_to_the_corpus(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    for name, text in PASSAGES.items():
        file = tmp_path / "set" / "corpus" / "pumps" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    import_set(make(tmp_path), tmp_path / "set")
    rows = _rows(tmp_path / "set")
    assert {q: (found[0], found[2]) for q, found in rows.items()} == {q: ((a,), f"pumps/{n}.md") for q, a, n in ROWS}
    assert _partition({q: found[1] for q, found in rows.items()}) == _partition({q: f"{n} {a}" for q, a, n in ROWS})


def test_no_group_is_in_two_splits_and_a_seed_gives_the_same_again(tmp_path: Path) -> None:
    splits = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        import_set(squad(tmp_path), tmp_path / name, seed=seed)
        data = load_dataset(tmp_path / name)
        assert not {e.group for e in data.train} & {e.group for e in data.test}
        splits.append({e.id for e in data.test})
    assert splits[0] == splits[1] != splits[2]


def test_what_is_hidden_is_left_out_and_said(tmp_path: Path) -> None:
    done = import_set(workbook(tmp_path), tmp_path / "set")
    notes = "\n".join(done.notes)
    assert "1 hidden row of Fragen" in notes
    assert "1 hidden column of Fragen" in notes
    assert "1 hidden sheet" in notes
    assert "sheet 'Notes' has no column of questions" in notes
    text = (tmp_path / "set" / "train.jsonl").read_text() + (tmp_path / "set" / "test.jsonl").read_text()
    assert "secret" not in text
    assert "Is this row shown" not in text
    assert text.count('"tags": ["pumps"]') == 30  # a merged cell holds for each of its rows


def test_decimal_commas_become_points_where_the_questions_are_english(tmp_path: Path) -> None:
    rows = [(f"How many litres does the tank {n} of the {m} hold?", n) for n in range(1, 7) for m in NAMES]
    numbers = [1000.5 + i for i in range(len(rows))]
    point, comma = [f"{x:,.1f}" for x in numbers], []
    comma = [p.replace(",", "_").replace(".", ",").replace("_", ".") for p in point]
    _csv(tmp_path / "en.csv", ("Question", "Answer"), [(q, p) for (q, _), p in zip(rows, point, strict=True)])
    _csv(
        tmp_path / "de.csv",
        ("Frage", "Antwort"),
        [(q, c) for (q, _), c in zip(rows, comma, strict=True)],
        delimiter=";",
        encoding="cp1252",
    )
    import_set(tmp_path / "en.csv", tmp_path / "en")
    done = import_set(tmp_path / "de.csv", tmp_path / "de")
    assert any("60 numbers with a decimal comma" in note for note in done.notes)
    for name in ("train.jsonl", "test.jsonl"):
        assert (tmp_path / "en" / name).read_text() == (tmp_path / "de" / name).read_text()


def test_rows_without_an_answer_are_named_and_not_dropped_in_silence(tmp_path: Path) -> None:
    _csv(tmp_path / "q.csv", ("question", "answer"), [(q, a) for q, a, _ in ROWS] + [("Who knows?", "")])
    done = import_set(tmp_path / "q.csv", tmp_path / "one")
    assert done.left_out == (
        f"{tmp_path / 'q.csv'}:32: no answer; with --empty-is-unanswerable such rows count as unanswerable",
    )
    done = import_set(tmp_path / "q.csv", tmp_path / "two", empty_is_unanswerable=True)
    data = load_dataset(tmp_path / "two")
    assert [e.question for e in (*data.train, *data.test) if not e.answerable] == ["Who knows?"]


def test_answers_in_json_replies_are_found_and_the_form_is_proposed(tmp_path: Path) -> None:
    rows = [{"messages": [{"role": "user", "content": q},
                          {"role": "assistant", "content": json.dumps({"source": n, "answer": f"{a}."})}]}
            for q, a, n in ROWS]  # fmt: skip
    _lines(tmp_path / "chat.jsonl", rows)
    done = import_set(tmp_path / "chat.jsonl", tmp_path / "set")
    data = load_dataset(tmp_path / "set")
    assert {e.question: e.answers for e in (*data.train, *data.test)} == {q: (a,) for q, a, _ in ROWS}
    assert data.config.knowledge.answer == "$.answer"
    schema = data.config.style.checks[0]["json"]["schema"]
    assert schema["required"] == list(schema["properties"]) == ["source", "answer"]
    assert done.proposal is not None
    assert all(check.holds == check.of == len(data.train) for check in done.proposal.checks)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "one,two\n1,2\n3,4\n", "which column holds the question is not clear; there are 'one', 'two'"),
        ("a.json", '{"data": [', "a.json:1: bad JSON"),
        ("a.jsonl", '{"a": 1}\n', "fits none of the formats"),
        ("a.docx", "x", "questions are not read from this kind of file"),
        ("a.csv", 'question,answer\n"open,1\n', "close the quotes there"),
        ("a.csv", "", "no rows in it"),
    ],
)
def test_errors_name_file_and_fix_and_write_nothing(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError) as error:
        import_set(tmp_path / name, tmp_path / "set")
    assert said in str(error.value)
    assert not (tmp_path / "set").exists()


def test_rows_that_are_there_are_not_written_over(tmp_path: Path) -> None:
    import_set(english(tmp_path), tmp_path / "set")
    with pytest.raises(UserError, match="--replace"):
        import_set(english(tmp_path), tmp_path / "set")
    import_set(english(tmp_path), tmp_path / "set", replace=True)


def test_a_korean_sheet_gets_korean_settings(tmp_path: Path) -> None:
    rows = [(f"{name} 펌프의 보증 기간은 얼마입니까?", f"{12 + i}개월") for i, name in enumerate(NAMES)]
    _csv(tmp_path / "ko.csv", ("질문", "정답"), rows, encoding="cp949")
    done = import_set(tmp_path / "ko.csv", tmp_path / "set")
    assert "read as cp949, not UTF-8" in done.notes
    data = load_dataset(tmp_path / "set")
    assert (data.config.language, data.config.refusal) == ("ko", "모르겠습니다")
    assert {(e.question, e.answers[0]) for e in (*data.train, *data.test)} == set(rows)
