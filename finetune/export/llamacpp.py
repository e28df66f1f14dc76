"""llama.cpp itself, where the package xllamacpp brings it: does a GGUF file answer there as the model does here?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.data.row import Row

if TYPE_CHECKING:
    from eval.model.base import Base

PACKAGE = "xllamacpp"
PROMPTS = 4


@dataclass(frozen=True, slots=True)
class Replies:
    """How llama.cpp's greedy replies to held-out prompts compare with those of transformers."""

    version: str
    prompts: int
    same_prompt_tokens: int
    """Prompts that its own tokenizer cuts into as many tokens."""
    same_replies: int

    def sentence(self) -> str:
        """The figures for people."""
        return (
            f"llama.cpp gives the same greedy reply to {self.same_replies} of {self.prompts} prompts "
            f"and cuts {self.same_prompt_tokens} of them alike"
        )


def installed() -> bool:
    """Whether llama.cpp is at hand."""
    try:
        metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return False
    return True


def compare(file: Path, model: Any, base: Base, rows: Sequence[Row], longest: int) -> Replies:
    """Greedy replies to the first prompts by llama.cpp and by the plain model that the file was written from."""
    prompts = [list(row.tokens[: row.start]) for row in rows[:PROMPTS]]
    texts = [base.tokenizer.decode(p) for p in prompts]
    context = max(map(len, prompts)) + longest + 8
    theirs = _ask(file, texts, context, longest)
    ours = [_greedy(model, base, p, longest) for p in prompts]
    return Replies(
        metadata.version(PACKAGE),
        len(prompts),
        sum(count == len(p) for (_, count), p in zip(theirs, prompts, strict=True)),
        sum(text == own for (text, _), own in zip(theirs, ours, strict=True)),
    )


def _ask(file: Path, texts: Sequence[str], context: int, longest: int) -> list[tuple[str, int]]:
    """(reply, prompt tokens) of each text; the server inside listens on loopback alone, and ends with the object."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel, params.port, params.n_gpu_layers = context, 1, 0, 0
    params.verbosity = -1
    server = xllamacpp.Server(params)
    found = []
    for text in texts:
        asked = {"prompt": text, "n_predict": longest, "temperature": 0, "top_k": 1, "cache_prompt": False}
        answer = server.handle_completions(asked)
        found.append((answer["choices"][0]["text"].strip(), int(answer["usage"]["prompt_tokens"])))
    return found


def _greedy(model: Any, base: Base, prompt: list[int], longest: int) -> str:
    import torch

    from eval.model.generate import stop_tokens

    ids = torch.tensor([prompt], device=model.device)
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=longest, do_sample=False,
            eos_token_id=sorted(stop_tokens(base)), pad_token_id=base.tokenizer.eos_token_id,
        )  # fmt: skip
    return str(base.tokenizer.decode(out[0, len(prompt) :], skip_special_tokens=True)).strip()
