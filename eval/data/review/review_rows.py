"""The rows of a data set as the review page shows them, and what its keys do to their files."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data.dataset import load_dataset
from eval.data.drafting.draft_set import read_spans
from eval.data.jsonl import read_json_lines
from eval.data.review.review_status import ACTIONS, FILE, is_current, journal_line, read_reviews, row_digest
from eval.errors import UserError
from eval.files import write_text

AROUND = 600
"""Characters of a passage on each side of the answer."""
SPLITS = ("test.jsonl", "dev.jsonl", "train.jsonl")


@dataclass(frozen=True, slots=True)
class Shown:
    """One row with the passage that its answer was taken from."""

    row: Mapping[str, Any]
    split: str
    before: str
    marked: str
    """The answer as it stands in the passage; empty where it is not found."""
    after: str
    origin: str
    reviewed: bool


class Review:
    """One data set under review; each action changes its files at once, whole or not at all."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        data = load_dataset(folder)
        self.folder = folder
        self.texts = {d.id: d.text for d in data.texts}
        self.spans = read_spans(folder)
        self.seed = seed

    def rows(self) -> list[Shown]:
        """All rows, the test first; each split in an order drawn by the seed, so that any first n are a sample."""
        reviews = read_reviews(self.folder)
        shown: list[Shown] = []
        for split, rows in self._splits().items():
            order = sorted(rows, key=lambda row: random.Random(f"{self.seed} {row['id']}").random())
            shown += [self._shown(row, split, is_current(row, reviews)) for row in order]
        return shown

    def act(self, entry: Mapping[str, Any]) -> None:
        """Do what a reviewer said of a row, and keep it in review.jsonl; raises UserError where it cannot be done."""
        action, name = entry.get("action"), entry.get("id")
        splits = self._splits()
        split = next((s for s, rows in splits.items() if any(row["id"] == name for row in rows)), None)
        if action not in ACTIONS or split is None:
            raise UserError(f"review: no row '{name}', or no action '{action}'; load the page again")
        at = next(i for i, row in enumerate(splits[split]) if row["id"] == name)
        row = dict(splits[split][at])
        wrong = bool(entry.get("wrong"))
        if action == "edit":
            wrong = wrong or _edit(row, entry)
        files = {split: [*splits[split][:at], row, *splits[split][at + 1 :]]}
        if action == "drop":
            files = {split: [*splits[split][:at], *splits[split][at + 1 :]]}
        elif action == "merge":
            files = _merged(splits, split, row, str(entry.get("with", "")))
        self._write({s: rows for s, rows in files.items() if rows != splits[s]})
        kept = {
            "id": name,
            "action": action,
            "wrong": wrong,
            "split": split.removesuffix(".jsonl"),
            "digest": row_digest(row),
        }
        with (self.folder / FILE).open("a", encoding="utf-8") as out:
            out.write(journal_line(kept))

    def _splits(self) -> dict[str, list[dict[str, Any]]]:
        there = [name for name in SPLITS if (self.folder / name).exists()]
        return {name: [row for _, row in read_json_lines(self.folder / name)] for name in there}

    def _write(self, files: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        before = {name: (self.folder / name).read_text(encoding="utf-8") for name in files}
        try:
            for name, rows in files.items():
                write_text(self.folder / name, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
            if files:
                load_dataset(self.folder)
        except UserError:
            for name, text in before.items():
                write_text(self.folder / name, text)
            raise

    def _shown(self, row: Mapping[str, Any], split: str, reviewed: bool) -> Shown:
        span = self.spans.get(row["id"])
        document = span["document"] if span else next(iter(row.get("documents", ())), "")
        text = self.texts.get(document, "")
        start, end = (span["start"], span["end"]) if span else _find(text, row.get("answers", ()))
        if not text[start:end]:
            return Shown(row, split.removesuffix(".jsonl"), text[:AROUND], "", "", "", reviewed)
        origin = span["origin"] if span else ""
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        return Shown(row, split.removesuffix(".jsonl"), before, text[start:end], after, origin, reviewed)


def _find(text: str, answers: Sequence[str]) -> tuple[int, int]:
    lowered = text.lower()
    for answer in answers:
        at = lowered.find(answer.lower())
        if at >= 0:
            return at, at + len(answer)
    return 0, 0


def _edit(row: dict[str, Any], entry: Mapping[str, Any]) -> bool:
    """Take over what was written; returns whether the answers are others than before."""
    before = list(row.get("answers", []))
    if str(entry.get("question", "")).strip():
        row["question"] = str(entry["question"]).strip()
    if isinstance(entry.get("answers"), list):
        answers = [str(a).strip() for a in entry["answers"] if str(a).strip()]
        if answers != before and before and answers and before[0] in str(row.get("reply", "")):
            row["reply"] = str(row["reply"]).replace(before[0], answers[0])
        row["answers"] = answers
    if str(entry.get("reply", "")).strip():
        row["reply"] = str(entry["reply"]).strip()
    return bool(before) and row.get("answers", []) != before


def _merged(
    splits: Mapping[str, list[dict[str, Any]]], split: str, row: dict[str, Any], other: str
) -> dict[str, list[dict[str, Any]]]:
    """The splits after a row joined the group of another one; it moves to that one's split."""
    home = next((s for s, rows in splits.items() if any(r["id"] == other for r in rows)), None)
    if home is None or other == row["id"]:
        raise UserError(f"review: no row '{other}' to merge with; give the id of the row about the same fact")
    target = next(r for r in splits[home] if r["id"] == other)
    row["group"] = target.get("group") or next(iter(target.get("documents", ())), target["id"])
    left = {s: [row if r["id"] == row["id"] else r for r in rows] for s, rows in splits.items()}
    if home == split:
        return {split: left[split]}
    return {split: [r for r in splits[split] if r["id"] != row["id"]], home: [*splits[home], row]}
