"""The score interval of a paired difference of two shares, which its discordant pairs carry. Pure functions."""

from __future__ import annotations

import numpy as np

from eval.stats.clusters import Array, normal_quantile

STEPS = 36
"""Bisections of an interval of length 2 at most: to 3e-11, where four decimals are kept."""


def score_interval(up: Array, down: Array, n: Array, *, level: float = 0.95) -> tuple[Array, Array]:
    """The differences `up` - `down` that the score test does not reject, for many pairs of shares at once.

    `up` and `down` are the shares of the n questions that the second alone, and the first alone, has right; n > 0 need
    not be whole. Where the normal interval takes the variance from what was seen, which is nothing where few pairs
    differ, this one takes it from the likeliest shares under each difference (Tango, Equivalence test and confidence
    interval for the difference in proportions for the paired-sample design, Statistics in Medicine 17, 1998).
    """
    z, seen = normal_quantile(level), up - down

    inside, outside = np.stack([seen, seen]), np.stack([np.full_like(seen, -1.0), np.full_like(seen, 1.0)])
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        held = n * (seen - middle) ** 2 <= z * z * null_variance(up, down, middle)
        inside, outside = np.where(held, middle, inside), np.where(held, outside, middle)
    return inside[0], inside[1]


def null_variance(up: Array, down: Array, difference: Array) -> Array:
    """Of one question's difference, at the likeliest shares whose difference is `difference`; shapes that broadcast.

    With q the likeliest share of `down`, the larger root of 2q^2 - (up + down - (2 - up + down) d) q - down d (1 - d).
    """
    linear = up + down - (2 - up + down) * difference
    q = (linear + np.sqrt(np.maximum(linear**2 + 8 * down * difference * (1 - difference), 0.0))) / 4
    return np.maximum(2 * q + difference * (1 - difference), 0.0)
