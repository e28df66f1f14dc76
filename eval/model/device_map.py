"""Where a model's weights go: one card where they fit, else the layers over the fewest cards. Imports torch.

Between cards every layer waits for the one before, so a model that fits one card is never split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from eval.errors import UserError, first_line
from eval.model.dimensions import empty_model, layer_names, modules_beside, shape_of_model, weight_bytes

WEIGHTS_SHARE = 0.8
"""Of a card's free memory that weights may take; the rest is for keys, values and activations."""
GIB = float(1 << 30)


@dataclass(frozen=True, slots=True)
class Placement:
    """Which device each part of a model lies on."""

    device: torch.device
    """Where tokens go in and logits come out."""
    map: dict[str, torch.device]
    """Devices by module name, as transformers' `device_map`; one entry, "", for a single device."""

    @property
    def split(self) -> bool:
        """Whether the model lies on several devices."""
        return len(set(self.map.values())) > 1


def place_model(
    config: Any, devices: Sequence[torch.device], free: Sequence[int], *, held: str, dtype: torch.dtype, name: str
) -> Placement:
    """Place a model by the bytes of its weights as they are held and the bytes free on each device.

    Embeddings, norm and head stay together on the first of the devices taken, so that inputs, hidden states, labels
    and logits meet on one. Raises UserError when all devices together do not hold the weights.
    """
    try:
        model = empty_model(config)
    except Exception as error:  # whatever the code of one of some hundred families raises
        raise UserError(f"--model {name}: cannot be built from its config.json: {first_line(error)}") from None
    shape = shape_of_model(model, config)
    total = weight_bytes(shape.linear, shape.other, held=held, dtype=dtype)
    room = [WEIGHTS_SHARE * f for f in free]
    taken = choose_devices(total, room)
    layers = layer_names(model, config.num_hidden_layers)
    if not taken or (len(taken) > 1 and not layers):
        raise UserError(
            f"--model {name}: its weights take about {total / GIB:.1f} GiB as {held} in "
            f"{str(dtype).removeprefix('torch.')}, and of the memory that is free on {_counted(devices)} "
            f"{sum(room) / GIB:.1f} GiB may hold weights; name a smaller --model, or free memory there"
        )
    first = devices[taken[0]]
    if len(taken) == 1:
        return Placement(first, {"": first})
    beside = dict.fromkeys(modules_beside(model, layers), first)
    size = sum(_bytes(model.get_submodule(n), held, dtype) for n in layers) / len(layers)
    rest = total - size * len(layers)
    dealt = deal_layers(len(layers), size, [room[i] - (rest if i == taken[0] else 0) for i in taken])
    return Placement(first, beside | {n: devices[taken[d]] for n, d in zip(layers, dealt, strict=True)})


def _bytes(module: Any, held: str, dtype: torch.dtype) -> float:
    """Of a layer's weights as they are held; experts in one tensor and other forms of layers are never quantised."""
    linear = sum(m.in_features * m.out_features for m in module.modules() if isinstance(m, nn.Linear))
    return weight_bytes(linear, sum(p.numel() for p in module.parameters()) - linear, held=held, dtype=dtype)


def devices_of(model: Any) -> list[torch.device]:
    """The devices that a loaded model's weights lie on, that of its first weight first."""
    return list(dict.fromkeys(p.device for p in model.parameters()))


def choose_devices(total: float, room: Sequence[float]) -> list[int]:
    """Indices of the devices to take: the first that holds `total` bytes, else the fewest; empty where all do not."""
    for i, bytes_there in enumerate(room):
        if total <= bytes_there:
            return [i]
    largest = sorted(range(len(room)), key=lambda i: (-room[i], i))
    for count in range(2, len(room) + 1):
        if total <= sum(room[i] for i in largest[:count]):
            return sorted(largest[:count])
    return []


def deal_layers(count: int, size: float, room: Sequence[float]) -> list[int]:
    """The place in `room` of each of `count` layers of `size` bytes: in order, in shares as the room.

    Whole layers are dealt by the largest remainder, so that no place gets a layer more than its share rounded up.
    """
    shares = [count * max(r, 0.0) / sum(max(r, 0.0) for r in room) for r in room]
    whole = [int(s) for s in shares]
    for i in sorted(range(len(room)), key=lambda i: whole[i] - shares[i])[: count - sum(whole)]:
        whole[i] += 1
    return [i for i, n in enumerate(whole) for _ in range(n)]


def _counted(devices: Sequence[torch.device]) -> str:
    return str(devices[0]) if len(devices) == 1 else f"{len(devices)} devices"
