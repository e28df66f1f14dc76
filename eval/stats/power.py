"""What a number of questions can show: the smallest detectable paired difference, and how many questions one needs.

Two modes answer the same questions, each rightly or wrongly. The paired difference of two proportions is tested by its
discordant pairs (McNemar); with discordance psi (the share of questions on which the two differ) and difference d,

    n = (z[1 - alpha/2] * sqrt(psi) + z[power] * sqrt(psi - d^2))^2 / d^2

(Connor, Sample size for testing differences in proportions for the paired-sample design, Biometrics 43, 1987). Psi is
at least d. Pure functions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from statistics import NormalDist

DISCORDANCE = 0.25
"""Assumed where nothing has been measured yet: two modes differ on every fourth question."""
POWER, ALPHA = 0.80, 0.05
_STEPS = 60


def questions_needed(
    difference: float, *, discordance: float = DISCORDANCE, power: float = POWER, alpha: float = ALPHA
) -> int:
    """How many independent questions show a difference in (0, 1] with this power at this two-sided level."""
    return math.ceil(round(_needed(difference, discordance, power, alpha), 9))


def detectable_difference(
    questions: float, *, discordance: float = DISCORDANCE, power: float = POWER, alpha: float = ALPHA
) -> float | None:
    """The smallest difference that so many independent questions show; None when they show not even a difference of 1.

    The inverse of `questions_needed`, by bisection: fewer questions are needed the larger the difference is.
    """
    if questions < _needed(1.0, discordance, power, alpha):
        return None
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle > 0 and _needed(middle, discordance, power, alpha) <= questions:
            high = middle
        else:
            low = middle
    return high


def effective_size(groups: Iterable[str]) -> float:
    """How many equally large groups weigh as much as these: (sum m)^2 / sum m^2 (Kish, Survey Sampling, 1965).

    `groups` names the group of every question; 0 for no questions. A group counts as one observation of its size.
    """
    sizes = Counter(groups).values()
    return sum(sizes) ** 2 / sum(m * m for m in sizes) if sizes else 0.0


def wilson(right: float, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """The score interval of a proportion of `right` in n > 0 independent questions (Wilson, 1927)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = right / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def _needed(difference: float, discordance: float, power: float, alpha: float) -> float:
    if not 0 < difference <= 1:
        raise ValueError(f"a difference lies in (0, 1], found {difference}")
    psi = max(discordance, difference)
    normal = NormalDist()
    spread = normal.inv_cdf(1 - alpha / 2) * math.sqrt(psi)
    spread += normal.inv_cdf(power) * math.sqrt(max(psi - difference**2, 0.0))
    return (spread / difference) ** 2
