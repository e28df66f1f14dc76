"""How fast prompts are answered: in planned batches, one at a time, and by llama.cpp's server with eight slots.

    python -m benchmarks.answering [DATASET] [--mode base] [--questions 24] [--tokens 64] [--slots 8]

The same prompts as tokens and the same weights (float32 here, an f16 file of our export there), greedily, a reply of at
most so many tokens. Each way is warmed with a few prompts; ratios are of tokens written in a second.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.served_replies import prompts_of
from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.data.dataset import resolve_dataset
from eval.pipeline.plan import plan_run
from eval.terminal.progress import say

Prompts = Sequence[Sequence[int]]
WARM = 2


def main() -> None:
    """Print one line for each way of answering, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="tidewell")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--mode", default="base")
    parser.add_argument("--questions", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--slots", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base, prompts = _prompts(given, Path(folder) / "run")
        ways: dict[str, Callable[[Prompts], int]] = {
            "in batches": lambda asked: _batches(base, asked, given.tokens),
            "one at a time": lambda asked: sum(_batches(base, [p], given.tokens) for p in asked),
            f"llama.cpp, {given.slots} slots": _llamacpp(base, Path(folder), prompts, given.tokens, given.slots),
        }
        speed = {}
        for name, answer in ways.items():
            answer(prompts[:WARM])
            start = time.perf_counter()
            tokens = answer(prompts)
            seconds = time.perf_counter() - start
            speed[name] = tokens / seconds
            say(f"{name}: {len(prompts)} questions, {tokens} tokens in {seconds:.1f} s, {speed[name]:.1f} tokens/s")
    first = next(iter(speed))
    for name in list(speed)[1:]:
        say(f"{first} / {name}: {speed[first] / speed[name]:.2f}x")


def _prompts(given: argparse.Namespace, run: Path) -> tuple[Any, list[list[int]]]:
    """The loaded base with plain weights, and a mode's prompts of the first questions, as tokens."""
    from eval.arms.resources import Resources

    plan = plan_run(
        resolve_dataset(given.dataset), model=given.model, embedder=DEFAULT_EMBEDDER, out=run, dtype="float32"
    )  # fmt: skip
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    return resources.base, prompts_of(resources, given.mode, plan.examples[: given.questions])


def _batches(base: Any, prompts: Prompts, tokens: int) -> int:
    """The tokens that our own generation writes."""
    from eval.model.generate import generate_batches, plan_batches
    from eval.model.stopping import Limits

    limits = Limits(tokens)
    made = generate_batches(base, None, prompts, plan_batches(base, prompts, limits), limits=limits)
    return sum(c.tokens_out for completions in made for c in completions)


def _llamacpp(base: Any, folder: Path, prompts: Prompts, tokens: int, slots: int) -> Callable[[Prompts], int]:
    """A way of answering by a server in this process, its model file made of the same folder."""
    import xllamacpp

    from finetune.export.gguf_file import write_gguf

    file = folder / "f16.gguf"
    write_gguf(base.folder, file, "f16", name="same")
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_parallel, params.port, params.n_gpu_layers, params.verbosity = slots, 0, 0, -1
    params.n_ctx = slots * (max(map(len, prompts)) + tokens + 8)
    server = xllamacpp.Server(params)

    def ask(prompt: Sequence[int]) -> int:
        body = {"prompt": list(prompt), "n_predict": tokens, "temperature": 0, "cache_prompt": True}
        request = urllib.request.Request(
            f"{server.listening_address}/completion", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return int(json.load(answer)["tokens_predicted"])

    def answer(asked: Prompts) -> int:
        with ThreadPoolExecutor(slots) as pool:
            return sum(pool.map(ask, asked))

    return answer


if __name__ == "__main__":
    main()
