"""Does the retention battery move together with public benchmarks when a model is damaged?

    python -m benchmarks.retention --general FOLDER --blimp ZIP [--model M] [--items N]

FOLDER holds arc_easy.jsonl and piqa.jsonl (query, choices, gold), ZIP the BLiMP archive (arXiv:1912.00582). The model
is damaged by Gaussian noise on every matrix of its layers, in shares of the matrix's own standard deviation.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.battery import Battery, find_battery, read_battery
from eval.config import DEFAULT_MODEL
from eval.errors import UserError

if TYPE_CHECKING:
    from eval.model import Base

NOISE = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6)
PARTS = ("choice", "pairs", "arc_easy", "piqa", "blimp")
COMPARED = (("choice", "arc_easy"), ("choice", "piqa"), ("pairs", "blimp"))


def main() -> None:
    """Print one line for each damaged model, then the correlations over them."""
    options = _options()
    try:
        parts = read_parts(options.general, options.blimp, options.items)
    except UserError as error:
        sys.exit(str(error))
    from eval.model import load_base

    base = load_base(options.model)
    weights = {n: w.detach().clone() for n, w in base.causal.named_parameters() if w.dim() == 2 and ".layers." in n}
    print(f"items: {', '.join(f'{n} {len(b.choice) + len(b.pairs)}' for n, b in parts.items())}")
    print("noise  " + "  ".join(f"{n:>8}" for n in PARTS), flush=True)
    table = []
    for noise in NOISE:
        add_noise(base, weights, noise)
        table.append([accuracy(base, parts[n]) for n in PARTS])
        print(f"{noise:5.2f}  " + "  ".join(f"{a:8.3f}" for a in table[-1]), flush=True)
    columns = dict(zip(PARTS, np.array(table).T, strict=True))
    for ours, theirs in COMPARED:
        print(f"correlation of {ours} with {theirs}: {np.corrcoef(columns[ours], columns[theirs])[0, 1]:.3f}")


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


def accuracy(base: Base, battery: Battery) -> float:
    """The share of right items."""
    from eval.retention import score_battery

    values = [row["value"] for row in score_battery(base, None, battery, None)]
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
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--items", type=int, default=150, help="of each public set")
    return parser.parse_args()


if __name__ == "__main__":
    main()
