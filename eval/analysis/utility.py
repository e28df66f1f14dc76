"""Which strategy loses least in money, and how likely each is the right one: beside the verdict, never in its place.

A question costs what a mode takes to answer it, its share of what building the mode costs (over a year at the given
volume), and the worth of a right answer where the reply is not right on every axis. What is not known of the shares is
drawn by the Bayesian bootstrap over groups (Rubin, Annals of Statistics 9, 1981), the same weights for all modes. No
model, no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.pipeline.run_config import RunConfig
from eval.records import Score
from eval.stats.clusters import Array, Codes, codes_of
from eval.stats.intervals import DIGITS
from eval.verdict.evidence import Evidence, gather
from eval.verdict.rule import ORDER, strategy
from eval.verdict.segments import right_on_all
from reports.wording.utility_sentences import utility_sentences

DRAWS, MONTHS = 2000, 12
"""Draws of the posterior, and months over which the costs of building are spread."""


def utility(scores: Sequence[Score], config: RunConfig, money: Mapping[str, Any]) -> dict[str, Any]:
    """What utility.json holds; `money` is what economics.json holds.

    `changes`: from which worth of a right answer on which mode loses least. `best`, at the worth in the price file, is
    None where none is given. `chances`: of each strategy, that it is the right one by the rule's own terms.
    """
    evidence = gather(scores, config)
    if not evidence.modes or not evidence.tables:
        return {"currency": "", "placeholders": True, "worth": None, "modes": {}, "best": None, "changes": [],
                "chances": {}, "words": []}  # fmt: skip
    prices = money["prices"]
    _, groups, right = right_on_all(evidence)
    shares = posterior(right, codes_of(groups), len(set(groups)), config.seed)
    cost = {m: _cost(money["arms"][m], prices) for m in evidence.modes if m in money["arms"]}
    priced = [m for m in evidence.modes if cost.get(m) is not None]
    means = dict(zip(evidence.modes, shares.mean(axis=0).tolist(), strict=True))
    lines = {m: (cost[m] or 0.0, 1 - means[m]) for m in priced}
    worth, changes = prices.get("right_answer_worth"), envelope(lines)
    best = min(priced, key=lambda m: lines[m][0] + (worth or 0.0) * lines[m][1]) if priced and worth else None
    return {
        "currency": prices["currency"],
        "placeholders": bool(money["placeholders"]),
        "worth": worth,
        "modes": {m: _figures(lines[m], shares[:, evidence.modes.index(m)], worth) for m in priced},
        "best": best,
        "changes": [{"from_worth": w, "mode": m, "strategy": strategy(m)} for w, m in changes],
        "chances": chances(evidence, config),
        "words": utility_sentences(changes, best, worth, prices["currency"], placeholders=bool(money["placeholders"])),
    }


def _cost(arm: Mapping[str, Any], prices: Mapping[str, Any]) -> float | None:
    """Of one question, in money; None where answering was not measured."""
    if arm["per_thousand"] is None:
        return None
    return float(arm["per_thousand"] / 1000 + arm["fixed"] / (MONTHS * prices["questions_per_month"]))


def _figures(line: tuple[float, float], shares: Array, worth: float | None) -> dict[str, float | None]:
    """What a question costs, how often it is right, and what it loses at the given worth, with 95 % of the draws."""
    cost, _ = line
    losses = None if worth is None else cost + worth * (1 - shares)
    return {
        "cost": cost, "right": round(float(shares.mean()), DIGITS),
        "loss": None if losses is None else float(losses.mean()),
        "low": None if losses is None else float(np.quantile(losses, 0.025)),
        "high": None if losses is None else float(np.quantile(losses, 0.975)),
    }  # fmt: skip


def posterior(values: Array, codes: Codes, count: int, seed: int) -> Array:
    """Draws of the columns' means, shape (draws, columns), by weights of `count` groups; NaN counts nowhere."""
    weights = np.random.default_rng(seed).standard_exponential((DRAWS, count))[:, codes]
    there = ~np.isnan(values)
    total = weights @ there.astype(np.float64)
    return np.asarray((weights @ np.where(there, values, 0.0)) / np.where(total > 0, total, 1.0))


def envelope(lines: Mapping[str, tuple[float, float]]) -> list[tuple[float, str]]:
    """From which worth on which mode loses least: the lower envelope of cost + worth * wrong, from a worth of 0."""
    if not lines:
        return []
    now = min(lines, key=lambda m: lines[m])
    worth, found = 0.0, [(0.0, now)]
    while True:
        cost, wrong = lines[now]
        # A mode that is right more often crosses at a higher worth, for `now` loses least from here on.
        ahead = [
            ((other - cost) / (wrong - share), other, m)
            for m, (other, share) in lines.items() if share < wrong - 1e-12
        ]  # fmt: skip
        if not ahead:
            return found
        worth, _, now = min((w, lines[m][1], m) for w, _, m in ahead)
        found.append((worth, now))


def chances(evidence: Evidence, config: RunConfig) -> dict[str, float]:
    """Strategy -> in which share of the draws it is the right one: the cheapest with a mode that none truly upgrades.

    By the means of a draw, j upgrades i where i is below a target, j is higher by the margin, and j is on no other axis
    both lower by the margin and below its target. Where every mode is upgraded, the one that falls least short.
    """
    margin, modes = config.dataset.decision.margin, evidence.modes
    means: dict[str, Array] = {}
    names = sorted({g for t in evidence.tables for g in t.groups})
    number = {g: i for i, g in enumerate(names)}
    for t in evidence.tables:
        codes = np.array([number[g] for g in t.groups])  # so that a group weighs the same on every axis
        means[t.axis] = posterior(t.values[:, [t.modes.index(m) for m in modes]], codes, len(names), config.seed)
    fine = np.ones((DRAWS, len(modes)), dtype=np.bool_)
    short = np.zeros((DRAWS, len(modes)))
    for axis, target in evidence.targets.items():
        short += np.maximum(target - means[axis], 0.0)
    for i, mine in enumerate(modes):
        for j, other in enumerate(modes):
            if strategy(mine) != strategy(other):
                fine[:, i] &= ~_upgrades(means, evidence.targets, i, j, margin)
    chosen = np.where(fine.any(axis=1), fine.argmax(axis=1), short.argmin(axis=1))  # modes stand cheapest first
    names_of = np.array([strategy(m) for m in modes])[chosen]
    return {s: round(float((names_of == s).mean()), DIGITS) for s in ORDER if s in {strategy(m) for m in modes}}


def _upgrades(
    means: Mapping[str, Array], targets: Mapping[str, float], i: int, j: int, margin: float
) -> NDArray[np.bool_]:
    """In which draws j upgrades i."""
    found = np.zeros(DRAWS, dtype=np.bool_)
    for axis, target in targets.items():
        lifts = (means[axis][:, i] < target) & (means[axis][:, j] - means[axis][:, i] >= margin)
        for other, goal in targets.items():
            if other != axis:
                lifts &= ~((means[other][:, i] - means[other][:, j] >= margin) & (means[other][:, j] < goal))
        found |= lifts
    return found
