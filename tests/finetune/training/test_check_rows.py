"""`finetune check` through the command line: each planted fault is named, and odd but sound templates pass."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component

TURN = "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
AWAIT = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
LOOP = "{% for message in messages %}" + TURN + "{% endfor %}"
REFUSES_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"


@pytest.fixture
def doctored(tiny_model: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the tiny model with another chat template and other values in its configuration files."""

    def make(template: str, **files: dict[str, Any]) -> Path:
        folder = tmp_path / "doctored"
        shutil.copytree(tiny_model, folder)
        (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
        for name, changes in files.items():
            file = folder / f"{name}.json"
            file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def check(monkeypatch: Any, capsys: Any, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs the command; returns its exit code and all that it printed."""

    def run(data: Path, model: Path, command: str = "check") -> tuple[int, str]:
        from eval.terminal.command_line import guarded
        from finetune.cli import app

        arguments = [command, str(data), "--adapter", "ft", "--model", str(model), "--out", str(tmp_path / "run")]
        monkeypatch.setattr(sys, "argv", ["finetune", *arguments])
        code = guarded(app)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_a_sound_set_passes_and_shows_three_rows_with_the_trained_tokens_marked(
    make_dataset: Any, tiny_model: Path, check: Any
) -> None:
    code, said = check(make_dataset(), tiny_model)
    assert code == 0, said
    assert '⟦{"answer": "3 m", "source": "arvik.md"}<|im_end|>⟧' in said
    assert said.count("⟦") == said.count("⟧") == 3
    assert "train.jsonl:1:" in said
    assert "base weights: NF4 (4-bit)" in said
    assert "nothing found; ready to train" in said
    assert "\x1b[" not in said


@pytest.mark.parametrize(
    ("template", "kind", "words"),
    [
        (LOOP.replace("'<|im_end|>' + ", "") + AWAIT, "no-end-of-turn", "would never stop"),
        (LOOP.replace("message['content']", "(message['content'] if message['role'] != 'assistant' else '')") + AWAIT,
         "labels-masked", "leaves the reply out"),
        ("{{ bos_token }}" + LOOP + AWAIT, "doubled-bos", "twice in a row at tokens 0 and 1"),
        (LOOP + AWAIT.replace("assistant\n", "assistant: "), "template-differs", "training has '\\n{"),
        (LOOP, "no-generation-prompt", "'<|im_start|>assistant\\n' before a reply"),
        ("{{ strftime_now('%d %B %Y') }}" + LOOP + AWAIT, "template-differs", "today's date"),
        (LOOP.replace("message['content']", "message['content'].upper()") + AWAIT, "labels-masked", "rewrites it"),
    ],
)  # fmt: skip
def test_a_planted_fault_of_the_template_is_named(
    make_dataset: Any, doctored: Any, check: Any, template: str, kind: str, words: str
) -> None:
    code, said = check(make_dataset(), doctored(template))
    assert code == 2
    assert f"[{kind}]" in said
    assert words in said
    assert said.count("error: ") == 2  # the fault once for all rows, and the last line


@pytest.mark.parametrize(
    "template",
    [
        LOOP.replace("message['content']", "message['content'] | trim") + AWAIT,
        "{% if messages[0]['role'] == 'system' %}{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}{% endif %}"
        + LOOP + AWAIT,
        REFUSES_SYSTEM + LOOP + AWAIT,
        "{% for message in messages if message['role'] != 'system' %}" + TURN + "{% endfor %}" + AWAIT,
        "{% if not date_string %}{% set date_string = strftime_now('%d %b') %}{% endif %}{{ date_string }}"
        + LOOP + AWAIT,
    ],
    ids=["strips", "adds a system prompt", "refuses a system role", "drops the system turn", "date that can be pinned"],
)  # fmt: skip
def test_an_odd_template_that_is_the_same_in_training_and_use_passes(
    make_dataset: Any, doctored: Any, check: Any, template: str
) -> None:
    code, said = check(make_dataset(), doctored(template))
    assert code == 0, said
    assert "Answer with one line of JSON." in said


def test_one_bos_before_the_template_passes(make_dataset: Any, doctored: Any, check: Any) -> None:
    code, said = check(make_dataset(), doctored("{{ bos_token }}" + LOOP + AWAIT, tokenizer_config={"bos_token": "!"}))
    assert code == 0, said


def test_a_row_longer_than_the_context_is_named_with_file_and_line(
    make_dataset: Any, doctored: Any, check: Any
) -> None:
    """The prompt of the tiny model has a token a byte, so the length can be counted."""
    data = make_dataset()
    file = data / "train.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[4]["question"] += " " + "Tell me." * 60
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    code, said = check(data, doctored(LOOP + AWAIT, config={"max_position_embeddings": 400}))
    instruction, question, reply = "Answer with one line of JSON.", "Question: " + rows[4]["question"], rows[4]["reply"]
    tokens = sum(4 + len(role) + len(text) for role, text in (("system", instruction), ("user", question)))
    tokens += 2 + len("assistant") + len(reply) + 1
    assert code == 2
    assert f"train.jsonl:5: the row takes {tokens} tokens and the model reads 400" in said
    assert f"cut the last {tokens - 400}, " in said
    assert "[too-long]" in said


def test_training_refuses_what_the_check_refuses(make_dataset: Any, doctored: Any, check: Any, tmp_path: Path) -> None:
    model = doctored("{{ bos_token }}" + LOOP + AWAIT)
    code, said = check(make_dataset(), model, "train")
    assert code == 2
    assert "twice in a row at tokens 0 and 1" in said
    assert not list((tmp_path / "run").rglob("training.json"))


def test_a_model_that_does_not_fit_is_an_error_with_the_sum(make_dataset: Any, doctored: Any, check: Any) -> None:
    large = {"hidden_size": 65536, "intermediate_size": 262144, "num_hidden_layers": 200}
    code, said = check(make_dataset(), doctored(LOOP + AWAIT, config=large))
    assert code == 2
    assert "[memory]" in said and "the device has" in said


def test_loss_at_padding_is_seen(tiny_base: Any, monkeypatch: Any) -> None:
    """A collation that pads on the other side would count padding; the check says so."""
    from finetune.data.row import Row
    from finetune.training import batches
    from finetune.training.check_rows import batch_faults

    rows = [Row((1, 40, 50, 2), 2, "reply", "a"), Row((1, 40, 50, 60, 70, 2), 2, "reply", "b")]
    assert batch_faults(tiny_base.tokenizer, rows, []) == []
    padded = batches.left_padded

    def right_padded(*given: Any, **named: Any) -> Any:
        ids, mask, positions = padded(*given, **named)
        return ids.flip(1), mask.flip(1), positions

    monkeypatch.setattr(batches, "left_padded", right_padded)
    assert [kind for kind, _ in batch_faults(tiny_base.tokenizer, rows, [])] == ["padding"]
