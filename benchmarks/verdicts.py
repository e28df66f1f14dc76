"""How often the verdict is sound, open or wrong, on data sets that are drawn from known truths.

    python benchmarks/verdicts.py [--draws 100] [--seed 0] [--questions 30 60 150 300 1000] [--truth NAME ...]
                                   [--again 3]

A verdict is wrong when, by the true means, another candidate lifts an axis that is truly below its target by twice the
margin or more without losing more than the margin on the other axis (materially inferior), or when a cheaper strategy
is on every axis either truly at target or truly not below (needlessly complex). That nothing is good enough counts as
the verdict for the prompt. Questions come in groups and the arms are correlated,
as real ones are; the last cells vary both. Coverage is that of the 95 % intervals of the means, and of
the paired differences. Where fewer than ten right or wrong answers, or fewer than ten pairs that differ, are expected,
no interval can be exact, for there are few values that it can take: it covers more, and has a line of its own.

The worst of many cells is partly bad luck, so those that came out worst are drawn again, ten times as often and with
other draws: that is how often they are wrong.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing import Pool

import numpy as np

from eval.arms.modes import MODES
from eval.config import DatasetConfig, RunConfig
from eval.records import Score
from eval.verdict.evidence import AXES, gather
from eval.verdict.rule import ORDER, apply_rule

Truth = Mapping[str, tuple[float, float]]
"""mode -> true (knowledge, style)."""

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
}  # fmt: skip

TARGETS, MARGIN = (0.80, 0.95), 0.05
OUTCOMES = ("sound", "open", "inferior", "complex")
KINDS = ("means", "means of few", "differences", "differences of few")
FEW = 10
Ends = dict[str, tuple[int, int, int]]
"""kind -> how many intervals there were, how many lay above the truth, how many below."""


@dataclass(frozen=True)
class Cell:
    """One truth under one way of drawing."""

    truth: str
    n: int
    group: int = 2
    """Questions to a group."""
    correlation: float = 0.6
    """How often an arm's luck is the question's or group's own, so that all arms share it."""


def draw_scores(cell: Cell, draw: np.random.Generator) -> list[Score]:
    """0/1 scores of n questions in groups; half of the shared luck is the question's, half the group's."""
    n, groups = cell.n, np.arange(cell.n) // cell.group
    names = [(f"q{i}", f"g{group}") for i, group in enumerate(groups.tolist())]
    scores = []
    for axis in (0, 1):
        common = np.where(draw.random(n) < 0.5, draw.random(n)[groups], draw.random(n))
        for mode, means in TRUTHS[cell.truth].items():
            level = np.where(draw.random(n) < cell.correlation, common, draw.random(n))
            right = (level < means[axis]).astype(float).tolist()
            scores += [
                Score(*name, mode, AXES[axis], "m", True, value) for name, value in zip(names, right, strict=True)
            ]
    return scores


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


def simulate(cell: Cell, draws: int, seed: int) -> tuple[dict[str, float], Ends]:
    """Shares of verdicts that were decided and not wrong, open, inferior, complex; and how the intervals erred."""
    dataset = DatasetConfig.model_validate({"name": "simulated", "instruction": "none"})
    truth = TRUTHS[cell.truth]
    counts = dict.fromkeys(OUTCOMES, 0)
    ends: Ends = dict.fromkeys(KINDS, (0, 0, 0))
    draw = np.random.default_rng([seed, zlib.crc32(repr(cell).encode())])
    for i in range(draws):
        evidence = gather(draw_scores(cell, draw), RunConfig(dataset_path="", seed=i, dataset=dataset))
        ruling = apply_rule(evidence, MARGIN)
        mode = ruling.prompt or ruling.mode
        outcome = "open" if mode is None else is_wrong(truth, mode, TARGETS, MARGIN) or "sound"
        counts[outcome] += 1
        for axis, of_axis in evidence.estimates.items():
            for mode, e in of_axis.items():
                share = truth[mode][AXES.index(axis)]
                _note(ends, "means", cell.n * min(share, 1 - share), share, e.low, e.high)
        for c in evidence.comparisons():
            first, second = (truth[m][AXES.index(c.axis)] for m in (c.control, c.treatment))
            differing = cell.n * discordance(first, second, cell.correlation)
            _note(ends, "differences", differing, second - first, c.low, c.high)
    return {name: count / draws for name, count in counts.items()}, ends


def discordance(first: float, second: float, correlation: float) -> float:
    """How often two arms differ: with shared luck by the difference of their shares, else as independent ones."""
    alone = first * (1 - second) + second * (1 - first)
    return correlation**2 * abs(first - second) + (1 - correlation**2) * alone


def _note(ends: Ends, kind: str, expected: float, truth: float, low: float, high: float) -> None:
    key = kind if expected >= FEW else f"{kind} of few"
    n, above, below = ends[key]
    ends[key] = n + 1, above + (low > truth + 1e-9), below + (high < truth - 1e-9)


def _job(work: tuple[Cell, int, int]) -> tuple[dict[str, float], Ends]:
    return simulate(*work)


def table(cells: list[Cell], draws: int, seed: int, processes: int) -> Iterator[tuple[Cell, dict[str, float], Ends]]:
    """What `simulate` finds of every cell, in order."""
    with Pool(processes) as pool:
        for cell, found in zip(cells, pool.imap(_job, [(c, draws, seed) for c in cells], chunksize=1), strict=True):
            yield cell, *found


def main() -> None:
    """Print one line for each cell, and what the worst one is."""
    given = _options()
    cells = [Cell(label, n) for label in given.truth for n in given.questions]
    cells += [
        Cell(label, 150, group, rho) for label in given.truth for group, rho in ((1, 0.6), (5, 0.6), (2, 0.2), (2, 0.9))
    ]
    print(f"{'truth':<32}{'n':>5}{'group':>6}{'rho':>5}" + "".join(f"{name:>10}" for name in OUTCOMES) + "   covered")
    found = []
    for cell, shares, ends in table(cells, given.draws, given.seed, given.processes):
        found.append((cell, shares, ends))
        line = f"{cell.truth:<32}{cell.n:>5}{cell.group:>6}{cell.correlation:>5}"
        covered = (f"{_covered(e):.1%}" if (e := _total([ends], k))[0] else "-" for k in ("means", "differences"))
        print(line + "".join(f"{shares[name]:>10.1%}" for name in OUTCOMES) + "   " + "  ".join(covered), flush=True)
    wrong = [shares["inferior"] + shares["complex"] for _, shares, _ in found]
    print(f"\n{len(cells)} cells of {given.draws} data sets")
    print(f"wrong: {np.mean(wrong):.2%} on average, {max(wrong):.1%} at worst")
    worst = sorted(zip(wrong, cells, strict=True), key=lambda pair: -pair[0])[: given.again]
    for cell, shares, _ in table([c for _, c in worst], 10 * given.draws, given.seed + 1, given.processes):
        share = shares["inferior"] + shares["complex"]
        print(f"  drawn again, {10 * given.draws} data sets: {cell.truth}, n={cell.n}, groups of {cell.group}, "
              f"rho {cell.correlation}: {share:.2%}", flush=True)  # fmt: skip
    for n in given.questions:
        open_ = [s["open"] for c, s, _ in found if c.n == n and c.group == 2 and c.correlation == 0.6]
        print(f"{n:>5} questions: decided {1 - np.mean(open_):.0%}")
    for kind in KINDS:
        total = n, above, below = _total([ends for _, _, ends in found], kind)
        by_cell = [_covered(e) for _, _, ends in found if (e := ends[kind])[0]]
        if by_cell:
            print(f"{kind}: {_covered(total):.1%} of n={n} intervals cover, {above / n:.1%} lie above the truth and "
                  f"{below / n:.1%} below; {min(by_cell):.1%} to {max(by_cell):.1%} by cell")  # fmt: skip


def _total(ends: list[Ends], kind: str) -> tuple[int, int, int]:
    counts = np.sum([e[kind] for e in ends], axis=0)
    return int(counts[0]), int(counts[1]), int(counts[2])


def _covered(counts: tuple[int, int, int]) -> float:
    return 1 - (counts[1] + counts[2]) / counts[0]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=int, nargs="+", default=[30, 60, 150, 300, 1000])
    parser.add_argument("--truth", nargs="+", choices=list(TRUTHS), default=list(TRUTHS))
    parser.add_argument("--again", type=int, default=3, help="how many of the worst cells are drawn again")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
