"""Answers of several lines, answers that name their source, and documents named by a pattern."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.data.importing.column_roles import is_composed_of
from eval.data.importing.import_set import import_set
from eval.data.importing.source_lines import source_of

PARAGRAPH = (
    "The net sales were as follows:\n\n- For the spring of 2022 they were 82 million.\n- For the summer of 2022 they "
    "were 90 million, which is the highest figure of the year and of all years before it."
)


@pytest.mark.parametrize(
    ("text", "left", "names"),
    [
        ("59 months.\n\nSOURCE(S): 2023 Q3 Aldor.pdf", "59 months.", ["2023 Q3 Aldor.pdf"]),
        ("59 months.\nSources: a.pdf, b.pdf", "59 months.", ["a.pdf", "b.pdf"]),
        ("It is 59 (SOURCE: a.pdf) and 60 (Source: b.pdf).", "It is 59 and 60.", ["a.pdf", "b.pdf"]),
        ("59 Monate.\nQuelle: Handbuch.pdf", "59 Monate.", ["Handbuch.pdf"]),
        ("59개월입니다.\n출처: 설명서.pdf", "59개월입니다.", ["설명서.pdf"]),
        ("The source: a spring on the hill.", "The source: a spring on the hill.", []),
        ("Sources of income: rent", "Sources of income: rent", []),
    ],
)
def test_the_source_is_no_part_of_the_answer(text: str, left: str, names: list[str]) -> None:
    assert source_of(text) == (left, names)


def rows(tmp_path: Path, cells: list[tuple[str, str, str]], documents: dict[str, str]) -> dict[str, dict[str, Any]]:
    import csv

    corpus = tmp_path / "set" / "corpus"
    corpus.mkdir(parents=True)
    for name, text in documents.items():
        (corpus / name).write_text(text)
    with (tmp_path / "qna.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(
            [("Question", "Source Docs", "Question Type", "Answer"), *((q, d, "x", a) for q, d, a in cells)]
        )
    done = import_set(tmp_path / "qna.csv", tmp_path / "set")
    return {
        row["question"]: row
        for split in ("train", "test")
        for row in map(json.loads, (done.folder / f"{split}.jsonl").read_text("utf-8").splitlines())
    }


def test_lines_of_a_paragraph_are_one_answer_and_documents_may_be_a_pattern(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        [
            ("How did sales develop?", "*Aldor*", f"{PARAGRAPH}\n\nSOURCE(S): 2022 Aldor.md, 2023 Aldor.md"),
            ("Which towns have a harbour?", "2022 Brevik.md, 2023 Aldor.md", "- Fonte\n- Lusano"),
            ("How long is the warranty?", "2022 brevik", "59 months\n59 mo."),
            ("Who signs?", "*", "The captain:\nAnn Wren"),
        ],
        {f"{name}.md": f"# {name}\n\nNothing." for name in ("2022 Aldor", "2023 Aldor", "2022 Brevik")},
    )
    sales = found["How did sales develop?"]
    assert sales["answers"] == [PARAGRAPH]
    assert sales["reply"].endswith("SOURCE(S): 2022 Aldor.md, 2023 Aldor.md")
    assert sales["documents"] == ["2022 Aldor.md", "2023 Aldor.md"]
    assert sales["metric"] == "claims"
    harbours = found["Which towns have a harbour?"]
    assert harbours["answers"] == ["- Fonte\n- Lusano"]
    assert harbours["documents"] == ["2022 Brevik.md", "2023 Aldor.md"]
    assert found["How long is the warranty?"]["answers"] == ["59 months", "59 mo."]
    assert found["How long is the warranty?"]["documents"] == ["2022 Brevik.md"]
    assert found["Who signs?"]["answers"] == ["The captain:\nAnn Wren"]
    assert len(found["Who signs?"]["documents"]) == 3


@pytest.mark.parametrize(
    ("name", "role", "composed"),
    [
        ("Source Docs", "documents", True), ("source_file_names", "documents", False),
        ("User Question", "question", True), ("Question Type", "question", False), ("Correct Answer", "answer", True),
        ("Source Chunk Type", "documents", False), ("Answer Source", "documents", False),
    ],
)  # fmt: skip
def test_names_made_of_known_words(name: str, role: str, composed: bool) -> None:
    assert is_composed_of(name, role) is composed
