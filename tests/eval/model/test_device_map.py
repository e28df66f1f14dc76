"""Where weights go: by bytes against what is free, and with every meeting point on one device."""

from __future__ import annotations

from typing import Any

import pytest

from eval.errors import UserError

GIB = 1 << 30


def llama(layers: int = 32) -> Any:
    """The shape of an 8B Llama, which holds nothing on the meta device."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=layers, num_attention_heads=32,
        num_key_value_heads=8,
    )  # fmt: skip


def place(free: list[int], held: str, config: Any = None) -> Any:
    import torch

    from eval.model.device_map import place_model

    devices = [torch.device("cuda", i) for i in range(len(free))]
    return place_model(config or llama(), devices, free, held=held, dtype=torch.bfloat16, name="m")


@pytest.mark.component
def test_a_model_that_fits_one_card_lies_on_one() -> None:
    """8.03e9 weights: 6.98e9 of them linear at 4.127 bits and 1.05e9 others at 16 make 5.3 GiB."""
    import torch

    assert place([24 * GIB, 24 * GIB], "nf4").map == {"": torch.device("cuda", 0)}
    assert place([7 * GIB, 24 * GIB], "nf4").map == {"": torch.device("cuda", 0)}
    assert place([6 * GIB, 24 * GIB], "nf4").map == {"": torch.device("cuda", 1)}  # the first card is in use by another


@pytest.mark.component
def test_a_model_that_does_not_is_split_by_layers_with_both_ends_on_the_first() -> None:
    import torch

    from eval.model.dimensions import empty_model

    config = llama()
    placed = place([12 * GIB, 12 * GIB], "plain", config)
    first, second = torch.device("cuda", 0), torch.device("cuda", 1)
    assert placed.split and placed.device == first
    layers = [placed.map[f"model.layers.{i}"] for i in range(32)]
    assert layers == sorted(layers, key=lambda d: d.index)
    for name in ("model.embed_tokens", "model.norm", "model.rotary_emb", "lm_head"):
        assert placed.map[name] == first
    # 9.6 GiB each may hold weights; the first card also holds the 1.96 GiB beside the layers.
    share = (9.6 - 1.96) / (9.6 - 1.96 + 9.6)
    assert layers.count(first) == pytest.approx(32 * share, abs=1)
    assert layers.count(second) == 32 - layers.count(first)
    names = [n for n, _ in (*empty_model(config).named_parameters(), *empty_model(config).named_buffers())]
    assert all(sum(n == key or n.startswith(key + ".") for key in placed.map) == 1 for n in names)


@pytest.mark.component
def test_a_model_for_which_all_cards_are_too_small_is_refused_in_one_line() -> None:
    with pytest.raises(UserError, match=r"m: its weights take about 15\.0 GiB as plain in bfloat16, .*2 devices"):
        place([6 * GIB, 6 * GIB], "plain")


@pytest.mark.component
def test_the_fewest_cards_are_taken() -> None:
    from eval.model.device_map import choose_devices

    assert choose_devices(10, [4, 9, 3, 8]) == [1, 3]
    assert choose_devices(10, [4, 9, 30, 8]) == [2]
    assert choose_devices(21, [4, 9, 3, 8]) == [0, 1, 3]
    assert choose_devices(25, [4, 9, 3, 8]) == []


@pytest.mark.component
def test_layers_are_dealt_in_order_and_in_shares() -> None:
    from eval.model.device_map import deal_layers

    assert deal_layers(8, 1, [1, 1]) == [0] * 4 + [1] * 4
    assert deal_layers(7, 1, [2, 1, 1]) == [0, 0, 0, 1, 1, 2, 2]  # shares of 3.5, 1.75 and 1.75
    assert deal_layers(3, 1, [-5, 1]) == [1, 1, 1]


@pytest.mark.component
@pytest.mark.parametrize(
    ("capability", "expected"), [((9, 0), "bfloat16"), ((8, 0), "bfloat16"), ((7, 5), "float16"), ((7, 0), "float16"),
                                 ((6, 1), "float32")]
)  # fmt: skip
def test_arithmetic_follows_what_the_card_multiplies(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], expected: str
) -> None:
    """As torch decides it from the card's properties, of which these are fakes; emulation does not count."""
    import contextlib
    from types import SimpleNamespace

    import torch

    from eval.model.device import pick_dtype

    properties = SimpleNamespace(major=capability[0], minor=capability[1])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "device", lambda device: contextlib.nullcontext())
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device=None: properties)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: capability)
    assert pick_dtype(torch.device("cuda", 0)) == getattr(torch, expected)


@pytest.mark.component
def test_weights_are_unpacked_where_they_leave_most_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from eval.model import device

    eight = 6_979_321_856  # linear weights of an 8B Llama, 13 GiB in bfloat16
    for gib, expected in ((80, True), (48, True), (40, True), (24, False), (16, False)):
        monkeypatch.setattr(device, "total_memory", lambda _, gib=gib: gib * GIB)
        assert device.unpacked_fits(eight, torch.bfloat16, torch.device("cuda", 0)) is expected


@pytest.mark.component
def test_cards_of_another_kind_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from eval.model import device

    names = ["H100", "A2", "H100"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda d: names[d if isinstance(d, int) else d.index])
    assert [d.index for d in device.cards()] == [0, 2]


@pytest.mark.component
@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "opt", "qwen2", "gemma2", "phi3", "mixtral"])
def test_every_tensor_of_other_families_has_one_place_and_both_ends_share_it(family: str) -> None:
    import torch
    from transformers import AutoConfig

    from eval.model.device_map import place_model
    from eval.model.dimensions import empty_model, layer_names

    config = AutoConfig.for_model(family)
    model = empty_model(config)
    size = 2 * sum(p.numel() for p in model.parameters())
    cards = [torch.device("cuda", i) for i in range(3)]
    placed = place_model(config, cards, [int(0.6 * size)] * 3, held="plain", dtype=torch.bfloat16, name="m")
    layers = layer_names(model, config.num_hidden_layers)
    assert len(layers) == config.num_hidden_layers
    assert {placed.map[n] for n in layers} == set(cards)
    names = [n for n, _ in (*model.named_parameters(), *model.named_buffers())]
    assert all(sum(n == key or n.startswith(key + ".") for key in placed.map) == 1 for n in names)
    ends = [n for n in names if not any(n.startswith(layer + ".") for layer in layers)]
    assert len(ends) >= 2
    for name in ends:
        assert next(d for key, d in placed.map.items() if name == key or name.startswith(key + ".")) == placed.device
