"""The drawn worlds: means that come out as the truth has them, and what counts as wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.families import FAMILIES
from benchmarks.verdicts import interval, simulate, table
from benchmarks.worlds import TRUTHS, Cell, draw_tables, group_codes, is_wrong

TIE = "tie, both axes missed"


@pytest.mark.parametrize("change", [{}, {"copula": True}, {"graded": True}, {"interaction": 0.5}, {"shape": "uneven"}])
def test_means_come_out_as_the_truth_has_them(change: dict[str, object]) -> None:
    cell = Cell(TIE, 20_000, **change)  # type: ignore[arg-type]
    for k, drawn in enumerate(draw_tables(cell, np.random.default_rng(1))):
        truth = [means[k] for means in TRUTHS[TIE].values()]
        assert drawn.values.mean(axis=0) == pytest.approx(truth, abs=0.025)


def test_seeds_move_tuned_modes_alone() -> None:
    table = draw_tables(Cell(TIE, 5000, seed_deviation=0.1, seeds=40), np.random.default_rng(2))[0]
    spread = dict(zip(table.modes, table.by_seed.mean(axis=1).std(axis=0), strict=True))
    assert max(spread["base"], spread["rag"]) < 1e-9
    assert 0.07 < spread["ft"] < 0.13


def test_a_giant_group_holds_two_fifths() -> None:
    assert np.bincount(group_codes(Cell(TIE, 400, 4, shape="giant")))[0] == 160
    assert len(group_codes(Cell(TIE, 400, 4, shape="uneven"))) == 400


def test_wrong_is_a_missed_lift_of_twice_the_margin_or_a_needless_mechanism() -> None:
    truth = {"base": (0.5, 0.9), "rag": (0.6, 0.9), "ft": (0.5, 0.9)}
    assert is_wrong(truth, "base", (0.8, 0.95), 0.05) == "inferior"
    assert is_wrong(truth, "ft", (0.8, 0.95), 0.05) in ("inferior", "complex")
    assert is_wrong(truth, "rag", (0.8, 0.95), 0.05) == ""
    assert is_wrong({"base": (0.9, 0.99), "rag": (0.99, 0.99)}, "rag", (0.8, 0.95), 0.05) == "complex"


def test_a_clear_world_is_decided_and_a_lone_mode_never() -> None:
    assert simulate(Cell("retrieval", 1000), 4, 0)["sound"] == 1.0
    assert simulate(Cell("retrieval", 300, modes=("rag",)), 2, 0)["open"] == 1.0


def test_of_several_looks_the_first_verdict_stands() -> None:
    """Twenty questions never decide here, a thousand always do."""
    assert simulate(Cell("retrieval", 1000, looks=(20,)), 3, 0)["open"] == 1.0
    assert simulate(Cell("retrieval", 1000, looks=(20, 1000)), 3, 0)["sound"] == 1.0


def test_every_cell_names_a_truth_and_its_modes() -> None:
    assert all(set(c.modes) <= set(c.means) for cells in FAMILIES.values() for c in cells)


def test_what_is_kept_is_not_drawn_again(tmp_path: Path) -> None:
    cells, kept = [Cell("retrieval", 60), Cell("both", 60)], tmp_path / "kept.jsonl"
    first = list(table(cells[:1], 3, 0, 1, kept))
    lines = kept.read_text().splitlines()
    key = json.loads(lines[0])
    kept.write_text(json.dumps({name: {"open": 0.25} for name in key}) + "\n")
    (_, taken), _ = table(cells, 3, 0, 1, kept)
    assert taken["open"] == 0.25, "the first is taken from the file"
    assert len(kept.read_text().splitlines()) == 2
    assert list(table(cells[:1], 3, 0, 1)) == first, "and without a file it is drawn"


def test_the_interval_of_no_error_is_that_of_the_rule_of_three() -> None:
    """Clopper and Pearson: of 0 in n the upper end is 1 - 0.025 ** (1 / n)."""
    assert interval(0.0, 4000) == pytest.approx((0.0, 1 - 0.025 ** (1 / 4000)))


def test_marks_are_people_s_and_what_the_metric_says_is_not() -> None:
    """Of right answers the metric misses 3.8 %, of wrong ones it accepts 5.4 %; marks are drawn for whole questions."""
    knowledge, style = draw_tables(Cell(TIE, 20_000, marks=9000), np.random.default_rng(3))
    assert style.truth is None and knowledge.truth is not None
    marked = ~np.isnan(knowledge.truth)
    assert (marked.all(axis=1) == marked.any(axis=1)).all() and marked[:, 0].sum() == 9000
    right = knowledge.truth == 1
    assert 1 - knowledge.values[right].mean() == pytest.approx(0.038, abs=0.004)
    assert knowledge.values[knowledge.truth == 0].mean() == pytest.approx(0.054, abs=0.006)
