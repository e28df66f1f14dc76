"""Thinking and endless models through the real door: weights that make a tiny Llama say a script, token by token."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.model.stopping import ENDLESS

pytestmark = pytest.mark.component

REPLY = ['{"answer": ', '"20"', ', "source": "arvik.md"}']
THOUGHTS = [" Is it 21?", " Or 22?", " No: see the papers."]
SPECIAL = ["[THINK]", "[/THINK]", "<|channel|>", "<|message|>", "<|end|>", "<|start|>"]
OPEN_THINK = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n' }}{% endif %}"
)


def write_model(
    folder: Path, plain: Path, script: Sequence[str], *, then: str | None = None, template: str = ""
) -> Path:
    """A model that answers every prompt by `script`, and then ends, or goes on with the script's token `then`.

    Attention and feed-forward layers add nothing, so the next token follows from the last one alone; every token that
    is not in the script, and so every prompt's last, is followed by the script's first. No token may stand there twice.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(plain)
    tokenizer.add_special_tokens({"additional_special_tokens": [t for t in script if t in SPECIAL]})
    tokenizer.add_tokens([t for t in script if t not in SPECIAL])
    tokenizer.chat_template = template or tokenizer.chat_template
    model = AutoModelForCausalLM.from_pretrained(plain)
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    ids = [tokenizer.convert_tokens_to_ids(t) for t in script]
    follow = [*ids, tokenizer.convert_tokens_to_ids(then) if then else tokenizer.eos_token_id]
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        directions = torch.eye(model.config.hidden_size)
        model.model.embed_tokens.weight[:] = directions[0]
        model.lm_head.weight.zero_()
        for place, token in enumerate(ids):
            model.model.embed_tokens.weight[token] = directions[1 + place]
        for place, token in enumerate(follow):
            model.lm_head.weight[token] += directions[place]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def evaluated(
    tiny_model: Path, make_dataset: Callable[..., Path], harbours: Callable[[str], dict[str, str]], tmp_path: Path
) -> Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Predictions and primary scores of the mode base, by a model that says a script."""

    def run(script: Sequence[str], generation: str, **model: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        from eval.pipeline.plan import plan_run
        from eval.run import Options, evaluate

        yaml = harbours("harbours")["dataset.yaml"].replace("generation: {max_new_tokens: 8}\n", generation)
        folder = write_model(tmp_path / "model", tiny_model, script, **model)
        data = make_dataset(**{"dataset.yaml": yaml})
        plan = plan_run(data, model=str(folder), embedder="all-minilm-l6-v2", out=tmp_path / "run")
        evaluate(plan, ["base"], Options(retention=False))
        read = [
            [json.loads(line) for line in (tmp_path / "run" / name).read_text(encoding="utf-8").splitlines()]
            for name in ("predictions/base.jsonl", "scores.jsonl")
        ]
        return read[0], [s for s in read[1] if s["primary"]]

    return run


@pytest.mark.parametrize(
    ("thinking", "template"),
    [
        (["<think>", *THOUGHTS, "</think>"], ""),
        (["[THINK]", *THOUGHTS, "[/THINK]"], ""),
        (["<|channel|>", "analysis", "<|message|>", *THOUGHTS, "<|end|>", "<|start|>", "assistant",
          "<|channel|>final<|message|>"], ""),
        ([*THOUGHTS, "</think>"], OPEN_THINK),
    ],
    ids=["tags", "special tokens", "channels", "opened by the prompt"],
)  # fmt: skip
def test_replies_are_scored_without_their_thinking(
    evaluated: Callable[..., Any], thinking: list[str], template: str
) -> None:
    predictions, scores = evaluated([*thinking, *REPLY], "", template=template)
    assert {p["text"] for p in predictions} == {"".join(REPLY)}
    assert {(p["finish"], p["thinking_tokens"]) for p in predictions} == {("stop", len(thinking))}
    assert {p["tokens_out"] for p in predictions} == {len(thinking) + len(REPLY) + 1}
    right = {s["example_id"] for s in scores if s["axis"] == "knowledge" and s["value"] == 1}
    assert right == {"test-0"}  # whose answer is 20
    assert all(s["value"] == 1 and not s["cut"] for s in scores if s["axis"] == "style")


def test_a_thought_that_is_cut_is_no_answer(evaluated: Callable[..., Any]) -> None:
    predictions, scores = evaluated(["<think>", *THOUGHTS, "</think>", *REPLY], "generation: {max_think_tokens: 3}\n")
    assert {(p["text"], p["finish"], p["thinking_tokens"]) for p in predictions} == {("", "length", 3)}
    assert all(s["cut"] and s["value"] == 0 for s in scores)


def test_an_endless_reply_is_a_loop_and_not_cut(evaluated: Callable[..., Any]) -> None:
    predictions, scores = evaluated(["It is so.", *REPLY], "generation: {max_new_tokens: 2000}\n", then=REPLY[0])
    assert {p["finish"] for p in predictions} == {"loop"}
    assert {p["tokens_out"] for p in predictions} <= set(range(ENDLESS.tokens, ENDLESS.tokens + 16))
    assert all(p["text"].startswith("It is so." + "".join(REPLY) * 30) for p in predictions)
    assert not any(s["cut"] for s in scores)
