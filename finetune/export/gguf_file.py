"""A plain Llama folder as a GGUF file, as llama.cpp and Ollama read it. Imports torch.

PyPI's `gguf` knows names, blocks and bytes; what a Llama means in them is written here: the order of rotary halves,
the tokenizer's kind, the rotary base and its scaling.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from eval.errors import UserError
from eval.files import read_json
from finetune.export.gguf_tokens import Vocabulary
from finetune.export.head_size import head_size

TYPES = {
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "q4_0": (gguf.GGMLQuantizationType.Q4_0, gguf.LlamaFileType.MOSTLY_Q4_0),
}
"""Number formats that `gguf` itself can write. K-quants (Q4_K_M) are written by llama.cpp's own llama-quantize."""

BLOCK = 32
"""Weights that share a scale in q8_0 and q4_0."""


def write_gguf(folder: Path, file: Path, form: str, *, name: str, licence: str | None = None) -> None:
    """Write the model of a transformers folder as one GGUF file in the number format `form`.

    Raises UserError for another architecture than Llama, an unknown tokenizer or an unknown rotary scaling.
    """
    config = read_json(folder / "config.json")
    if config.get("model_type") != "llama":
        raise UserError(f"{folder}: GGUF is written for Llama models only, and this is '{config.get('model_type')}'")
    vocabulary = Vocabulary.read(folder, config["vocab_size"])
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name(name)
    writer.add_type("model")
    if licence:
        writer.add_license(licence)
    writer.add_file_type(TYPES[form][1])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_shape(writer, config)
    factors = _add_rope(writer, folder, config)
    vocabulary.add_to(writer)
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", factors)
    for tensor_name, weight in _tensors(folder, config):
        kind = _kind(tensor_name, weight.shape, form)
        writer.add_tensor(tensor_name, gguf.quantize(weight, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _kind(name: str, shape: tuple[int, ...], form: str) -> gguf.GGMLQuantizationType:
    """Vectors stay whole; the vocabulary's matrix keeps eight bits, as in llama.cpp's own 4-bit files."""
    if len(shape) == 1:
        return gguf.GGMLQuantizationType.F32
    if shape[-1] % BLOCK and form != "f32":
        return gguf.GGMLQuantizationType.F16
    if form == "q4_0" and name in ("token_embd.weight", "output.weight"):
        return gguf.GGMLQuantizationType.Q8_0
    return TYPES[form][0]


def _add_shape(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config.get("num_key_value_heads") or config["num_attention_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_key_length(head_size(config))
    writer.add_value_length(head_size(config))
    writer.add_vocab_size(config["vocab_size"])


def _add_rope(writer: gguf.GGUFWriter, folder: Path, config: dict[str, Any]) -> Any:
    """Write the rotary base; returns the divisors of each frequency where Llama 3.1's scaling is used, else None."""
    rope = config.get("rope_parameters") or {}
    if "rope_theta" not in rope:
        raise UserError(f"{folder / 'config.json'}: names no rotary base (rope_parameters.rope_theta)")
    writer.add_rope_dimension_count(head_size(config))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    kind = rope.get("rope_type", "default")
    if kind == "default":
        return None
    if kind != "llama3":
        raise UserError(f"{folder / 'config.json'}: rotary scaling '{kind}' cannot be written; known: default, llama3")
    return llama3_factors(config)


def llama3_factors(config: dict[str, Any]) -> Any:
    """What llama.cpp divides each rotary frequency by, (size / 2,): the plain one over transformers' scaled one."""
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    scaled = ROPE_INIT_FUNCTIONS["llama3"](LlamaConfig(**config), torch.device("cpu"))[0].double()
    size = head_size(config)
    plain = config["rope_parameters"]["rope_theta"] ** -(torch.arange(0, size, 2, dtype=torch.float64) / size)
    return (plain / scaled).float().numpy()


def _tensors(folder: Path, config: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """GGUF name and float32 array of every weight, in the file's order."""
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    heads = config["num_attention_heads"]
    key_heads = config.get("num_key_value_heads") or heads
    for name, tensor in _stored(folder):
        if name == "lm_head.weight" and config.get("tie_word_embeddings"):
            continue
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            raise UserError(f"{folder}: the weight {name} has no place in a GGUF of a Llama")
        weight = tensor.float().numpy()
        if ".attn_q." in target:
            weight = interleaved(weight, heads)
        elif ".attn_k." in target:
            weight = interleaved(weight, key_heads)
        yield target, weight


def interleaved(weight: Any, heads: int) -> Any:
    """Rows of a query or key projection in llama.cpp's order: the two rotary halves of each head, one row each in turn.

    transformers rotates row i of a head with row i + size / 2, llama.cpp row 2 i with row 2 i + 1.
    """
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))


def _stored(folder: Path) -> Iterator[tuple[str, torch.Tensor]]:
    from safetensors import safe_open

    index = folder / "model.safetensors.index.json"
    files = sorted(set(json.loads(index.read_text())["weight_map"].values())) if index.is_file() else None
    for file in files or ["model.safetensors"]:
        with safe_open(folder / file, framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118  (not a mapping)
                yield name, weights.get_tensor(name)
