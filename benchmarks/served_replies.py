"""Do replies by llama.cpp's server read as ours do, and if not, why? The same weights, asked as `evaluate` asks.

    python benchmarks/served_replies.py [DATASET] [--model FOLDER] [--mode base]... [--limit 40] [--form f16]...

A tuned model is compared by the folder that `finetune merge` writes, as `--model`: with mode base it is `ft`, with rag
`hybrid`. For each reply that differs: the first token that does, and how much likelier ours was than theirs by our own
numbers. llama.cpp rounds what goes into a product with f16 weights to f16, and keeps keys and values so unless told
otherwise; with f32 in both places (`--form f32`) only the order of sums is left.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL, Endpoint
from eval.data.dataset import resolve_dataset
from eval.pipeline.plan import plan_run
from eval.terminal.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.records import Prediction

CLOSE = 0.05
"""Nats between two tokens that rounding to f16 was seen to turn around."""


def main() -> None:
    """Print a line for each form and mode, and one for each reply that differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="tidewell")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--mode", action="append")
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--form", action="append")
    given = parser.parse_args()
    modes = given.mode or ["base", "fewshot", "rag"]

    from eval.model.model_files import locate_model
    from finetune.export.gguf_file import write_gguf

    model = locate_model(given.model)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        own, resources, examples = _replies(given.dataset, modes, given.limit, run, model=given.model)
        prompts = {mode: prompts_of(resources, mode, examples) for mode in modes}
        for form in given.form or ["f16"]:
            file = Path(folder) / f"{form}.gguf"
            write_gguf(model, file, form, name="same")
            room = max(len(p) for asked in prompts.values() for p in asked) + resources.limits.reply + 8
            server = _served(file, form, room)
            endpoint = Endpoint(url=f"{server.listening_address}/v1", model="same", tokenizer=str(model))
            theirs, _, _ = _replies(given.dataset, modes, given.limit, Path(folder) / form, endpoint=endpoint)
            for mode in modes:
                _compare(resources.base, mode, form, prompts[mode], own[mode], theirs[mode])
            del server
            file.unlink()


def _replies(
    dataset: str,
    modes: Sequence[str],
    limit: int,
    run: Path,
    *,
    model: str | None = None,
    endpoint: Endpoint | None = None,
) -> tuple[dict[str, list[Prediction]], Any, Sequence[Any]]:
    from eval.arms.predict import predict, read_predictions
    from eval.arms.resources import Resources

    plan = plan_run(
        resolve_dataset(dataset), model=model, embedder=DEFAULT_EMBEDDER, out=run, limit=limit, endpoint=endpoint,
        dtype="auto" if endpoint else "float32",
    )  # fmt: skip
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    for mode in modes:
        predict(resources, mode, plan.examples, plan.folder, plan.identity.predictions(mode))
    return {mode: read_predictions(plan.folder, mode) for mode in modes}, resources, plan.examples


def prompts_of(resources: Any, mode: str, examples: Sequence[Any]) -> list[list[int]]:
    """A mode's prompts as tokens."""
    from eval.arms.modes import MODES
    from eval.arms.prompt import render

    return [render(resources.tokenizer, MODES[mode].build(resources, e).messages) for e in examples]


def _served(file: Path, form: str, room: int) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel, params.port, params.n_gpu_layers, params.verbosity = room, 1, 0, 0, -1
    if form == "f32":
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    return xllamacpp.Server(params)


def _compare(
    base: Any,
    mode: str,
    form: str,
    prompts: Sequence[list[int]],
    ours: Sequence[Prediction],
    theirs: Sequence[Prediction],
) -> None:
    same = sum(a.text == b.text for a, b in zip(ours, theirs, strict=True))
    say(f"{form}, mode {mode}: {same} of {len(ours)} replies read the same ({same / len(ours):.1%})")
    for i, (prompt, a, b) in enumerate(zip(prompts, ours, theirs, strict=True)):
        if a.text != b.text:
            gap, at, one, other = _turn(base, prompt, a.text, b.text)
            why = "a close call" if abs(gap) < CLOSE else "more than rounding"
            say(f"  question {i + 1}, token {at + 1}: {gap:+.4f} nats: {why}")
            say(f"    ours {one!r} ({a.finish}), theirs {other!r} ({b.finish})")


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
