"""Training on a tiny Llama: the loss, the shared prefix, exact resume, and the adapter folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


def rows(base: Any, count: int) -> list[Any]:
    from eval.arms.prompt import ask
    from eval.records import Example
    from finetune.data.rows import reply_row

    return [
        reply_row(
            base.tokenizer, ask("Common.", "q" * (i % 5 + 1)), Example(f"{i}", "q", reply="r" * (i % 3 + 2)), where=""
        )
        for i in range(count)
    ]


def settings(**changes: Any) -> Any:
    from finetune.training.training_state import TrainSettings

    return TrainSettings(**({"epochs": 2, "batch_size": 4, "rank": 4, "learning_rate": 1e-2, "seed": 3} | changes))


def exact(base: Any) -> Any:
    import torch

    base.causal.float()
    base.dtype = torch.float32
    return base


def trainer(base: Any, all_rows: list[Any], tmp_path: Path) -> Any:
    import torch

    from finetune.training import train

    torch.manual_seed(0)
    base.add_adapter("ft", train.lora_config(settings(), base.causal))
    with torch.no_grad():
        for name, parameter in base.peft.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.1)
    return train._Trainer(base, all_rows, [], settings(), tmp_path / "c.pt")


def test_loss_is_the_cross_entropy_of_the_reply_tokens(tiny_base: Any, tmp_path: Path) -> None:
    """Against transformers' own loss with -100 on the prompt, row by row, without padding or prefix."""
    import torch

    base = exact(tiny_base)
    batch = rows(base, 4)
    loss, count = trainer(base, batch, tmp_path).loss(batch)
    expected, labelled = 0.0, 0
    for row in batch:
        ids = torch.tensor([row.tokens])
        labels = torch.tensor([[-100] * row.start + list(row.tokens[row.start :])])
        own = len(row.tokens) - row.start
        with torch.no_grad():
            expected += float(base.causal(ids, labels=labels).loss) * own
        labelled += own
    assert count == labelled
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_a_model_without_a_plain_head_is_trained_on_the_same_loss(tiny_base: Any, tmp_path: Path) -> None:
    batch = rows(tiny_base, 4)
    worker = trainer(exact(tiny_base), batch, tmp_path)
    assert worker.loss.head is not None
    fast, count = worker.loss(batch)
    slow, same = replace(worker.loss, head=None)(batch)
    assert count == same
    assert fast.item() == pytest.approx(slow.item(), rel=1e-5)


def test_shared_prefix_gives_the_same_gradients(tiny_base: Any, tmp_path: Path) -> None:
    import torch

    base = exact(tiny_base)
    batch = rows(base, 4)
    worker = trainer(base, batch, tmp_path)
    gradients = []
    for share in (True, False):
        worker.optimizer.zero_grad()
        replace(worker.loss, share_prefix=share)(batch)[0].backward()
        gradients.append(torch.cat([p.grad.flatten() for p in worker.parameters.values()]))
    assert gradients[0].norm() > 0
    assert torch.allclose(gradients[0], gradients[1], rtol=1e-3, atol=1e-5 * float(gradients[1].norm()))


def test_training_lowers_the_loss_and_changes_the_adapter_alone(tiny_base: Any, tmp_path: Path) -> None:
    import torch

    from finetune.training.train import train

    before = {n: p.clone() for n, p in tiny_base.causal.named_parameters()}
    progress = train(
        tiny_base,
        "ft",
        rows(tiny_base, 24),
        rows(tiny_base, 3),
        settings(epochs=4, learning_rate=3e-2),
        tmp_path / "c.pt",
    )
    assert progress.losses[-1][1] < 0.9 * progress.losses[0][1]
    assert [step for step, _ in progress.validation] == [6, 12, 18, 24]
    after = {n.replace(".base_layer", ""): p for n, p in tiny_base.causal.named_parameters() if "lora_" not in n}
    assert all(torch.equal(before[n], after[n]) for n in before)


@pytest.mark.parametrize("patience", [None, 2])
def test_resumed_training_ends_with_the_same_weights(
    tiny_base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: int | None
) -> None:
    import torch

    from finetune.training import checkpoint, train

    def weights() -> dict[str, Any]:
        return {n: p.detach().clone() for n, p in tiny_base.peft.named_parameters() if p.requires_grad}

    monkeypatch.setattr(checkpoint, "SAVE_SHARE", 1e9)  # a checkpoint after every step
    data, held = rows(tiny_base, 16), rows(tiny_base, 3)
    given = settings(patience=patience, learning_rate=0.3 if patience else 0.01)
    whole = train.train(tiny_base, "ft", data, held, given, tmp_path / "whole.pt")
    undisturbed = weights()

    step = train._Trainer._step
    calls: list[int] = []

    def dies_in_step_four(self: Any, batch: Any) -> float:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return float(step(self, batch))

    monkeypatch.setattr(train._Trainer, "_step", dies_in_step_four)
    with pytest.raises(KeyboardInterrupt):
        train.train(tiny_base, "ft", data, held, given, tmp_path / "cut.pt")
    monkeypatch.setattr(train._Trainer, "_step", step)
    resumed = train.train(tiny_base, "ft", data, held, given, tmp_path / "cut.pt")
    again = weights()
    assert resumed.losses == whole.losses
    assert resumed.validation == whole.validation
    assert [line["step"] for line in resumed.history] == list(range(1, whole.step + 1))
    assert all(torch.equal(undisturbed[n], again[n]) for n in undisturbed)


def test_saved_adapter_loads_with_plain_peft(tiny_base: Any, tiny_model: Path, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel

    from eval.model.loading import load_base
    from finetune.adapter import is_complete, read_manifest, save_adapter
    from finetune.training.train import train

    folder = tmp_path / "adapters" / "ft-1"
    train(tiny_base, "ft", rows(tiny_base, 8), [], settings(), tmp_path / "c.pt")
    save_adapter(tiny_base, "ft", folder, {"base": "b", "prompt": "p", "base_model": "someone/llama"})
    assert is_complete(folder)
    assert read_manifest(folder, base="b", prompt="p")["prompt"] == "p"
    assert [p.name for p in folder.parent.iterdir()] == ["ft-1"]
    ids = torch.tensor([[1, 40, 50, 60]])
    with tiny_base.weights("ft") as model, torch.no_grad():
        trained = model(ids).logits
    other = PeftModel.from_pretrained(load_base(str(tiny_model)).causal, str(folder))
    with torch.no_grad():
        loaded = other(input_ids=ids).logits
    assert torch.equal(trained, loaded)


def test_adapter_of_another_base_is_refused(tiny_base: Any, tmp_path: Path) -> None:
    from eval.errors import UserError
    from eval.files import write_json
    from finetune.adapter import MANIFEST, read_manifest

    write_json(tmp_path / MANIFEST, {"base": "b", "prompt": "p"})
    with pytest.raises(UserError, match="another base model"):
        read_manifest(tmp_path, base="c", prompt="p")
    with pytest.raises(UserError, match="another prompt"):
        read_manifest(tmp_path, base="b", prompt="q")
