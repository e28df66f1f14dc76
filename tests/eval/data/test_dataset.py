from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import check_corpus, load_dataset, resolve_dataset
from eval.data.splits import same_question
from eval.errors import UserError

Make = Callable[..., Path]

GONE = object()

YAML = "name: harbours\ninstruction: Answer.\nrefusal: not on file\n"


def edit(file: Path, line: int, **changes: Any) -> None:
    """Change keys of one row of a .jsonl file; GONE takes a key out."""
    rows = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    rows[line - 1] = {k: v for k, v in (rows[line - 1] | changes).items() if v is not GONE}
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def problem(folder: Path) -> str:
    """What is wrong with a data set, in the one line that it must be, without the folder."""
    with pytest.raises(UserError) as caught:
        check_corpus(load_dataset(folder))
    text = str(caught.value)
    assert "\n" not in text
    return text.replace(f"{folder}/", "")


def test_a_valid_data_set_is_read_as_it_is_written(make_dataset: Make) -> None:
    folder = make_dataset()
    dataset = load_dataset(folder)
    check_corpus(dataset)
    assert (len(dataset.train), len(dataset.dev), len(dataset.test), len(dataset.documents)) == (10, 0, 8, 10)
    first = json.loads((folder / "test.jsonl").read_text().splitlines()[0])
    assert {"answers": tuple(first["answers"]), "id": first["id"], "group": first["group"]} == {
        "answers": dataset.test[0].answers, "id": dataset.test[0].id, "group": dataset.test[0].group
    }  # fmt: skip
    assert not dataset.test[-1].answerable
    assert dataset.corpus == folder / "corpus"
    assert dataset.config.name == "harbours"


def test_a_data_set_may_have_no_corpus(make_dataset: Make) -> None:
    folder = make_dataset(**{"dataset.yaml": YAML})  # without `cites`, which needs documents
    shutil.rmtree(folder / "corpus")
    for split, rows in (("train", 10), ("test", 8)):
        for line in range(1, rows + 1):
            edit(folder / f"{split}.jsonl", line, documents=GONE)
    dataset = load_dataset(folder)
    assert (dataset.documents, dataset.corpus_digest) == ((), "")
    check_corpus(dataset)


def test_a_group_defaults_to_the_first_gold_document_else_the_id(make_dataset: Make) -> None:
    folder = make_dataset()
    (folder / "corpus" / "new.md").write_text("# New")
    edit(folder / "test.jsonl", 1, group=GONE, documents=["new.md", "arvik.md"])
    edit(folder / "test.jsonl", 2, group=GONE, documents=[])
    groups = [e.group for e in load_dataset(folder).test]
    assert groups[:2] == ["new.md", "test-1"]


def test_digests_follow_the_contents(make_dataset: Make) -> None:
    folder = make_dataset()
    before, same = load_dataset(folder), load_dataset(folder)
    assert (same.corpus_digest, same.digests) == (before.corpus_digest, before.digests)
    (folder / "corpus" / ".hidden").write_text("x")
    assert load_dataset(folder).corpus_digest == before.corpus_digest
    (folder / "corpus" / "arvik.md").write_text("# Arvik\n\nClosed.")
    edit(folder / "test.jsonl", 1, tags=[])
    after = load_dataset(folder)
    assert after.corpus_digest != before.corpus_digest
    changed = [name for name in before.digests if after.digests[name] != before.digests[name]]
    assert changed == ["test.jsonl"]
    (folder / "corpus" / "arvik.md").rename(folder / "corpus" / "zarvik.md")
    edit(folder / "train.jsonl", 1, documents=["zarvik.md"])
    edit(folder / "test.jsonl", 1, documents=["zarvik.md"])
    assert load_dataset(folder).corpus_digest != after.corpus_digest


@pytest.mark.parametrize(
    ("split", "line", "changes", "expected"),
    [
        ("test", 3, {"question": GONE}, "test.jsonl:3: missing key 'question'; add it"),
        ("test", 3, {"question": "  "}, "test.jsonl:3: key 'question' is empty; fill it in"),
        ("test", 3, {"id": 17}, "test.jsonl:3: key 'id' must be a string, found 17"),
        ("test", 3, {"answers": "5"}, "test.jsonl:3: key 'answers' must be a list of strings, found \"5\""),
        ("test", 3, {"answers": [5]}, "test.jsonl:3: key 'answers' must be a list of strings, found [5]"),
        ("test", 3, {"answers": [""]}, "test.jsonl:3: an answerable row needs 'answers'"),
        ("test", 3, {"answers": ["5", " "]}, "test.jsonl:3: key 'answers' holds an empty string"),
        ("test", 3, {"answerable": "no"}, "test.jsonl:3: key 'answerable' must be a true or false value, found \"no\""),
        ("test", 3, {"anwsers": []}, "test.jsonl:3: unknown key 'anwsers'; known here: answerable, answers, checks, "),
        ("test", 3, {"answers": []}, "test.jsonl:3: an answerable row needs 'answers'"),
        ("test", 3, {"answers": GONE}, "test.jsonl:3: an answerable row needs 'answers'"),
        ("test", 8, {"answers": ["x"]}, "test.jsonl:8: a row with \"answerable\": false has 'answers'"),
        ("test", 3, {"documents": ["cordo.md"]}, "test.jsonl:3: gold document 'cordo.md' is not in corpus/; did you"
         " mean 'corda.md'?"),
        ("test", 3, {"documents": ["0"]}, "test.jsonl:3: gold document '0' is not in corpus/; a document's id is"),
        ("train", 2, {"reply": GONE}, "train.jsonl:2: a training row needs the key 'reply'"),
        ("train", 2, {"reply": " "}, "train.jsonl:2: a training row needs the key 'reply'"),
        ("train", 2, {"id": "train-0"}, "train.jsonl:2: id 'train-0' is taken by train.jsonl:1"),
        ("test", 2, {"id": "train-0"}, "test.jsonl:2: id 'train-0' is taken by train.jsonl:1"),
        ("test", 2, {"group": "arvik-depth"}, "test.jsonl:2: group 'arvik-depth' is also in train.jsonl:1; keep"),
        ("test", 2, {"question": "what is the DEPTH of the harbour of Arvik"}, "test.jsonl:2: the same question as"
         " train.jsonl:1; remove it"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_file_line_and_fix(
    make_dataset: Make, split: str, line: int, changes: dict[str, Any], expected: str
) -> None:
    folder = make_dataset()
    edit(folder / f"{split}.jsonl", line, **changes)
    assert problem(folder).startswith(expected)


def test_default_groups_that_meet_in_two_splits_name_the_key_to_add(make_dataset: Make) -> None:
    folder = make_dataset()
    edit(folder / "train.jsonl", 1, group=GONE)
    edit(folder / "test.jsonl", 1, group=GONE)
    text = problem(folder)
    assert text.startswith("test.jsonl:1: the row falls into group 'arvik.md', which is also in train.jsonl:1")
    assert "add a 'group' to both" in text


def test_dev_rows_are_checked_like_the_others(make_dataset: Make) -> None:
    folder = make_dataset()
    shutil.copy(folder / "test.jsonl", folder / "dev.jsonl")
    assert problem(folder).startswith("test.jsonl:1: id 'test-0' is taken by dev.jsonl:1")
    (folder / "dev.jsonl").write_text("")
    assert problem(folder).startswith("dev.jsonl: no rows in it")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"test.jsonl": ""}, "test.jsonl: no rows in it; write one JSON object a line"),
        ({"train.jsonl": "\n\n"}, "train.jsonl: no rows in it"),
        ({"test.jsonl": '\n{"id": "a", "question"'}, "test.jsonl:2: bad JSON: "),
        ({"test.jsonl": '{"id": "a"}{"id": "b"}'}, "test.jsonl:1: bad JSON: Extra data at column 12"),
        ({"test.jsonl": "[1]"}, "test.jsonl:1: expected a JSON object, found [1]"),
        ({"test.jsonl": "[" * 100_000}, "test.jsonl:1: nested too deeply"),
        ({"test.jsonl": '{"id": "a", "id": "b"}'}, "test.jsonl:1: bad JSON: key 'id' stands there twice"),
        ({"test.jsonl": '{"id": "\\ud800", "question": "?"}'}, "test.jsonl:1: half of a surrogate pair"),
        ({"test.jsonl": b'{"id":\n "\xe9"}'}, "test.jsonl:2: not UTF-8 at byte 9; save the file as UTF-8"),
        ({"dataset.yaml": YAML + "styel: {}\n"}, "dataset.yaml: unknown key 'styel'; known here: "),
        ({"dataset.yaml": YAML + "retrieval: {top_k: many}\n"}, "dataset.yaml: key 'retrieval.top_k': "),
        ({"dataset.yaml": "name: [\n"}, "dataset.yaml: line 2: bad YAML: "),
        ({"dataset.yaml": b"name: caf\xe9"}, "dataset.yaml:1: not UTF-8 at byte 9"),
        ({"dataset.yaml": YAML.replace("refusal: not on file\n", "")}, "dataset.yaml: missing key 'refusal'"),
        ({"dataset.yaml": YAML + "retrieval: {chunk_tokens: 32, overlap_tokens: 32}\n"},
         "dataset.yaml: key 'retrieval.overlap_tokens' is 32, not below chunk_tokens (32); lower it"),
        ({"dataset.yaml": YAML + "style: {checks: [{jason: {}}]}\n"}, "dataset.yaml: key 'style.checks[0]'"),
        ({"corpus/broken.pdf": b"%PDF-1.7 nothing"}, "corpus/broken.pdf: cannot be read as PDF"),
        ({"corpus/no-text.md": b"caf\x81"}, "corpus/no-text.md:1: not UTF-8 at byte 3"),
        ({"corpus/empty.md": " "}, "corpus/empty.md: no text in it"),
        ({"corpus/table.xls": b"x"}, "corpus/table.xls: .xls files are not read; convert it: soffice"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_with_its_fix(make_dataset: Make, files: dict[str, str | bytes], expected: str) -> None:
    assert problem(make_dataset(**files)).startswith(expected)


@pytest.mark.parametrize("name", ["dataset.yaml", "train.jsonl", "test.jsonl"])
def test_a_missing_file_is_named(make_dataset: Make, name: str) -> None:
    folder = make_dataset()
    (folder / name).unlink()
    assert problem(folder).startswith(f"{name}: no such file")


def test_an_empty_corpus_and_a_missing_one_are_told_apart(make_dataset: Make) -> None:
    folder = make_dataset()
    shutil.rmtree(folder / "corpus")
    assert problem(folder).startswith("train.jsonl:1: gold document 'arvik.md', but there is no corpus/; add it")
    (folder / "corpus").mkdir()
    assert problem(folder).startswith("corpus: no documents in it")


def test_reading_writes_nothing(make_dataset: Make) -> None:
    folder = make_dataset()
    before = sorted(folder.rglob("*"))
    check_corpus(load_dataset(folder))
    assert sorted(folder.rglob("*")) == before


def test_a_data_set_is_found_by_path_and_by_name(
    make_dataset: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = make_dataset()
    assert resolve_dataset(str(folder)) == folder
    (tmp_path / "datasets").mkdir()
    folder.rename(tmp_path / "datasets" / "harbours")
    assert resolve_dataset("harbours") == Path("datasets/harbours")
    with pytest.raises(UserError, match="oslo: no such data set; there is harbours"):
        resolve_dataset("oslo")
    with pytest.raises(UserError, match=r"dataset\.yaml: is a file; name the data set's folder"):
        resolve_dataset("datasets/harbours/dataset.yaml")


@pytest.mark.parametrize("key", ["messages", "conversations", "instruction", "user_input", "input"])
def test_rows_of_another_tool_are_told_the_import(make_dataset: Make, key: str) -> None:
    folder = make_dataset(**{"test.jsonl": json.dumps({key: "x", "output": "y"})})
    with pytest.raises(UserError, match=rf"test\.jsonl:1: has the key '{key}'.*dataset import"):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("What is the depth?", "what is  the DEPTH", True),
        ("Is it 3.5 m?", "Is it 35 m?", False),
        ("Is it 1.5 or 2?", "Is it 15 or 2?", False),
        ("What is the depth of A?", "What is the depth of B?", False),
    ],
)
def test_what_counts_as_the_same_question(left: str, right: str, same: bool) -> None:
    assert (same_question(left) == same_question(right)) is same
