from __future__ import annotations

import math

from benchmarks.agreement import rates


def test_rates_are_shares_of_right_and_wrong_answers() -> None:
    # Four right answers, three of them accepted; two wrong ones, one accepted.
    found = rates([True, True, True, False, True, False], [True, True, True, True, False, False])
    assert (found.n, found.sensitivity, found.specificity, found.bias) == (6, 3 / 4, 1 / 2, 0.0)
    assert math.isnan(rates([True], [True]).specificity)
