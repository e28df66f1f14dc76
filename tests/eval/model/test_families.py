"""Every family through the real door: replies, likelihoods and the first training loss are transformers' own.

Float32, tiny random models, prompts longer than every window, batches of unequal rows.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component

NEW = 8
"""Tokens of a reply."""
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


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny products gain nothing from threads, and on a busy machine wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def family_folder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a family's model, made once."""
    root = tmp_path_factory.mktemp("families")

    def folder(family: str) -> Path:
        made = root / family
        return made if made.exists() else save_family(family, tiny_model, made)

    return folder


@pytest.fixture
def load(family_folder: Callable[[str], Path]) -> Callable[[str], Any]:
    """Loads a family's model as any is loaded, in float32."""
    from eval.model.loading import load_base

    return lambda family: load_base(str(family_folder(family)), dtype="float32")


def drawn(lengths: tuple[int, ...]) -> list[list[int]]:
    """Rows of ordinary tokens after a common beginning."""
    draw = random.Random(3)
    return [[*range(40, 60), *(draw.randrange(3, 259) for _ in range(n))] for n in lengths]


def plain(base: Any) -> Any:
    """The same weights as transformers loads them, untouched by us."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32).eval()


def greedy(base: Any, model: Any, row: list[int], new: int = NEW) -> str:
    """The reply that `generate` gives to one prompt alone."""
    import torch

    out = model.generate(torch.tensor([row]), max_new_tokens=new, do_sample=False, pad_token_id=0)
    reply = [t for t in out[0][len(row) :].tolist() if t != 2]
    return str(base.tokenizer.decode(reply, skip_special_tokens=True)).strip()


def replies(base: Any, adapter: str | None, rows: list[list[int]]) -> list[str]:
    """Our replies, in two batches."""
    from eval.model.generate import generate_batches
    from eval.model.stopping import Limits

    batches = [list(range(0, len(rows), 2)), list(range(1, len(rows), 2))]
    found = generate_batches(base, adapter, rows, batches, limits=Limits(NEW))
    texts = {i: c.text for b, cs in zip(batches, found, strict=True) for i, c in zip(b, cs, strict=True)}
    return [texts[i] for i in range(len(rows))]


def first_loss(base: Any, rows: list[Any], tmp_path: Path) -> float:
    """The mean loss of the first training step on these rows."""
    from finetune.training.train import train
    from finetune.training.training_state import TrainSettings

    progress = train(base, "ft", rows, [], TrainSettings(1, len(rows), 2, 1e-3, 0), tmp_path / "checkpoint")
    return float(progress.losses[0][1])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_computed_as_transformers_computes_it(
    family: str, load: Callable[[str], Any], tmp_path: Path
) -> None:
    import torch

    from eval.model.likelihood import log_likelihoods
    from finetune.data.row import Row

    base = load(family)
    model, rows = plain(base), drawn((14, 33, 20, 41))
    assert replies(base, None, rows) == [greedy(base, model, row) for row in rows]

    found = log_likelihoods(base, None, [(row[:25], row[25:]) for row in rows])
    total, count = 0.0, 0
    for row, values in zip(rows, found, strict=True):
        labels = torch.tensor([[-100] * 25 + row[25:]])
        with torch.no_grad():
            out = model(input_ids=torch.tensor([row]), labels=labels)
        logs = out.logits[0, 24:-1].log_softmax(-1).gather(1, torch.tensor(row[25:])[:, None])[:, 0]
        assert values == pytest.approx(logs.tolist(), abs=1e-4)
        total, count = total + float(out.loss) * len(values), count + len(values)

    learned = [Row(tuple(row), 25, "reply") for row in rows]
    assert first_loss(base, learned, tmp_path) == pytest.approx(total / count, abs=2e-4)  # kept with four digits

    with base.weights("ft") as tuned:
        assert replies(base, "ft", rows) == [greedy(base, tuned, row) for row in rows]


def test_the_matrix_names_the_families_that_are_wanted() -> None:
    assert len(FAMILIES) >= 60


@pytest.mark.parametrize("family", ["mistral", "gemma3", "phi3", "qwen2", "gemma2"])
def test_a_run_writes_the_replies_of_generate(
    family: str, family_folder: Callable[[str], Path], make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    """`evaluate --dtype float32`: the rag prompts, far longer than the window, and what is written for them."""
    from typer.testing import CliRunner

    from eval.arms.modes import MODES
    from eval.arms.prompt import render
    from eval.arms.resources import Resources
    from eval.cli import app
    from eval.pipeline.plan import plan_run

    data, model, out = make_dataset(), family_folder(family), tmp_path / "run"
    arguments = [
        str(data),
        "--model",
        str(model),
        "--dtype",
        "float32",
        "--out",
        str(out),
        "--limit",
        "4",
        "--no-retention",
    ]
    done = CliRunner().invoke(app, [*arguments, "--mode", "rag", "--quiet"])
    assert done.exit_code == 0, done.output
    plan = plan_run(data, model=str(model), embedder="all-minilm-l6-v2", limit=4, dtype="float32", out=out)
    resources = Resources(plan.dataset, plan.config, plan.identity, out)
    untouched = plain(resources.base)
    for mode in ("base", "rag"):
        lines = (out / "predictions" / f"{mode}.jsonl").read_text(encoding="utf-8").splitlines()
        written = {p["id"]: p["text"] for p in map(json.loads, lines)}
        for example in plan.examples:
            prompt = render(resources.tokenizer, MODES[mode].build(resources, example).messages)
            assert len(prompt) > 32
            assert written[example.id] == greedy(resources.base, untouched, prompt, new=8)
