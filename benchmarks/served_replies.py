"""Do replies by llama.cpp read as ours do, and if not, why? Greedy, same tokens in, the same weights in a GGUF file.

    python benchmarks/served_replies.py [DATASET] [--mode base]... [--limit 12] [--form f16] [--form f32]

For each reply that differs: the first token that does, and how much likelier ours was than theirs by our own numbers.
llama.cpp rounds what goes into a product with f16 weights to f16, and keeps keys and values so unless told otherwise;
with f32 in both places only the order of sums is left.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.data.dataset import resolve_dataset
from eval.pipeline.plan import plan_run
from eval.terminal.progress import say

CLOSE = 0.05
"""Nats between two tokens that rounding to f16 was seen to turn around."""


def main() -> None:
    """Print a line for each form and mode, and one for each reply that differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="tidewell")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--mode", action="append")
    parser.add_argument("--limit", type=int, default=12)
    parser.add_argument("--form", action="append")
    given = parser.parse_args()

    from eval.arms.modes import MODES
    from eval.arms.prompt import render
    from eval.arms.resources import Resources
    from eval.model.generate import generate_batches, plan_batches
    from eval.model.model_files import locate_model
    from finetune.export.gguf_file import write_gguf

    with tempfile.TemporaryDirectory() as folder:
        plan = plan_run(
            resolve_dataset(given.dataset), model=given.model, embedder=DEFAULT_EMBEDDER, dtype="float32",
            out=Path(folder) / "run",
        )  # fmt: skip
        resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
        base, limits = resources.base, resources.limits
        own: dict[str, tuple[list[list[int]], list[str]]] = {}
        for mode in given.mode or ["base"]:
            examples = plan.examples[: given.limit]
            prompts = [render(base.tokenizer, MODES[mode].build(resources, e).messages) for e in examples]
            batches, texts = plan_batches(base, prompts, limits), [""] * len(prompts)
            for batch, made in zip(batches, generate_batches(base, None, prompts, batches, limits=limits), strict=True):
                for i, completion in zip(batch, made, strict=True):
                    texts[i] = completion.text
            own[mode] = prompts, texts
        for form in given.form or ["f16", "f32"]:
            file = Path(folder) / f"{form}.gguf"
            write_gguf(locate_model(given.model), file, form, name="same")
            for mode, (prompts, texts) in own.items():
                _compare(base, mode, form, prompts, texts, _asked(file, form, base, prompts, limits.reply))
            file.unlink()


def _asked(file: Path, form: str, base: Any, prompts: list[list[int]], longest: int) -> list[str]:
    import xllamacpp

    from eval.model.generate import stop_tokens

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel, params.port, params.n_gpu_layers = max(map(len, prompts)) + longest + 8, 1, 0, 0
    params.verbosity = -1
    if form == "f32":
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    server = xllamacpp.Server(params)
    stops = [base.tokenizer.convert_ids_to_tokens(t) for t in sorted(stop_tokens(base))]
    found = []
    for prompt in prompts:
        asked = {"prompt": prompt, "n_predict": longest, "temperature": 0, "top_k": 1, "cache_prompt": False,
                 "stop": stops}  # fmt: skip
        found.append(server.handle_completions(asked)["choices"][0]["text"].strip())
    return found


def _compare(base: Any, mode: str, form: str, prompts: list[list[int]], ours: list[str], theirs: list[str]) -> None:
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    say(f"{form}, mode {mode}: {same} of {len(ours)} replies read the same")
    for i, (prompt, a, b) in enumerate(zip(prompts, ours, theirs, strict=True)):
        if a != b:
            gap, at, one, other = _turn(base, prompt, a, b)
            why = "a close call" if abs(gap) < CLOSE else "more than rounding"
            say(f"  question {i + 1}, token {at + 1}: ours {one!r}, theirs {other!r}, {gap:+.4f} nats: {why}")


def _turn(base: Any, prompt: list[int], ours: str, theirs: str) -> tuple[float, int, str, str]:
    """(ln p of our token less that of theirs, where they part, both tokens)."""
    import torch

    a, b = ([*base.tokenizer.encode(t, add_special_tokens=False), base.tokenizer.eos_token_id] for t in (ours, theirs))
    at = next(i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    with torch.inference_mode():
        logits = base.causal(input_ids=torch.tensor([[*prompt, *a[:at]]])).logits[0, -1]
    logs = logits.float().log_softmax(-1)
    return float(logs[a[at]] - logs[b[at]]), at, base.tokenizer.decode([a[at]]), base.tokenizer.decode([b[at]])


if __name__ == "__main__":
    main()
