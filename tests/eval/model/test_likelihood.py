from typing import Any

import pytest

TEXTS = [("", "The cat sat."), ("Question: why?\nAnswer:", " because"), ("", "A much longer sentence than the others.")]


@pytest.mark.component
def test_batched_likelihoods_equal_those_computed_one_by_one(tiny_base: Any) -> None:
    import torch

    from eval.model.likelihood import log_likelihoods
    from eval.model.likelihood_rows import split

    rows = [split(tiny_base.tokenizer, *t) for t in TEXTS]
    found = log_likelihoods(tiny_base, None, rows)
    for (given, target), values in zip(rows, found, strict=True):
        ids = torch.tensor([given + target])
        with torch.no_grad():
            logs = tiny_base.causal(input_ids=ids).logits[0].float().log_softmax(-1)
        naive = [float(logs[len(given) - 1 + k, token]) for k, token in enumerate(target)]
        assert values == pytest.approx(naive, abs=0.03)  # bf16


@pytest.mark.component
def test_likelihoods_do_not_depend_on_the_rest_of_the_batch(tiny_base: Any) -> None:
    from eval.model.likelihood import log_likelihoods
    from eval.model.likelihood_rows import split

    rows = [split(tiny_base.tokenizer, *t) for t in TEXTS]
    together = log_likelihoods(tiny_base, None, rows)
    for row, values in zip(rows, together, strict=True):
        assert values == pytest.approx(log_likelihoods(tiny_base, None, [row])[0], abs=0.03)


@pytest.mark.component
def test_batches_hold_every_row_once_within_the_budget() -> None:
    from eval.model.likelihood import plan

    rows = [([1] * n, [2]) for n in (3, 9, 5, 1, 7)]
    batches = plan(rows, 20)
    assert sorted(i for b in batches for i in b) == [0, 1, 2, 3, 4]
    assert all(len(b) * max(len(rows[i][0]) + 1 for i in b) <= 20 for b in batches)


@pytest.mark.component
def test_context_and_target_make_up_the_whole_text(tiny_base: Any) -> None:
    from eval.model.likelihood_rows import split

    given, target = split(tiny_base.tokenizer, "ab", " c")
    assert tiny_base.tokenizer.decode(given[1:]) == "ab"
    assert tiny_base.tokenizer.decode(target) == " c"
