"""How often the verdict errs on data sets of another kind than those of `worlds.py`, with which it shares nothing.

    python -m benchmarks.outside [--draws 200] [--seed 0] [--again 6] [--again-draws 4000] [--kept FILE]

Scores come from item response theory (questions differ in difficulty and in how sharply they tell modes apart), from
nested modes (a better one is right wherever a worse one is), opposed ones (one is right where another is not), kinds of
questions that each mode knows or does not, a normal copula with documents of very unequal size, and Beta-distributed
grades. Knowledge and style of a question share their difficulty. Truths lie where an error is at stake: ties, lifts of
twice the margin, targets exactly reached and just missed. What counts as wrong is said in `benchmarks/verdicts.py`.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from eval.config import DatasetConfig, DecisionRule
from eval.pipeline.run_config import RunConfig
from eval.verdict.evidence import AXES, assemble
from eval.verdict.measure import measure_all
from eval.verdict.rule import apply_rule
from eval.verdict.score_table import ScoreTable

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
COST = {"base": 0, "fewshot": 0, "rag": 1, "rag-fewshot": 1, "ft": 2, "hybrid": 3}
TARGETS, MARGIN, BATCH = (0.80, 0.95), 0.05, 25
CONFIG = RunConfig(dataset_path="", dataset=DatasetConfig.model_validate({"name": "outside", "instruction": "none"}))


def _all(knowledge: float, style: float, **others: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return dict.fromkeys(COST, (knowledge, style)) | others


TRUTHS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "tie above a poor base": _all(0.55, 0.75, base=(0.15, 0.3)),
    "tie near both targets": _all(0.74, 0.90, base=(0.4, 0.6)),
    "tie of four above two prompts": _all(0.6, 0.7, base=(0.2, 0.3), fewshot=(0.35, 0.5)),
    "tie, four modes": dict.fromkeys(("fewshot", "rag", "ft", "hybrid"), (0.5, 0.6)) | {"base": (0.1, 0.2)},
    "tie, style reached": _all(0.5, 0.97, base=(0.2, 0.97)),
    "hybrid alone lifts twice the margin": _all(0.55, 0.97, hybrid=(0.65, 0.97)),
    "rag and hybrid lift style twice the margin": _all(0.85, 0.80, rag=(0.85, 0.90), hybrid=(0.85, 0.90)),
    "tuning lifts and loses the margin": _all(0.6, 0.9, ft=(0.7, 0.85), hybrid=(0.7, 0.85)),
    "prompt exactly at target": _all(0.93, 0.99, base=(0.4, 0.6), fewshot=(0.80, 0.95)),
    "retrieval exactly at target": _all(0.93, 0.99, base=(0.4, 0.6), fewshot=(0.5, 0.7), rag=(0.8, 0.95)),
    "retrieval just below, twice the margin": _all(0.5, 0.9, rag=(0.78, 0.94), ft=(0.55, 0.96), hybrid=(0.88, 0.97)),
    "half the margin each": {"base": (0.5, 0.8), "rag": (0.525, 0.825), "ft": (0.525, 0.825), "hybrid": (0.55, 0.85)},
}


@dataclass(frozen=True)
class Cell:
    """A truth, how scores come about, and the questions."""

    truth: str
    maker: str
    n: int
    groups: str


def group_codes(n: int, groups: str) -> Codes:
    """The document of each question: each its own, five to a document, or from 1 to 25."""
    if groups == "single":
        return np.arange(n)
    if groups == "five":
        return np.arange(n) // 5
    sizes = np.minimum(25, 1 + np.random.default_rng(n).geometric(0.25, n))
    return np.repeat(np.arange(n), sizes)[:n]


def _difficulty(codes: Codes, draw: np.random.Generator) -> Array:
    """A standard normal difficulty of each question, of which a document's questions share 0.3."""
    return np.sqrt(0.3) * draw.standard_normal(codes.max() + 1)[codes] + np.sqrt(0.7) * draw.standard_normal(len(codes))


@cache
def _ability(share: float) -> float:
    """The ability that answers so many of questions of difficulty N(0, 1.5^2) and sharpness exp(N(0, 0.4^2))."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    weights = weights / weights.sum()
    low, high = -15.0, 15.0
    for _ in range(50):
        middle = (low + high) / 2
        right = special.expit(np.exp(0.4 * nodes[:, None]) * (middle - 1.5 * nodes[None, :]))
        low, high = (middle, high) if weights @ right @ weights < share else (low, middle)
    return (low + high) / 2


def irt(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """A two-parameter logistic model, with luck of each answer's own."""
    sharp = np.exp(0.4 * draw.standard_normal(len(hard)))
    ability = np.array([_ability(float(s)) for s in shares])
    chance = special.expit(sharp[:, None] * (ability - 1.5 * hard[:, None]))
    return (draw.random(chance.shape) < chance) * 1.0


def nested(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """Wherever a mode is right, each better one is."""
    return (special.ndtr(hard)[:, None] < shares) * 1.0


def opposed(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """Every second mode is right on the questions that the others find hardest."""
    level = special.ndtr(hard)
    return np.stack([(level if k % 2 == 0 else 1 - level) < s for k, s in enumerate(shares)], axis=1) * 1.0


def kinds(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """Ten kinds of questions; a mode answers a random kind surely, or by chance so that its share comes out."""
    kind = draw.integers(0, 10, len(hard))
    knows = np.stack([draw.permutation(10) for _ in shares], axis=1)[kind]  # each kind's rank in each mode
    return (draw.random((len(hard), len(shares))) < np.clip(10 * shares - knows, 0, 1)) * 1.0


def copula(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """Half of a mode's luck is the question's."""
    luck = np.sqrt(0.5) * hard[:, None] + np.sqrt(0.5) * draw.standard_normal((len(hard), len(shares)))
    return (special.ndtr(luck) < shares) * 1.0


def grades(shares: Array, hard: Array, codes: Codes, draw: np.random.Generator) -> Array:
    """Beta-distributed grades, by a level that is half the question's."""
    luck = np.sqrt(0.5) * hard[:, None] + np.sqrt(0.5) * draw.standard_normal((len(hard), len(shares)))
    return np.asarray(special.betaincinv(2 * shares, 2 * (1 - shares), 1 - special.ndtr(luck)))


MAKERS: Mapping[str, Callable[[Array, Array, Codes, np.random.Generator], Array]] = {
    "irt": irt, "nested": nested, "opposed": opposed, "kinds": kinds, "copula": copula, "grades": grades,
}  # fmt: skip
SHAPES = ((120, "single"), (300, "five"), (500, "mixed"))
CELLS = [Cell(t, m, n, g) for t in TRUTHS for m in MAKERS for n, g in SHAPES]


def is_wrong(truth: Mapping[str, tuple[float, float]], mode: str) -> bool:
    """Whether another is materially better, or a cheaper one as good or good enough."""
    own = truth[mode]
    for other, means in truth.items():
        if COST[other] == COST[mode]:
            continue
        for axis in (0, 1):
            lift, loss = means[axis] - own[axis], own[1 - axis] - means[1 - axis]
            if own[axis] < TARGETS[axis] and lift > 2 * MARGIN - 1e-9 and loss < MARGIN + 1e-9:
                return True
        if COST[other] < COST[mode] and all(means[a] > min(TARGETS[a], own[a]) - 1e-9 for a in (0, 1)):
            return True
    return False


def simulate(cell: Cell, draws: int, seed: int) -> tuple[int, int]:
    """How many verdicts are wrong, and how many open."""
    truth, draw = TRUTHS[cell.truth], np.random.default_rng([seed, zlib.crc32(repr(cell).encode())])
    modes, codes = [m for m in COST if m in truth], group_codes(cell.n, cell.groups)
    names, deviation = [f"d{c}" for c in codes], DecisionRule().seed_deviation
    shares = [np.array([truth[m][k] for m in modes]) for k in range(2)]
    wrong = unsettled = 0
    for start in range(0, draws, BATCH):
        tables: list[list[ScoreTable]] = [[], []]
        for _ in range(min(BATCH, draws - start)):
            common = _difficulty(codes, draw)
            for k, axis in enumerate(AXES):
                hard = np.sqrt(0.5) * common + np.sqrt(0.5) * _difficulty(codes, draw)
                values = MAKERS[cell.maker](shares[k], hard, codes, draw)
                tables[k].append(ScoreTable(axis, "m", modes, names, values, values[None]))
        for pair in zip(*(measure_all(t, axes=2, deviation=deviation) for t in tables), strict=True):
            ruling = apply_rule(assemble(pair, CONFIG, present=modes, tests=False), MARGIN)
            mode = ruling.prompt or ruling.mode
            unsettled += mode is None
            wrong += mode is not None and is_wrong(truth, mode)
    return wrong, unsettled


def _known(cell: Cell, draws: int, seed: int, kept: Path | None) -> tuple[int, int]:
    key = json.dumps([repr(cell), draws, seed])
    lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else []
    found = {k: v for line in lines for k, v in json.loads(line).items()}.get(key)
    if found is None:
        found = simulate(cell, draws, seed)
        if kept:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps({key: found}) + "\n")
    return found[0], found[1]


def main() -> None:
    """Print one line for each cell, and the worst drawn again, with the exact 95 % interval of their share."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", type=int, default=6)
    parser.add_argument("--again-draws", type=int, default=4000)
    parser.add_argument("--kept", type=Path, help="a file that keeps what is drawn, to go on from where a run ended")
    given = parser.parse_args()
    found = []
    for cell in CELLS:
        wrong, unsettled = _known(cell, given.draws, given.seed, given.kept)
        found.append((wrong, cell))
        print(f"{cell}: {wrong / given.draws:.1%} wrong, {unsettled / given.draws:.1%} open", flush=True)
    print(f"{len(found)} cells, {sum(w for w, _ in found) / len(found) / given.draws:.2%} wrong on average")
    for _, cell in sorted(found, key=lambda pair: -pair[0])[: given.again]:
        wrong, unsettled = _known(cell, given.again_draws, given.seed + 1, given.kept)
        ends = stats.binomtest(wrong, given.again_draws).proportion_ci(0.95)
        print(f"  drawn again, {given.again_draws}: {wrong / given.again_draws:.2%} wrong ({ends.low:.1%} to "
              f"{ends.high:.1%}), {unsettled / given.again_draws:.1%} open, {cell}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
