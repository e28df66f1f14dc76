"""Tiny random models of every family that the matrix tries: one table of what differs from a common configuration."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

WINDOW = 16
"""Tokens that a sliding or chunked layer sees; every prompt of the matrix is longer."""

COMMON: dict[str, Any] = {
    "vocab_size": 259, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 1024, "initializer_range": 0.2, "bos_token_id": 1,
    "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip

SLIDING = {"sliding_window": WINDOW}
MIXED = SLIDING | {"layer_types": ["sliding_attention", "full_attention"]}
EXPERTS = {"num_local_experts": 4, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}
MLA = EXPERTS | {
    "n_routed_experts": 4, "n_shared_experts": 1, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1,
    "kv_lora_rank": 16, "q_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8,
    "num_key_value_heads": 4,
}  # fmt: skip
MAMBA = {
    "mamba_n_heads": 4, "mamba_d_head": 16, "mamba_d_ssm": 64, "mamba_d_state": 8, "mamba_n_groups": 1,
    "mamba_chunk_size": 8, "mamba_expand": 2,
}  # fmt: skip

FAMILIES: dict[str, dict[str, Any]] = {
    "apertus": {},
    "arcee": {},
    "bamba": MAMBA | {"attn_layer_indices": [1]},
    "bitnet": {},
    "bloom": {},
    "cohere": {},
    "cohere2": MIXED,
    "deepseek_v2": MLA,
    "deepseek_v3": MLA,
    "doge": {},
    "dots1": EXPERTS | {"n_routed_experts": 4, "n_shared_experts": 1, "n_group": 1, "topk_group": 1} | MIXED,
    "ernie4_5": {},
    "ernie4_5_moe": EXPERTS | {"moe_num_experts": 4, "moe_k": 2},
    "exaone4": MIXED,
    "falcon": {},
    "falcon_alibi": {"model_type": "falcon", "alibi": True},
    "falcon_h1": MAMBA,
    "falcon_mamba": {"state_size": 8},
    "gemma": {"head_dim": 8},
    "gemma2": MIXED | {"head_dim": 8},
    "gemma3": {"model_type": "gemma3_text", "head_dim": 8} | MIXED,
    "gemma3_vision": {"model_type": "gemma3", "text_config": "gemma3"},
    "gemma3n": {"model_type": "gemma3n_text", "head_dim": 8, "vocab_size_per_layer_input": 259,
                "hidden_size_per_layer_input": 8, "laurel_rank": 4, "num_kv_shared_layers": 1, "altup_num_inputs": 2,
                "num_hidden_layers": 3, "activation_sparsity_pattern": [0.0, 0.0, 0.0],
                "layer_types": ["sliding_attention", "full_attention", "full_attention"]} | SLIDING,
    "glm": {"head_dim": 8},
    "glm4": {"head_dim": 8},
    "glm4_moe": EXPERTS | {"n_routed_experts": 4, "n_group": 1, "topk_group": 1},
    "gpt2": {},
    "gpt_bigcode": {},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]], "window_size": WINDOW},
    "gpt_neox": {},
    "gpt_oss": EXPERTS | MIXED | {"head_dim": 8},
    "gptj": {"rotary_dim": 4},
    "granite": {},
    "granitemoe": EXPERTS,
    "granitemoehybrid": EXPERTS | MAMBA | {"shared_intermediate_size": 16, "layer_types": ["mamba", "attention"]},
    "helium": {"head_dim": 8},
    "hunyuan_v1_dense": {"head_dim": 8},
    "jamba": EXPERTS | {"attn_layer_period": 2, "attn_layer_offset": 1, "mamba_d_state": 8, "mamba_dt_rank": 4},
    "jetmoe": {"num_local_experts": 4, "num_experts_per_tok": 2, "kv_channels": 8},
    "lfm2": {"layer_types": ["conv", "full_attention"]},
    "llama": {},
    "llama4": {"model_type": "llama4_text", "attention_chunk_size": WINDOW, "intermediate_size_mlp": 48,
               "num_hidden_layers": 2, "layer_types": ["chunked_attention", "full_attention"], "head_dim": 8} | EXPERTS,
    "mamba": {"state_size": 8},
    "mamba2": {"num_heads": 8, "head_dim": 8, "state_size": 8, "n_groups": 1, "chunk_size": 8},
    "minimax": EXPERTS | {"block_size": 8, "layer_types": ["linear_attention", "full_attention"]},
    "ministral": SLIDING | {"head_dim": 8, "layer_types": ["sliding_attention", "sliding_attention"]},
    "mistral": SLIDING,
    "mixtral": EXPERTS | SLIDING,
    "mpt": {"d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 1024},
    "nemotron": {},
    "olmo": {},
    "olmo2": {},
    "olmo3": MIXED,
    "olmoe": EXPERTS,
    "opt": {"ffn_dim": 48, "word_embed_proj_dim": 32},
    "persimmon": {},
    "phi": {},
    "phi3": SLIDING,
    "phimoe": EXPERTS | SLIDING,
    "qwen2": {"use_sliding_window": True, "max_window_layers": 1} | SLIDING,
    "qwen2_moe": EXPERTS | {"shared_expert_intermediate_size": 16},
    "qwen3": {"head_dim": 8, "use_sliding_window": True, "max_window_layers": 1} | SLIDING,
    "qwen3_moe": EXPERTS | {"head_dim": 8},
    "qwen3_next": EXPERTS | {"layer_types": ["linear_attention", "full_attention"], "linear_num_value_heads": 4,
                             "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
                             "head_dim": 8, "shared_expert_intermediate_size": 16},
    "recurrent_gemma": {"lru_width": 32, "attention_window_size": WINDOW, "head_dim": 8, "num_hidden_layers": 3},
    "seed_oss": {"head_dim": 8},
    "smollm3": {"no_rope_layers": [1, 0]},
    "stablelm": {},
    "starcoder2": SLIDING,
    "vaultgemma": MIXED | {"head_dim": 8},
    "xglm": {"d_model": 32, "ffn_dim": 48, "attention_heads": 4, "num_layers": 2},
}  # fmt: skip
"""By family, what its configuration has besides COMMON; `model_type` where that is not the family's name."""


def family_config(family: str) -> Any:
    """The tiny configuration of a family."""
    from transformers import AutoConfig

    own = dict(FAMILIES[family])
    kind = own.pop("model_type", family)
    if part := own.pop("text_config", None):
        vision = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                  "image_size": 28, "patch_size": 14}  # fmt: skip
        text = family_config(part).to_dict()
        return AutoConfig.for_model(kind, text_config=text, vision_config=vision, mm_tokens_per_image=4)
    return AutoConfig.for_model(kind, **(COMMON | own))


def save_family(family: str, tokenizer_from: Path, folder: Path) -> Path:
    """Write a random model of a family with the tokenizer of another model's folder, as a hub snapshot would be."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(11)
    model: Any = AutoModelForCausalLM.from_config(family_config(family), dtype=torch.float32)
    model.save_pretrained(folder)
    for file in tokenizer_from.iterdir():
        if "tokenizer" in file.name or file.name in ("chat_template.jinja", "special_tokens_map.json"):
            shutil.copy(file, folder / file.name)
    return folder
