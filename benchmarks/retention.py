"""Does the retention battery move together with public benchmarks when a model is damaged or tuned?

    python -m benchmarks.retention --general FOLDER --blimp ZIP [--adapter FOLDER]... [--model M] [--items N]

FOLDER holds arc_easy.jsonl and piqa.jsonl (query, choices, gold), ZIP the BLiMP archive (arXiv:1912.00582). The model
is damaged by Gaussian noise on every matrix of its layers, in shares of the matrix's own standard deviation, and tuned
by each adapter, at its own strength and at multiples of it, as if it had been trained for longer in the same direction.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eval.config import DEFAULT_MODEL
from eval.errors import UserError
from eval.retention.benchmark import Battery, find_battery, read_battery

if TYPE_CHECKING:
    from eval.model.base import Base

NOISE = (0.0, 0.1, 0.2, 0.3)
STRENGTHS = (1.0, 3.0)
PARTS = ("choice", "pairs", "arc_easy", "piqa", "blimp")
COMPARED = (("choice", "arc_easy"), ("choice", "piqa"), ("pairs", "blimp"), ("battery", "public"))


def main() -> None:
    """Print one line for each state of the model, then the correlations over them."""
    options = _options()
    try:
        parts = read_parts(options.general, options.blimp, options.items)
    except UserError as error:
        sys.exit(str(error))
    from eval.model.loading import load_base

    base = load_base(options.model)
    print(f"items: {', '.join(f'{n} {len(b.choice) + len(b.pairs)}' for n, b in parts.items())}")
    print(f"{'state':<34}" + "".join(f"{n:>10}" for n in PARTS) + "   seconds, battery and public", flush=True)
    table = []
    for name, adapter in states(base, options.adapter):
        row, seconds = [], []
        for part in PARTS:
            start = time.perf_counter()
            row.append(accuracy(base, adapter, parts[part]))
            seconds.append(time.perf_counter() - start)
        table.append(row)
        figures = "".join(f"{a:>10.3f}" for a in row)
        print(f"{name:<34}{figures}   {sum(seconds[:2]):.0f} {sum(seconds[2:]):.0f}", flush=True)
    columns = dict(zip(PARTS, np.array(table).T, strict=True))
    ours = [len(parts[n].choice) + len(parts[n].pairs) for n in PARTS[:2]]
    columns["battery"] = np.average([columns[n] for n in PARTS[:2]], axis=0, weights=ours)
    columns["public"] = np.mean([columns[n] for n in PARTS[2:]], axis=0)
    for ours_, theirs in COMPARED:
        print(f"{ours_} with {theirs}: {correlation(columns[ours_], columns[theirs])}")


def states(base: Base, adapters: Sequence[Path]) -> Iterator[tuple[str, str | None]]:
    """Bring the base into one state after the other: (what it is, the adapter that is to be switched on)."""
    from peft.tuners.lora import LoraLayer

    weights = {n: w.detach().clone() for n, w in base.causal.named_parameters() if w.dim() == 2 and ".layers." in n}
    for noise in NOISE:
        add_noise(base, weights, noise)
        yield f"noise {noise:.1f}", None
    add_noise(base, weights, 0.0)
    for folder in adapters:
        base.load_adapter("tuned", folder)
        for strength in STRENGTHS:
            for module in base.causal.modules():
                if isinstance(module, LoraLayer):
                    module.set_scale("tuned", strength)
            yield f"{folder.name} x{strength:g}", "tuned"


def correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> str:
    """Pearson's r with Fisher's 95 % interval, and Spearman's, which asks for order alone."""
    from scipy import stats

    r, n = stats.pearsonr(first, second), len(first)
    low, high = r.confidence_interval(0.95)
    return f"r = {r.statistic:.2f} [{low:.2f}, {high:.2f}], rank {stats.spearmanr(first, second).statistic:.2f}, n={n}"


def read_parts(general: Path, blimp: Path, items: int) -> dict[str, Battery]:
    """Our battery's primary halves whole, and `items` rows of each public set drawn by a fixed seed."""
    for path in (general / "arc_easy.jsonl", general / "piqa.jsonl", blimp):
        if not path.is_file():
            raise UserError(f"{path}: no such file; see the first lines of benchmarks/retention.py")
    own = read_battery(find_battery(None, Path()))
    with zipfile.ZipFile(blimp) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".jsonl") and "__MACOSX" not in n)
        each = -(-items // len(names))
        lines = [x for n in names for x in random.Random(n).sample(archive.read(n).decode("utf-8").splitlines(), each)]
    found = [json.loads(line) for line in lines]
    pairs = tuple({"good": p["sentence_good"], "bad": p["sentence_bad"], "family": p["UID"]} for p in found)
    return {
        "choice": _battery(own.choice, ()),
        "pairs": _battery((), own.pairs),
        "arc_easy": _battery(_questions(general / "arc_easy.jsonl", items), ()),
        "piqa": _battery(_questions(general / "piqa.jsonl", items), ()),
        "blimp": _battery((), pairs),
    }


def add_noise(base: Base, weights: dict[str, Any], noise: float) -> None:
    """Set the matrices to their original values plus `noise` standard deviations; the same noise for every level."""
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, original in weights.items():
            parameter = base.causal.get_parameter(name)
            scale = noise * original.float().std()
            parameter.copy_((original.float() + scale * torch.randn(original.shape)).to(original.dtype))


def accuracy(base: Base, adapter: str | None, battery: Battery) -> float:
    """The share of right items."""
    from eval.retention.forgetting import score_battery
    from eval.retention.weights import LoadedWeights

    values = [row["value"] for row in score_battery(LoadedWeights(base, adapter), battery, None)]
    return float(sum(values) / len(values))


def _battery(choice: tuple[dict[str, Any], ...], pairs: tuple[dict[str, Any], ...]) -> Battery:
    return Battery(choice, pairs, (), (), "")


def _questions(file: Path, items: int) -> tuple[dict[str, Any], ...]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    chosen = random.Random(file.name).sample(rows, min(items, len(rows)))
    return tuple(
        {"question": r["query"].strip().removeprefix("Question: "), "options": r["choices"], "gold": r["gold"]}
        for r in chosen
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--general", type=Path, required=True)
    parser.add_argument("--blimp", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, action="append", default=[], help="a PEFT folder of that model")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--items", type=int, default=150, help="of each public set")
    return parser.parse_args()


if __name__ == "__main__":
    main()
