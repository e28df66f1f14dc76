"""How often each end of the intervals of paired differences errs: 2.5 % is what a 95 % interval allows at each.

    python -m benchmarks.intervals [--draws 2000] [--seed 0] [--graded]

Two arms answer the same questions, in groups, with luck that they share in part, as in benchmarks/verdicts.py. The
cells cross number of questions, group size, how much luck is shared, and the two shares that are right. An end errs
seldom where fewer than ten pairs are expected to differ, because there are few values that it can take; those cells are
counted apart. With --graded, half of the scores lie between 0 and 1, and the interval is the bootstrap's.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import discordance
from eval.stats.intervals import difference_intervals

FEW = 10
SHARES = ((0.5, 0.5), (0.5, 0.6), (0.1, 0.5), (0.9, 0.98), (0.05, 0.85), (0.98, 0.98))
FACTORS = {"questions": (60, 150, 300, 1000), "group": (1, 2, 5), "shared": (0.2, 0.6, 0.9), "shares": SHARES}


@dataclass(frozen=True)
class Cell:
    """One way of drawing."""

    questions: int
    group: int
    shared: float
    shares: tuple[float, float]

    @property
    def differing(self) -> float:
        """How many pairs are expected to differ."""
        return self.questions * discordance(*self.shares, self.shared)


def differences(cell: Cell, draws: int, graded: bool, draw: np.random.Generator) -> NDArray[np.float64]:
    """Paired differences, shape (questions, draws); half of the shared luck is the question's, half the group's."""
    shape, groups = (cell.questions, draws), np.arange(cell.questions) // cell.group
    common = np.where(draw.random(shape) < 0.5, draw.random(shape)[groups], draw.random(shape))
    arms = []
    for share in cell.shares:
        level = np.where(draw.random(shape) < cell.shared, common, draw.random(shape))
        right = (level < share).astype(float)
        arms.append(np.where(draw.random(shape) < 0.5, right, right / 2 + draw.random(shape) / 2) if graded else right)
    return arms[1] - arms[0]


def errors(cell: Cell, draws: int, graded: bool, seed: int) -> tuple[float, float]:
    """How often the low end lies above the true difference, and the high end below."""
    values = differences(cell, draws, graded, np.random.default_rng(seed))
    truth = (cell.shares[1] - cell.shares[0]) * (0.75 if graded else 1.0)
    found = difference_intervals(values, [str(i // cell.group) for i in range(cell.questions)], seed=seed)
    ends = np.array([(i.low > truth + 1e-9, i.high < truth - 1e-9) for i in found if i])
    return float(ends[:, 0].mean()), float(ends[:, 1].mean())


def main() -> None:
    """Print the mean and the largest error of each end, for every level of every factor, and the worst cells."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--graded", action="store_true")
    given = parser.parse_args()
    cells = [Cell(*levels) for levels in product(*FACTORS.values())]
    found = {c: errors(c, given.draws, given.graded, given.seed) for c in cells}
    many = [c for c in cells if c.differing >= FEW]
    print(f"{'low end':>36}{'high end':>20}\n{'':<24}{'mean':>6}{'worst':>8}{'mean':>10}{'worst':>8}   cells")
    for factor, levels in FACTORS.items():
        for level in levels:
            _line(f"{factor} {level}", [found[c] for c in many if getattr(c, factor) == level])
    _line("all", [found[c] for c in many])
    _line(f"fewer than {FEW} differ", [found[c] for c in cells if c.differing < FEW])
    for cell in sorted(many, key=lambda c: -max(found[c]))[:5]:
        print(f"{found[cell][0]:.1%} and {found[cell][1]:.1%}: {cell}, {cell.differing:.0f} differ")


def _line(name: str, ends: list[tuple[float, float]]) -> None:
    means, worst = np.mean(ends, axis=0), np.max(ends, axis=0)
    print(f"{name:<24}{means[0]:>6.1%}{worst[0]:>8.1%}{means[1]:>10.1%}{worst[1]:>8.1%}   {len(ends)}")


if __name__ == "__main__":
    main()
