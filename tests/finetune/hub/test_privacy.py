"""The last look at what leaves the machine."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.data.dataset import load_dataset
from eval.errors import UserError
from finetune.hub.privacy import private_texts, refuse_rows

QUESTION = "What is the depth of the harbour of Arvik?"
REPLY = '{"answer": "3 m", "source": "arvik.md"}'
SENTENCE = "the harbour master of Corda is on duty from 6 to 18."


def test_questions_replies_and_sentences_are_looked_for(make_dataset: Callable[..., Path]) -> None:
    table = "| depth | berths |\n|---|---|---|---|---|---|---|\n"
    texts = set(private_texts(load_dataset(make_dataset(**{"corpus/table.md": table}))))
    assert not [t for t in texts if t.startswith("|--")]
    assert {QUESTION, REPLY} <= texts
    assert "The harbour of Belmo has a depth of 4 m." in texts
    assert "3 m" not in texts  # stands in files by chance


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", f"# A card\n\nFor example: {QUESTION}\n".encode()),
        ("training.json", json.dumps({"rows": [{"reply": REPLY}]}).encode()),
        ("config.json", json.dumps({QUESTION: 1}).encode()),
    ],
)
def test_a_file_that_holds_one_is_refused_by_name(make_dataset: Callable[..., Path], name: str, content: bytes) -> None:
    with pytest.raises(UserError, match=f"{name}: would carry a text of"):
        refuse_rows(load_dataset(make_dataset()), {"other.json": b"{}", name: content})


def test_the_header_of_weights_is_read_too(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = load_dataset(make_dataset())
    for note, clean in (("none", True), (QUESTION, False)):
        header = json.dumps({"__metadata__": {"note": note}}).encode()
        file = tmp_path / "model.safetensors"
        file.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 64)
        if clean:
            refuse_rows(dataset, {file.name: file})
        else:
            with pytest.raises(UserError, match=r"model\.safetensors: would carry"):
                refuse_rows(dataset, {file.name: file})
