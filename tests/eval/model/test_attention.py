"""Our attention is the textbook's: the same numbers as torch's own kernel."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.component


@pytest.mark.parametrize("whole", [True, False])
def test_it_equals_the_fused_kernel(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch import nn
    from torch.nn.functional import scaled_dot_product_attention

    from eval.model import attention

    if not whole:
        monkeypatch.setattr(attention, "SCORES", 1)
    module = nn.Module()
    module.num_key_value_groups = 3  # type: ignore[assignment]
    module.is_causal = True  # type: ignore[assignment]
    draw = torch.Generator().manual_seed(0)
    query = torch.randn(2, 6, 5, 8, generator=draw)
    key, value = (torch.randn(2, 2, 9, 8, generator=draw) for _ in range(2))
    may_see = torch.ones(5, 9, dtype=torch.bool).tril(9 - 5).expand(2, 1, 5, 9).clone()
    may_see[1, :, :, :2] = False  # padding
    mask = torch.zeros(2, 1, 5, 9).masked_fill(~may_see, torch.finfo(torch.float32).min)

    ours, _ = attention.matmul_attention(module, query, key, value, mask, 0.3)
    theirs = scaled_dot_product_attention(
        query, key.repeat_interleave(3, 1), value.repeat_interleave(3, 1), attn_mask=may_see, scale=0.3
    )
    torch.testing.assert_close(ours, theirs.transpose(1, 2))
