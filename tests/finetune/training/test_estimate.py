"""The estimate of memory and time against counted parameters, collated batches and sums by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


def test_sizes_from_the_configuration_are_those_of_the_loaded_model(tiny_model: Path, tiny_base: Any) -> None:
    from torch import nn

    from eval.model.dimensions import shape_of
    from eval.model.loading import read_model_config
    from finetune.training.lora_targets import lora_config
    from finetune.training.training_state import TrainSettings

    shape = shape_of(read_model_config(str(tiny_model)))
    layers = [m for m in tiny_base.causal.base_model.modules() if isinstance(m, nn.Linear)]
    assert shape.linear == sum(m.weight.numel() for m in layers)
    assert shape.linear + shape.other == sum(p.numel() for p in tiny_base.causal.parameters())
    tiny_base.add_adapter("ft", lora_config(TrainSettings(1, 1, 8, 1e-3, 0), tiny_base.causal))
    assert 8 * shape.lora == sum(p.numel() for p in tiny_base.trainable().values())


def test_tokens_of_the_steps_are_those_of_the_collated_tensors(tiny_base: Any) -> None:
    import torch

    from finetune.data.row import Row
    from finetune.data.rows import plan_steps
    from finetune.training.batches import collate
    from finetune.training.estimate import load_of

    rows = [Row((1, 5, 6, *range(7, 9 + i % 5), 2), 3 + i % 2, "reply") for i in range(11)]
    steps = plan_steps(rows, epochs=2, batch_size=3, seed=0)
    for share in (True, False):
        sizes = []
        for step in steps:
            batch = collate([rows[i] for i in step], pad=0, device=torch.device("cpu"), share_prefix=share)
            sizes.append(len(batch.shared) + batch.ids.numel())
        load = load_of(rows, steps, share_prefix=share)
        assert (load.steps, load.tokens) == (len(steps), sum(sizes))
        if not share:
            assert (load.largest, load.longest) == (max(sizes), max(len(r.tokens) for r in rows))
        assert load.labelled == 2 * sum(len(r.tokens) - r.start for r in rows)


def test_memory_and_operations_are_the_stated_sums() -> None:
    import torch

    from eval.model.dimensions import Shape
    from finetune.training.estimate import Load, memory, operations
    from finetune.training.micro_batches import Fit

    shape = Shape(layers=2, hidden=10, intermediate=30, vocabulary=100, linear=4000, other=1000, lora=200)
    load = Load(steps=5, tokens=700, largest=90, longest=30, labelled=60)

    def parts(method: str, held: str, device: str, *, recompute: bool) -> dict[str, float]:
        given = memory(
            shape, Fit(recompute, 90), rank=4, method=method, held=held, dtype=torch.bfloat16, device=device
        )  # fmt: skip
        return {p.name: p.bytes for p in given}

    layer = 2 * (16 * 10 + 4 * 30)
    assert parts("qlora", "nf4", "cuda", recompute=True) == pytest.approx(
        {"weights": 4000 * 4.127 / 8 + 1000 * 2, "trained": 800 * 4, "gradients": 800 * 4, "optimiser": 800 * 2,
         "activations": 90 * (2 * 2 * 10 + layer), "logits": 8 * 90 * 100}
    )  # fmt: skip
    assert parts("lora", "plain", "cpu", recompute=False)["weights"] == 5000 * 2
    assert parts("lora", "plain", "cpu", recompute=False)["activations"] == 90 * 2 * layer
    full = parts("full", "plain", "cpu", recompute=False)
    assert (full["weights"], full["trained"], full["gradients"], full["optimiser"]) == (20_000, 0, 20_000, 40_000)
    assert operations(shape, load, method="qlora", recompute=False) == 4 * (4000 * 700 + 100 * 10 * 60)
    assert operations(shape, load, method="full", recompute=True) == 8 * (4000 * 700 + 100 * 10 * 60)
