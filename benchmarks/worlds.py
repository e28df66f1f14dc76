"""Known truths, and data sets of 0/1 or graded scores that are drawn from them in many ways, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from eval.arms.modes import MODES
from eval.records import Axis
from eval.verdict.rule import ORDER
from eval.verdict.score_table import ScoreTable, mean_over

Array = NDArray[np.float64]
Truth = Mapping[str, tuple[float, float]]
"""mode -> true (knowledge, style)."""
AXES: tuple[Axis, ...] = ("knowledge", "style")
SIX = ("base", "fewshot", "rag", "rag-fewshot", "ft", "hybrid")

TRUTHS: Mapping[str, Truth] = {
    "prompt is enough": {"base": (0.2, 0.1), "fewshot": (0.88, 0.99), "rag": (0.9, 0.3), "rag-fewshot": (0.89, 0.99),
                         "ft": (0.6, 0.99), "hybrid": (0.9, 0.99)},
    "retrieval": {"base": (0.1, 0.97), "fewshot": (0.1, 0.98), "rag": (0.85, 0.98), "rag-fewshot": (0.7, 0.98),
                  "ft": (0.15, 0.99), "hybrid": (0.87, 0.99)},
    "fine-tuning": {"base": (0.85, 0.1), "fewshot": (0.84, 0.5), "rag": (0.85, 0.1), "rag-fewshot": (0.85, 0.5),
                    "ft": (0.86, 0.99), "hybrid": (0.87, 0.99)},
    "both": {"base": (0.05, 0.0), "fewshot": (0.05, 0.85), "rag": (0.25, 0.0), "rag-fewshot": (0.15, 0.7),
             "ft": (0.08, 0.99), "hybrid": (0.85, 0.99)},
    "all alike": dict.fromkeys(("base", "fewshot", "rag", "rag-fewshot", "ft", "hybrid"), (0.6, 0.8)),
    "lift at the margin": {"base": (0.6, 0.98), "fewshot": (0.6, 0.98), "rag": (0.65, 0.98),
                           "rag-fewshot": (0.65, 0.98), "ft": (0.6, 0.98), "hybrid": (0.65, 0.98)},
    "lift at twice the margin": {"base": (0.5, 0.98), "fewshot": (0.5, 0.98), "rag": (0.6, 0.98),
                                 "rag-fewshot": (0.6, 0.98), "ft": (0.5, 0.98), "hybrid": (0.6, 0.98)},
    "targets out of reach": {"base": (0.1, 0.1), "fewshot": (0.1, 0.4), "rag": (0.4, 0.1), "rag-fewshot": (0.35, 0.5),
                             "ft": (0.12, 0.7), "hybrid": (0.5, 0.75)},
    "one lift at twice the margin": dict.fromkeys(("base", "fewshot", "rag", "rag-fewshot", "ft"), (0.5, 0.98))
    | {"hybrid": (0.6, 0.98)},
    "at the target": {"base": (0.3, 0.5), "fewshot": (0.3, 0.95), "rag": (0.8, 0.5), "rag-fewshot": (0.8, 0.95),
                      "ft": (0.3, 0.98), "hybrid": (0.85, 0.98)},
    "just below the target": {"base": (0.3, 0.5), "fewshot": (0.3, 0.93), "rag": (0.78, 0.5),
                              "rag-fewshot": (0.78, 0.93), "ft": (0.3, 0.98), "hybrid": (0.88, 0.98)},
    "lift with a loss at the margin": {"base": (0.4, 0.98), "fewshot": (0.4, 0.98), "rag": (0.6, 0.93),
                                       "rag-fewshot": (0.6, 0.93), "ft": (0.4, 0.98), "hybrid": (0.6, 0.93)},
    "one against the other": {"base": (0.1, 0.1), "fewshot": (0.1, 0.3), "rag": (0.7, 0.2), "rag-fewshot": (0.6, 0.4),
                              "ft": (0.2, 0.9), "hybrid": (0.5, 0.7)},
    "nothing helps": dict.fromkeys(("base", "fewshot", "rag", "rag-fewshot", "ft", "hybrid"), (0.05, 0.02)),
    "tie, both axes missed": {"base": (0.2, 0.2)} | dict.fromkeys(SIX[1:], (0.6, 0.7)),
    "tie, both axes missed by little": {"base": (0.3, 0.5)} | dict.fromkeys(SIX[1:], (0.7, 0.88)),
    "one prompt reaches": {"base": (0.85, 0.98), "rag": (0.86, 0.98), "ft": (0.85, 0.98), "hybrid": (0.86, 0.98)},
    "tie, the metric apart": {"base": (0.2, 0.98), "fewshot": (0.5, 0.98), "rag": (0.5, 0.98),
                              "rag-fewshot": (0.5, 0.98), "ft": (0.5, 0.98), "hybrid": (0.5, 0.98)},
}  # fmt: skip


LIKE = {"structured": "base", "nearest": "fewshot", "rag-structured": "rag", "rag-nearest": "rag-fewshot",
        "full": "rag"}  # fmt: skip
"""A mode that runs on request -> the mode that it is truly as good as, where a truth does not name it."""
TIES = ("all alike", "tie, both axes missed", "tie, both axes missed by little", "tie, the metric apart",
        "one prompt reaches", "nothing helps")  # fmt: skip
"""Truths in which a cheaper strategy is truly as good as every dearer one."""


MISSES, ACCEPTS = 0.038, 0.054
"""Of right and of wrong answers, what `match` takes for the other (TriviaQA, 9,690 marked answers)."""


@dataclass(frozen=True)
class Cell:
    """One truth under one way of drawing."""

    truth: str
    n: int
    group: int = 2
    """Questions to a group."""
    correlation: float = 0.6
    """How much of an arm's luck is the question's or group's own, so that all arms share it."""
    family: str = "ordinary"
    margin: float = 0.05
    modes: tuple[str, ...] = ()
    """The modes that ran; all that the truth has where none is named."""
    copula: bool = False
    """Luck adds up on a normal scale, instead of being wholly shared or wholly an arm's own."""
    shape: str = "equal"
    """Of groups: equal, `giant` (one has 40 % of the questions) or `uneven` (sizes fall off as 1 / sqrt(rank))."""
    interaction: float = 0.0
    """Standard deviation of what a group adds to one mode, on the normal scale."""
    seed_deviation: float = 0.0
    """Standard deviation of a tuned mode's share over training seeds, of a share of one half."""
    seeds: int = 1
    bias: tuple[tuple[str, float], ...] = ()
    """(mode, by how much the metric says more than is true, or less where below 0)."""
    lengths: bool = False
    """Whether the replies of the arms in `bias` are a tenth as long as those of the others, and this is known."""
    graded: bool = False
    lost: tuple[tuple[str, float], ...] = ()
    """(mode, share of the hardest questions of which it has no score)."""
    looks: tuple[int, ...] = ()
    """Numbers of questions at which the verdict is asked for, until it is given; n where none is named."""
    spending: str = ""
    """How the looks share the error; empty where they were not planned, and each takes the whole."""
    marks: int = field(default=0, repr=False)
    """Questions whose knowledge people marked; the metric then errs, and what it says counts for the others."""

    @property
    def means(self) -> Truth:
        """The true means of the modes that ran."""
        truth = TRUTHS[self.truth]
        return {m: truth[m] if m in truth else truth[LIKE[m]] for m in self.modes or truth}


def group_codes(cell: Cell) -> NDArray[np.intp]:
    """The group of each question."""
    if cell.shape == "equal":
        return np.arange(cell.n) // cell.group
    count = max(cell.n // cell.group, 2)
    if cell.shape == "giant":
        rest = np.arange(cell.n - int(0.4 * cell.n)) // cell.group + 1
        return np.concatenate([np.zeros(int(0.4 * cell.n), dtype=np.intp), rest])
    sizes = 1 / np.sqrt(np.arange(1, count + 1))
    ends = np.round(np.cumsum(sizes) / sizes.sum() * cell.n)
    return np.searchsorted(ends, np.arange(cell.n), side="right").clip(0, count - 1)


def draw_tables(cell: Cell, draw: np.random.Generator) -> list[ScoreTable]:
    """One data set: a table for each axis, with the questions in an order of their own."""
    modes = list(cell.means)
    codes, order, names = _questions(cell)
    tables = []
    for k, axis in enumerate(AXES):
        shares = _shares(cell, k, draw)
        level, common = _levels(cell, codes, len(modes), draw)
        values = _scores(cell, level, shares, draw)
        for mode, part in cell.lost:
            if mode in modes:
                values[:, common > np.quantile(common, 1 - part), modes.index(mode)] = np.nan
        values = values[:, order] if cell.looks else values
        truth = None
        if cell.marks and k == 0:
            values, truth = _marked(values, cell.marks, draw)
        tables.append(ScoreTable(axis, "m", modes, names, mean_over(values, 0), values, truth=truth))
    return tables


@lru_cache(maxsize=16)
def _questions(cell: Cell) -> tuple[NDArray[np.intp], NDArray[np.intp], list[str]]:
    """The group of each question, the order in which they are asked, and the names of the groups in that order."""
    codes = group_codes(cell)
    # One order for all draws, whose questions are alike by themselves: then all have the same groups.
    order = np.random.default_rng(cell.n).permutation(cell.n) if cell.looks else np.arange(cell.n)
    return codes, order, [f"g{g}" for g in codes[order].tolist()]


def _marked(right: Array, marks: int, draw: np.random.Generator) -> tuple[Array, Array]:
    """What a metric says of replies that are right or not, and what people say of some questions' first replies."""
    said = np.where(draw.random(right.shape) < np.where(right == 1, MISSES, ACCEPTS), 1 - right, right)
    truth = np.full(right.shape[1:], np.nan)
    some = draw.permutation(len(truth))[:marks]
    truth[some] = right[0, some]
    return said, truth


def part_of(table: ScoreTable, n: int) -> ScoreTable:
    """The first n questions of a table."""
    return ScoreTable(
        table.axis, table.metric, table.modes, table.groups[:n], table.values[:n], table.by_seed[:, :n]
    )  # fmt: skip


def _shares(cell: Cell, axis: int, draw: np.random.Generator) -> Array:
    """What the metric would count of infinitely many questions, shape (seeds, modes)."""
    truth, bias = cell.means, dict(cell.bias)
    shares = np.tile([means[axis] + (bias.get(m, 0.0) if axis == 0 else 0.0) for m, means in truth.items()],
                     (cell.seeds, 1))  # fmt: skip
    for i, mode in enumerate(truth):
        if MODES[mode].adapter and cell.seed_deviation:
            # As a count of so many questions would: full at one half, less near 0 and 1, where it would be cut off.
            scale = 2 * np.sqrt(shares[:, i] * (1 - shares[:, i]))
            shares[:, i] += cell.seed_deviation * scale * draw.standard_normal(cell.seeds)
    return shares.clip(0.0, 1.0)


def _levels(cell: Cell, codes: NDArray[np.intp], modes: int, draw: np.random.Generator) -> tuple[Array, Array]:
    """Uniform levels of shape (questions, modes), right where below the share; and how hard each question is."""
    n, groups = cell.n, int(codes.max()) + 1
    if cell.copula or cell.interaction:
        common = np.sqrt(0.5) * (draw.standard_normal(groups)[codes] + draw.standard_normal(n))
        own = draw.standard_normal((n, modes))
        level = np.sqrt(cell.correlation) * common[:, None] + np.sqrt(1 - cell.correlation) * own
        if cell.interaction:
            level += cell.interaction * draw.standard_normal((groups, modes))[codes]
        return special.ndtr(level / np.sqrt(1 + cell.interaction**2)), common
    common = np.where(draw.random(n) < 0.5, draw.random(groups)[codes], draw.random(n))
    shared = draw.random((n, modes)) < cell.correlation
    return np.where(shared, common[:, None], draw.random((n, modes))), common


def _scores(cell: Cell, level: Array, shares: Array, draw: np.random.Generator) -> Array:
    """Scores of shape (seeds, questions, modes): 0/1, or graded with the same mean, in tenths."""
    right = (level[None] < shares[:, None, :]).astype(np.float64)
    if not cell.graded:
        return right
    # Half of the replies get a whole score, half one in quarters whose mean is the share as well.
    quarters = draw.binomial(4, np.broadcast_to(shares[:, None, :], right.shape)) / 4
    return np.where(draw.random(right.shape) < 0.5, right, quarters)


def is_wrong(truth: Truth, mode: str, targets: tuple[float, float], margin: float) -> str:
    """Why choosing `mode` would be wrong by the true means, or an empty string."""
    own, rank = truth[mode], ORDER.index(MODES[mode].strategy or "inconclusive")
    for other, means in truth.items():
        if MODES[other].strategy == MODES[mode].strategy:
            continue
        for axis in (0, 1):
            lift, loss = means[axis] - own[axis], own[1 - axis] - means[1 - axis]
            if own[axis] < targets[axis] and lift >= 2 * margin - 1e-9 and loss <= margin + 1e-9:
                return "inferior"
        cheaper = ORDER.index(MODES[other].strategy or "inconclusive") < rank
        if cheaper and all(means[a] >= min(targets[a], own[a]) - 1e-9 for a in (0, 1)):
            return "complex"
    return ""


def discordance(first: float, second: float, correlation: float) -> float:
    """How often two arms differ: with shared luck by the difference of their shares, else as independent ones."""
    alone = first * (1 - second) + second * (1 - first)
    return correlation**2 * abs(first - second) + (1 - correlation**2) * alone
