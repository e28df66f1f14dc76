"""Which replies people are asked to mark: those of questions drawn at random, all candidates' to one question together.

Marks correct the metric only where chance alone chose what is marked, and compare modes only where all of them are.
"""

from __future__ import annotations

import random

from reports.run_folder import Run, strategy

SIZE = 100
"""Questions; from 50 on that are marked in all candidates, marks correct the verdict's figures."""

Pair = tuple[str, str]
"""(mode, example id)."""


def choose(run: Run, size: int = SIZE) -> list[Pair]:
    """The replies to mark, in the order in which they are shown: drawn by the run's seed, a question's in any order.

    Only answerable questions, and only candidates: the others are not compared. A larger size adds to a smaller one.
    """
    draw = random.Random(f"marks-{run.config.seed}")
    candidates = [m for m in run.modes if strategy(m) != "diagnosis"]
    questions = [e.id for e in run.examples if e.answerable]
    draw.shuffle(questions)
    chosen: list[Pair] = []
    for question in questions[:size]:
        pairs = [(mode, question) for mode in candidates if question in run.predictions[mode]]
        draw.shuffle(pairs)
        chosen += pairs
    return chosen
