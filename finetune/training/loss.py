"""The loss of a language model's head, without ever holding all logits. Imports torch.

The head is frozen under LoRA, so the gradient of the hidden states is all that the backward pass wants from it, and
that is known as soon as the logits are: one pass makes both, piece by piece.
(The idea of fused linear cross-entropy, arXiv:2410.10989.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

PIECE = 1 << 24
"""Logits that are held at once, 64 MiB in float32: enough rows for a fast product (on two cores 98 ms for 548 tokens
and 49,152 words, against 135 ms with a quarter of it), and 130 rows of the largest vocabularies."""


def plain_head(causal: Any) -> Any:
    """The head, where it alone makes the model's logits from its last hidden states; None where more happens to them.

    Some families scale or cap their logits, so this is seen by trying and not by name.
    """
    head = causal.get_output_embeddings()
    if head is None or not hasattr(head, "weight") or head.weight.dim() != 2 or not head.weight.is_floating_point():
        return None
    ids = torch.tensor([[0, 1, 2]], device=head.weight.device)
    with torch.no_grad():
        hidden = causal.base_model(input_ids=ids, use_cache=False).last_hidden_state
        made = functional.linear(hidden.to(head.weight.dtype), head.weight, head.bias)
        given = causal(input_ids=ids, use_cache=False).logits
        near = 1e-5 if given.dtype == torch.float32 else 1e-3
    return head if torch.allclose(made.float(), given.float(), rtol=near, atol=near) else None


def head_loss(
    hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, labels: torch.Tensor
) -> torch.Tensor:
    """Summed cross-entropy of softmax(hidden W' + bias) at `labels`, a float32 scalar; differentiable in `hidden`.

    `hidden` is (tokens, size), `weight` (vocabulary, size), `labels` (tokens,); weight and bias get no gradient.
    """
    loss: torch.Tensor = _HeadLoss.apply(hidden, weight, bias, labels)  # type: ignore[no-untyped-call]
    return loss


class _HeadLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, labels: torch.Tensor
    ) -> torch.Tensor:
        size = max(1, PIECE // weight.shape[0])
        gradient = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        total = hidden.new_zeros((), dtype=torch.float32)
        for start in range(0, len(hidden), size):
            piece, target = hidden[start : start + size].to(weight.dtype), labels[start : start + size, None]
            logits = functional.linear(piece, weight, bias).float()
            highest = logits.amax(-1, keepdim=True)
            at_label = logits.gather(-1, target)
            odds = logits.sub_(highest).exp_()  # in place, as below: a piece is large
            mass = odds.sum(-1, keepdim=True)
            total += (mass.log() + highest - at_label).sum()
            if gradient is not None:
                probabilities = odds.div_(mass)
                # Minus the one-hot label before rounding to the weight's dtype, where a small difference would be lost.
                difference = probabilities.scatter_add_(-1, target, torch.full_like(mass, -1.0))
                gradient[start : start + size] = difference.to(weight.dtype) @ weight
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream, None, None, None
