"""How far two sets of verdicts agree, and how far a judge agrees with itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.records import PASS

Array = NDArray[np.float64]

RESAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa of a scorer's verdicts with a person's, and what it rests on."""

    n: int
    agreement: float | None
    """Share of equal verdicts."""
    kappa: float | None
    low: float | None
    high: float | None
    reason: str = ""
    """Why there is no kappa."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How far repeats of the same judgement differ."""

    items: int
    """How many items were judged more than once."""
    deviation: float | None
    """Standard deviation within an item, pooled."""
    agreement: float | None
    """Share of pairs of repeats that give the same verdict."""


def kappa(table: Array) -> float | None:
    """Cohen's kappa of a 2x2 table of counts or weights: (observed - chance) / (1 - chance) agreement.

    None where both sides say one and the same thing throughout: chance alone would then agree. Cohen (1960).
    """
    return _none(float(_kappas(np.asarray(table, dtype=np.float64)[None])[0]))


def agree(
    first: Sequence[bool], second: Sequence[bool], groups: Sequence[str], weights: Sequence[float], *, seed: int
) -> Agreement:
    """Weighted agreement of paired verdicts, kappa with a 95 % percentile interval from resampled groups.

    Weights undo a sample that took some kinds of items more often than others. Resamples without a kappa are left out.
    """
    if not first:
        return Agreement(0, None, None, None, None, "no item has both a mark and a score")
    index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    tables = np.zeros((int(index.max()) + 1, 2, 2))
    np.add.at(tables, (index, np.asarray(first, int), np.asarray(second, int)), np.asarray(weights, float))
    whole = tables.sum(axis=0)
    same = float(np.trace(whole) / whole.sum())
    found = kappa(whole)
    if found is None:
        return Agreement(len(first), same, None, None, None, "all marks and all scores say the same")
    picks = np.random.default_rng(seed).integers(0, len(tables), size=(RESAMPLES, len(tables)))
    counts = np.stack([np.bincount(row, minlength=len(tables)) for row in picks])
    drawn = _kappas(np.einsum("rg,gij->rij", counts, tables))
    low, high = np.quantile(drawn[~np.isnan(drawn)], [0.025, 0.975])
    return Agreement(len(first), same, found, min(float(low), found), max(float(high), found))


def noise(repeats: Sequence[Sequence[float]]) -> Noise:
    """The judge's noise from the values that each item got; items with fewer than two say nothing."""
    several = [np.asarray(r, dtype=np.float64) for r in repeats if len(r) > 1]
    if not several:
        return Noise(0, None, None)
    squares = sum(float(((r - r.mean()) ** 2).sum()) for r in several)
    freedom = sum(len(r) - 1 for r in several)
    same = pairs = 0
    for r in several:
        passed = int((r >= PASS).sum())
        failed = len(r) - passed
        same += passed * (passed - 1) // 2 + failed * (failed - 1) // 2
        pairs += len(r) * (len(r) - 1) // 2
    return Noise(len(several), float(np.sqrt(squares / freedom)), same / pairs)


def _kappas(tables: Array) -> Array:
    """Kappa of each 2x2 table, NaN where it is not defined; shape (tables, 2, 2) -> (tables,)."""
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / total
    chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / total**2
    defined = 1 - chance > 1e-12
    return np.where(defined, (observed - chance) / np.where(defined, 1 - chance, 1.0), np.nan)


def _none(value: float) -> float | None:
    return None if np.isnan(value) else value
