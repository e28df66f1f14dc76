"""Training rows: what carries loss, what is held back, and the plan of steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.arms.prompt import ask
from eval.errors import UserError
from eval.records import Example
from finetune.data.row import Row
from finetune.data.rows import hold_back, plan_steps, reply_row, text_rows


def examples(groups: int, each: int) -> list[Example]:
    return [Example(f"{g}-{i}", "q", reply="r", group=f"g{g}") for g in range(groups) for i in range(each)]


def test_held_back_groups_are_whole_and_disjoint() -> None:
    train, held = hold_back(examples(50, 2), [], seed=1)
    assert len(train) + len(held) == 100
    assert len(held) == 8
    assert not {e.group for e in train} & {e.group for e in held}


def test_small_sets_hold_nothing_back() -> None:
    assert hold_back(examples(19, 1), [], seed=1)[1] == []


def test_dev_split_is_the_validation() -> None:
    train, held = hold_back(examples(50, 2), examples(3, 1), seed=1)
    assert (len(train), len(held)) == (100, 3)


def test_steps_take_every_row_once_an_epoch_in_batches_of_one_kind() -> None:
    rows = [Row((1,) * (i % 7 + 2), 1, "text" if i % 3 == 0 else "reply") for i in range(50)]
    steps = plan_steps(rows, epochs=2, batch_size=4, seed=5)
    taken = sorted(i for step in steps for i in step)
    assert taken == sorted(list(range(50)) * 2)
    sizes = {"reply": 4, "text": 8}
    assert all(len({rows[i].kind for i in step}) == 1 for step in steps)
    assert all(len(step) <= sizes[rows[step[0]].kind] for step in steps)
    # 33 replies and 17 texts an epoch: 8 + 1 and 2 + 1 steps.
    assert len(steps) == 2 * (9 + 3)
    assert steps == plan_steps(rows, epochs=2, batch_size=4, seed=5)
    assert steps != plan_steps(rows, epochs=2, batch_size=4, seed=6)


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.mark.component
def test_loss_begins_with_the_reply_and_ends_with_the_end_of_turn(tokenizer: Any) -> None:
    row = reply_row(tokenizer, ask("s", "q"), Example("e", "q", reply="the reply"), where="train.jsonl")
    assert tokenizer.decode(row.tokens[row.start :]) == "the reply<|im_end|>"
    assert tokenizer.decode(row.tokens[: row.start]).endswith("<|im_start|>assistant\n")


@pytest.mark.component
def test_empty_reply_is_refused(tokenizer: Any) -> None:
    with pytest.raises(UserError, match=r"train\.jsonl: row 'e' has an empty reply"):
        reply_row(tokenizer, ask("s", "q"), Example("e", "q", reply=""), where="train.jsonl")


@pytest.mark.component
def test_template_without_end_of_turn_is_refused(tokenizer: Any) -> None:
    import copy

    open_ended = copy.deepcopy(tokenizer)
    open_ended.chat_template = tokenizer.chat_template.replace("'<|im_end|>' + ", "")
    with pytest.raises(UserError, match="end-of-turn"):
        reply_row(open_ended, ask("s", "q"), Example("e", "q", reply="the reply"), where="train.jsonl")


@pytest.mark.component
def test_text_rows_carry_loss_everywhere(tokenizer: Any) -> None:
    (row,) = text_rows(tokenizer, "d.md", "abc", 128)
    assert tokenizer.decode(row.tokens) == "<|im_start|>[d.md]\nabc"
    assert (row.start, row.kind) == (1, "text")


@pytest.mark.component
def test_a_long_text_is_cut_into_even_pieces_that_name_their_document(tokenizer: Any) -> None:
    text = "depth " * (2 * 128)
    rows = text_rows(tokenizer, "d.md", text, 128)
    bodies = [tokenizer.decode(r.tokens).removeprefix("<|im_start|>[d.md]\n") for r in rows]
    assert "".join(bodies) == text
    sizes = [len(r.tokens) for r in rows]
    assert max(sizes) - min(sizes) <= len(rows)
    assert max(sizes) <= 128 + len(text_rows(tokenizer, "d.md", "x", 128)[0].tokens)
