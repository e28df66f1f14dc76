"""Judgements as they are kept: judge/<mode>.jsonl in the run folder, appended as they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.journal import append_line, read_lines
from eval.judge.failure import TRANSIENT

Kept = Mapping[tuple[str, int], "Judgement"]
"""(item key, repeat) -> the last judgement."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of asking once: a value in [0, 1], or None with the kind of failure."""

    key: str
    repeat: int
    metric: str
    example_id: str
    value: float | None
    kind: str = ""
    detail: str = ""

    @property
    def final(self) -> bool:
        """False when the failure was not the judge's own, so that asking again may help."""
        return self.kind not in TRANSIENT


def append(run: Path, mode: str, judgement: Judgement) -> None:
    """Add one judgement to a mode's file; it is on disk when this returns."""
    append_line(_folder(run) / f"{mode}.jsonl", asdict(judgement))


def read_kept(run: Path) -> dict[tuple[str, int], Judgement]:
    """All kept judgements of a run folder, of whatever mode; of several on one item the last counts."""
    kept: dict[tuple[str, int], Judgement] = {}
    for file in sorted(_folder(run).glob("*.jsonl")):
        for _, line in read_lines(file):
            judgement = Judgement(**line)
            kept[judgement.key, judgement.repeat] = judgement
    return kept


def _folder(run: Path) -> Path:
    return run / "judge"
