"""A data set's folder written whole, checked as `evaluate` checks it, or left as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from eval.data.dataset import load_dataset
from eval.errors import UserError
from eval.files import write_text
from eval.records import Example

SPLIT_FILES = ("train.jsonl", "dev.jsonl", "test.jsonl")


def row_line(example: Example) -> str:
    """A row as a line of a split's file, without keys that say nothing."""
    row: dict[str, Any] = {"id": example.id, "question": example.question}
    if example.answers:
        row["answers"] = list(example.answers)
    row["reply"] = example.reply
    if example.documents:
        row["documents"] = list(example.documents)
    row["group"] = example.group
    if not example.answerable:
        row["answerable"] = False
    if example.tags:
        row["tags"] = list(example.tags)
    if example.metric:
        row["metric"] = example.metric
    return json.dumps(row, ensure_ascii=False)


def split_text(rows: Iterable[Example]) -> str:
    """The text of a split's file."""
    return "".join(row_line(row) + "\n" for row in rows)


def refuse_taken(folder: Path, replace: bool) -> None:
    """Raise UserError where the folder has rows already, which are not written over unless asked to."""
    taken = [name for name in SPLIT_FILES if (folder / name).exists()]
    if taken and not replace:
        raise UserError(f"{folder / taken[0]}: is there already; name another folder, or write over it with --replace")


def write_set(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their path below the folder, and check the whole data set; on an error nothing is changed."""
    before = {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in files}
    new_folders = [p for p in (folder / "corpus" / "imported", folder / "corpus", folder) if not p.exists()]
    try:
        for name, text in files.items():
            write_text(folder / name, text)
        load_dataset(folder)
    except BaseException:
        for name, data in before.items():
            if data is None:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_bytes(data)
        for made in new_folders:
            if made.is_dir() and not any(made.iterdir()):
                made.rmdir()
        raise
