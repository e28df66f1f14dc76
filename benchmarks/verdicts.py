"""How often the verdict is sound, open or wrong, on data sets that are drawn from known truths.

    python -m benchmarks.verdicts [--draws 200] [--seed 0] [--family NAME ...] [--again 3] [--again-draws 4000]
                                  [--kept FILE]

A verdict is wrong when, by the true means, another candidate lifts an axis that is truly below its target by twice
the margin or more without losing more than the margin on the other axis (materially inferior), or when a cheaper
strategy is on every axis either truly at target or truly not below (needlessly complex). That nothing is good enough
counts as the verdict for the prompt. Cells come in families: `benchmarks/families.py` has them,
`benchmarks/worlds.py` draws them.

The worst of many cells is partly bad luck, so the worst of each family are drawn again, with other draws: that is how
often they are wrong, with the exact 95 % interval of that share (Clopper and Pearson, 1934). What is drawn is kept
in a file under what it depends on, so a run that was ended goes on where it stood.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.families import FAMILIES
from benchmarks.worlds import Cell, draw_tables, is_wrong, part_of
from eval.config import DatasetConfig, DecisionRule
from eval.pipeline.run_config import RunConfig
from eval.stats.looks import ERROR, error_at
from eval.verdict.evidence import assemble, with_bounds
from eval.verdict.measure import Measured, measure_all
from eval.verdict.metric_bias import bias_shifts
from eval.verdict.rule import apply_rule
from eval.verdict.score_table import ScoreTable

TARGETS = (0.80, 0.95)
OUTCOMES = ("sound", "open", "inferior", "complex")
DEVIATION = DecisionRule().seed_deviation
BATCH = 50
"""Data sets that are measured in one go."""


def simulate(cell: Cell, draws: int, seed: int) -> dict[str, float]:
    """Shares of verdicts that were decided and not wrong, open, inferior and complex."""
    draw = np.random.default_rng([seed, zlib.crc32(repr(cell).encode())])
    found: Counter[str] = Counter()
    for start in range(0, draws, BATCH):
        found.update(outcomes(cell, [draw_tables(cell, draw) for _ in range(min(BATCH, draws - start))]))
    return {name: found[name] / draws for name in OUTCOMES}


def outcomes(cell: Cell, worlds: Sequence[list[ScoreTable]], deviation: float = DEVIATION) -> list[str]:
    """What the verdict of each data set is by the truth; with several looks, the first verdict that is given."""
    config = config_of(cell)
    left, ended = list(range(len(worlds))), ["open"] * len(worlds)
    for look, n in enumerate(cell.looks or (cell.n,), 1):
        parts = [[part_of(t, n) if cell.looks else t for t in worlds[i]] for i in left]
        error = error_at(look, len(cell.looks), cell.spending) if cell.spending else ERROR
        for i, measured in zip(left, _measured(parts, error, deviation), strict=True):
            evidence = assemble(measured, config, present=set(cell.means), tests=False)
            if cell.lengths and not cell.marks:
                lengths = {m: 20.0 if m in dict(cell.bias) else 200.0 for m in cell.means}
                evidence = replace(evidence, bias_shifts=bias_shifts(lengths, "match"))
            ruling = apply_rule(evidence, cell.margin)
            if cell.lost and ruling.mode is not None:
                ruling = apply_rule(with_bounds(evidence, config), cell.margin)
            mode = ruling.prompt or ruling.mode
            if mode is not None:
                ended[i] = is_wrong(cell.means, mode, TARGETS, cell.margin) or "sound"
        left = [i for i in left if ended[i] == "open"]
    return ended


def _measured(
    worlds: Sequence[list[ScoreTable]], error: float, deviation: float = DEVIATION
) -> Iterator[list[Measured]]:
    """Each data set's axes in numbers; all of a cell have the same groups."""
    if worlds:
        axes = [
            measure_all(axis, axes=len(worlds[0]), deviation=deviation, error=error)
            for axis in zip(*worlds, strict=True)
        ]
        yield from (list(pair) for pair in zip(*axes, strict=True))


def config_of(cell: Cell) -> RunConfig:
    """The configuration of a data set that is drawn from a cell."""
    given = {"name": "simulated", "instruction": "none", "decision": {"margin": cell.margin}}
    return RunConfig(dataset_path="", seed=0, dataset=DatasetConfig.model_validate(given))


def wrong(shares: dict[str, float]) -> float:
    """The share of wrong verdicts."""
    return shares["inferior"] + shares["complex"]


def _job(work: tuple[Cell, int, int]) -> dict[str, float]:
    return simulate(*work)


def interval(wrongs: float, draws: int) -> tuple[float, float]:
    """The exact 95 % interval of a share of so many draws."""
    k = round(wrongs * draws)
    found = stats.binomtest(k, draws).proportion_ci(0.95)
    return float(found.low), float(found.high)


def source() -> int:
    """What tells this rule, its intervals and these worlds from others."""
    root = Path(__file__).resolve().parents[1]
    files = [*root.glob("eval/verdict/*.py"), *root.glob("eval/stats/*.py"), *root.glob("benchmarks/worlds.py")]
    found = 0
    for file in sorted(files):
        found = zlib.crc32(file.read_bytes(), found)
    return found


def table(
    cells: Sequence[Cell], draws: int, seed: int, processes: int, kept: Path | None = None
) -> Iterator[tuple[Cell, dict[str, float]]]:
    """What `simulate` finds of every cell, in order; taken from the file `kept` where that has it, else added there."""
    of = source()
    keys = [json.dumps([repr(c), draws, seed, of]) for c in cells]
    lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else []
    known = {key: shares for line in lines for key, shares in json.loads(line).items()}
    work = [(c, draws, seed) for c, key in zip(cells, keys, strict=True) if key not in known]
    with Pool(processes) if processes > 1 and work else nullcontext() as pool:
        fresh = iter(pool.imap(_job, work, chunksize=1) if pool else map(_job, work))
        for cell, key in zip(cells, keys, strict=True):
            shares = known.get(key) or next(fresh)
            if kept and key not in known:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({key: shares}) + "\n")
            yield cell, shares


def main() -> None:
    """Print one line for each cell, and by family its worst cells, drawn again."""
    given = _options()
    how = (given.processes, given.kept)
    for name in given.family:
        print(f"== {name}\n" + f"{'':<90}" + "".join(f"{o:>10}" for o in OUTCOMES))
        found = []
        for cell, shares in table(FAMILIES[name], given.draws, given.seed, *how):
            found.append((wrong(shares), cell))
            print(f"{describe(cell):<90}" + "".join(f"{shares[o]:>10.1%}" for o in OUTCOMES), flush=True)
        worst = [cell for _, cell in sorted(found, key=lambda pair: -pair[0])[: given.again]]
        print(f"{len(found)} cells of {given.draws}: wrong {np.mean([w for w, _ in found]):.2%} on average, "
              f"{max(w for w, _ in found):.1%} at worst")  # fmt: skip
        for cell, shares in table(worst, given.again_draws, given.seed + 1, *how):
            low, high = interval(wrong(shares), given.again_draws)
            print(f"  drawn again, {given.again_draws}: {wrong(shares):.2%} wrong ({low:.1%} to {high:.1%}), "
                  f"{shares['open']:.1%} open, {describe(cell)}", flush=True)  # fmt: skip


def describe(cell: Cell) -> str:
    """A cell in one line: the truth, n, and what is not as usual."""
    usual = Cell(cell.truth, cell.n)
    odd = [
        f"{name} {getattr(cell, name)}"
        for name in cell.__dataclass_fields__
        if name not in ("truth", "n", "family") and getattr(cell, name) != getattr(usual, name)
    ]
    return ", ".join([cell.truth, f"n={cell.n}", *odd])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--again", type=int, default=3, help="how many of a family's worst cells are drawn again")
    parser.add_argument("--again-draws", type=int, default=4000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kept", type=Path, help="a file that keeps what is drawn, to go on from where a run ended")
    return parser.parse_args()


if __name__ == "__main__":
    main()
