"""What a model writes to itself before it replies: never scored."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thought|thoughts|reasoning|analysis|scratchpad|seed:think|reflection"
_BLOCK = re.compile(
    rf"\s*(?:<(?P<name>{_NAMES})>.*?(?:</(?P=name)>|\Z)"
    r"|\[THINK\].*?(?:\[/THINK\]|\Z)|◁think▷.*?(?:◁/think▷|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_ENDED = re.compile(rf"</(?:{_NAMES})>|\[/THINK\]|◁/think▷", re.IGNORECASE)
_BEGUN = re.compile(rf"<(?:{_NAMES})>|\[THINK\]|◁think▷", re.IGNORECASE)
_CHANNEL = re.compile(r"\s*(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*(?:analysis|commentary)\b")
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]*<\|message\|>")
_END = re.compile(r"<\|(?:return|end|call)\|>.*\Z", re.DOTALL)
_BARE_CHANNEL = re.compile(r"\s*analysis(?=[A-Z\s]).*?assistantfinal", re.DOTALL)


def without_thinking(reply: str) -> str:
    """The reply behind the blocks of thought that it begins with; empty where such a block never ends.

    Known are `<think>` and its like, `[THINK]`, `◁think▷`, a block that the prompt opened so that only its end stands
    in the reply, and the channels of harmony, with their signs or without.
    """
    if "<" not in reply and "[" not in reply and "◁" not in reply and not reply[:40].lstrip().startswith("analysis"):
        return reply
    if _CHANNEL.match(reply) or _FINAL.match(reply.lstrip()):
        final = _FINAL.search(reply)
        return _END.sub("", reply[final.end() :]).strip() if final else ""
    if bare := _BARE_CHANNEL.match(reply):
        return reply[bare.end() :].strip()
    rest = reply
    while block := _BLOCK.match(rest):
        rest = rest[block.end() :]
    ended = _ENDED.search(rest)
    if ended and not _BEGUN.search(rest[: ended.start()]):
        rest = rest[ended.end() :]
    return rest if rest is reply else rest.strip()
