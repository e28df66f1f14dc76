"""Loading the base model: its form, its device, and which ways of computing are right for it. Imports torch."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from eval.config import Dtype, Method
from eval.errors import UserError, first_line
from eval.model import attention, few_rows
from eval.model.base import Base
from eval.model.device import (
    cards,
    free_memory,
    pick_device,
    resolve_dtype,
    shards,
    total_memory,
    train_together,
    unpacked_fits,
)
from eval.model.device_map import Placement, place_model
from eval.model.full_weights import FullWeights
from eval.model.memory import keep_freed_memory
from eval.model.model_files import locate_model, model_fingerprint
from eval.model.probe import find_adapted_ways, find_ways
from eval.model.quantization import Rung, choose_rung
from eval.terminal.progress import say

# Notes of the libraries to their own developers, which a user cannot act on.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
warnings.filterwarnings("ignore", message="Adapter .* was active which is now deleted")


SMALL = 0.2
"""Of a CPU's memory: a checkpoint below it, at 16 bits a weight, fits in every form, float32 included."""


def load_base(name: str, method: Method = "qlora", dtype: Dtype = "auto") -> Base:
    """Load a model and its tokenizer in the form that a method of training wants.

    qlora: 4-bit NF4 with double quantisation (QLoRA, arXiv:2305.14314), or the next rung of
    `eval.model.quantization` that works here; lora: plain weights in the compute dtype; full: float32
    weights, computed with in the compute dtype.
    A `dtype` that is named is the compute dtype, and the weights are held in it, unquantised. Where memory is to spare
    4-bit weights are unpacked once, to the same numbers, because bitsandbytes would unpack them again in every step.
    Weights that fit one device lie on one. Raises UserError when the model is not available, does not fit, cannot be
    loaded, or has no chat template.
    """
    folder = locate_model(name)
    device = pick_device()
    computed = resolve_dtype(dtype, device)
    rung = choose_rung(method, device, computed, dtype)
    if rung.reasons:
        say(f"base weights: {rung.line()}")
    tokenizer = load_tokenizer(name)
    if not tokenizer.chat_template:
        raise UserError(f"--model {name}: the model has no chat template; name an instruction-tuned model")
    placed = _place(name, folder, device, rung.name, torch.float32 if method == "full" else computed)
    device = placed.device
    model = _load_causal(
        name,
        folder,
        quantization_config=_quantisation(rung, computed),
        dtype=torch.float32 if method == "full" else computed,
        device_map=placed.map,
        attn_implementation=None if method == "full" else _attention(folder, device, computed),
    )
    model.eval()
    model.requires_grad_(False)
    # A slice of the hidden states is not contiguous, and the product with the vocabulary would copy the whole
    # output matrix once for each row of the batch (measured: 0.45 s a product in place of 0.03 s).
    model.get_output_embeddings().register_forward_pre_hook(lambda _, args: (args[0].contiguous(), *args[1:]))
    if shards():
        _keep_layout(model)
    if device.type == "cpu":
        keep_freed_memory()
    if rung.name == "nf4" and not shards() and not placed.split and _fits_unpacked(model, computed, device):
        unpack(model, computed)
    if method != "full":
        few_rows.prepare(model)
    base = Base(model, tokenizer, folder, model_fingerprint(folder), device, computed, rung=rung)
    base.full = FullWeights(model) if method == "full" else None
    find_ways(base, model)
    base.new_adapter = find_adapted_ways
    return base


def _load_causal(name: str, folder: Path, **how: Any) -> Any:
    import transformers
    from transformers import AutoModelForCausalLM

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, **how)
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"--model {name}: the device's memory does not suffice to load it ({first_line(error)}); free some, "
            "or name a smaller --model"
        ) from None
    except Exception as error:  # whatever the code of one of some hundred families raises
        raise UserError(f"--model {name}: {folder} cannot be loaded: {first_line(error)}") from None
    if model.get_output_embeddings() is None:
        raise UserError(f"--model {name}: {folder} has no language-model head; name a causal language model")
    return model


def _place(name: str, folder: Path, device: torch.device, held: str, dtype: torch.dtype) -> Placement:
    """Where the weights go; asked of the configuration unless they are small beside the memory of a CPU."""
    on_disk = sum(f.stat().st_size for f in folder.glob("*.safetensors"))
    if shards() or (device.type == "cpu" and 0 < on_disk < SMALL * total_memory(device)):
        return Placement(device, {"": device})
    devices = [device] if device.type == "cpu" or train_together() else cards()
    return place_model(
        read_model_config(name), devices, [free_memory(d) for d in devices], held=held, dtype=dtype, name=name
    )  # fmt: skip


def _quantisation(rung: Rung, dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    if rung.name == "nf4":
        return BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype,
            bnb_4bit_quant_storage=dtype if shards() else torch.uint8,  # a float can be spread over processes
        )  # fmt: skip
    return BitsAndBytesConfig(load_in_8bit=True) if rung.name == "int8" else None


def _keep_layout(model: Any) -> None:
    """Have bitsandbytes leave 4-bit weights as they are on a CPU, where it else lays them out again at first use.

    What is spread over processes cannot change its shape.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def load_tokenizer(name: str) -> Any:
    """The tokenizer of a model, without its weights; raises UserError when it is not available."""
    from transformers import AutoTokenizer

    folder = locate_model(name)
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise UserError(f"--model {name}: {folder} has no usable tokenizer: {first_line(error)}") from None


def read_model_config(name: str) -> Any:
    """The configuration of a model's text part, without its weights; raises UserError when it is not available."""
    from transformers import AutoConfig

    folder = locate_model(name)
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config()
    except (OSError, ValueError) as error:
        raise UserError(f"--model {name}: {folder} has no usable config.json: {first_line(error)}") from None


def _attention(folder: Path, device: torch.device, dtype: torch.dtype) -> str | None:
    """Our own attention for Llamas on a CPU that multiplies bf16; None: what the family itself asks for."""
    from transformers import AutoConfig

    if device.type != "cpu" or dtype != torch.bfloat16:
        return None
    if AutoConfig.from_pretrained(folder, local_files_only=True).model_type != "llama":
        return None
    attention.register()
    return attention.NAME


def unpack(model: Any, dtype: torch.dtype) -> None:
    """Replace every 4-bit linear layer by a plain one that holds the de-quantised numbers, in place."""
    import bitsandbytes as bnb

    packed = [n for n, m in model.named_modules() if isinstance(m, bnb.nn.Linear4bit)]
    for name in packed:
        module = model.get_submodule(name)
        weight = bnb.functional.dequantize_4bit(module.weight.data, module.weight.quant_state).to(dtype)
        plain = nn.Linear(module.in_features, module.out_features, bias=module.bias is not None, device="meta")
        plain.weight = nn.Parameter(weight, requires_grad=False)
        if module.bias is not None:
            plain.bias = nn.Parameter(module.bias.data.to(dtype), requires_grad=False)
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, plain)
    # From here on transformers and PEFT must treat the model as a plain one.
    model.is_loaded_in_4bit = model.is_quantized = False
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def environment(base: Base) -> dict[str, str]:
    """What the results depend on besides the data: versions, device, number formats."""
    import platform
    from importlib import metadata

    names = ("torch", "transformers", "peft", "bitsandbytes", "chromadb", "llama-index-core", "sentence-transformers")
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in names},
        "device": torch.cuda.get_device_name()
        if base.device.type == "cuda"
        else f"cpu ({torch.get_num_threads()} threads)",
        "compute_dtype": str(base.dtype).removeprefix("torch."),
        "quantization": {"nf4": "nf4, double", "int8": "int8", "plain": "none"}[base.rung.name],
        "model_folder": base.folder.name,
        "model_fingerprint": base.fingerprint,
    }


def _fits_unpacked(model: Any, dtype: torch.dtype, device: torch.device) -> bool:
    import bitsandbytes as bnb

    linear = sum(m.in_features * m.out_features for m in model.modules() if isinstance(m, bnb.nn.Linear4bit))
    return unpacked_fits(linear, dtype, device)
