"""Families of cells: everything under which the verdict's error rate is to hold, and some under which it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchmarks.worlds import LIKE, TIES, TRUTHS, Cell
from eval.arms.modes import MODES

SUBSETS = (
    ("base", "rag"), ("base", "ft"), ("base", "rag", "ft"), ("fewshot", "rag-fewshot", "hybrid"),
    ("fewshot",), ("base", "fewshot"), ("rag", "ft"),
)  # fmt: skip
HARD = (*TIES, "lift at twice the margin", "one lift at twice the margin", "at the target", "just below the target")
"""Truths on which an error is at stake."""

ALL_MODES = tuple(m.name for m in MODES.values() if m.strategy)
"""Those that run on request among them."""

_ordinary = [Cell(t, n) for t in TRUTHS for n in (60, 150, 300, 1000)]
_drawn = [
    Cell(t, 400, g, rho, copula=copula)
    for t in TIES
    for g, rho, copula in ((1, 0.6, False), (5, 0.6, False), (2, 0.2, True), (2, 0.6, True), (2, 0.9, True))
]  # fmt: skip

FAMILIES: Mapping[str, list[Cell]] = {
    "ordinary": _ordinary + _drawn,
    "margins": [Cell(t, 400, margin=m, copula=True) for t in HARD for m in (0.02, 0.10)],
    "subsets": [Cell(t, 300, modes=s) for t in HARD for s in SUBSETS if set(s) <= set(TRUTHS[t])],
    "graded": [Cell(t, n, graded=True) for t in HARD for n in (150, 400)],
    "missing": [
        Cell(t, 300, lost=tuple((m, part) for m in modes))
        for t in HARD for modes in (("rag", "rag-fewshot", "hybrid"), ("ft",)) for part in (0.02, 0.2)
    ],
    "unequal groups": [Cell(t, 400, 4, shape=s) for t in HARD for s in ("giant", "uneven")],
    "mode by group": [
        Cell(t, 400, g, shape=s, interaction=0.5)
        for t in HARD for g, s in ((4, "equal"), (10, "equal"), (4, "giant"), (10, "uneven"))
    ],
    "one seed": [Cell(t, 400, seed_deviation=0.02) for t in HARD],
    "one seed that moves more than is assumed": [Cell(t, 400, seed_deviation=d) for t in HARD for d in (0.04, 0.06)],
    "three seeds": [Cell(t, 400, seed_deviation=d, seeds=3) for t in HARD for d in (0.02, 0.04, 0.06)],
    "looks": [
        Cell(t, looks[-1], looks=looks, spending=spending)
        for t in HARD for looks in ((150, 400), (100, 200, 300, 400, 500, 600))
        for spending in ("pocock", "obrien-fleming")
    ],
    "looks that were not planned": [
        Cell(t, looks[-1], looks=looks) for t in HARD for looks in ((150, 400), (100, 200, 300, 400, 500, 600))
    ],
    "modes on request": [
        Cell(t, n, modes=tuple(m for m in modes if m in TRUTHS[t] or LIKE.get(m) in TRUTHS[t]))
        for t in HARD for n in (150, 400)
        for modes in (ALL_MODES, ("base", "fewshot", "nearest", "rag", "rag-fewshot", "rag-nearest", "full"))
    ],
    "biased metric": [
        Cell(t, 400, bias=tuple((m, b) for m in arms if m in TRUTHS[t]), lengths=True)
        for t in HARD for arms in (("ft", "hybrid"), ("base", "fewshot")) for b in (0.004, -0.014)
    ],
    "lengths apart, no bias": [
        Cell(t, n, bias=tuple((m, 0.0) for m in arms if m in TRUTHS[t]), lengths=True)
        for t in HARD for arms in (("ft", "hybrid"), ("base", "fewshot")) for n in (150, 300)
    ],
    "metric more biased than is known": [
        Cell(t, 400, bias=tuple((m, b) for m in arms if m in TRUTHS[t]), lengths=True)
        for t in TIES for arms in (("ft", "hybrid"), ("base", "fewshot")) for b in (0.02, -0.02, -0.04)
    ],
}  # fmt: skip
FAMILIES = {name: [replace(c, family=name) for c in cells] for name, cells in FAMILIES.items()}
