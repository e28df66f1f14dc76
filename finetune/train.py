"""Training by QLoRA (arXiv:2305.14314), LoRA or of all weights: one loop, exact resume. Imports torch.

Loss at the labelled tokens alone. A loop of our own, because what makes it fast here is not in a trainer's reach:
vocabulary logits are computed only where there is loss and piece by piece, and the prompt's shared beginning runs once
for a whole batch, with gradients.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from eval.kv import prefix_states, shifted
from eval.model import Base
from eval.progress import track
from finetune.batches import Batch, collate, pad_of
from finetune.checkpoint import Checkpoint
from finetune.divergence import Diverged
from finetune.loss import head_loss, plain_head
from finetune.progress import Progress, TrainSettings, Watchers
from finetune.rows import Row, planned, warmup
from finetune.world import shard_base, world

CLIP = 1.0
ALPHA = 32
NOBODY = Watchers()
LOOKS_PER_EPOCH = 4
"""At the held-out loss, where patience wants to know; else one at each epoch's end."""


def lora_config(settings: TrainSettings) -> Any:
    """LoRA on every linear layer, alpha 32 at any rank: what the rule for the learning rate was fitted with."""
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def train(
    base: Base,
    name: str,
    rows: Sequence[Row],
    held_back: Sequence[Row],
    settings: TrainSettings,
    checkpoint: Path,
    watchers: Watchers = NOBODY,
) -> Progress:
    """Train the adapter `name` on the loaded base and leave it switched on; goes on from an existing `checkpoint`.

    The checkpoint file belongs to exactly these rows and settings: the caller names it by their fingerprint. Under
    `accelerate launch` every process calls this with the same rows, and all end with the same weights.
    """
    torch.manual_seed(settings.seed)
    base.add_adapter(name, lora_config(settings))
    trainer = _Trainer(base, rows, held_back, settings, checkpoint, watchers)
    try:
        trainer.run(name)
    finally:
        trainer.close()
    return trainer.progress


class _Trainer:
    def __init__(
        self,
        base: Base,
        rows: Sequence[Row],
        held_back: Sequence[Row],
        settings: TrainSettings,
        checkpoint: Path,
        watchers: Watchers = NOBODY,
    ) -> None:
        self.base, self.rows, self.held_back, self.settings = base, rows, held_back, settings
        self.watchers, self.world = watchers, world()
        self.steps = planned(rows, settings)
        per_epoch = len(self.steps) // settings.epochs
        self.look_every = max(1, per_epoch // LOOKS_PER_EPOCH) if settings.patience else per_epoch
        self.parameters = base.trainable()
        self.optimizer = _optimizer(list(self.parameters.values()), settings.learning_rate, base.device)
        self.progress = Progress()
        self.best: dict[str, torch.Tensor] = {}
        self.pad = pad_of(base.tokenizer)
        self.head = None if base.full else plain_head(base.causal)  # whose loss gives the head itself no gradient
        shard_base(base)
        self.share_prefix = base.device.type == "cpu" and not base.sharded
        self.recompute = base.device.type != "cpu"
        if self.recompute:  # memory is the limit on a GPU, and then no cache can be used
            base.causal.enable_input_require_grads()
            base.causal.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        self.file = Checkpoint(checkpoint, self.parameters, self.optimizer, self.world)

    def run(self, name: str) -> None:
        self.progress, self.best = self.file.load()
        if self.watchers.retention and not self.progress.history:
            self._tell(loss=None, retention=self._retention())
        start, before = time.perf_counter(), self.progress.seconds
        trained_here = 0
        with track(f"training {name}", len(self.steps), unit=" steps") as advance:
            advance(self.progress.step, resumed=True)
            while self.progress.step < len(self.steps) and not self.progress.stopped:
                batch = [self.rows[i] for i in self.steps[self.progress.step]]
                loss = self._step(batch)
                trained_here += sum(len(r.tokens) for r in batch)
                self.progress.tokens += sum(len(r.tokens) for r in batch)
                self.progress.step += 1
                self.progress.losses.append((self.progress.step, round(loss, 4)))
                looked = self.progress.step % self.look_every == 0 or self.progress.step == len(self.steps)
                if looked:
                    self._validate()
                elapsed = time.perf_counter() - start
                self.progress.seconds = before + elapsed
                self._tell(loss, self._retention() if looked else None, looked=looked)
                self.file.save(self.progress, self.best)
                advance(1, f"loss {loss:.3f}{self._last_validation()}, {trained_here / elapsed:.0f} tokens/s")
        self._take_best()

    def close(self) -> None:
        self.base.causal.eval()
        if self.base.full:
            self.base.causal.requires_grad_(False)
        if self.recompute:
            self.base.causal.gradient_checkpointing_disable()

    def _step(self, batch: Sequence[Row]) -> float:
        self.base.causal.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(self.progress.step)
        mine = self.world.share(batch)
        count = sum(len(r.tokens) - r.start for r in batch)
        loss, _ = self._loss(mine or batch[:1])
        if not mine:  # where weights are spread, a process without rows must still run every layer
            loss = loss * 0.0
        (loss / count).backward()  # type: ignore[no-untyped-call]
        self.world.sum_gradients(self.parameters.values())
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        mean = self.world.sum(float(loss.detach())) / count
        if not math.isfinite(mean):
            raise Diverged(
                f"training diverged at step {self.progress.step + 1}: the loss is {mean}; lower finetune.learning_rate"
            )
        return mean

    def _rate(self, step: int) -> float:
        return self.settings.learning_rate * _schedule(step, len(self.steps))

    def _tell(self, loss: float | None, retention: float | None, *, looked: bool = False) -> None:
        held_out = self.progress.validation[-1][1] if looked and self.held_back else None
        line: dict[str, float | int | None] = {
            "step": self.progress.step,
            "tokens": self.progress.tokens,
            "seconds": round(self.progress.seconds, 3),
            "learning_rate": self._rate(max(0, self.progress.step - 1)),
            "loss": None if loss is None else round(loss, 4),
            "held_out_loss": held_out,
            "retention": retention,
        }
        self.progress.history.append(line)
        if self.watchers.line:
            self.watchers.line(line)

    def _retention(self) -> float | None:
        if not self.watchers.retention:
            return None
        self.base.causal.eval()
        return self.watchers.retention()

    def _loss(self, rows: Sequence[Row]) -> tuple[torch.Tensor, int]:
        """Summed cross-entropy over the batch's labelled tokens, and how many there are."""
        batch = collate(rows, pad=self.pad, device=self.base.device, share_prefix=self.share_prefix)
        with self.base.computing():
            states = prefix_states(self.base.causal, batch.shared, self.base.device)
            inputs = {
                "input_ids": batch.ids, "attention_mask": batch.mask, "position_ids": batch.positions,
                "use_cache": bool(batch.shared),
                "past_key_values": shifted(states, batch.mask) if batch.shared else None,
            }  # fmt: skip
            return self._label_loss(inputs, batch), len(batch.labels)

    def _label_loss(self, inputs: dict[str, Any], batch: Batch) -> torch.Tensor:
        if self.head is None:
            logits = self.base.causal(**inputs, logits_to_keep=batch.keep + 1).logits[:, :-1][batch.labelled]
            return functional.cross_entropy(logits.float(), batch.labels, reduction="sum")
        hidden = self.base.causal.base_model(**inputs).last_hidden_state[:, -batch.keep - 1 : -1][batch.labelled]
        return head_loss(hidden, self.head.weight, self.head.bias, batch.labels)

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
        self._wait_for_better()

    def _wait_for_better(self) -> None:
        """Keep the best weights and stop when patience is at its end."""
        best = self.progress.best()
        if not self.settings.patience or best is None:
            return
        if best[0] == self.progress.step:
            self.best = {n: p.detach().clone() for n, p in self.parameters.items()}
        worse = sum(step > best[0] for step, _ in self.progress.validation)
        # One process decides for all: a last digit that differs must not stop some of them alone.
        self.progress.stopped = self.world.from_main(lambda: worse >= (self.settings.patience or 0))

    def _take_best(self) -> None:
        with torch.no_grad():
            for name, best in self.best.items():
                self.parameters[name].copy_(best)

    def _last_validation(self) -> str:
        return f", validation {self.progress.validation[-1][1]:.3f}" if self.progress.validation else ""


def _schedule(step: int, steps: int) -> float:
    """Linear warm-up, then linear decay to zero."""
    rising = warmup(steps)
    return (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)


def _optimizer(parameters: list[Any], rate: float, device: torch.device) -> Any:
    """Paged 8-bit AdamW on a GPU, where memory is the limit; torch's fused AdamW on a CPU."""
    if device.type == "cuda":
        import bitsandbytes as bnb

        return bnb.optim.PagedAdamW8bit(parameters, lr=rate, weight_decay=0.0)
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0, fused=True)
