"""Human marks of replies: labels.jsonl in the run folder, appended one line a mark; the last mark wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from eval.errors import UserError
from eval.files import fingerprint
from eval.journal import append_line, read_lines
from eval.records import Example, Prediction, Score

FILE = "labels.jsonl"
MARKS: Mapping[str, tuple[str, ...]] = {"knowledge": ("right", "wrong", "cannot say"), "style": ("ok", "not ok")}
"""axis -> what a person may say about a reply."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one person said about one reply on one axis."""

    example_id: str
    mode: str
    reply: str
    """Fingerprint of the reply that was marked: a mark does not pass to another reply of the same mode."""
    axis: Literal["knowledge", "style"]
    mark: str
    annotator: str


def reply_name(prediction: Prediction) -> str:
    """The fingerprint by which a mark names a reply."""
    return fingerprint(prediction.text)


def append_mark(run: Path, mark: Mark) -> None:
    """Add a mark; it is on disk when this returns."""
    append_line(run / FILE, asdict(mark))


def read_marks(run: Path) -> list[Mark]:
    """All marks in the order in which they were made; a torn line is passed over.

    Raises UserError naming file and line for a line that is JSON but no mark.
    """
    file, marks = run / FILE, []
    for number, data in read_lines(file):
        try:
            mark = Mark(**data)
            known = mark.mark in MARKS[mark.axis]
        except (TypeError, KeyError):
            known = False
        if not known:
            raise UserError(f"{file}:{number}: not a mark; remove the line, `report RUN --label` asks again")
        marks.append(mark)
    return marks


def last_marks(run: Path, axis: str, replies: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """(mode, example id) -> the last mark on an axis, of the replies named in `replies` by their fingerprints."""
    return {
        (m.mode, m.example_id): m.mark
        for m in read_marks(run)
        if m.axis == axis and replies.get((m.mode, m.example_id)) == m.reply
    }


def marked_scores(run: Path, examples: Sequence[Example], replies: Mapping[str, Sequence[Prediction]]) -> list[Score]:
    """The last marks of the present replies as scores, 1 right or in style and 0 not; "cannot say" gives none."""
    groups = {e.id: e.group for e in examples}
    names = {(mode, p.id): reply_name(p) for mode, found in replies.items() for p in found if p.id in groups}
    found = []
    for axis, (good, bad, *_) in MARKS.items():
        for (mode, example), mark in last_marks(run, axis, names).items():
            if mark in (good, bad):
                value = float(mark == good)
                found.append(Score(example, groups[example], mode, axis, "marked", False, value))  # type: ignore[arg-type]
    return found
