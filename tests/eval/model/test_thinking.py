"""Thinking is told from the reply in every common form, and a reply that holds such tags is left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from eval.model.stopping import Ending, Limits
from eval.model.thinking import FORMS, Form, Thinking, leading_block, split_end

STOP = 0
ROOMY = Limits(400)
SPECIAL = re.compile(
    r"(\[/?THINK\]|<\|channel\|>|<\|message\|>|<\|end\|>|<\|start\|>|<\|constrain\|>|<\|(?:START|END)_\w+\|>)"
)


class Words:
    """A tokenizer of single characters and whole special tokens."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def encode(self, text: str) -> list[int]:
        pieces = [p for part in SPECIAL.split(text) for p in ([part] if SPECIAL.fullmatch(part) else part)]
        return [self.names.setdefault(p, 1 + len(self.names)) for p in pieces]

    def decode(self, tokens: Sequence[int]) -> str:
        by_id = {i: name for name, i in self.names.items()}
        return "".join(by_id[t] for t in tokens)

    def plainly(self, tokens: Sequence[int]) -> str:
        return SPECIAL.sub("", self.decode(tokens))


def said(
    text: str,
    *,
    opened: Form | None = None,
    limits: Limits = ROOMY,
    stops: bool = True,
    forms: Sequence[Form] = FORMS,
) -> tuple[str, int, str | None]:
    """(reply, thinking tokens, finish) of a model that writes `text`."""
    words = Words()
    tokens = words.encode(text) + ([STOP] if stops else [])
    ending = Ending(limits, {STOP}, thinking=Thinking(words.decode, forms, opened))
    for token in tokens:
        if ending.add(token):
            break
    return ending.text(words.plainly), ending.thinking_tokens, ending.finish


BLOCKS = [
    "<think>\nIs it Bonn?\n</think>\n\n",
    "<think></think>",
    "\n<think>a</think>\n<think>b</think>\n",
    "[THINK]hm[/THINK]",
    "<seed:think>hm</seed:think>",
    "\u25c1think\u25b7hm\u25c1/think\u25b7",
    "<thinking>hm</thinking>\n",
    "<reasoning>hm</reasoning>\n",
    "<thought>hm</thought>\n",
    "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>",
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|>"
    "<|start|>assistant<|channel|>final<|message|>",
    "Here is my thought process: hm. Here is my response: ",
]


@pytest.mark.parametrize("reply", ["Paris", '{"answer": "Paris"}', "<p>Paris</p>", "a < b", "파리"])
@pytest.mark.parametrize("block", BLOCKS)
def test_a_leading_block_is_kept_apart(block: str, reply: str) -> None:
    text, thinking, finish = said(block + reply)
    assert (text, finish) == (reply, "stop")
    closed = block.rstrip().removesuffix("<|START_RESPONSE|>")
    assert len(Words().encode(closed)) == thinking


@pytest.mark.parametrize(
    "reply",
    [
        "Use <think> and </think> around it.",
        "<html><think>x</think></html>",
        "<b>bold</b> <thinking>no</thinking>",
        "<thinker>Rodin</thinker>",
        "[THINKING] 4",
        "<reasoning>It is so.</reasoning>",  # a document with such a root
        "<thinking>never closed",
        "<thi",
        "Here is my thought process: I add.",
        "",
    ],
)
def test_a_reply_that_holds_such_tags_is_left_alone(reply: str) -> None:
    assert said(reply) == (reply, 0, "stop")


def test_tags_of_the_training_replies_belong_to_the_reply() -> None:
    reply = "<reasoning>hm</reasoning><answer>4</answer>"
    own = [f for f in FORMS if f.opens != "<reasoning>"]
    assert said(reply)[0] == "<answer>4</answer>"
    assert said(reply, forms=own) == (reply, 0, "stop")


def test_a_header_before_a_reply_without_thoughts_is_no_thinking() -> None:
    assert said("<|channel|>final<|message|>Paris") == ("Paris", 0, "stop")


def test_a_block_that_the_prompt_opens_ends_in_the_reply() -> None:
    assert said("hm\n</think>\n\nParis", opened=FORMS[0]) == ("Paris", len("hm\n</think>"), "stop")
    assert said("hm", opened=FORMS[0]) == ("", 2, "stop")


def test_an_end_without_a_beginning_is_the_end_of_thinking() -> None:
    assert said("hm</think>Paris") == ("Paris", len("hm</think>"), "stop")
    assert said("hm[/THINK]Paris") == ("Paris", 3, "stop")


def test_a_response_after_a_thought_is_unwrapped() -> None:
    assert said("<think>hm</think><response>Paris</response>")[0] == "Paris"
    assert said("<response>Paris</response>")[0] == "<response>Paris</response>"


def test_thinking_has_a_limit_of_its_own_and_a_cut_thought_is_no_answer() -> None:
    thought = "<think>" + "".join(chr(200 + i) for i in range(300))
    assert said(thought, limits=Limits(10, think=100)) == ("", 100, "length")
    closed = "<think>" + "".join(chr(200 + i) for i in range(60)) + "</think>"
    assert said(closed + "0123456789abc", limits=Limits(10, think=100)) == ("0123456789", len(closed), "length")
    assert said(closed + "012345678", limits=Limits(10, think=100)) == ("012345678", len(closed), "stop")


def test_thinking_in_circles_is_a_loop_without_an_answer() -> None:
    assert said("<think>" + "so it is, " * 90, limits=Limits(10, think=5000))[0::2] == ("", "loop")


def test_a_token_may_end_the_thinking_and_begin_the_reply() -> None:
    pieces = ["<think>", "hm", "</thi", "nk>Pa", "ris"]
    thinking = Thinking(lambda tokens: "".join(pieces[t] for t in tokens))
    for count in range(1, 6):
        thinking.follow(list(range(count)))
    thinking.end(list(range(5)))
    assert thinking.reply(list(range(5)), lambda tokens: "".join(pieces[t] for t in tokens)) == "Paris"
    assert thinking.tokens == 4


def test_unfinished_characters_do_not_hide_a_beginning() -> None:
    raw = "\u25c1think\u25b7hm\u25c1/think\u25b7\ub3c4".encode()

    def decode(tokens: Sequence[int]) -> str:
        return bytes(tokens).decode("utf-8", errors="replace")

    ending = Ending(Limits(400), {0}, thinking=Thinking(decode))
    for byte in (*raw, 0):
        ending.add(byte)
    assert ending.text(decode) == "\ub3c4"


def test_nothing_is_shown_that_may_still_become_thinking() -> None:
    words = Words()
    ending = Ending(ROOMY, {STOP}, thinking=Thinking(words.decode))
    seen = []
    for token in words.encode("<think>hm</think><think>so</think> <p>4</p>"):
        ending.add(token)
        seen.append(ending.text(words.plainly))
    assert list(dict.fromkeys(seen)) == ["", "<p", "<p>", "<p>4", "<p>4<", "<p>4</", "<p>4</p", "<p>4</p>"]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("<think>\n\n</think>\n\nyes", "<think>\n\n</think>\n\n"),
        ("</think>yes", "</think>"),
        ("<|channel|>final<|message|>yes", "<|channel|>final<|message|>"),
        ("yes <think>no</think>", ""),
        ("<think>open", ""),
    ],
)
def test_what_stands_before_a_reply(text: str, block: str) -> None:
    assert leading_block(text) == block


@pytest.mark.parametrize(
    ("prompt", "block", "closing"),
    [
        ("A:\n<think>\n", "<think>\n", "\n\n</think>\n\n"),
        ("A:\n<think>\n\n</think>\n\n", "<think>\n\n</think>\n\n", ""),
        ("A:<think></think>", "<think></think>", ""),
        ("say <think>x</think> A:", "", ""),
        ("A:", "", ""),
    ],
)
def test_the_think_block_at_the_end_of_a_prompt(prompt: str, block: str, closing: str) -> None:
    assert split_end(prompt) == (prompt.removesuffix(block), block, closing)
