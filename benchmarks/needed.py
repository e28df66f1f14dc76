"""How often an open verdict is given when it is asked for again at the middle of what `questions_needed` said.

    python -m benchmarks.needed [--asked 300] [--seed 0] [--minutes 30]

Data sets of 100, 200 and 300 questions are drawn from truths that are hard to tell apart, and of the open ones that get
a range, the same questions with as many more as its middle asks for are decided again, and a data set of other
questions as large. The range lies between a chance of 50 and one of 80 %, so the share should lie there, too.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.verdicts import DEVIATION, config_of, interval
from benchmarks.worlds import Cell, draw_tables, part_of
from eval.verdict.decision import Needed
from eval.verdict.evidence import Evidence, assemble
from eval.verdict.measure import measure
from eval.verdict.questions_needed import FACTORS, questions_needed
from eval.verdict.rule import Ruling, apply_rule
from eval.verdict.score_table import ScoreTable

TRUTHS = ("lift at twice the margin", "tie, both axes missed", "just below the target", "lift at the margin",
          "all alike", "at the target")  # fmt: skip
SIZES = (100, 200, 300)


def decided(cell: Cell, tables: list[ScoreTable]) -> tuple[Evidence, Ruling]:
    """The evidence of a data set and what the rule says of it."""
    measured = [measure(t, axes=len(tables), deviation=DEVIATION) for t in tables]
    evidence = assemble(measured, config_of(cell), present=set(cell.means), tests=False)
    return evidence, apply_rule(evidence, cell.margin)


def asked_again(cell: Cell, draw: np.random.Generator) -> tuple[Needed | None, bool, bool] | None:
    """What an open verdict on `cell.n` questions needs, and whether more and whether other questions settle it.

    None where the verdict is given at once.
    """
    largest = round(max(FACTORS) * cell.n)
    world = draw_tables(replace(cell, n=largest), draw)
    evidence, ruling = decided(cell, [part_of(t, cell.n) for t in world])
    if ruling.strategy != "inconclusive":
        return None
    needed = questions_needed(evidence, ruling, cell.margin)
    if needed is None:
        return None, False, False
    middle = sum(needed.total) // 2
    others = draw_tables(replace(cell, n=middle), draw)
    again = [decided(cell, tables)[1] for tables in ([part_of(t, middle) for t in world], others)]
    more, other = (r.strategy != "inconclusive" for r in again)
    return needed, more, other


def worlds(seed: int) -> Iterator[tuple[Cell, tuple[Needed | None, bool, bool] | None]]:
    """Data sets without end, each truth in turn."""
    draw, k = np.random.default_rng([seed, 13]), 0
    while True:
        cell = Cell(TRUTHS[k % len(TRUTHS)], SIZES[k // len(TRUTHS) % len(SIZES)])
        yield cell, asked_again(cell, draw)
        k += 1


def main() -> None:
    """Print, by truth and in all, how many were asked again and settled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=30.0, help="after which it ends with what it has")
    given = parser.parse_args()
    began, found = time.monotonic(), Counter[tuple[str, str]]()
    for cell, answer in worlds(given.seed):
        needed, more, other = answer or (None, False, False)
        for kind, so in (("drawn", True), ("open", answer is not None), ("asked", needed is not None),
                         ("more", more), ("other", other)):  # fmt: skip
            found[cell.truth, kind] += so
            found["all", kind] += so
        if found["all", "asked"] >= given.asked or time.monotonic() - began > 60 * given.minutes:
            break
    for truth in (*TRUTHS, "all"):
        drawn, unsettled, asked, more, other = (
            found[truth, kind] for kind in ("drawn", "open", "asked", "more", "other")
        )
        print(f"{truth:<28} {drawn} drawn, {unsettled} open, {asked} with a range; settled at its middle: "
              f"{_share(more, asked)} by more questions, {_share(other, asked)} by others")  # fmt: skip


def _share(some: int, of: int) -> str:
    if not of:
        return "none"
    low, high = interval(some / of, of)
    return f"{some} of {of} ({some / of:.0%}; {low:.0%} to {high:.0%})"


if __name__ == "__main__":
    main()
