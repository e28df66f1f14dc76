"""Products of few rows: another order of the same sums, and the usual layer wherever that is not meant."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.component


def layers(size_in: int, size_out: int, bias: bool) -> tuple[Any, Any]:
    """A linear layer, and one of the same weights that is prepared for few rows."""
    import torch
    from torch import nn

    from eval.model.few_rows import prepare

    torch.manual_seed(0)
    usual, few = (nn.Linear(size_in, size_out, bias=bias) for _ in range(2))
    few.load_state_dict(usual.state_dict())
    prepare(few)
    return usual, few


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    "shape", [(24,), (1, 24), (1, 1, 24), (2, 24), (5, 1, 24), (3, 7, 24), (48, 24), (49, 24), (0, 24)]
)
def test_gives_what_a_linear_layer_gives(shape: tuple[int, ...], bias: bool) -> None:
    import torch

    usual, few = layers(24, 40, bias)
    given = torch.randn(*shape)
    with torch.inference_mode():
        wanted, found = usual(given), few(given)
    assert found.shape == wanted.shape and found.is_contiguous()
    torch.testing.assert_close(found, wanted)


def test_takes_rows_that_do_not_lie_side_by_side() -> None:
    import torch

    usual, few = layers(24, 40, False)
    given = torch.randn(24, 6).t()[::2]
    with torch.no_grad():
        torch.testing.assert_close(few(given), usual(given))


def test_gradients_are_those_of_a_linear_layer() -> None:
    import torch

    usual, few = layers(24, 40, True)
    given = torch.randn(4, 24)
    gradients = []
    for layer in (usual, few):
        x = given.clone().requires_grad_()
        layer(x).square().sum().backward()
        gradients.append((x.grad, layer.weight.grad))
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=0)


def test_only_plain_float32_layers_are_prepared() -> None:
    import torch
    from torch import nn

    from eval.model.few_rows import FewRows, prepare

    class Other(nn.Linear):
        pass

    model = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4, dtype=torch.bfloat16), Other(4, 4)])
    prepare(model)
    assert [type(m) for m in model] == [FewRows, nn.Linear, Other]


def test_a_loaded_model_is_prepared(tiny_model: Any) -> None:
    """The head too; under another dtype than float32 none is."""
    from eval.model.few_rows import FewRows
    from eval.model.loading import load_base

    full = load_base(str(tiny_model), dtype="float32")
    assert isinstance(full.causal.get_output_embeddings(), FewRows)
    half = load_base(str(tiny_model), dtype="bfloat16")
    assert not any(isinstance(m, FewRows) for m in half.causal.modules())
