"""The sizes of a model that memory and time follow from, had without its weights. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

BITS = {"nf4": 4.127, "int8": 8.0}
"""Of a quantised weight with its block's scale (NF4: 8 bits for 64 weights and 32 for 256 scales, arXiv:2305.14314)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a model that memory and time follow from."""

    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    linear: int
    """Weights of all linear layers but the head: what is quantised, and what adapters are put on."""
    other: int
    """All other parameters: embeddings, head, norms."""
    lora: int
    """Parameters of an adapter of rank 1 on every linear layer."""


def empty_model(config: Any) -> Any:
    """The model of a configuration on the meta device, where tensors hold nothing."""
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


def shape_of(config: Any) -> Shape:
    """The sizes of a model from its configuration alone."""
    return shape_of_model(empty_model(config), config)


def shape_of_model(model: Any, config: Any) -> Shape:
    """The sizes of a model that is there, on whatever device, before anything was quantised."""
    head = model.get_output_embeddings()
    linear = [m for m in model.modules() if isinstance(m, nn.Linear) and m is not head]
    weights = sum(m.in_features * m.out_features for m in linear)
    return Shape(
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        intermediate=_intermediate(config),
        vocabulary=config.vocab_size,
        linear=weights,
        other=sum(p.numel() for p in model.parameters()) - weights,
        lora=sum(m.in_features + m.out_features for m in linear),
    )


def weight_bytes(linear: int, other: int, *, held: str, dtype: torch.dtype) -> float:
    """Bytes of so many weights; `held` is how linear ones lie: nf4, int8 or plain, the others being in `dtype`."""
    each = BITS[held] / 8 if held in BITS else float(dtype.itemsize)
    return linear * each + other * dtype.itemsize


def cache_bytes(config: Any, dtype: torch.dtype) -> int:
    """Bytes of the keys and values of one token, over all layers."""
    config = config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * size * dtype.itemsize)


def activation_bytes(config: Any, dtype: torch.dtype) -> int:
    """Bytes that one layer keeps of one token for the backward pass: 16 vectors of the hidden size, 4 of the MLP's."""
    return int(dtype.itemsize * (16 * config.hidden_size + 4 * _intermediate(config)))


def layer_names(model: Any, count: int) -> list[str]:
    """Names of the decoder's layers in order: the first list of `count` modules; empty where there is none."""
    for name, module in model.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return [f"{name}.{i}" for i in range(count)]
    return []


def modules_beside(model: Any, layers: list[str]) -> Iterator[str]:
    """Names of the largest modules and single tensors that hold none of `layers`, which together are all the rest."""
    inside = {".".join(name.split(".")[:depth]) for name in layers for depth in range(1, name.count(".") + 1)}

    def walk(module: Any, prefix: str) -> Iterator[str]:
        for name, _ in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)):
            yield prefix + name
        for name, child in module.named_children():
            if prefix + name in inside:
                yield from walk(child, f"{prefix}{name}.")
            elif prefix + name not in layers:
                yield prefix + name

    return walk(model, "")


def _intermediate(config: Any) -> int:
    size = getattr(config, "intermediate_size", None) or 4 * config.hidden_size
    return int(max(size) if isinstance(size, (list, tuple)) else size)  # of each layer, in some families
