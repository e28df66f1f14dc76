"""Arguments of chat templates, and thinking: turned off where a template can, and the same in training and answering.

The templates are the essential forms of those that thinking models come with.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.prompt import ask, render, reply_text
from eval.errors import UserError
from eval.model.chat_template import apply, arguments, check_template_file, set_arguments, set_to_think
from eval.records import Example

pytestmark = pytest.mark.component

TURNS = ask("Be short.", "How deep?").messages
SYSTEM = (
    "{% if messages[0].role == 'system' %}"
    "{{ '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}{% endif %}"
)
QWEN3 = (
    SYSTEM + "{% for m in messages %}{% if m.role == 'user' %}{{ '<|im_start|>user\n' + m.content + '<|im_end|>\n' }}"
    "{% elif m.role == 'assistant' %}{% if loop.last %}"
    "{{ '<|im_start|>assistant\n<think>\n\n</think>\n\n' + m.content }}"
    "{% else %}{{ '<|im_start|>assistant\n' + m.content }}{% endif %}{{ '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{% endif %}"
)
QWEN3_THINKING = QWEN3.replace("assistant\n' }}{% if enable", "assistant\n<think>\n' }}{% if enable").replace(
    "enable_thinking is defined and enable_thinking is false", "false"
)
DEEPSEEK_R1 = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}"
    "{% elif m.role == 'user' %}{{ '<U>' + m.content }}"
    "{% else %}{% set c = m.content %}{% if '</think>' in c %}{% set c = c.split('</think>')[-1] %}{% endif %}"
    "{{ '<A>' + c + '<|im_end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<A><think>\n' }}{% endif %}"
)
DEEPSEEK_V31 = (
    "{% if not thinking is defined %}{% set thinking = false %}{% endif %}"
    "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}"
    "{% elif m.role == 'user' %}{{ '<U>' + m.content }}"
    "{% else %}{{ '<A></think>' + m.content + '<|im_end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<A>' + ('<think>' if thinking else '</think>') }}{% endif %}"
)
GLM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ '<S>\n' + m.content }}{% elif m.role == 'user' %}"
    "{{ '<U>\n' + m.content }}{{ '/nothink' if enable_thinking is defined and not enable_thinking else '' }}"
    "{% else %}{{ '<A>\n<think></think>\n' + m.content + '<|im_end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<A>' }}"
    "{{ '\n<think></think>' if enable_thinking is defined and not enable_thinking else '' }}{% endif %}"
)
SMOLLM3 = (
    "{% if enable_thinking is not defined %}{% set enable_thinking = true %}{% endif %}"
    "{{ '<|im_start|>system\nReasoning Mode: ' + ('/think' if enable_thinking else '/no_think') + '\n' + "
    "(messages[0].content if messages[0].role == 'system' else '') + '<|im_end|>\n' }}"
    "{% for m in messages if m.role != 'system' %}{{ '<|im_start|>' + m.role + '\n' }}"
    "{% if m.role == 'assistant' and not enable_thinking %}{{ '<think>\n\n</think>\n' }}{% endif %}"
    "{{ m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{{ '' if enable_thinking else '<think>\n\n</think>\n' }}{% endif %}"
)
GRANITE = (
    "{{ '<|im_start|>system\n' + messages[0].content + (' Think first.' if thinking else '') + '<|im_end|>' }}"
    "{% for m in messages[1:] %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
GPT_OSS = (
    "{% if reasoning_effort is not defined %}{% set reasoning_effort = 'medium' %}{% endif %}"
    "{{ '<|start|>system<|message|>Reasoning: ' + reasoning_effort + '<|end|>' }}"
    "{% for m in messages %}{% if m.role == 'system' %}{{ '<|start|>developer<|message|>' + m.content + '<|end|>' }}"
    "{% elif m.role == 'user' %}{{ '<|start|>user<|message|>' + m.content + '<|end|>' }}{% else %}"
    "{{ '<|start|>assistant<|channel|>final<|message|>' + m.content + ('<|im_end|>' if loop.last else '<|end|>') }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant' }}{% endif %}"
)
ALWAYS = {"qwen3-thinking": QWEN3_THINKING, "deepseek-r1": DEEPSEEK_R1}
SWITCHED = {
    "qwen3": QWEN3, "deepseek-v3.1": DEEPSEEK_V31, "glm": GLM, "smollm3": SMOLLM3, "granite": GRANITE,
    "gpt-oss": GPT_OSS,
}  # fmt: skip


@pytest.fixture(scope="module")
def plain(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture
def tokenizer(plain: Any) -> Any:
    return copy.deepcopy(plain)


def with_template(tokenizer: Any, template: str, **given: Any) -> tuple[Any, str]:
    tokenizer.chat_template = template
    return tokenizer, set_arguments(tokenizer, given)


@pytest.mark.parametrize(
    ("name", "passed", "line"),
    [
        ("qwen3", {"enable_thinking": False}, "thinking is off (enable_thinking: false)"),
        ("smollm3", {"enable_thinking": False}, "thinking is off (enable_thinking: false)"),
        ("glm", {"enable_thinking": False}, "thinking is off (enable_thinking: false)"),
        ("deepseek-v3.1", {}, "thinking is off (thinking: false)"),
        ("granite", {}, "thinking is off (thinking: false)"),
        ("gpt-oss", {"reasoning_effort": "low"}, 'thinking is at its least (reasoning_effort: "low")'),
    ],
)
def test_thinking_is_off_by_default_and_said(tokenizer: Any, name: str, passed: dict[str, Any], line: str) -> None:
    found, said = with_template(tokenizer, SWITCHED[name])
    assert arguments(found) == passed
    assert line in said
    assert set_to_think(found) == (name == "gpt-oss")


def test_what_is_asked_for_stands(tokenizer: Any) -> None:
    found, said = with_template(tokenizer, QWEN3, enable_thinking=True)
    assert arguments(found) == {"enable_thinking": True}
    assert said == "chat template: enable_thinking is true, as configured"
    assert set_to_think(found)
    assert apply(found, TURNS, awaiting=True).endswith("<|im_start|>assistant\n")


def test_a_template_without_thinking_has_nothing_to_say(tokenizer: Any) -> None:
    assert set_arguments(tokenizer, {}) == ""
    assert arguments(tokenizer) == {}
    assert not set_to_think(tokenizer)


def test_an_argument_that_the_template_does_not_read_is_refused(tokenizer: Any) -> None:
    with pytest.raises(UserError, match=r"reads no 'enable_thinkin'; it reads: enable_thinking"):
        with_template(tokenizer, QWEN3, enable_thinkin=True)
    with pytest.raises(UserError, match="'messages' is the toolkit's own to set"):
        with_template(tokenizer, QWEN3, messages=[])


@pytest.mark.parametrize("shots", [0, 2])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        *((name, {}) for name in (*SWITCHED, *ALWAYS)),
        *((name, {"enable_thinking": True}) for name in ("qwen3", "glm", "smollm3")),
        *((name, {"thinking": True}) for name in ("deepseek-v3.1", "granite")),
        ("gpt-oss", {"reasoning_effort": "high"}),
    ],
)
def test_training_goes_on_from_the_prompt_that_answering_has(
    tokenizer: Any, name: str, given: dict[str, Any], shots: int
) -> None:
    from finetune.data.rows import reply_row

    found, _ = with_template(tokenizer, (SWITCHED | ALWAYS)[name], **given)
    examples = [Example(f"e{i}", f"Q{i}?", reply=f"A{i}") for i in range(shots)]
    prompt = ask("Be short.", "How deep?", shots=examples)
    row = reply_row(found, prompt, Example("e", "How deep?", reply='{"answer": "3 m"}'), where="train.jsonl:1")
    text = found.decode(row.tokens)
    assert list(row.tokens[: row.start]) == render(found, prompt.messages)
    assert text.endswith('{"answer": "3 m"}<|im_end|>')
    assert text.count("<think>") == text.count("</think>") or name == "deepseek-v3.1"
    assert [f"A{i}" in text for i in range(shots)] == [True] * shots


def test_an_open_block_in_the_prompt_is_closed_in_training(tokenizer: Any) -> None:
    found, _ = with_template(tokenizer, DEEPSEEK_R1)
    assert reply_text(found, TURNS, "3 m") == "\n\n</think>\n\n3 m<|im_end|>"
    found, _ = with_template(tokenizer, DEEPSEEK_V31, thinking=True)
    assert reply_text(found, TURNS, "3 m") == "</think>3 m<|im_end|>"


def test_a_template_that_writes_anything_else_before_a_reply_is_still_refused(tokenizer: Any) -> None:
    from finetune.data.rows import reply_row

    prefix = QWEN3.replace("<think>\n\n</think>\n\n' + m.content", "Reply: ' + m.content")
    found, _ = with_template(tokenizer, prefix, enable_thinking=True)
    with pytest.raises(UserError, match="writes 'Reply: ' before a reply in training"):
        reply_row(found, ask("s", "q"), Example("e", "q", reply="r"), where="train.jsonl:1")


@pytest.mark.parametrize("written", ["tokenizer_config.json", "chat_template.jinja", "chat_templates/default.jinja"])
def test_the_files_of_a_model_tell_whether_it_has_a_chat_template(tmp_path: Path, written: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text("{}")
    with pytest.raises(UserError, match="the model has no chat template; name an instruction-tuned model"):
        check_template_file(tmp_path, "m")
    file = tmp_path / written
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"chat_template": "x"}' if written.endswith(".json") else "x")
    check_template_file(tmp_path, "m")


def test_a_model_without_a_chat_template_is_refused_before_anything_is_written(
    tiny_model: Path, make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    from eval.pipeline.plan import plan_run

    bare = Path(shutil.copytree(tiny_model, tmp_path / "bare"))
    (bare / "chat_template.jinja").unlink()
    with pytest.raises(UserError, match=r"--model .*bare: the model has no chat template; name an instruction-tuned"):
        plan_run(make_dataset(), model=str(bare), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
