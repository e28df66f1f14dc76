"""Which replies people are asked to mark: spread over modes, half of them where metric and judge disagree."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from reports.run_folder import Run
from reports.sections.summary import PASS

JUDGE = "judge_factual_correctness"
SIZE = 100
"""Twice what the judge needs to headline: some will be marked "cannot say"."""

Pair = tuple[str, str]
"""(mode, example id)."""


def choose(run: Run, size: int = SIZE) -> list[Pair]:
    """The replies to mark, in the order in which they are shown: drawn and shuffled by the run's seed.

    Only answerable questions: on the others metric and judge have nothing to say. Where one half cannot be filled the
    other takes its place.
    """
    draw = random.Random(f"marks-{run.config.seed}")
    pool = [(mode, e.id) for mode in run.modes for e in run.examples if e.answerable and e.id in run.predictions[mode]]
    contested = _contested(run)
    disputed = _spread((p for p in pool if p in contested), draw)
    settled = _spread((p for p in pool if p not in contested), draw)
    half = max(size // 2, size - len(settled))
    chosen = disputed[:half]
    chosen += settled[: size - len(chosen)]
    draw.shuffle(chosen)
    return chosen


def _contested(run: Run) -> set[Pair]:
    """Replies on which our metric and the judge give different verdicts; none where no judge ran."""
    verdicts: dict[str, dict[Pair, bool]] = {JUDGE: {}, run.config.dataset.knowledge.metric: {}}
    for s in run.scores:
        if s.metric in verdicts and s.value is not None:
            verdicts[s.metric][s.mode, s.example_id] = s.value >= PASS
    judge, metric = verdicts.values()
    return {pair for pair, verdict in judge.items() if pair in metric and metric[pair] != verdict}


def _spread(pairs: Iterable[Pair], draw: random.Random) -> list[Pair]:
    """All pairs in random order, modes taking turns."""
    by_mode: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_mode.setdefault(pair[0], []).append(pair)
    columns: Sequence[list[Pair]] = list(by_mode.values())
    for column in columns:
        draw.shuffle(column)
    return [pair for turn in zip_longest(*columns) for pair in turn if pair is not None]
