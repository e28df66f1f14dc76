"""The level of a verdict that is asked for several times on data that grow: how each look spends the error.

With K looks after equally many further questions, the standardised statistics z_1 ... z_K under no difference have
correlations sqrt(i / j). The boundary c is where some |z_k| passes its limit in 5 % of cases: limits of c at every look
(Pocock, Group sequential methods, Biometrika 64, 1977), or of c sqrt(K / k) at the k-th (O'Brien and Fleming, A
multiple testing procedure for clinical trials, Biometrics 35, 1979). An interval of this level at every look holds for
all of them together at 95 % (a repeated confidence interval; Jennison and Turnbull, J. R. Stat. Soc. B 51, 1989).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import special

from eval.registry import Registry

ERROR = 0.05
_STEPS, _NODES, _HIGHEST = 30, 96, 6.0

Limits = Callable[[int, int], float]
"""(look, looks) -> how many times the boundary's constant the limit is."""
SPENDING: Registry[Limits] = Registry("way of spending the error")
SPENDING.add("pocock", lambda look, looks: 1.0)
SPENDING.add("obrien-fleming", lambda look, looks: math.sqrt(looks / look))


def error_at(look: int, looks: int, spending: str = "pocock") -> float:
    """What an interval may err at the `look`-th of `looks`, counted from 1: 0.05 of a single one."""
    if looks == 1:
        return ERROR
    limit = boundary(looks, spending) * SPENDING[spending](look, looks)
    return float(2 * special.ndtr(-limit))


@cache
def boundary(looks: int, spending: str) -> float:
    """The constant c of the boundary, by bisection."""
    low, high = 1.0, _HIGHEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        limits = [middle * SPENDING[spending](k, looks) for k in range(1, looks + 1)]
        low, high = (middle, high) if crossing(limits) > ERROR else (low, middle)
    return (low + high) / 2


def crossing(limits: list[float]) -> float:
    """The chance that some look's |z| passes its limit, of equally spaced looks without a difference.

    The sum s_k = z_k sqrt(k) is a random walk; what of its density has not crossed yet is carried from look to look on
    the nodes of Gauss and Legendre (Armitage, McPherson and Rowe, J. R. Stat. Soc. A 132, 1969).
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    inside, held = np.zeros(1), np.ones(1)
    for k, limit in enumerate(limits, 1):
        edge = min(limit, 2 * _HIGHEST) * math.sqrt(k)
        places = edge * nodes
        density = np.exp(-0.5 * (places[:, None] - inside[None, :]) ** 2) / math.sqrt(2 * math.pi)
        inside, held = places, (density @ held) * edge * weights
    return float(1 - held.sum())
