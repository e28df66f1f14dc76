"""What the allowances for seeds and for the metric cost in verdicts, and how many seeds or marks buy them back.

    python -m benchmarks.allowances [--draws 200] [--seed 0] [--questions 300] [--truths NAME ...]

In every data set a training seed moves a share of one half by 2 points (standard deviation), replies of the tuned
modes are a tenth as long as the others', and the metric favours none of them. Printed is the share of data sets
without a verdict, and of wrong verdicts. With marks, the metric errs as `match` does, and people mark a random part.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.verdicts import BATCH, outcomes
from benchmarks.worlds import TRUTHS, Cell, draw_tables

ALIKE = Cell("", 0, seed_deviation=0.02)
APART = replace(ALIKE, lengths=True, bias=(("ft", 0.0), ("hybrid", 0.0)))
ROWS = (
    ("nothing allowed for", ALIKE, 0.0),
    ("one seed, 2 points assumed (as by default)", ALIKE, 0.02),
    ("two seeds", replace(ALIKE, seeds=2), 0.02),
    ("three seeds", replace(ALIKE, seeds=3), 0.02),
    ("one seed, replies apart in length", APART, 0.02),
    ("the same, 100 questions marked", replace(APART, marks=100), 0.02),
    ("the same, 200 questions marked", replace(APART, marks=200), 0.02),
    ("three seeds, 200 questions marked", replace(APART, seeds=3, marks=200), 0.02),
)
"""What is allowed for or measured, the cell, and the deviation that one seed is assumed to have."""


def shares(cell: Cell, deviation: float, draws: int, seed: int) -> tuple[float, float]:
    """The share of data sets without a verdict, and with a wrong one."""
    draw, found = np.random.default_rng([seed, 7]), []
    for start in range(0, draws, BATCH):
        worlds = [draw_tables(cell, draw) for _ in range(min(BATCH, draws - start))]
        found += outcomes(cell, worlds, deviation)
    return found.count("open") / draws, sum(x in ("inferior", "complex") for x in found) / draws


def rows(truth: str, questions: int, draws: int, seed: int) -> Iterator[tuple[str, float, float]]:
    """Each row of the table for one truth."""
    for name, cell, deviation in ROWS:
        yield name, *shares(replace(cell, truth=truth, n=questions), deviation, draws, seed)


def main() -> None:
    """Print a line for each truth and row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=int, default=300)
    usual = ["tie, both axes missed", "one lift at twice the margin", "lift at twice the margin"]
    parser.add_argument("--truths", nargs="+", choices=list(TRUTHS), default=usual)
    given = parser.parse_args()
    for truth in given.truths:
        print(f"== {truth}, n={given.questions}, {given.draws} draws: no verdict, wrong")
        for name, without, wrong in rows(truth, given.questions, given.draws, given.seed):
            print(f"{name:<48}{without:>8.1%}{wrong:>8.1%}", flush=True)


if __name__ == "__main__":
    main()
