"""Training by QLoRA (arXiv:2305.14314), LoRA or of all weights: one loop, exact resume. Imports torch.

Loss at the labelled tokens alone. A loop of our own, because what makes it fast here is not in a trainer's reach:
vocabulary logits are computed only where there is loss and piece by piece, and the prompt's shared beginning runs once
for a whole batch, with gradients.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch

from eval.errors import UserError
from eval.model.base import Base
from eval.model.device_map import devices_of
from eval.model.kv_cache import pad_token
from eval.model.out_of_memory import is_shortage, release
from eval.model.work_clock import WorkClock
from eval.terminal.progress import say, track
from finetune.data.row import Row
from finetune.data.rows import planned
from finetune.training.best_weights import keep_best
from finetune.training.checkpoint import Checkpoint
from finetune.training.distributed import shard_base, world
from finetune.training.divergence import Diverged
from finetune.training.estimate import kept_bytes, recomputed_bytes, training_room
from finetune.training.lora_targets import lora_config, say_unreached
from finetune.training.loss_pass import find_pass, train_mode
from finetune.training.loss_scale import LossScale
from finetune.training.micro_batches import Fit, fit, padded, pieces
from finetune.training.optimizer import make_optimizer, schedule
from finetune.training.training_state import Progress, TrainSettings, Watchers

T = TypeVar("T")

CLIP = 1.0
NOBODY = Watchers()
LOOKS_PER_EPOCH = 4
"""At the held-out loss, where patience wants to know; else one at each epoch's end."""


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
    if not base.full:
        say_unreached(base.causal)
    base.add_adapter(name, lora_config(settings, base.causal))
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
        self.optimizer = make_optimizer(list(self.parameters.values()), settings.learning_rate, base.device)
        self.progress = Progress()
        self.best: dict[str, torch.Tensor] = {}
        shard_base(base)
        self.fit = self._fit()
        self.scale = LossScale(base.dtype)
        if self.fit.recompute:
            # Without re-entry no gradient has to reach the embeddings, so nothing is hooked onto them.
            base.causal.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        share_prefix = not self.fit.recompute and not base.sharded  # recomputing allows no cache
        self.loss = find_pass(base, self.parameters.values(), pad=pad_token(base.tokenizer), share_prefix=share_prefix)
        self.file = Checkpoint(checkpoint, self.parameters, self.optimizer, self.world)

    def run(self, name: str) -> None:
        self.progress, self.best = self.file.load()
        self.scale = LossScale(self.base.dtype, self.progress.scale)
        if self.progress.piece_tokens:
            self.fit = replace(self.fit, tokens=min(self.fit.tokens, self.progress.piece_tokens))
        if self.held_back and self.progress.step == 0:
            self.progress.before = self._held_out_loss()
        if self.watchers.retention and not self.progress.history:
            self._tell(loss=None, retention=self._retention())
        start, before = time.perf_counter(), self.progress.seconds
        clock = WorkClock(self.base.device)
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
                self.progress.work += clock.lap()
                self._tell(loss, self._retention() if looked else None, looked=looked)
                self.file.save(self.progress, self.best)
                advance(1, f"loss {loss:.3f}{self._last_validation()}, {trained_here / elapsed:.0f} tokens/s")
        keep_best(self.progress, self.parameters, self.best, patient=bool(self.settings.patience))

    def close(self) -> None:
        self.base.causal.eval()
        if self.base.full:
            self.base.causal.requires_grad_(False)
        if self.fit.recompute:
            self.base.causal.gradient_checkpointing_disable()
            self.base.causal.disable_input_require_grads()  # which transformers may have switched on for adapters

    def _fit(self) -> Fit:
        """How steps are cut on this device, by what is free once the weights are there."""
        base = self.base
        largest = max((padded([self.rows[i] for i in step]) for step in self.steps), default=1)
        if base.sharded:
            return Fit(base.device.type != "cpu", largest)
        trained = sum(p.numel() for p in self.parameters.values())
        config = base.causal.config.get_text_config()
        return fit(
            training_room(devices_of(base.causal), trained), largest=largest,
            kept=kept_bytes(config, base.dtype), recomputed=recomputed_bytes(config, base.dtype),
        )  # fmt: skip

    def _step(self, batch: Sequence[Row]) -> float:
        train_mode(self.base.causal)
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(self.progress.step)
        mine = self.world.share(batch)
        count = sum(len(r.tokens) - r.start for r in batch)
        while True:
            # Where weights are spread, a process without rows must still run every layer.
            total = self._backward(mine or batch[:1], count, weight=1.0 if mine else 0.0)
            mean = self.world.sum(total) / count
            self.world.sum_gradients(self.parameters.values())
            if not math.isfinite(mean) or self.scale.value < 1:
                raise self._diverged("loss", mean, self.progress.step + 1)
            # A step whose scaled gradients overflow is made again at half the scale, so that no rows are left out.
            if self.scale.unscale(self.parameters.values()):
                break
            self.optimizer.zero_grad(set_to_none=True)
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.scale = self.scale.value if self.scale.used else 0.0
        return mean

    def _backward(self, rows: Sequence[Row], count: int, *, weight: float) -> float:
        """Add the gradients of the rows' loss over `count` tokens, piece by piece; the summed loss."""

        def add(piece: Sequence[Row]) -> float:
            loss, _ = self.loss(piece)
            loss = loss * weight
            (loss * self.scale.value / count).backward()  # type: ignore[no-untyped-call]
            return float(loss.detach())

        return sum(self._in_pieces(rows, add, again=lambda: self.optimizer.zero_grad(set_to_none=True)))

    def _in_pieces(
        self, rows: Sequence[Row], run: Callable[[Sequence[Row]], T], again: Callable[[], None] = lambda: None
    ) -> list[T]:
        """`run` on the rows, cut so that they fit; where they do not, `again` and all over in smaller pieces."""
        while True:
            cut = pieces(rows, self.fit.tokens)
            try:
                return [run(piece) for piece in cut]
            except Exception as error:
                if self.base.sharded or not is_shortage(error):  # processes that share layers take the same steps
                    raise
            release()
            again()
            self._halve(cut)

    def _halve(self, cut: Sequence[Sequence[Row]]) -> None:
        tokens = max(map(padded, cut)) // 2
        if all(len(piece) == 1 for piece in cut):
            raise UserError(
                f"training: the memory of {self.base.device} does not suffice for one row of {2 * tokens} tokens; "
                "shorten the row, lower finetune.rank or finetune.text_tokens, or name a smaller --model"
            )
        if not self.progress.piece_tokens:
            say(f"out of memory: a training step goes on in pieces of {tokens} tokens, with the same gradient")
        self.progress.piece_tokens = tokens
        self.fit = replace(self.fit, tokens=tokens)

    def _diverged(self, what: str, value: float, step: int) -> Diverged:
        other = ", or pass --dtype float32" if self.scale.used else ""
        message = f"training diverged at step {step}: the {what} is {value}; lower finetune.learning_rate{other}"
        return Diverged(message, self.progress)

    def _rate(self, step: int) -> float:
        return self.settings.learning_rate * schedule(step, len(self.steps))

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

    def _validate(self) -> None:
        if not self.held_back:
            return
        self.progress.validation.append((self.progress.step, self._held_out_loss()))
        self._wait_for_better()

    def _held_out_loss(self) -> float:
        self.base.causal.eval()
        total, count = 0.0, 0
        ordered = sorted(self.held_back, key=lambda r: len(r.tokens))
        with torch.no_grad():
            for start in range(0, len(ordered), self.settings.batch_size):
                found = self._in_pieces(ordered[start : start + self.settings.batch_size], self.loss)
                total, count = total + sum(float(x) for x, _ in found), count + sum(n for _, n in found)
        mean = round(total / count, 4)
        if not math.isfinite(mean):
            raise self._diverged("held-out loss", mean, self.progress.step)
        return mean

    def _wait_for_better(self) -> None:
        """Hold the best weights, and stop when patience is at its end."""
        best = self.progress.best()
        # Without patience the weights of an adapter are held, which are small, and not those of a whole model.
        if best is None or not (self.settings.patience or not self.base.full):
            return
        if best[0] == self.progress.step:
            self.best = {n: p.detach().clone() for n, p in self.parameters.items()}
        if not self.settings.patience:
            return
        worse = sum(step > best[0] for step, _ in self.progress.validation)
        # One process decides for all: a last digit that differs must not stop some of them alone.
        self.progress.stopped = self.world.from_main(lambda: worse >= (self.settings.patience or 0))

    def _last_validation(self) -> str:
        return f", validation {self.progress.validation[-1][1]:.3f}" if self.progress.validation else ""
