"""Questions with titled paragraphs: those that support the answer are its documents, the others only distract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.data.importing.import_set import import_set

ROWS = 20


def facts(n: int) -> list[tuple[str, list[str]]]:
    return [
        (f"Echo {n}", [f"The Echo {n} is a pump.", f" It has a warranty of {n + 3} months."]),
        (f"Shop {n}", [f"Shop {n} sells bread."]),
    ]


def base(n: int) -> dict[str, Any]:
    return {"_id": f"h{n}", "question": f"How long is the warranty of the Echo {n}?", "answer": f"{n + 3} months"}


def pairs(n: int) -> dict[str, Any]:
    return base(n) | {"context": facts(n), "supporting_facts": [[f"Echo {n}", 1]]}


def columns(n: int) -> dict[str, Any]:
    titles, sentences = zip(*facts(n), strict=True)
    return base(n) | {
        "context": {"title": titles, "sentences": sentences},
        "supporting_facts": {"title": [f"Echo {n}"], "sent_id": [1]},
    }


def flagged(n: int) -> dict[str, Any]:
    return base(n) | {
        "paragraphs": [
            {"idx": i, "title": title, "paragraph_text": "".join(sentences), "is_supporting": i == 0}
            for i, (title, sentences) in enumerate(facts(n))
        ]
    }


@pytest.mark.parametrize("shape", [pairs, columns, flagged])
def test_gold_is_what_supports_and_the_rest_is_in_the_corpus(tmp_path: Path, shape: Any) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(shape(n)) + "\n" for n in range(ROWS)), encoding="utf-8")
    import_set(file, tmp_path / "set")
    held = [json.loads(line) for name in ("train", "test") for line in (tmp_path / "set" / f"{name}.jsonl").open()]
    assert {row["id"]: row["documents"] for row in held} == {f"h{n}": [f"imported/echo-{n}.md"] for n in range(ROWS)}
    corpus = {f.name: f.read_text(encoding="utf-8") for f in (tmp_path / "set" / "corpus" / "imported").iterdir()}
    assert len(corpus) == 2 * ROWS
    assert corpus["echo-4.md"] == "# Echo 4\n\nThe Echo 4 is a pump. It has a warranty of 7 months.\n"


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ({"value": "7 months", "aliases": ["7 months", "seven months"]}, ["7 months", "seven months"]),
        (True, ["yes"]),
        (False, ["no"]),
        (["7 months", "7 mo"], ["7 months", "7 mo"]),
    ],
)
def test_answers_as_other_collections_write_them(tmp_path: Path, answer: Any, accepted: list[str]) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"question": f"How is the Echo {n} of the Harrier line?", "answer": answer} for n in range(ROWS)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_set(file, tmp_path / "set")
    first = json.loads((tmp_path / "set" / "train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["answers"] == accepted
