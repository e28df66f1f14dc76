"""How often the interval of a difference holds what people say: of the metric alone, and corrected by people's marks.

    python -m benchmarks.coverage FOLDER [--questions 300] [--marks 100] [--draws 1000] [--metric match]

FOLDER is one that `benchmarks/agreement.py` reads, with answers of several systems to the same questions, all marked.
Each draw takes some of the questions, shows the marks of some of those, and asks of each pair of systems whether the
95 % interval of the difference holds the one that people's marks give over all questions.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.agreement import Mark, read_marks, verdict
from eval.stats.clusters import Array
from eval.stats.intervals import Interval
from eval.verdict.measure import measure
from eval.verdict.score_table import ScoreTable


def answered(marks: list[Mark]) -> dict[str, dict[str, Mark]]:
    """Question to system to mark, where every system has one."""
    found: dict[str, dict[str, Mark]] = defaultdict(dict)
    for mark in marks:
        found[mark.question][mark.system] = mark
    most = max(len(row) for row in found.values())
    return {question: row for question, row in found.items() if len(row) == most}


def drawn(
    name: str, metric: Array, people: Array, systems: list[str], marks: int, draw: np.random.Generator
) -> ScoreTable:
    """The table of these questions, scored by the metric of that name, so many of them marked."""
    truth = np.full(people.shape, np.nan)
    if marks:
        shown = draw.choice(len(people), marks, replace=False)
        truth[shown] = people[shown]
    names = [str(i) for i in range(len(metric))]
    return ScoreTable(
        "knowledge", name, systems, names, metric, metric[None], tuple(names), truth=truth if marks else None
    )


def main() -> None:
    """Print a row for each pair, and the means."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--marks", type=int, default=100)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--metric", default="match")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rows = answered(read_marks(given.folder))
    systems = sorted(next(iter(rows.values())))
    metric = np.array([[float(verdict(given.metric, row[s])) for s in systems] for row in rows.values()])
    people = np.array([[float(row[s].right) for s in systems] for row in rows.values()])
    truths = [(people[:, j] - people[:, i]).mean() for i, j in combinations(range(len(systems)), 2)]
    draw, held, width = np.random.default_rng(given.seed), np.zeros((2, len(truths))), np.zeros(2)
    for _ in range(given.draws):
        taken = draw.choice(len(rows), given.questions)  # with replacement: the set stands for all questions
        for k, marks in enumerate((0, given.marks)):
            pairs = measure(drawn(given.metric, metric[taken], people[taken], systems, marks, draw)).pairs
            held[k] += [_holds(p, t) for p, t in zip(pairs, truths, strict=True)]
            width[k] += np.mean([p.high - p.low for p in pairs if p])
    print(f"{len(rows)} questions, {given.draws} draws of {given.questions}\n{'':<44}{'alone':>8}{'marks':>8}")
    for (a, b), alone, marked in zip(combinations(systems, 2), *(held / given.draws), strict=True):
        print(f"{f'{a} against {b}':<44}{alone:>8.1%}{marked:>8.1%}")
    print(f"{'mean':<44}{held[0].mean() / given.draws:>8.1%}{held[1].mean() / given.draws:>8.1%}")
    print(f"{'width':<44}{width[0] / given.draws:>8.3f}{width[1] / given.draws:>8.3f}")


def _holds(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.low - 1e-9 <= truth <= interval.high + 1e-9


if __name__ == "__main__":
    main()
