"""What only a card can show. Every test needs a CUDA device, and some two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.gpu


@pytest.fixture(autouse=True)
def card() -> Any:
    """The first card."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    return torch.device("cuda", 0)


@pytest.fixture
def two_cards() -> None:
    import torch

    if torch.cuda.device_count() < 2:
        pytest.skip("needs two CUDA devices")


def rows(base: Any, count: int = 16) -> list[Any]:
    from eval.arms.prompt import ask
    from eval.records import Example
    from finetune.data.rows import reply_row

    return [
        reply_row(base.tokenizer, ask("Common.", "q" * (3 * i + 1)), Example(f"{i}", "q", reply="r" * (i % 4 + 2)),
                  where="") for i in range(count)
    ]  # fmt: skip


def logits(base: Any) -> Any:
    import torch

    ids = torch.tensor([[1, 40, 50, 60, 70]], device=base.device)
    with torch.no_grad():
        return base.causal(input_ids=ids).logits.float().cpu()


def texts(base: Any) -> list[str]:
    from eval.model.generate import generate_batches, plan_batches
    from eval.model.stopping import Limits

    prompts, limits = [list(r.tokens[: r.start]) for r in rows(base)], Limits(24)
    batches = plan_batches(base, prompts, limits)
    made = generate_batches(base, None, prompts, batches, limits=limits)
    found = {i: c.text for b, done in zip(batches, made, strict=True) for i, c in zip(b, done, strict=True)}
    return [found[i] for i in range(len(prompts))]


def test_a_model_that_fits_lies_on_one_card_in_arithmetic_that_the_card_has(tiny_base: Any) -> None:
    import torch

    from eval.model.device_map import devices_of

    assert [d.type for d in devices_of(tiny_base.causal)] == ["cuda"]
    major = torch.cuda.get_device_capability(tiny_base.device)[0]
    assert (tiny_base.dtype == torch.bfloat16) is (major >= 8 or bool(torch.version.hip))


def test_unpacked_weights_give_the_numbers_of_packed_ones(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import bitsandbytes as bnb
    import torch

    from eval.model import loading as model

    unpacked = model.load_base(str(tiny_model))
    assert not any(isinstance(m, bnb.nn.Linear4bit) for m in unpacked.causal.modules())
    monkeypatch.setattr(model, "unpacked_fits", lambda *given: False)
    packed = model.load_base(str(tiny_model))
    assert any(isinstance(m, bnb.nn.Linear4bit) for m in packed.causal.modules())
    assert torch.allclose(logits(unpacked), logits(packed), atol=0.02)


def test_replies_are_those_of_transformers(tiny_model: Path) -> None:
    import torch

    from eval.model.loading import load_base

    base = load_base(str(tiny_model), dtype="float32")
    for row, text in zip(rows(base), texts(base), strict=True):
        ids = torch.tensor([row.tokens[: row.start]], device=base.device)
        out = base.causal.generate(ids, max_new_tokens=24, do_sample=False, pad_token_id=0)[0][ids.shape[1] :]
        assert str(base.tokenizer.decode(out, skip_special_tokens=True)).strip() == text


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_any_cut_of_a_step_gives_the_same_losses_and_leaves_no_hook(
    tiny_model: Path, tmp_path: Path, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """float32 to rounding; float16, whose loss is scaled, to the second digit of float32's."""
    from eval.model.loading import load_base
    from finetune.training import train
    from finetune.training.micro_batches import Fit
    from finetune.training.training_state import TrainSettings

    settings = TrainSettings(3, 8, 4, 1e-3, 0)

    def losses(dtype: Any, cut: Fit) -> list[float]:
        base = load_base(str(tiny_model), dtype=dtype)
        monkeypatch.setattr(train._Trainer, "_fit", lambda self: cut)
        before = sum(len(m._forward_hooks) for m in base.causal.modules())
        found = train.train(base, "ft", rows(base), [], settings, tmp_path / f"{dtype}-{cut}.pt")
        base.drop_adapter("ft")
        assert sum(len(m._forward_hooks) for m in base.causal.modules()) == before
        return [loss for _, loss in found.losses]

    expected = losses("float32", Fit(False, 10**6))
    for cut in (Fit(False, 100), Fit(True, 10**6), Fit(True, 100)):
        assert losses(dtype, cut) == pytest.approx(expected, rel=1e-3 if dtype == "float32" else 0.02)


def test_a_real_lack_of_memory_is_known_and_halved(card: Any) -> None:
    import torch

    from eval.model.device import free_memory
    from eval.model.out_of_memory import in_halves

    each = free_memory(card) // 3
    told = []

    def run(items: Any) -> list[int]:
        held = torch.empty(len(items) * each, dtype=torch.uint8, device=card)
        assert held.numel() == len(items) * each
        return list(items)

    assert in_halves(run, range(8), lambda items: told.append(len(items))) == list(range(8))
    assert told[0] == 8


def test_the_room_for_keys_and_values_follows_what_is_free(tiny_base: Any) -> None:
    import torch

    from eval.model.device import free_memory
    from eval.model.generate import cache_room

    before = cache_room(tiny_base)
    assert 0 < before < free_memory(tiny_base.device)
    held = torch.empty(free_memory(tiny_base.device) // 2, dtype=torch.uint8, device=tiny_base.device)
    assert cache_room(tiny_base) < 0.7 * before
    del held


def test_a_model_split_over_two_cards_computes_what_one_does(
    tiny_model: Path, tmp_path: Path, two_cards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replies, likelihoods and the losses of training."""
    import torch

    from eval.model import loading as model
    from eval.model.device_map import devices_of
    from eval.model.likelihood import log_likelihoods
    from finetune.training.train import train
    from finetune.training.training_state import TrainSettings

    whole = model.load_base(str(tiny_model), dtype="float32")
    monkeypatch.setattr(model, "free_memory", lambda device: 300_000)
    split = model.load_base(str(tiny_model), dtype="float32")
    assert len(devices_of(split.causal)) == 2
    assert torch.allclose(logits(split), logits(whole), atol=1e-4)
    assert texts(split) == texts(whole)
    asked = [([1, 40], [50, 60, 70])]
    assert log_likelihoods(split, None, asked)[0] == pytest.approx(log_likelihoods(whole, None, asked)[0], abs=1e-3)
    found = []
    for name, base in (("whole", whole), ("split", split)):
        done = train(base, "ft", rows(base), [], TrainSettings(2, 8, 4, 1e-3, 0), tmp_path / f"{name}.pt")
        found.append([loss for _, loss in done.losses])
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_all_cards_write_what_one_writes(
    tiny_model: Path,
    make_dataset: Callable[..., Path],
    tmp_path: Path,
    two_cards: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from eval.model import batching
    from eval.pipeline.plan import plan_run
    from eval.run import Options, evaluate

    monkeypatch.setattr(batching, "MAX_ROWS", 1)
    data, found = make_dataset(), []
    for processes in ("1", "2"):
        monkeypatch.setenv("RAG_OR_FINETUNE_PROCESSES", processes)
        out = tmp_path / processes
        plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=out)
        evaluate(plan, ["base"], Options(retention=False))
        lines = (out / "predictions" / "base.jsonl").read_text(encoding="utf-8").splitlines()
        found.append([line.partition('"seconds"')[0] for line in lines])
    assert found[0] == found[1]
