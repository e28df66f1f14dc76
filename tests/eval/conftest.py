"""A data set written from a few rows, for the tests of the gates."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Rows = Sequence[tuple[Any, ...]]


@pytest.fixture
def material(tmp_path: Path) -> Callable[..., Any]:
    """Makes the gates' view of a data set; a row is (question, answer or None when unanswerable[, further keys])."""
    from eval.data.dataset import load_dataset
    from eval.data.gates.gate import Material

    def make(*, test: Rows, train: Rows = (), yaml: str = "", corpus: dict[str, str] | None = None) -> Any:
        folder = tmp_path / "set"
        folder.mkdir()
        text = f"name: planted\ninstruction: Answer.\nrefusal: not known\n{yaml}"
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")
        for split, rows in (("train", train or [("Is this row here for form's sake?", "yes")]), ("test", test)):
            written = [json.dumps(_row(f"{split}-{i}", *row), ensure_ascii=False) + "\n" for i, row in enumerate(rows)]
            (folder / f"{split}.jsonl").write_text("".join(written), encoding="utf-8")
        for name, content in (corpus or {}).items():
            (folder / "corpus").mkdir(exist_ok=True)
            (folder / "corpus" / name).write_text(content, encoding="utf-8")
        return Material(load_dataset(folder))

    return make


def _row(name: str, question: str, answer: str | None, further: dict[str, Any] | None = None) -> dict[str, Any]:
    answers = [] if answer is None else [answer]
    reply = answer or "not known"
    row = {"id": name, "group": name, "question": question, "answers": answers, "answerable": answer is not None}
    return row | {"reply": reply} | (further or {})
