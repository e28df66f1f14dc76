"""A model's chat template with the arguments that a run passes to it, and how its thinking is turned off.

The arguments are kept on the tokenizer, so that every rendering (training, answering, serving, export) passes the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.model.thinking import FORMS

PINNED_DATE = "26 Jul 2024"
"""Llama 3 templates print a date into the system turn; an unpinned one would change the prompt every midnight."""

OFF: dict[str, tuple[Any, ...]] = {
    "enable_thinking": (False,),  # Qwen3, SmolLM3, GLM, Hunyuan, ERNIE, EXAONE
    "thinking": (False,),  # DeepSeek-V3.1, Granite, Kimi
    "enable_reasoning": (False,),
    "reasoning": (False,),  # Command A Reasoning
    "think": (False,),
    "thinking_mode": ("off", "disabled", "no_think", "chat"),
    "thinking_budget": (0,),  # Seed-OSS
    "reasoning_effort": ("none", "minimal", "low"),  # gpt-oss knows no less than low
}
"""Variables by which templates turn thinking off, with the values that do, the least thinking first."""
ALWAYS = {"reasoning_effort": "low"}
"""Taken without standing in the template's text: it writes the value as it is given."""
LEAST = ("low", "minimal")
"""Values that ask for little thinking, where there is no way to ask for none."""
RESERVED = (
    "messages",
    "add_generation_prompt",
    "continue_final_message",
    "tokenize",
    "chat_template",
    "return_tensors",
)
PROBE = [{"role": "user", "content": "q"}]
KEY = "_template_arguments"


class TemplateError(UserError):
    """A fault of a model's chat template; `kind` names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def apply(tokenizer: Any, turns: Sequence[Mapping[str, str]], *, awaiting: bool, **further: Any) -> str:
    """The turns as the chat template writes them, with the run's arguments; `awaiting`: up to where a reply begins.

    Raises jinja2's TemplateError where the template refuses the turns.
    """
    given = {"date_string": PINNED_DATE, **arguments(tokenizer), **further}
    return str(tokenizer.apply_chat_template(list(turns), tokenize=False, add_generation_prompt=awaiting, **given))


def arguments(tokenizer: Any) -> dict[str, Any]:
    """What the run passes to the chat template."""
    return dict(getattr(tokenizer, KEY, {}))


def template_of(tokenizer: Any) -> str:
    """The chat template's text: the default one, where there are several; raises TemplateError when there is none."""
    try:
        return str(tokenizer.get_chat_template())
    except ValueError:
        raise TemplateError("no-template", no_template(tokenizer.name_or_path)) from None


def no_template(name: str) -> str:
    """The line about a model that cannot be asked anything."""
    return f"{name}: the model has no chat template; name an instruction-tuned model"


def check_template_file(folder: Path, name: str) -> None:
    """Raise UserError when the files of a model's folder hold no chat template; loads nothing.

    It stands in `chat_template.jinja`, in a folder of several, or in `tokenizer_config.json`.
    """
    if (folder / "chat_template.jinja").is_file() or any(folder.glob("*chat_templates/*.jinja")):
        return
    for file in (folder / "tokenizer_config.json", folder / "chat_template.json"):
        try:
            if file.is_file() and json.loads(file.read_text(encoding="utf-8")).get("chat_template"):
                return
        except ValueError:
            raise UserError(f"--model {name}: {file} is not valid JSON; get the model's files again") from None
    raise UserError(f"--model {no_template(name)}")


def set_arguments(tokenizer: Any, given: Mapping[str, Any]) -> str:
    """Have every rendering pass the given arguments, and turn thinking off where they do not name it.

    Returns one line about thinking; empty where the template knows none. Raises UserError for an argument that the
    template does not read.
    """
    setattr(tokenizer, KEY, {})
    _check(tokenizer, given)
    found = thinking_switch(tokenizer)
    if found is None:
        setattr(tokenizer, KEY, dict(given))
        return ""
    name, off, needed = found
    setattr(tokenizer, KEY, ({name: off} if needed and name not in given else {}) | dict(given))
    if name in given:
        return f"chat template: {name} is {json.dumps(given[name])}, as configured"
    least = "at its least" if off in LEAST else "off"
    return (
        f"chat template: thinking is {least} ({name}: {json.dumps(off)}); "
        "chat_template_kwargs in dataset.yaml or --chat-template-kwargs sets it"
    )


def set_to_think(tokenizer: Any) -> bool:
    """Whether the template writes or reads think blocks and its arguments do not turn them off."""
    switch = thinking_switch(tokenizer)
    if switch is None:
        return any(f.opens in template_of(tokenizer) for f in FORMS)
    name, off, needed = switch
    return arguments(tokenizer).get(name, None if needed else off) != off or off in LEAST


def thinking_switch(tokenizer: Any) -> tuple[str, Any, bool] | None:
    """(variable, value that turns thinking off or to its least, whether it must be passed); None: there is none.

    Found by asking the template: the variable must change what it writes.
    """
    usual = _rendered(tokenizer, {})
    for name, values in OFF.items():
        for value in values:
            if isinstance(value, str) and ALWAYS.get(name) != value and not _names(tokenizer, value):
                continue
            off = _rendered(tokenizer, {name: value})
            on = _rendered(tokenizer, {name: _asking(value)})
            if off is not None and off not in (usual, on):
                return name, value, True
            if off is not None and off == usual and on not in (None, usual):
                return name, value, False
    return None


def _asking(off: Any) -> Any:
    """The value that asks for thinking where another turns it off, to see whether a template knows the variable."""
    return True if off is False else 4096 if off == 0 else "high"


def _rendered(tokenizer: Any, given: Mapping[str, Any]) -> str | None:
    """A probe's text; None where the template refuses it."""
    try:
        return apply(tokenizer, PROBE, awaiting=True, **given)
    except Exception:  # a template's own code runs here, and may fail at a value in any way
        return None


def _names(tokenizer: Any, value: str) -> bool:
    return re.search(rf"""['"]{re.escape(value)}['"]""", template_of(tokenizer)) is not None


def _check(tokenizer: Any, given: Mapping[str, Any]) -> None:
    for name in given:
        if name in RESERVED:
            raise UserError(f"chat_template_kwargs: '{name}' is the toolkit's own to set; remove it")
    known = _variables(tokenizer)
    for name in given:
        if known and name not in known:
            raise UserError(
                f"chat_template_kwargs: the chat template of {tokenizer.name_or_path} reads no '{name}'; "
                f"it reads: {', '.join(sorted(known - {*RESERVED, 'bos_token', 'eos_token'})) or 'nothing'}"
            )


def _variables(tokenizer: Any) -> set[str]:
    """Names that the template reads and does not set itself, globals of the renderer aside."""
    import jinja2
    from jinja2 import meta
    from transformers.utils.chat_template_utils import _compile_jinja_template

    compiled: Any = _compile_jinja_template(template_of(tokenizer))
    try:
        tree = compiled.environment.parse(template_of(tokenizer))
    except jinja2.exceptions.TemplateError:
        return set()
    return set(meta.find_undeclared_variables(tree)) - {"raise_exception", "strftime_now"}
