"""From a folder of documents and a spreadsheet to a folder that loads as a data set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from eval.config import DatasetConfig
from eval.data.dataset import load_dataset
from eval.data.init.init_set import init_set
from eval.data.init.proposal import propose
from eval.data.init.settings_file import settings_text
from eval.errors import UserError
from eval.records import Example

PUMPS = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund", "Gorlen", "Hatley"]


def folder_of(path: Path) -> Path:
    from openpyxl import Workbook

    home = path / "papers"
    (home / "pumps").mkdir(parents=True)
    for i, pump in enumerate(PUMPS):
        (home / "pumps" / f"{pump.lower()}.md").write_text(f"# {pump}\n\nThe {pump} lifts {10 + i} metres.")
    (home / "prices.csv").write_text("Pump;Price\nAldor;1.299,00\nBrevik;59,50\n", encoding="cp1252")
    (home / "old.doc").write_bytes(b"x")
    book = Workbook()
    book.active.append(["Question", "Answer", "Full reply"])
    for i, pump in enumerate(PUMPS):
        book.active.append([f"How far does the {pump} lift?", f"{10 + i} metres", f"The {pump} lifts {10 + i} metres."])
    book.save(home / "questions.xlsx")
    return home


def test_documents_and_questions_become_a_data_set(tmp_path: Path) -> None:
    done = init_set(folder_of(tmp_path))
    data = load_dataset(tmp_path / "papers-set")
    assert done.folder == data.path
    assert set(data.documents) == {f"pumps/{p.lower()}.md" for p in PUMPS} | {"prices.csv"}
    assert {e.documents[0] for e in (*data.train, *data.test)} == {f"pumps/{p.lower()}.md" for p in PUMPS}
    assert [why.split(":")[0] for why in done.unread] == [str(tmp_path / "papers" / "old.doc")]
    manifest = json.loads((data.path / "corpus.json").read_text())
    assert [n["file"] for n in manifest["not_read"]] == ["old.doc"]
    assert done.wanted == 194  # (1.96 sqrt(.25) + .8416 sqrt(.25 - .01))^2 / .01, rounded up
    with pytest.raises(UserError, match="is there already"):
        init_set(tmp_path / "papers")


def test_a_folder_without_questions_becomes_one_that_lacks_them(tmp_path: Path) -> None:
    home = folder_of(tmp_path)
    (home / "questions.xlsx").unlink()
    done = init_set(home, tmp_path / "set")
    assert done.questions is None
    assert (tmp_path / "set" / "dataset.yaml").is_file()
    with pytest.raises(UserError, match=r"train\.jsonl: no such file"):
        load_dataset(tmp_path / "set")


def test_two_files_of_questions_are_not_guessed_among(tmp_path: Path) -> None:
    home = folder_of(tmp_path)
    (home / "more.csv").write_text("question,answer\na?,b\nc?,d\n")
    with pytest.raises(UserError, match="--questions"):
        init_set(home)
    assert not (tmp_path / "papers-set").exists()


def test_every_key_of_the_settings_stands_in_the_file() -> None:
    rows = [Example(f"q{i}", f"What is {i}?", (str(i),), f"It is {i}, as asked.", answerable=True) for i in range(10)]
    text = settings_text("my-set", propose(rows, refusal="No: idea"))
    config = DatasetConfig.model_validate(yaml.safe_load(text))
    assert config.refusal == "No: idea"
    assert config.knowledge.metric == "number"
    uncommented = yaml.safe_load("".join(line.replace("# ", "", 1) if line.startswith("# ") and ":" in line else line
                                         for line in text.splitlines(keepends=True) if not line.startswith("# What")
                                         and not line.startswith("# when")))  # fmt: skip
    assert set(DatasetConfig.model_fields) == set(uncommented)


def test_checks_are_proposed_with_their_share_and_kept_only_where_they_hold() -> None:
    replies = [f"Answer: {i} metres" for i in range(45)] + [f"Well, {i} metres\nor so" for i in range(5)]
    rows = [Example(f"q{i}", "How far?", (f"{i} metres",), r) for i, r in enumerate(replies)]
    found = propose(rows, refusal="I don't know")
    one_line = next(c for c in found.checks if "regex" in c.value and "[^" in c.value["regex"])
    assert (one_line.holds, one_line.of, one_line.kept) == (45, 50, False)
    assert found.answer is not None
    assert found.answer.startswith("/Answer: ")
