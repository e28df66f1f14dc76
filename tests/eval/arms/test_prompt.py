"""Prompts: one layout for every mode, and the same tokens in training as in inference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.arms.prompt import ask, render, render_reply, user_turn
from eval.errors import UserError
from eval.records import Example, Passage

PASSAGE = Passage("a/b.md", " The depth is 3 m.\n", 0.5, 0)


def test_closed_book_turn_is_the_question_alone() -> None:
    assert user_turn(" How deep? ") == "Question: How deep?"


def test_passages_stand_under_their_document_before_the_question() -> None:
    assert user_turn("How deep?", [PASSAGE]) == "[a/b.md]\nThe depth is 3 m.\n\nQuestion: How deep?"


def test_the_best_passage_stands_next_to_the_question() -> None:
    worse = Passage("c.md", "The width is 2 m.", 0.4, 0)
    turn = "[c.md]\nThe width is 2 m.\n\n[a/b.md]\nThe depth is 3 m.\n\nQuestion: How deep?"
    assert user_turn("How deep?", [PASSAGE, worse]) == turn
    assert ask("Be short.", "How deep?", passages=[PASSAGE, worse]).passages == (PASSAGE, worse)


def test_shots_are_turns_between_the_instruction_and_the_question() -> None:
    prompt = ask("Be short.\n", "Q2?", passages=[PASSAGE], shots=[Example("e", "Q1?", reply="A1")])
    assert [m["role"] for m in prompt.messages] == ["system", "user", "assistant", "user"]
    assert prompt.messages[0]["content"] == "Be short."
    assert prompt.messages[2]["content"] == "A1"
    assert prompt.messages[3]["content"].endswith("Question: Q2?")
    assert prompt.passages == (PASSAGE,)


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.mark.component
def test_prompt_and_reply_together_are_the_whole_conversation(tokenizer: Any) -> None:
    messages = ask("s", "q").messages
    whole = tokenizer.apply_chat_template([*messages, {"role": "assistant", "content": "r"}], tokenize=False)
    together = tokenizer.decode(render(tokenizer, messages) + render_reply(tokenizer, messages, "r"))
    assert together == whole.rstrip("\n")


@pytest.mark.component
def test_reply_ends_with_the_end_of_turn_token(tokenizer: Any) -> None:
    assert render_reply(tokenizer, ask("s", "q").messages, "r")[-1] == tokenizer.convert_tokens_to_ids("<|im_end|>")


@pytest.mark.component
def test_prompt_has_no_doubled_bos(tokenizer: Any) -> None:
    ids = render(tokenizer, ask("s", "q").messages)
    assert ids[0] == tokenizer.bos_token_id
    assert ids[1] != tokenizer.bos_token_id


@pytest.mark.component
def test_model_without_chat_template_is_refused(tokenizer: Any) -> None:
    import copy

    bare = copy.deepcopy(tokenizer)
    bare.chat_template = None
    with pytest.raises(UserError, match="no chat template"):
        render(bare, ask("s", "q").messages)


@pytest.mark.component
@pytest.mark.parametrize("refuses", [True, False])
def test_a_model_without_a_system_role_gets_the_instruction_in_the_first_turn(tokenizer: Any, refuses: bool) -> None:
    import copy

    other = copy.deepcopy(tokenizer)
    no = "{{ raise_exception('no system') }}" if refuses else ""
    other.chat_template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}" + no + "{% else %}"
        "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )
    messages = ask("Be short.", "How deep?", shots=[Example("e", "Q1?", reply="A1")]).messages
    text = other.decode(render(other, messages) + render_reply(other, messages, "3 m"))
    assert text == (
        "<|im_start|>user\nBe short.\n\nQuestion: Q1?<|im_end|><|im_start|>assistant\nA1<|im_end|>"
        "<|im_start|>user\nQuestion: How deep?<|im_end|><|im_start|>assistant\n3 m<|im_end|>"
    )


@pytest.mark.component
def test_a_template_that_refuses_for_another_reason_is_an_error_of_one_line(tokenizer: Any) -> None:
    import copy

    other = copy.deepcopy(tokenizer)
    other.chat_template = "{{ raise_exception('only on Sundays') }}"
    with pytest.raises(UserError, match="the chat template refuses the turns: only on Sundays"):
        render(other, ask("s", "q").messages)
