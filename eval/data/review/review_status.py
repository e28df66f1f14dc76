"""How far a data set has been reviewed, and what a verdict on it must say of that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data.jsonl import read_json_lines
from eval.errors import UserError
from eval.files import fingerprint
from eval.stats.power import wilson

FILE = "review.jsonl"
ENOUGH = 100
"""Test rows that must have been reviewed."""
WRONG = 0.05
"""The largest share of wrong answers among them."""
ACTIONS = ("accept", "edit", "merge", "drop")


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """What of the test rows was reviewed, and how many of those had a wrong answer."""

    drafted: bool
    """Whether rows were drafted by a program; a verdict on them says when they were not reviewed."""
    rows: int
    """Test rows that there are now."""
    reviewed: int
    """Test rows that were looked at, and have not been changed since; dropped ones as well."""
    wrong: int
    """Of these, rows whose answer was wrong when they were looked at."""

    @property
    def open(self) -> int:
        """Test rows that nobody has looked at."""
        return self.rows - self.kept

    kept: int = 0
    """Reviewed test rows that are still there."""

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share of wrong answers (Wilson); all of it where nothing was reviewed."""
        return wilson(self.wrong, self.reviewed) if self.reviewed else (0.0, 1.0)

    def stamp(self) -> str:
        """What stands beside a verdict on these rows; empty where there is nothing to say.

        Rows that people wrote need no review; where one shows wrong answers among them, that is said, too.
        """
        if self.drafted and self.kept < min(ENOUGH, self.rows):
            return f"On drafted questions: {self.kept} of {self.rows} test rows were reviewed by a person."
        if self.open and self.wrong > WRONG * self.reviewed:
            low, high = self.interval
            kind, share = "drafted" if self.drafted else "imported", self.wrong / self.reviewed
            return (
                f"On {kind} questions: of the {self.reviewed} reviewed test rows {share:.0%} "
                f"had a wrong answer (95 % interval {low:.0%} to {high:.0%}), and {self.open} were not reviewed."
            )
        return ""


def row_digest(row: Mapping[str, Any]) -> str:
    """A name of what a reviewer judges: question, answers and whether there are any."""
    return fingerprint(row["question"], row.get("answers", []), row.get("answerable", True))


def read_reviews(folder: Path) -> dict[str, dict[str, Any]]:
    """The last word on each row, by its id; empty where nothing was reviewed. Raises UserError for a bad line."""
    file = folder / FILE
    if not file.exists():
        return {}
    found: dict[str, dict[str, Any]] = {}
    for line, entry in read_json_lines(file):
        if not isinstance(entry.get("id"), str) or entry.get("action") not in ACTIONS:
            raise UserError(f"{file}:{line}: expected an id and an action of {', '.join(ACTIONS)}; remove the line")
        found[entry["id"]] = entry
    return found


def is_current(row: Mapping[str, Any], reviews: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a row was reviewed as it now stands."""
    return reviews.get(str(row["id"]), {}).get("digest") == row_digest(row)


def review_status(folder: Path) -> ReviewStatus:
    """How far the test rows of a data set's folder have been reviewed."""
    from eval.data.drafting.draft_set import NOTES

    rows = list(_rows(folder / "test.jsonl"))
    reviews = read_reviews(folder)
    kept = [reviews[row["id"]] for row in rows if is_current(row, reviews)]
    there = {row["id"] for row in rows}
    gone = [e for i, e in reviews.items() if i not in there and e["action"] == "drop" and e.get("split") == "test"]
    looked = [*kept, *gone]
    return ReviewStatus(
        (folder / NOTES).exists(), len(rows), len(looked), sum(bool(e.get("wrong")) for e in looked), kept=len(kept)
    )


def review_stamp(folder: Path) -> str:
    """What a verdict on a data set must say of its review; empty where nothing was drafted or reviewed."""
    from eval.data.drafting.draft_set import NOTES

    return review_status(folder).stamp() if (folder / NOTES).exists() or (folder / FILE).exists() else ""


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from (row for _, row in read_json_lines(file))


def journal_line(entry: Mapping[str, Any]) -> str:
    """An entry as a line of review.jsonl."""
    return json.dumps(entry, ensure_ascii=False) + "\n"
