"""GGUF export on a tiny Llama: read back by transformers' own reader, and refused where it would be wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.files import file_digest, read_json, write_json

pytestmark = pytest.mark.component


def fields(file: Path) -> dict[str, Any]:
    import gguf

    return {name: field.contents() for name, field in gguf.GGUFReader(file).fields.items()}


def test_each_form_is_read_back_and_compared(scored_run: Path) -> None:
    from finetune.export.gguf_export import export_gguf

    exported = {e.form: e for e in export_gguf(scored_run, adapter="ft", forms=("f16", "q8_0"))}
    manifest = read_json(scored_run / "gguf" / "ft" / "manifest.json")
    for form, one in exported.items():
        entry = manifest["files"][one.file.name]
        assert entry["form"] == form
        assert entry["bytes"] == one.file.stat().st_size
        assert entry["sha256"] == file_digest(one.file)
        assert entry["parity"]["agreement"] == one.parity.agreement
    assert exported["f16"].parity.agreement >= 0.99
    assert exported["q8_0"].size < exported["f16"].size
    assert 0 < exported["f16"].parity.kl < exported["q8_0"].parity.kl
    ran = manifest["llama_cpp"]
    assert (ran["prompts"], ran["same_prompt_tokens"]) == (4, 4)
    assert ran["same_replies"] >= 3  # eight random tokens each, of nearly even odds


def test_the_file_carries_what_a_runtime_needs(scored_run: Path) -> None:
    from transformers import AutoTokenizer

    from finetune.export.gguf_export import export_gguf

    file = export_gguf(scored_run, adapter="ft", forms=("f16",))[0].file
    tokenizer = AutoTokenizer.from_pretrained(scored_run / "merged" / "ft-bf16")
    found = fields(file)
    assert found["tokenizer.chat_template"] == tokenizer.chat_template
    assert found["tokenizer.ggml.eos_token_id"] == tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert found["tokenizer.ggml.pre"] == "gpt-2"
    assert found["tokenizer.ggml.merges"] == ["r e"]
    assert found["tokenizer.ggml.tokens"] == tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    assert found["llama.rope.freq_base"] == 10000.0
    assert (found["llama.attention.head_count"], found["llama.attention.head_count_kv"]) == (4, 2)


def test_a_file_that_says_something_else_is_refused_and_leaves_nothing(
    scored_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune.export import gguf_file
    from finetune.export.gguf_export import export_gguf

    stored = gguf_file._stored
    twice = [("model.layers.1.mlp.down_proj.weight", 3)]
    monkeypatch.setattr(gguf_file, "_stored", lambda f: ((n, w * dict(twice).get(n, 1)) for n, w in stored(f)))
    with pytest.raises(UserError, match=r"the GGUF file \(f16\) does not say what it was made from"):
        export_gguf(scored_run, adapter="ft", forms=("f16",))
    assert not list((scored_run / "gguf").iterdir())


def test_the_order_of_rotary_halves_is_the_readers(
    merging_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With queries and keys large enough that attention is far from even; in the plain order the logits are wrong."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from finetune.data.row import Row
    from finetune.export import gguf_file
    from finetune.export.logits import load_plain, model_logits
    from finetune.export.parity import measure

    model = AutoModelForCausalLM.from_pretrained(merging_model)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.mul_(20 if "q_proj" in name or "k_proj" in name else 5 if weight.dim() == 2 else 1)
    model.save_pretrained(tmp_path / "model")
    AutoTokenizer.from_pretrained(merging_model).save_pretrained(tmp_path / "model")
    rows = [Row(tuple(5 + (7 * i * i + 3 * i) % 200 for i in range(300)), 1, "text")]
    reference = model_logits(load_plain(tmp_path / "model"))
    for order, right in ((gguf_file.interleaved, True), (lambda weight, heads: weight, False)):
        monkeypatch.setattr(gguf_file, "interleaved", order)
        gguf_file.write_gguf(tmp_path / "model", tmp_path / "m.gguf", "f16", name="m")
        parity = measure(reference, model_logits(load_plain(tmp_path, gguf_file="m.gguf")), rows)
        assert (parity.agreement > 0.9) == right, parity


def test_the_rotary_base_is_the_models_own(merging_model: Path, tmp_path: Path) -> None:
    """transformers keeps it in rope_parameters; a reader that misses it there takes 10,000."""
    import shutil

    from transformers import AutoModelForCausalLM

    from finetune.export.gguf_file import write_gguf

    folder = Path(shutil.copytree(merging_model, tmp_path / "model"))
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", config | {"rope_parameters": {"rope_type": "default", "rope_theta": 250000.0}})
    write_gguf(folder, tmp_path / "m.gguf", "f16", name="m")
    assert fields(tmp_path / "m.gguf")["llama.rope.freq_base"] == 250000.0
    back = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="m.gguf")
    assert back.config.rope_parameters["rope_theta"] == 250000.0
    write_json(folder / "config.json", {k: v for k, v in config.items() if k != "rope_parameters"})
    with pytest.raises(UserError, match="names no rotary base"):
        write_gguf(folder, tmp_path / "m.gguf", "f16", name="m")
    yarn = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}
    write_json(folder / "config.json", config | {"rope_parameters": yarn})
    with pytest.raises(UserError, match="rotary scaling 'yarn' cannot be written; known: default, llama3"):
        write_gguf(folder, tmp_path / "m.gguf", "f16", name="m")


def test_llama3_divisors_are_those_of_its_paper_code() -> None:
    """High frequencies stay, low ones are divided by the factor, between them a ramp; Llama 3.2's numbers."""
    import math

    from finetune.export.gguf_file import llama3_factors

    rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}  # fmt: skip
    config = {"hidden_size": 2048, "num_attention_heads": 32, "head_dim": 64, "max_position_embeddings": 131072,
              "rope_parameters": rope}  # fmt: skip
    found = llama3_factors(config)
    expected = []
    for i in range(32):
        wavelength = 2 * math.pi * 500000.0 ** (2 * i / 64)
        if wavelength < 8192 / 4:
            expected.append(1.0)
        elif wavelength > 8192:
            expected.append(32.0)
        else:
            smooth = (8192 / wavelength - 1) / 3
            expected.append(1 / ((1 - smooth) / 32 + smooth))
    assert found.tolist() == pytest.approx(expected, rel=1e-5)
    assert {1.0, 32.0} < {round(f, 3) for f in found.tolist()}


def test_rows_interleave_within_each_head() -> None:
    """Two heads of four rows: 0 1 | 2 3 become 0 2 1 3, for weights and biases alike; the reader undoes it."""
    import numpy as np
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    from finetune.export.gguf_file import interleaved

    assert interleaved(np.arange(8), 2).tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
    weight = np.arange(24.0).reshape(8, 3)
    back = LlamaTensorProcessor({})._reverse_permute_weights(interleaved(weight, 2), 2, 2)
    assert back.tolist() == weight.tolist()


def test_ways_to_cut_text_are_told_apart_and_unknown_ones_refused(tmp_path: Path) -> None:
    """Llama 3's, SmolLM2's and GPT-2's, built by the tokenizers library itself."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    from finetune.export.gguf_tokens import LLAMA3, name_cut

    def saved(*parts: Any) -> Any:
        raw = Tokenizer(models.BPE())
        raw.pre_tokenizer = parts[0] if len(parts) == 1 else pre_tokenizers.Sequence(list(parts))
        return json.loads(raw.to_str())["pre_tokenizer"]

    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    llama3 = (
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    )
    assert name_cut(tmp_path, saved(*llama3)) == "llama-bpe"
    assert name_cut(tmp_path, saved(pre_tokenizers.Digits(individual_digits=True), byte_level)) == "smollm"
    assert name_cut(tmp_path, saved(byte_level)) == "gpt-2"
    for unknown in (saved(pre_tokenizers.Whitespace()), saved(pre_tokenizers.Digits(), byte_level), None):
        with pytest.raises(UserError, match="no known name in GGUF; known: gpt-2, smollm, llama-bpe"):
            name_cut(tmp_path, unknown)


def test_another_architecture_is_refused(merging_model: Path, tmp_path: Path) -> None:
    import shutil

    from finetune.export.gguf_file import write_gguf

    folder = Path(shutil.copytree(merging_model, tmp_path / "model"))
    write_json(folder / "config.json", read_json(folder / "config.json") | {"model_type": "gemma3"})
    with pytest.raises(UserError, match="for Llama models only, and this is 'gemma3'"):
        write_gguf(folder, tmp_path / "m.gguf", "f16", name="m")


def filled(template: str, **values: str) -> str:
    """What Ollama makes of a template: conditions on a value that is there, then values."""
    for name, value in values.items():
        block = rf"\{{\{{ if \.{name} \}}\}}(.*?)\{{\{{ end \}}\}}"
        template = re.sub(block, (lambda m: m[1]) if value else "", template, flags=re.S)
        template = template.replace(f"{{{{ .{name} }}}}", value)
    return template


def test_the_modelfile_puts_questions_as_training_did(tiny_model: Path) -> None:
    """Its template, filled in by hand, against the tokenizer's own: one question, and a second one after a reply."""
    from transformers import AutoTokenizer

    from eval.arms.prompt import ask
    from finetune.export.modelfile import modelfile

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    text = modelfile("m.gguf", tokenizer, "Be brief.\n", "ft", stops=["<|im_end|>"], longest=40, bos="")
    assert text.startswith("FROM ./m.gguf\n")
    assert 'SYSTEM """Be brief."""\nPARAMETER temperature 0\nPARAMETER num_predict 40\n' in text
    assert text.endswith('PARAMETER stop "<|im_end|>"\n')
    template = text.split('TEMPLATE """')[1].split('"""\n')[0]
    messages = list(ask("Be brief.", "How deep?").messages)
    once = filled(template, System="Be brief.", Prompt="How deep?", Response="")
    assert once == tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    messages += [{"role": "assistant", "content": "3 m"}, {"role": "user", "content": "Question: How wide?"}]
    twice = filled(template, System="Be brief.", Prompt="How deep?", Response="3 m")
    twice += filled(template, System="", Prompt="How wide?", Response="")
    assert twice == tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    quoted = modelfile("m.gguf", tokenizer, 'Say "no."', "ft", stops=[], longest=40, bos="")
    assert 'SYSTEM """Say "no.""""\n' not in quoted and 'SYSTEM """Say "no."""\n' in quoted
    assert '{{ .System }}"{{ end }}' in quoted
    with pytest.raises(UserError, match="cannot quote"):
        modelfile("m.gguf", tokenizer, 'Say """.', "ft", stops=[], longest=40, bos="")


def test_what_cannot_be_exported_is_one_line(scored_run: Path, tmp_path: Path) -> None:
    from finetune.export.gguf_export import export_gguf

    with pytest.raises(UserError, match="known: f32, f16, q8_0, q4_0, q4_k_m"):
        export_gguf(scored_run, adapter="ft", forms=("q3",))
    with pytest.raises(UserError, match="is no export"):
        export_gguf(scored_run, tmp_path, adapter="ft")
