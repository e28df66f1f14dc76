"""Learning rates that a sweep found, as the next run of the same data reads them. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.files import read_json

SWEEP = "sweep.json"
"""{adapter: {of, learning_rate, trials}}; `of` is the recipe of all else that the adapter depends on."""


def read_sweep(run: Path) -> dict[str, Any]:
    """What sweeps have found in a run folder; empty where there was none."""
    file = run / SWEEP
    return dict(read_json(file)) if file.is_file() else {}


def read_rates(run: Path, key: Callable[[str], str]) -> dict[str, float]:
    """adapter -> rate, of the sweeps that still hold: whose `of` is `key(adapter)`."""
    return {name: float(s["learning_rate"]) for name, s in read_sweep(run).items() if s["of"] == key(name)}
