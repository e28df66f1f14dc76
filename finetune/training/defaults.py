"""Training settings that dataset.yaml leaves open, by rule from the model's width, the method and the number of rows.

Imports nothing heavy: every command asks this before anything is loaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.config import Finetune, Method
from eval.errors import UserError

FULL_RATE = 5.0e-5
LORA_FACTOR = 10.0
WIDTH, NARROWEST = 2000, 512
EXPONENT = 0.781
"""Learning rate = 5e-5 x (2000 / hidden size)^0.781, ten times as much for LoRA: fitted over 14 Llama and Qwen models
in "LoRA Without Regret" (Schulman et al., Thinking Machines, 2025; constants as in its cookbook). The exponent is the
one for Llama, for all families: above a width of 2000 it gives less than the one for Qwen (0.0775), which is safe.
LoRA on every layer, alpha 32. QLoRA (arXiv:2305.14314) took 2e-4 at 7B and 13B and 1e-4 at 33B and 65B, and found 4-bit
training to match 16-bit at the same rate. Models narrower than 512 get the rate of 512: none was fitted below."""

BATCH, SMALL_BATCH = 8, 4
FEW_STEPS = 50
"""Steps on replies below which an adapter may not have moved far enough to be judged: warm-up and decay halve the mean
rate, so that 50 steps move a weight by no more than 25 rates. A rule of thumb."""
ENOUGH_STEPS = 100
"""A batch of 4 is taken where one of 8 would leave fewer steps than this; LoRA loses less with small batches than with
large ones (the same source)."""

TEXT_SHARE = 256
"""Tokens of text in a step for each reply row, however long the text rows are: an epoch of the corpus has about as many
steps at every model size."""
TEXT_TOKENS = ((1024, 128), (2048, 256))
LONG_TEXT_TOKENS = 512
"""(width below which, tokens of a document in one row). Longer rows with fewer of them in a step cost the bundled
135M model form (style .24 with 256, .40 with 128 tokens, at two rows a reply row); a wider model reads further back,
and short rows would cut what it could learn from."""

WIDTH_KEYS = ("hidden_size", "n_embd", "d_model", "model_dim", "dim")
TEXT_PARTS = ("text_config", "llm_config", "language_config", "thinker_config")


def resolved(finetune: Finetune, model: Path, replies: int, *, name: str = "") -> Finetune:
    """The settings with every open value filled in by rule, from the model's folder and the number of training replies.

    Raises UserError where the rate is open and the model's width is not to be had; `name` is the model as it was given.
    """
    width = hidden_size(model)
    rate = finetune.learning_rate
    if rate is None:
        if width is None:
            raise UserError(
                f"--model {name or model}: {model / 'config.json'} does not say how wide the model is, and the "
                "learning rate follows from that; set finetune.learning_rate in dataset.yaml"
            )
        rate = learning_rate(width, finetune.method)
    batch = finetune.batch_size or batch_size(replies, finetune.epochs)
    text = finetune.text_tokens or text_tokens(width)
    return finetune.model_copy(update={"learning_rate": rate, "batch_size": batch, "text_tokens": text})


def learning_rate(width: int, method: Method) -> float:
    """The learning rate for a model of this hidden size, to two digits."""
    factor = 1.0 if method == "full" else LORA_FACTOR
    return float(f"{factor * FULL_RATE * (WIDTH / max(width, NARROWEST)) ** EXPONENT:.2g}")


def rate_formula(width: int, method: Method) -> str:
    """The rule as it is printed, with its numbers."""
    factor = "" if method == "full" else f"{LORA_FACTOR:g} x "
    return f"{factor}{FULL_RATE:g} x ({WIDTH} / {max(width, NARROWEST)})^{EXPONENT} (Schulman et al., 2025)"


def batch_size(replies: int, epochs: int) -> int:
    """Replies in a step: 8, or 4 where 8 would leave fewer than ENOUGH_STEPS steps."""
    return BATCH if replies * epochs >= BATCH * ENOUGH_STEPS else SMALL_BATCH


def text_tokens(width: int | None) -> int:
    """Tokens of a document in one training row."""
    if width is None:
        return TEXT_TOKENS[0][1]
    return next((tokens for below, tokens in TEXT_TOKENS if width < below), LONG_TEXT_TOKENS)


def rows_of_text(batch: int, tokens: int) -> int:
    """Text rows in a step, beside a batch of so many replies."""
    return max(1, round(TEXT_SHARE * batch / tokens))


def hidden_size(model: Path) -> int | None:
    """The width of a model's text part from its config.json; None where that does not say."""
    try:
        config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _width(config) if isinstance(config, dict) else None


def _width(config: dict[str, Any]) -> int | None:
    for part in TEXT_PARTS:
        if isinstance(config.get(part), dict) and (width := _width(config[part])):
            return width
    found = (config.get(key) for key in WIDTH_KEYS)
    return next((value for value in found if isinstance(value, int) and value > 0), None)
