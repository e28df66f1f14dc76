"""What the checks of a data set find is translated into Korean: each finding of a data set that has many faults."""

from __future__ import annotations

import json
import re

from eval.data.dataset import load_dataset
from eval.data.gates.gate import Material, check_material
from reports.language.language import in_language, translate

ENGLISH = re.compile(r"(?<![\w./-])(?:[A-Za-z][a-z’']*[,;:]? ){2}[a-z]{2,}")
QUOTED = re.compile(r"'[^']*'|\([^()]*\)")
"""Rows and answers, which are data, and names of keys."""


def lines(split: str, *rows: tuple[str, str | None, dict[str, object]]) -> str:
    """A row each: question, answer or None, and further keys."""
    made = [
        {"question": question, "reply": "Not on file." if answer is None else "24 months.", "answerable": bool(answer)}
        | ({"answers": [answer]} if answer else {}) | more
        for question, answer, more in rows
    ]  # fmt: skip
    return "".join(json.dumps({"id": f"{split}{i}", **row}) + "\n" for i, row in enumerate(made))


def test_what_every_gate_finds_is_told_in_korean(make_dataset) -> None:
    text = "The Esk pump has a warranty of 24 months on Kelso seals. " * 12
    folder = make_dataset(
        **{
            "corpus/a.md": text, "corpus/b.md": text, "corpus/c.md": "Nothing of that is said here.",
            "train.jsonl": lines(
                "train",
                ("How long is the warranty of the Esk pump?", "24 months", {"documents": ["c.md"]}),
                ("Who made the Kelso seals of the Esk pump?", None, {"documents": ["a.md"]}),
                ("What does the Tay winch weigh?", "9 kg", {"reply": '{"answer": "9 kg", "source": "c.md"}'}),
            ),
            "test.jsonl": lines(
                "test",
                ("How long is warranty of the Esk pump?", "24 months", {"group": "g"}),
                ("Please say how long the warranty of the Esk pump is.", "24 months", {"group": "g"}),
                ("Is 24 months the warranty of the Don hoist?", "24 months", {}),
                ("What does Tay winch weigh?", None, {}),
            ),
        }
    )  # fmt: skip
    found = check_material(Material(load_dataset(folder)))
    assert {f.gate for f in found} >= {
        "near-duplicates", "unanswerable", "answer-in-question", "answer-in-corpus", "copies", "test-size",
        "training-rows", "constant-answer", "groups",
    }  # fmt: skip
    with in_language("ko"):
        said = {f.message: QUOTED.sub("", translate(f.message)) for f in found}
    assert {message: text for message, text in said.items() if ENGLISH.search(text)} == {}


def test_a_figure_that_is_none_is_told_in_korean(make_dataset) -> None:
    folder = make_dataset(
        **{
            "dataset.yaml": "name: figures\ninstruction: Reply with a figure.\nrefusal: Not on file.\n"
            "knowledge: {metric: number}\n",
            "test.jsonl": lines("test", ("What weighs 9 kg?", "the Tay winch", {}), ("How heavy is it?", "9 kg", {})),
        }
    )
    found = [f for f in check_material(Material(load_dataset(folder))) if f.gate == "numberless"]
    with in_language("ko"):
        assert [translate(f.message)[:13] for f in found] == ["정답에 숫자가 없어 지표"]
