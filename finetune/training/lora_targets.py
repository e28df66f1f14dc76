"""Which layers of a family LoRA is put on, and what of the model it does not reach. Imports torch."""

from __future__ import annotations

from typing import Any

from torch import nn

from eval.errors import UserError
from eval.terminal.progress import say
from finetune.training.training_state import TrainSettings

ALPHA = 32
SMALL = 0.01
"""Of the decoder's weights: what is out of reach and less is not worth a line."""


def lora_targets(causal: Any) -> str | list[str]:
    """Every linear layer of the text decoder but the head: as PEFT's word for it where that is the same, else by name.

    Left out are vision and audio towers, which text never passes, routers of experts, and the output layer of
    state-space mixers, whose kernels multiply its weight past any adapter.
    """
    decoder, head = causal.get_decoder(), causal.get_output_embeddings()
    inside = {id(m) for m in decoder.modules()}
    mixed = {id(m.out_proj) for m in causal.modules() if hasattr(m, "A_log") and hasattr(m, "out_proj")}
    linear = {name: m for name, m in causal.named_modules() if _is_linear(m) and m is not head}
    wanted = [name for name, m in linear.items() if id(m) in inside and id(m) not in mixed and not _is_router(m)]
    if not wanted:
        family = causal.config.get_text_config().model_type
        raise UserError(f"{family}: the model has no linear layer that LoRA could be put on; name another model")
    return "all-linear" if len(wanted) == len(linear) else wanted


def say_unreached(causal: Any) -> None:
    """One line where much of the decoder lies in experts that are no linear layers, which LoRA leaves as they are."""
    weights = dict(causal.get_decoder().named_parameters())
    experts = sum(p.numel() for name, p in weights.items() if p.dim() == 3 and "expert" in name)
    share = experts / max(1, sum(p.numel() for p in weights.values()))
    if share > SMALL:
        family = causal.config.get_text_config().model_type
        say(f"{family}: {share:.0%} of the weights lie in experts, which LoRA on linear layers does not reach; they "
            "stay as they are, and the adapter learns in the other layers")  # fmt: skip


def _is_linear(module: nn.Module) -> bool:
    """What PEFT takes for a layer that multiplies by one weight matrix: torch's, quantised, GPT-2's."""
    return isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"


def _is_router(module: nn.Module) -> bool:
    """A family's own layer that is no plain product: routers of experts, which return more than one tensor."""
    name = type(module).__name__.lower()
    return type(module).__module__.startswith("transformers.models.") and ("router" in name or "gate" in name)


def lora_config(settings: TrainSettings, causal: Any) -> Any:
    """LoRA on the text decoder's linear layers, alpha 32 at any rank, as the rule for the learning rate was fitted."""
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules=lora_targets(causal),
        task_type="CAUSAL_LM",
    )
