"""The comparison of two forms of a model, against hand counts and SciPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax, rel_entr, softmax

from eval.errors import UserError
from finetune.data.row import Row
from finetune.export.parity import Parity, check, measure

ROWS = [Row((5, 6, 0, 1, 2), 2, "reply"), Row((5, 2, 2), 1, "reply")]


def table(seed: int) -> dict[tuple[int, ...], Any]:
    draw = np.random.default_rng(seed)
    return {row.tokens: draw.normal(size=(len(row.tokens) - row.start, 7)) for row in ROWS}


def giver(logits: dict[tuple[int, ...], Any]) -> Any:
    def give(tokens: Sequence[int], start: int) -> Any:
        return logits[tuple(tokens)]

    return give


def test_figures_are_those_of_scipy_over_all_reply_positions() -> None:
    a, b = table(1), table(2)
    parity = measure(giver(a), giver(b), ROWS)
    one, two = (np.concatenate([t[r.tokens] for r in ROWS]) for t in (a, b))
    labels = [0, 1, 2, 2, 2]
    assert (parity.rows, parity.positions) == (2, 5)
    assert parity.agreement == np.mean(one.argmax(-1) == two.argmax(-1))
    assert parity.kl == pytest.approx(rel_entr(softmax(one, -1), softmax(two, -1)).sum() / 5)
    assert parity.max_difference == np.abs(one - two).max()
    assert parity.reference_loss == pytest.approx(-log_softmax(one, -1)[range(5), labels].mean())
    assert parity.candidate_loss == pytest.approx(-log_softmax(two, -1)[range(5), labels].mean())


def test_a_form_equals_itself() -> None:
    parity = measure(giver(table(1)), giver(table(1)), ROWS)
    assert (parity.agreement, parity.kl, parity.max_difference) == (1.0, 0.0, 0.0)
    check(parity, "the copy")


def test_one_wrong_position_in_fifty_is_refused_with_its_figures() -> None:
    with pytest.raises(UserError, match=r"the GGUF does not say .* agreement 0\.9800"):
        check(Parity(1, 50, 0.98, 0.0, 0.0, 1.0, 1.0), "the GGUF")


def test_a_large_divergence_is_refused_though_the_first_choices_agree() -> None:
    with pytest.raises(UserError, match=r"KL 0\.5"):
        check(Parity(1, 50, 1.0, 0.5, 0.0, 1.0, 1.0), "the GGUF")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_refused(bad: float) -> None:
    broken = table(1)
    broken[ROWS[1].tokens][0, 3] = bad
    with pytest.raises(UserError, match="not all finite"):
        measure(giver(table(1)), giver(broken), ROWS)


def test_another_vocabulary_is_refused() -> None:
    other = {tokens: logits[:, :6] for tokens, logits in table(1).items()}
    with pytest.raises(UserError, match="another model"):
        measure(giver(table(1)), giver(other), ROWS)
