"""The head's loss against torch's own, and which models it may be used on."""

from __future__ import annotations

import math
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.mark.parametrize("piece", [1, 130, 1 << 24])
@pytest.mark.parametrize("biased", [False, True])
def test_loss_and_gradient_are_those_of_cross_entropy(monkeypatch: Any, piece: int, biased: bool) -> None:
    import torch
    from torch.nn import functional

    from finetune.training import loss

    monkeypatch.setattr(loss, "PIECE", piece)
    torch.manual_seed(0)
    weight, labels = torch.randn(40, 8), torch.randint(0, 40, (11,))
    bias = torch.randn(40) if biased else None
    mine = (torch.randn(11, 8) * 3).requires_grad_()
    theirs = mine.detach().clone().requires_grad_()
    found = loss.head_loss(mine, weight, bias, labels)
    expected = functional.cross_entropy(functional.linear(theirs, weight, bias), labels, reduction="sum")
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    (found / 7).backward()
    (expected / 7).backward()
    torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-4, atol=1e-6)


def test_a_logit_that_no_float_can_raise_e_to_gives_a_finite_loss() -> None:
    import torch

    from finetune.training.loss import head_loss

    hidden = torch.tensor([[1000.0]], requires_grad=True)
    loss = head_loss(hidden, torch.tensor([[1.0], [-1.0]]), None, torch.tensor([1]))
    assert loss.item() == 2000.0


def test_an_even_guess_over_more_words_than_float16_can_count_has_a_finite_gradient() -> None:
    """Uniform probabilities over equal weights: softmax W - W[label] is zero."""
    import torch

    from finetune.training.loss import head_loss

    words = 70_000
    hidden = torch.zeros(1, 4, dtype=torch.float16, requires_grad=True)
    loss = head_loss(hidden, torch.ones(words, 4, dtype=torch.float16), None, torch.tensor([5]))
    assert loss.item() == pytest.approx(math.log(words), rel=1e-5)
    loss.backward()
    assert hidden.grad is not None and hidden.grad.abs().max().item() < 0.05


def test_a_llama_has_a_plain_head_and_a_model_that_scales_its_logits_has_none(tiny_base: Any) -> None:
    from transformers import GraniteConfig, GraniteForCausalLM

    from finetune.training.loss import plain_head

    assert plain_head(tiny_base.causal) is tiny_base.causal.lm_head
    small = GraniteConfig(
        vocab_size=32, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, logits_scaling=4.0,
    )  # fmt: skip
    assert plain_head(GraniteForCausalLM(small).eval()) is None
