"""QLoRA training (arXiv:2305.14314): one loop, loss at the labelled tokens alone, exact resume. Imports torch.

A loop of our own, because what makes it fast here is not in a trainer's reach: vocabulary logits are computed only
where there is loss and piece by piece, and the prompt's shared beginning runs once for a whole batch, with gradients.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from eval.generate import pad_token
from eval.kv import common_prefix, expanded, left_padded, prefix_states
from eval.model import Base
from eval.progress import track
from finetune.loss import head_loss, plain_head
from finetune.rows import Row, plan_steps

WARMUP = 0.06
CLIP = 1.0
SAVE_SHARE = 0.05
"""Of the time that checkpoints may take: every step for a small adapter, every few seconds for a large one."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """What the result of training depends on besides the base and the rows."""

    epochs: int
    batch_size: int
    rank: int
    learning_rate: float
    seed: int


@dataclass
class Progress:
    """How far training has come; what a checkpoint holds besides the tensors."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[tuple[int, float]] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)


def lora_config(settings: TrainSettings) -> Any:
    """LoRA on every linear layer, alpha twice the rank, no dropout."""
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def train(
    base: Base, name: str, rows: Sequence[Row], held_back: Sequence[Row], settings: TrainSettings, checkpoint: Path
) -> Progress:
    """Train the adapter `name` on the loaded base and leave it switched on; goes on from an existing `checkpoint`.

    The checkpoint file belongs to exactly these rows and settings: the caller names it by their fingerprint.
    """
    torch.manual_seed(settings.seed)
    base.add_adapter(name, lora_config(settings))
    trainer = _Trainer(base, rows, held_back, settings, checkpoint)
    try:
        trainer.run(name)
    finally:
        trainer.close()
    return trainer.progress


class _Trainer:
    def __init__(
        self, base: Base, rows: Sequence[Row], held_back: Sequence[Row], settings: TrainSettings, checkpoint: Path
    ) -> None:
        self.base, self.rows, self.held_back, self.settings = base, rows, held_back, settings
        self.checkpoint = checkpoint
        self.steps = plan_steps(rows, epochs=settings.epochs, batch_size=settings.batch_size, seed=settings.seed)
        self.parameters = {n: p for n, p in base.peft.named_parameters() if p.requires_grad}
        self.optimizer = _optimizer(list(self.parameters.values()), settings.learning_rate, base.device)
        self.progress = Progress()
        self.pad = pad_token(base)
        self.head = plain_head(base.causal)
        self.share_prefix = base.device.type == "cpu"
        if not self.share_prefix:  # memory is the limit on a GPU: recompute activations, and then no cache can be used
            base.causal.enable_input_require_grads()
            base.causal.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        self._last_save, self._save_cost = time.perf_counter(), 0.0

    def run(self, name: str) -> None:
        self._resume()
        per_epoch = len(self.steps) // self.settings.epochs
        start, before = time.perf_counter(), self.progress.seconds
        trained_here = 0
        with track(f"training {name}", len(self.steps), unit=" steps") as advance:
            advance(self.progress.step, resumed=True)
            while self.progress.step < len(self.steps):
                batch = [self.rows[i] for i in self.steps[self.progress.step]]
                loss = self._step(batch)
                trained_here += sum(len(r.tokens) for r in batch)
                self.progress.tokens += sum(len(r.tokens) for r in batch)
                self.progress.step += 1
                self.progress.losses.append((self.progress.step, round(loss, 4)))
                if self.progress.step % per_epoch == 0 or self.progress.step == len(self.steps):
                    self._validate()
                elapsed = time.perf_counter() - start
                self.progress.seconds = before + elapsed
                self._save(force=False)
                advance(1, f"loss {loss:.3f}{self._last_validation()}, {trained_here / elapsed:.0f} tokens/s")

    def close(self) -> None:
        self.base.causal.eval()
        if not self.share_prefix:
            self.base.causal.gradient_checkpointing_disable()

    def _step(self, batch: Sequence[Row]) -> float:
        self.base.causal.train()
        rate = self.settings.learning_rate * _schedule(self.progress.step, len(self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, count = self._loss(batch)
        (loss / count).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach()) / count

    def _loss(self, batch: Sequence[Row]) -> tuple[torch.Tensor, int]:
        """Summed cross-entropy over the batch's labelled tokens, and how many there are."""
        device = self.base.device
        with self.base.computing():
            # The last prompt token predicts the first labelled one, so it must stay outside the prefix.
            shared = min(common_prefix([r.tokens for r in batch]), min(r.start for r in batch) - 1)
            shared = max(shared, 0) if self.share_prefix else 0
            states = prefix_states(self.base.causal, batch[0].tokens[:shared], device)
            ids, mask, positions = left_padded(
                [r.tokens[shared:] for r in batch], prefix=shared, pad=self.pad, device=device
            )
            labels = torch.tensor([token for r in batch for token in r.tokens[r.start :]], device=device)
            inputs = {
                "input_ids": ids, "attention_mask": mask, "position_ids": positions, "use_cache": bool(shared),
                "past_key_values": expanded(states, len(batch)) if shared else None,
            }  # fmt: skip
            return self._label_loss(inputs, [len(r.tokens) - r.start for r in batch], labels), len(labels)

    def _label_loss(self, inputs: dict[str, Any], counts: Sequence[int], labels: torch.Tensor) -> torch.Tensor:
        """Summed cross-entropy at `labels`: of each row, which all end at the same place, the last `counts` tokens."""
        keep = max(counts)
        labelled = torch.arange(keep) >= keep - torch.tensor(counts)[:, None]
        if self.head is None:
            logits = self.base.causal(**inputs, logits_to_keep=keep + 1).logits[:, :-1][labelled]
            return functional.cross_entropy(logits.float(), labels, reduction="sum")
        hidden = self.base.causal.base_model(**inputs).last_hidden_state[:, -keep - 1 : -1][labelled]
        return head_loss(hidden, self.head.weight, self.head.bias, labels)

    def _validate(self) -> None:
        if not self.held_back:
            return
        self.base.causal.eval()
        total, count = 0.0, 0
        ordered = sorted(self.held_back, key=lambda r: len(r.tokens))
        with torch.no_grad():
            for start in range(0, len(ordered), self.settings.batch_size):
                loss, labelled = self._loss(ordered[start : start + self.settings.batch_size])
                total, count = total + float(loss), count + labelled
        self.progress.validation.append((self.progress.step, round(total / count, 4)))

    def _last_validation(self) -> str:
        return f", validation {self.progress.validation[-1][1]:.3f}" if self.progress.validation else ""

    def _save(self, *, force: bool) -> None:
        now = time.perf_counter()
        if not force and SAVE_SHARE * (now - self._last_save) < self._save_cost:
            return
        state = {
            "parameters": {n: p.detach() for n, p in self.parameters.items()},
            "optimizer": self.optimizer.state_dict(),
            "progress": vars(self.progress),
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.checkpoint.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.replace(self.checkpoint)
        self._last_save = time.perf_counter()
        self._save_cost = self._last_save - now

    def _resume(self) -> None:
        if not self.checkpoint.is_file():
            return
        state = torch.load(self.checkpoint, map_location=self.base.device, weights_only=True)
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state["parameters"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(**state["progress"])


def _schedule(step: int, steps: int) -> float:
    """Linear warm-up, then linear decay to zero."""
    warmup = max(1, round(WARMUP * steps))
    return (step + 1) / warmup if step < warmup else (steps - step) / max(1, steps - warmup)


def _optimizer(parameters: list[Any], rate: float, device: torch.device) -> Any:
    """Paged 8-bit AdamW on a GPU, where memory is the limit; torch's fused AdamW on a CPU."""
    if device.type == "cuda":
        import bitsandbytes as bnb

        return bnb.optim.PagedAdamW8bit(parameters, lr=rate, weight_decay=0.0)
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, fused=True)
