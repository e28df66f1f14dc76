"""Levels of repeated looks, against the published constants and a simulated random walk."""

import numpy as np
import pytest

from eval.stats.looks import boundary, crossing, error_at


@pytest.mark.parametrize(
    ("looks", "pocock", "fleming"),
    [(2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040), (6, 2.453, 2.053), (10, 2.555, 2.087)],
)
def test_constants_are_those_of_the_published_tables(looks: int, pocock: float, fleming: float) -> None:
    """Jennison and Turnbull, Group Sequential Methods, 2000, tables 2.1 and 2.3, at 5 %."""
    assert boundary(looks, "pocock") == pytest.approx(pocock, abs=6e-4)
    assert boundary(looks, "obrien-fleming") == pytest.approx(fleming, abs=6e-4)


def test_one_look_has_the_whole_error() -> None:
    assert error_at(1, 1) == error_at(1, 1, "obrien-fleming") == 0.05


def test_early_looks_of_obrien_and_fleming_spend_little_and_the_last_nearly_all() -> None:
    levels = [error_at(k, 4, "obrien-fleming") for k in (1, 2, 3, 4)]
    assert levels == sorted(levels) and levels[0] < 0.0001 and 0.04 < levels[-1] < 0.05
    assert len({round(error_at(k, 4), 12) for k in (1, 2, 3, 4)}) == 1


def test_a_random_walk_crosses_as_often_as_said() -> None:
    steps = np.random.default_rng(1).standard_normal((200_000, 3))
    z = steps.cumsum(axis=1) / np.sqrt([1, 2, 3])
    limits = [2.5, 2.2, 2.0]
    seen = (np.abs(z) > limits).any(axis=1).mean()
    assert crossing(limits) == pytest.approx(seen, abs=4 * np.sqrt(seen / 200_000))
