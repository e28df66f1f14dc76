"""Steps cut to the memory: the same gradient in any pieces, half the size where memory runs out, float16 scaled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finetune.data.row import Row
from finetune.training.micro_batches import Fit, fit, padded, pieces

GIB = 1 << 30


def row(length: int, start: int = 1) -> Row:
    return Row(tuple(range(3, 3 + length)), start, "reply")


def test_a_step_that_fits_is_one_piece_in_its_own_order() -> None:
    rows = [row(9), row(4), row(6)]
    assert padded(rows) == 27
    assert pieces(rows, 27) == [rows]
    assert pieces([], 27) == []


def test_pieces_hold_every_row_once_and_no_more_tokens_than_allowed() -> None:
    rows = [row(n) for n in (9, 4, 6, 4, 9, 30)]
    cut = pieces(rows, 18)
    assert sorted(len(r.tokens) for piece in cut for r in piece) == [4, 4, 6, 9, 9, 30]
    assert [[len(r.tokens) for r in piece] for piece in cut] == [[4, 4, 6], [9, 9], [30]]  # a long row stands alone


def test_layers_are_recomputed_only_where_pieces_would_be_small() -> None:
    """8B: a token keeps 7.5 MiB without recomputing (32 layers x 2 B x (16 x 4096 + 4 x 14336))."""
    kept, again = 32 * 2 * (16 * 4096 + 4 * 14336), 32 * 2 * 4096 + 2 * (16 * 4096 + 4 * 14336)
    assert fit(50 * GIB, largest=3000, kept=kept, recomputed=again) == Fit(False, 3000)
    assert fit(20 * GIB, largest=3000, kept=kept, recomputed=again) == Fit(False, 20 * GIB // kept)
    assert fit(10 * GIB, largest=3000, kept=kept, recomputed=again) == Fit(True, 3000)
    assert fit(1 * GIB, largest=3000, kept=kept, recomputed=again) == Fit(True, GIB // again)
    assert fit(-1.0, largest=3000, kept=kept, recomputed=again) == Fit(True, 1)


@pytest.fixture
def make_trainer(tiny_model: Path, tmp_path: Path) -> Callable[..., Any]:
    """A trainer on the tiny Llama in a dtype, whose adapter changes something from the start."""
    import torch

    from eval.arms.prompt import ask
    from eval.model.loading import load_base
    from eval.records import Example
    from finetune.data.rows import reply_row
    from finetune.training import train
    from finetune.training.training_state import TrainSettings

    bases: dict[str, Any] = {}

    def make(dtype: Any = "float32", fitted: Fit | None = None, rate: float = 1e-2) -> Any:
        base = bases[dtype] = bases.get(dtype) or load_base(str(tiny_model), dtype=dtype)
        rows = [
            reply_row(
                base.tokenizer, ask("Common.", "q" * (3 * i + 1)), Example(f"{i}", "q", reply="r" * (i % 4 + 2)),
                where="",
            ) for i in range(8)
        ]  # fmt: skip
        settings = TrainSettings(2, 8, 4, rate, 3)
        torch.manual_seed(0)
        base.add_adapter("ft", train.lora_config(settings, base.causal))
        with torch.no_grad():
            for name, parameter in base.peft.named_parameters():
                if "lora_B" in name:
                    parameter.normal_(std=0.1)
        with pytest.MonkeyPatch.context() as patch:
            if fitted:
                patch.setattr(train._Trainer, "_fit", lambda self: fitted)
            return train._Trainer(base, rows, rows[:3], settings, tmp_path / "c.pt")

    return make


def gradients(worker: Any) -> Any:
    """Of one step's loss, as the optimiser would see them; and the loss."""
    import torch

    worker.optimizer.zero_grad()
    loss = worker._backward(worker.rows, sum(len(r.tokens) - r.start for r in worker.rows), weight=1.0)
    return torch.cat([p.grad.flatten() for p in worker.parameters.values()]), loss


@pytest.mark.component
@pytest.mark.parametrize("cut", [Fit(False, 150), Fit(False, 1), Fit(True, 10**6), Fit(True, 150)])
def test_any_cut_gives_the_gradient_and_the_loss_of_one_batch(make_trainer: Callable[..., Any], cut: Fit) -> None:
    import torch

    worker = make_trainer()
    assert len(pieces(worker.rows, worker.fit.tokens)) == 1
    whole, loss = gradients(worker)
    worker.close()
    cut_up = make_trainer(fitted=cut)
    assert len(pieces(cut_up.rows, cut.tokens)) > 1 or cut.recompute
    same, same_loss = gradients(cut_up)
    cut_up.close()
    assert same_loss == pytest.approx(loss, rel=1e-5)
    assert whole.norm() > 0
    assert torch.allclose(same, whole, rtol=1e-3, atol=1e-5 * float(whole.norm()))


@pytest.mark.component
@pytest.mark.parametrize("recompute", [False, True])
def test_training_leaves_no_hook_behind(make_trainer: Callable[..., Any], recompute: bool) -> None:
    worker = make_trainer(fitted=Fit(recompute, 10**6))
    worker.close()
    base = worker.base

    def hooks() -> int:
        return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in base.causal.modules())

    before = hooks()
    for _ in range(2):
        worker = make_trainer(fitted=Fit(recompute, 10**6))
        assert any(getattr(m, "gradient_checkpointing", False) for m in base.causal.modules()) is recompute
        worker.run("ft")
        worker.close()
        worker.file.path.unlink(missing_ok=True)
    assert hooks() == before
    assert not any(getattr(m, "gradient_checkpointing", False) for m in base.causal.modules())


@pytest.mark.component
def test_out_of_memory_halves_the_pieces_says_so_once_and_changes_nothing_else(
    make_trainer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fake of CUDA's error above 120 padded tokens, in training and at the held-out loss."""
    import torch

    undisturbed = make_trainer()
    undisturbed.run("ft")
    undisturbed.close()
    undisturbed.file.path.unlink()
    expected = {n: p.detach().clone() for n, p in undisturbed.parameters.items()}
    seen = []
    worker = make_trainer()
    real = worker.loss

    def small_card(rows: Any) -> Any:
        seen.append(padded(rows))
        if padded(rows) > 120:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return real(rows)

    monkeypatch.setattr(worker, "loss", small_card)
    capsys.readouterr()
    worker.run("ft")
    worker.close()
    said = capsys.readouterr().err
    assert said.count("out of memory") == 1 and "with the same gradient" in said
    assert max(seen) > 120 and worker.progress.piece_tokens <= 120
    for curve in ("losses", "validation"):
        mine, theirs = getattr(worker.progress, curve), getattr(undisturbed.progress, curve)
        assert [v for _, v in mine] == pytest.approx([v for _, v in theirs], rel=1e-3)
    moved = sum(float(e.norm()) ** 2 for e in expected.values()) ** 0.5
    apart = sum(float((p - expected[n]).detach().norm()) ** 2 for n, p in worker.parameters.items()) ** 0.5
    assert apart < 1e-3 * moved


@pytest.mark.component
def test_one_row_for_which_the_memory_does_not_suffice_is_one_line(
    make_trainer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from eval.errors import UserError

    def no_card(rows: Any) -> Any:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    worker = make_trainer()
    monkeypatch.setattr(worker, "loss", no_card)
    with pytest.raises(UserError, match="does not suffice for one row of"):
        worker.run("ft")
    worker.close()


@pytest.mark.component
def test_other_errors_keep_their_traceback(make_trainer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:

    def broken(rows: Any) -> Any:
        raise RuntimeError("shapes do not match")

    worker = make_trainer()
    monkeypatch.setattr(worker, "loss", broken)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        worker.run("ft")
    worker.close()


@pytest.mark.component
def test_float16_takes_the_steps_of_float32(make_trainer: Callable[..., Any]) -> None:
    """Real float16 products on the CPU; the scale starts where gradients of this model overflow, and comes down."""
    import torch

    exact = make_trainer("float32", rate=1e-3)
    start = {n: p.detach().clone() for n, p in exact.parameters.items()}
    exact.run("ft")
    exact.close()
    exact.file.path.unlink()
    moved = {n: p.detach() - start[n] for n, p in exact.parameters.items()}
    worker = make_trainer("float16", rate=1e-3)
    assert all(p.dtype == torch.float32 for p in worker.parameters.values())
    worker.progress.scale = 2.0**24
    worker.file.save(worker.progress, {})
    worker.run("ft")
    worker.close()
    assert 1 <= worker.progress.scale < 2.0**24
    assert worker.progress.step == exact.progress.step  # an overflow costs no step
    assert [x for _, x in worker.progress.losses] == pytest.approx([x for _, x in exact.progress.losses], rel=0.02)
    one = torch.cat([d.flatten() for d in moved.values()])
    other = torch.cat([(p.detach() - start[n]).flatten() for n, p in worker.parameters.items()])
    assert torch.nn.functional.cosine_similarity(one, other, dim=0) > 0.9


@pytest.mark.component
def test_the_scale_halves_at_an_overflow_and_doubles_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from finetune.training import loss_scale as scale

    parameter = torch.nn.Parameter(torch.zeros(2))
    used = scale.LossScale(torch.float16)
    assert used.value == 2.0**16
    parameter.grad = torch.tensor([1.0, float("inf")])
    assert not used.unscale([parameter]) and used.value == 2.0**15
    for _ in range(scale.GROW_AFTER):
        parameter.grad = torch.tensor([2.0**15, 2.0**16])
        assert used.unscale([parameter])
    assert parameter.grad.tolist() == [1.0, 2.0] and used.value == 2.0**16
    unused = scale.LossScale(torch.bfloat16)
    parameter.grad = torch.tensor([1.0, float("inf")])
    assert unused.unscale([parameter]) and unused.value == 1.0 and parameter.grad[0] == 1.0
