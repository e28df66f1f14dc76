"""The Modelfile that `ollama create` wants beside a GGUF file. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.arms.prompt import Message, user_turn
from eval.errors import UserError
from eval.model.chat_template import apply
from eval.strategies import ADAPTERS, Adapter

SYSTEM, FIRST, REPLY, SECOND = "\x01system\x01", "\x01first\x01", "\x01reply\x01", "\x01second\x01"
"""Stand for the turns while the chat template is asked what it writes between them."""


def modelfile(
    weights: str, tokenizer: Any, instruction: str, adapter: Adapter, *, stops: Sequence[str], longest: int, bos: str
) -> str:
    """The whole file: weights, the data set's system prompt, the chat template, greedy decoding, stop tokens.

    A closed-book model's bare questions are put as in training; a hybrid model's user turn is the client's to write,
    because passages stand in it. `bos` is what the runtime itself puts before every prompt, or empty.
    """
    if '"""' in instruction:
        raise UserError('dataset.yaml: key instruction: holds """, which a Modelfile cannot quote; write it otherwise')
    system, template = instruction.strip(), go_template(tokenizer, adapter, bos=bos)
    if system.endswith('"'):  # four quotes in a row would end the text before its last one, so the template writes it
        system, template = system[:-1], template.replace("{{ .System }}", '{{ .System }}"')
    return "".join(
        [
            f"FROM ./{weights}\n",
            f'TEMPLATE """{template}"""\n',
            f'SYSTEM """{system}"""\n',
            "PARAMETER temperature 0\n",
            f"PARAMETER num_predict {longest}\n",
            *(f'PARAMETER stop "{stop}"\n' for stop in stops),
        ]
    )


def go_template(tokenizer: Any, adapter: Adapter, *, bos: str) -> str:
    """The model's chat template in Ollama's language, found by asking the template itself what it writes.

    Raises UserError when a second question is put otherwise than the first, which Ollama's language cannot say.
    """
    first, second = (t if ADAPTERS[adapter].passages else user_turn(t) for t in (FIRST, SECOND))
    turns = [("system", SYSTEM), ("user", first), ("assistant", REPLY), ("user", second)]
    messages: list[Message] = [{"role": role, "content": content} for role, content in turns]
    text = apply(tokenizer, messages, awaiting=True).removeprefix(bos)
    head, rest = text.split(SYSTEM)
    before_first, rest = rest.split(FIRST)
    before_reply, rest = rest.split(REPLY)
    before_second, tail = rest.split(SECOND)
    if (before_first, before_reply) != (before_second, tail):
        raise UserError(f"{tokenizer.name_or_path}: the chat template cannot be written for Ollama; use llama.cpp")
    return (
        f"{{{{ if .System }}}}{head}{{{{ .System }}}}{{{{ end }}}}"
        f"{{{{ if .Prompt }}}}{before_first}{{{{ .Prompt }}}}{{{{ end }}}}{before_reply}{{{{ .Response }}}}"
    )
