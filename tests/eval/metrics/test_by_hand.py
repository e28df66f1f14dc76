"""Every number of decision.json and comparisons.json, worked out again from the lines of scores.jsonl alone.

Nothing of the toolkit's statistics is used: the formulas stand here a second time, Tango's interval by maximising the
likelihood.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from scipy import optimize, stats

from eval.config import DatasetConfig
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Score, write_records
from eval.verdict.decide import write_decision

Z = stats.norm.ppf(0.975)
ORDER = ("base", "fewshot", "rag", "rag-fewshot", "oracle", "ft", "hybrid")
TARGETS = {"knowledge": 0.8, "style": 0.95}
Column = dict[str, float]
"""question -> value."""


class Table:
    """The primary scores of scores.jsonl: axis -> mode -> column."""

    def __init__(self, run: Path) -> None:
        self.group: dict[str, str] = {}
        self.axes: dict[str, dict[str, Column]] = {}
        self.asked: dict[tuple[str, str], set[str]] = {}
        for line in (run / "scores.jsonl").read_text(encoding="utf-8").splitlines():
            s = json.loads(line)
            self.group[s["example_id"]] = s["group"]
            if s["primary"] and s["value"] is not None:
                self.axes.setdefault(s["axis"], {}).setdefault(s["mode"], {})[s["example_id"]] = s["value"]

    def moments(self, column: Column) -> tuple[int, int, float, float, float]:
        """Questions, groups, mean, variance of the mean over groups, and the mean size of a question's group."""
        n, mean = len(column), sum(column.values()) / len(column)
        rest: dict[str, list[float]] = {}
        for question, value in column.items():
            rest.setdefault(self.group[question], []).append(value - mean)
        groups = len(rest)
        # The jackknife: how far the mean moves when a group is left out.
        moved = [sum(r) / (n - len(r)) for r in rest.values()]
        variance = (groups - 1) / groups * sum(m**2 for m in moved)
        return n, groups, mean, variance, sum(len(r) ** 2 for r in rest.values()) / n

    def missing(self, vetoed: list[str]) -> dict[str, float]:
        """The larger share of an axis's questions that another candidate has a score of and the mode has none."""
        found: dict[str, float] = {}
        for axis in ("knowledge", "style"):
            modes = {m: set(column) for m, column in self.axes[axis].items() if m not in ("oracle", *vetoed)}
            asked = set().union(*modes.values())
            found |= {m: max(found.get(m, 0.0), len(asked - own) / len(asked)) for m, own in modes.items()}
        return {m: share for m, share in found.items() if share}

    def estimate(self, column: Column) -> dict[str, float]:
        n, groups, mean, variance, together = self.moments(column)
        size = groups if variance < 1e-12 else min(n, mean * (1 - mean) / variance)
        size *= (Z / stats.t.ppf(0.975, n / together - 1)) ** 2
        low, high = stats.beta.ppf([0.025, 0.975], mean * size + 0.5, (1 - mean) * size + 0.5)
        return {"mean": mean, "low": 0.0 if mean == 0 else low, "high": 1.0 if mean == 1 else high, "n": n}

    def comparison(self, axis: str, control: str, treatment: str) -> dict[str, Any]:
        first, second = self.axes[axis][control], self.axes[axis][treatment]
        column = {q: second[q] - first[q] for q in second if q in first}
        n, groups, mean, variance, together = self.moments(column)
        up, down = (sum(v == side for v in column.values()) for side in (1, -1))
        spread = (up + down) / n - mean**2
        size = min(n, spread / variance) if variance > 1e-12 else n / (1 + 0.5 * (together - 1))
        size *= (Z / stats.t.ppf(0.975, n / together - 1)) ** 2
        low, high = tango(up / n, down / n, size)
        if groups == n:
            test, p = "mcnemar_exact", stats.binomtest(up, up + down).pvalue if up + down else 1.0
        else:
            test, p = (
                "cluster_t",
                2 * stats.t.sf(abs(mean) / math.sqrt(variance), n / together - 1) if up + down else 1.0,
            )
        extremes = Table.__new__(Table)
        extremes.group = self.group | {"+": "+", "-": "-"}
        error = math.sqrt(extremes.moments(column | {"+": 1.0, "-": -1.0})[3])
        power = stats.t.ppf(0.975, n / together - 1) + stats.t.ppf(0.8, n / together - 1)
        return {"n": n, "groups": groups, "dropped": len(set(first) | set(second)) - n, "difference": mean, "low": low,
                "high": high, "test": test, "p": p, "detectable": min(1.0, power * error),
                "kish": n / together}  # fmt: skip


def tango(up: float, down: float, n: float) -> tuple[float, float]:
    """Both ends, where the score statistic is z; the likeliest share under a difference is searched for."""

    def excess(difference: float) -> float:
        def loss(q: float) -> float:
            cells = ((up, q + difference), (down, q), (1 - up - down, 1 - 2 * q - difference))
            return -sum(seen * math.log(max(share, 1e-300)) for seen, share in cells if seen > 0)

        bounds = (max(0.0, -difference), (1 - difference) / 2)
        q = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
        return n * (up - down - difference) ** 2 - Z**2 * (2 * q + difference - difference**2)

    seen = up - down
    return tuple(optimize.brentq(excess, seen, end, xtol=1e-9) for end in (-1 + 1e-9, 1 - 1e-9))  # type: ignore[return-value]


def holm(p: dict[Any, float]) -> dict[Any, float]:
    adjusted, worst = {}, 0.0
    for rank, key in enumerate(sorted(p, key=p.__getitem__)):
        worst = max(worst, min(1.0, p[key] * (len(p) - rank)))
        adjusted[key] = worst
    return adjusted


def numbers(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every number with where it stands; those in sentences aside."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from numbers(inner, (*path, str(i)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def drawn(shares: dict[str, tuple[float, float]], n: int, size: int, seed: int) -> list[Score]:
    """0/1 scores of n questions in groups of `size`, some of them missing, and a battery of 60 items."""
    draw, made = random.Random(seed), []
    for i in range(n):
        luck = draw.random()
        for mode, of_mode in shares.items():
            for axis, share in zip(("knowledge", "style"), of_mode, strict=True):
                value = float((luck if draw.random() < 0.5 else draw.random()) < share)
                lost = draw.random() < 0.03
                made.append(Score(f"q{i}", f"g{i // size}", mode, axis, "m", True, None if lost else value, "x" * lost))  # type: ignore[arg-type]
                made.append(Score(f"q{i}", f"g{i // size}", mode, axis, "other", False, 0.5))  # type: ignore[arg-type]
    for mode in {"base"} | {m for m in shares if m in ("ft", "hybrid")}:
        for i in range(60):
            kept = float(i % 3 > 0 and (mode != "hybrid" or i % 5 > 1))
            made.append(Score(f"r{i}", f"f{i // 3}", mode, "retention", "pairs", True, kept))
    return made


def decided(folder: Path, scores: list[Score]) -> tuple[Table, dict[str, Any], list[dict[str, Any]]]:
    write_records(folder / "scores.jsonl", scores)
    dataset = DatasetConfig.model_validate(
        {"name": "made-up", "instruction": "Answer.", "decision": {"seed_deviation": 0}}
    )
    write_run_config(folder / "config.yaml", RunConfig(dataset_path="x", dataset=dataset))
    write_decision(folder)
    read = (json.loads((folder / f"{n}.json").read_text(encoding="utf-8")) for n in ("decision", "comparisons"))
    return Table(folder), *read


CASES = {
    "groups of three, decided": ({"base": (0.1, 0.2), "rag": (0.75, 0.2), "ft": (0.2, 0.99), "hybrid": (0.8, 0.99)}, 3),
    "single questions": ({"base": (0.2, 0.96), "fewshot": (0.3, 0.96), "oracle": (0.9, 0.96), "rag": (0.85, 1.0)}, 1),
    "open": ({"base": (0.5, 1.0), "rag": (0.58, 1.0), "hybrid": (0.55, 1.0)}, 2),
}


@pytest.mark.parametrize(("shares", "size"), CASES.values(), ids=CASES)
def test_every_number_follows_from_the_scores(tmp_path: Path, shares: Any, size: int) -> None:
    table, decision, comparisons = decided(tmp_path, drawn(shares, 90, size, seed=4))

    expected = {}
    for axis, modes in table.axes.items():
        top = ("retention",) if axis == "retention" else ("axes", axis)
        for mode, column in modes.items():
            expected |= {(*top, mode, k): v for k, v in table.estimate(column).items()}
    expected |= {("targets", axis): TARGETS[axis] for axis in ("knowledge", "style")}
    expected |= {("cut", mode): 0.0 for axis in ("knowledge", "style") for mode in table.axes[axis]}
    expected |= {("missing", mode): v for mode, v in table.missing(decision["vetoed"]).items()}
    expected |= {("look", "this"): 1, ("look", "planned"): 1, ("look", "error"): 0.05}
    found = {path: v for path, v in numbers(decision) if path[0] not in ("questions_needed", "risk")}
    assert found == pytest.approx(expected, abs=6e-5)

    pairs = {
        (axis, i, j): table.comparison(axis, i, j)
        for axis, modes in table.axes.items() for i, j in combinations(sorted(modes, key=ORDER.index), 2)
    }  # fmt: skip
    adjusted = holm({key: pair["p"] for key, pair in pairs.items()})
    assert {(c["axis"], c["control"], c["treatment"]) for c in comparisons} == set(pairs)
    for c in comparisons:
        key = c["axis"], c["control"], c["treatment"]
        pair = pairs[key]
        assert (c["n"], c["groups"], c["dropped"], c["test"]) == tuple(
            pair[k] for k in ("n", "groups", "dropped", "test")
        )
        assert [c[k] for k in ("difference", "low", "high", "detectable")] == pytest.approx(
            [pair[k] for k in ("difference", "low", "high", "detectable")], abs=6e-5
        )
        assert (c["p"], c["p_holm"]) == pytest.approx((pair["p"], adjusted[key]), rel=6e-3)
        assert {path[0] for path, _ in numbers(c)} == {
            "n", "groups", "dropped", "difference", "low", "high", "p", "p_holm", "detectable",
            "effective_groups",
        }  # fmt: skip
        assert c["effective_groups"] == pytest.approx(pair["kish"], abs=0.06)

    known = {0.0, *TARGETS.values(), 0.1, 0.05, 20.0, 100.0}
    known |= {round(v, 2) for v in expected.values()} | {c["groups"] for c in pairs.values()}
    known |= {sign * round(c[k], 2) for c in pairs.values() for k in ("difference", "low", "high") for sign in (1, -1)}
    known |= {c["n"] for c in pairs.values()} | {sum(c["dropped"] for c in pairs.values())}
    known |= {round(100 * v, 1) for path, v in expected.items() if path[0] == "missing"}
    said = " ".join(decision["reasons"] + [c for c in decision["caveats"] if "one seed" not in c])
    assert {float(x) for x in re.findall(r"[-+]?\d+(?:\.\d+)?", said)} <= {float(f"{x:.2f}") for x in known}


def test_forgetting_is_shown_with_its_figures(tmp_path: Path) -> None:
    """40 of 60 items before and 24 after (i % 3 > 0, less those with i % 5 < 2): 16 lost, in 20 groups of three."""
    shares = {"base": (0.1, 0.2), "hybrid": (0.8, 0.99)}
    table, decision, comparisons = decided(tmp_path, drawn(shares, 90, 1, seed=4))
    assert decision["retention"]["base"]["mean"] == pytest.approx(40 / 60, abs=6e-5)
    assert decision["retention"]["hybrid"]["mean"] == pytest.approx(24 / 60, abs=6e-5)
    (change,) = [c for c in comparisons if c["axis"] == "retention"]
    assert (change["n"], change["groups"], change["difference"]) == (60, 20, pytest.approx(-16 / 60, abs=6e-5))
    assert decision["vetoed"] == ["hybrid"]
    pair = table.comparison("retention", "base", "hybrid")
    words = f"0.67 before, 0.40 after, -0.27 [{pair['low']:+.2f}, {pair['high']:+.2f}], n=60; the limit is 0.1"
    assert any(words in r for r in decision["reasons"])
