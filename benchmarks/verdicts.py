"""How often the verdict is right, open or wrong, on data sets that are drawn from known truths.

    python benchmarks/verdicts.py [--draws 40] [--seed 0] [--questions 60 150 300]

A verdict is wrong when, by the true means, another candidate lifts an axis that is truly below its target by twice the
margin or more without losing more than the margin on the other axis (materially inferior), or when a cheaper strategy
is on every axis either truly at target or truly not below (needlessly complex). Questions come in groups of two,
and the arms are correlated, as real ones are.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import numpy as np

from eval.config import DatasetConfig, RunConfig
from eval.evidence import AXES, gather
from eval.modes import MODES
from eval.records import Score
from eval.rule import ORDER, apply_rule

Truth = Mapping[str, tuple[float, float]]
"""mode -> true (knowledge, style)."""

TRUTHS: Mapping[str, Truth] = {
    "prompt is enough": {"base": (0.2, 0.1), "fewshot": (0.88, 0.99), "rag": (0.9, 0.3), "rag-fewshot": (0.89, 0.99),
                         "ft": (0.6, 0.99), "hybrid": (0.9, 0.99)},
    "retrieval": {"base": (0.1, 0.97), "fewshot": (0.1, 0.98), "rag": (0.85, 0.98), "rag-fewshot": (0.7, 0.98),
                  "ft": (0.15, 0.99), "hybrid": (0.87, 0.99)},
    "fine-tuning": {"base": (0.85, 0.1), "fewshot": (0.84, 0.5), "rag": (0.85, 0.1), "rag-fewshot": (0.85, 0.5),
                    "ft": (0.86, 0.99), "hybrid": (0.87, 0.99)},
    "both": {"base": (0.05, 0.0), "fewshot": (0.05, 0.85), "rag": (0.25, 0.0), "rag-fewshot": (0.15, 0.7),
             "ft": (0.08, 0.99), "hybrid": (0.85, 0.99)},
    "all alike": dict.fromkeys(("base", "fewshot", "rag", "rag-fewshot", "ft", "hybrid"), (0.6, 0.8)),
    "lift at the margin": {"base": (0.6, 0.98), "fewshot": (0.6, 0.98), "rag": (0.65, 0.98),
                           "rag-fewshot": (0.65, 0.98), "ft": (0.6, 0.98), "hybrid": (0.65, 0.98)},
    "lift at twice the margin": {"base": (0.5, 0.98), "fewshot": (0.5, 0.98), "rag": (0.6, 0.98),
                                 "rag-fewshot": (0.6, 0.98), "ft": (0.5, 0.98), "hybrid": (0.6, 0.98)},
    "targets out of reach": {"base": (0.1, 0.1), "fewshot": (0.1, 0.4), "rag": (0.4, 0.1), "rag-fewshot": (0.35, 0.5),
                             "ft": (0.12, 0.7), "hybrid": (0.5, 0.75)},
    "at the target": {"base": (0.3, 0.5), "fewshot": (0.3, 0.95), "rag": (0.8, 0.5), "rag-fewshot": (0.8, 0.95),
                      "ft": (0.3, 0.98), "hybrid": (0.85, 0.98)},
}  # fmt: skip

CORRELATION = 0.6


def draw_scores(truth: Truth, n: int, draw: np.random.Generator) -> list[Score]:
    """0/1 scores of n questions in groups of two; a share of each arm's luck is the question's, a share the group's."""
    groups = np.arange(n) // 2
    scores = []
    for axis in (0, 1):
        common = np.where(draw.random(n) < 0.5, draw.random(n // 2 + 1)[groups], draw.random(n))
        for mode, means in truth.items():
            level = np.where(draw.random(n) < CORRELATION, common, draw.random(n))
            name, right = AXES[axis], level < means[axis]
            scores += [Score(f"q{i}", f"g{groups[i]}", mode, name, "m", True, float(right[i])) for i in range(n)]
    return scores


def is_wrong(truth: Truth, mode: str, targets: tuple[float, float], margin: float) -> str:
    """Why choosing `mode` would be wrong by the true means, or an empty string."""
    own, rank = truth[mode], ORDER.index(MODES[mode].strategy or "inconclusive")
    for other, means in truth.items():
        if MODES[other].strategy == MODES[mode].strategy:
            continue
        for axis in (0, 1):
            lift, loss = means[axis] - own[axis], own[1 - axis] - means[1 - axis]
            if own[axis] < targets[axis] and lift >= 2 * margin - 1e-9 and loss <= margin + 1e-9:
                return "inferior"
        cheaper = ORDER.index(MODES[other].strategy or "inconclusive") < rank
        if cheaper and all(means[a] >= min(targets[a], own[a]) - 1e-9 for a in (0, 1)):
            return "complex"
    return ""


def simulate(truth: Truth, n: int, draws: int, seed: int) -> dict[str, float]:
    """Shares of verdicts that were decided and not wrong, open, inferior, complex; and the intervals' coverage."""
    dataset = DatasetConfig.model_validate({"name": "simulated", "instruction": "none"})
    targets = (dataset.knowledge.target, dataset.style.target)
    counts = {"sound": 0, "open": 0, "inferior": 0, "complex": 0}
    covered, intervals = 0, 0
    draw = np.random.default_rng(seed)
    for i in range(draws):
        evidence = gather(draw_scores(truth, n, draw), RunConfig(dataset_path="", seed=i, dataset=dataset))
        ruling = apply_rule(evidence, dataset.decision.margin)
        outcome = "open" if ruling.mode is None else is_wrong(truth, ruling.mode, targets, dataset.decision.margin)
        counts[outcome or "sound"] += 1
        for c in evidence.comparisons():
            axis = AXES.index(c.axis)
            true = truth[c.treatment][axis] - truth[c.control][axis]
            covered, intervals = covered + (c.low <= true <= c.high), intervals + 1
    return {name: count / draws for name, count in counts.items()} | {"coverage": covered / intervals}


def main() -> None:
    """Print one line for each truth and number of questions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=int, nargs="+", default=[60, 150, 300])
    given = parser.parse_args()
    names = ("sound", "open", "inferior", "complex", "coverage")
    print(f"{'truth':<26}{'n':>5}" + "".join(f"{name:>10}" for name in names))
    for label, truth in TRUTHS.items():
        for n in given.questions:
            found = simulate(truth, n, given.draws, given.seed)
            print(f"{label:<26}{n:>5}" + "".join(f"{found[name]:>10.1%}" for name in names), flush=True)


if __name__ == "__main__":
    main()
