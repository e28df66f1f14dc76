"""The benchmark's own arithmetic: its bound, and schedules that are known by hand."""

from __future__ import annotations

import random

import pytest

from benchmarks import cluster
from benchmarks.cluster import START, bound, lengths, run_of, shares, simulate
from eval.cluster.cells import Group, Need, cells_of


def test_one_worker_does_all_after_one_another_and_many_wait_for_the_longest_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    groups = [Group("a", run_of(1), Need(1, 1), "m")]
    took = {c.name: 0.0 if c.here else 1.0 for c in cells_of(groups)}
    assert simulate(groups, took, 1) == START + sum(took.values()) == bound(groups, took, 1)
    monkeypatch.setattr(cluster, "START", 0.0)
    assert simulate(groups, took, 100) == bound(groups, took, 100) == 3  # index, train/hybrid, retention/hybrid


def test_no_schedule_beats_the_bound_and_ours_keeps_near_it() -> None:
    for workers, seconds, share in shares(sets=3, seeds=2, seed=5):
        assert 0.6 < share <= 1.0 + 1e-9, (workers, seconds)


def test_every_cell_has_a_length_between_half_and_twice_the_usual() -> None:
    groups = [Group("a", run_of(2), Need(1, 1), "m")]
    found = lengths(groups, random.Random(1))
    assert set(found) == {c.name for c in cells_of(groups)}
    assert 74 <= found["a train/ft/1"] <= 296 and 14.5 <= found["a train/hybrid/1"] <= 58
