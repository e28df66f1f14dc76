"""The whole comparison against the script that a user would glue together for it today, in one run, as ratios.

    python benchmarks/glue.py DATASET [--train-rows 32] [--questions 12]

Both sides get the same reduced copy of the data set, the same base model in 4-bit, the same epochs, rank and reply
limit, and answer in the same modes. The glued script loads through bitsandbytes, trains with TRL's SFTTrainer and its
defaults, asks through LlamaIndex's query engine and its Hugging Face LLM one question at a time, and scores with ragas.
Each side runs in a process of its own, which gives its peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIDES = ("toolkit", "glue")


def reduce_dataset(source: Path, target: Path, train_rows: int, questions: int) -> None:
    """Copy a data set with its first rows only."""
    shutil.copytree(source, target)
    for name, count in (("train.jsonl", train_rows), ("test.jsonl", questions)):
        lines = (source / name).read_text(encoding="utf-8").splitlines(keepends=True)
        step = max(1, len(lines) // count)
        (target / name).write_text("".join(lines[::step][:count]), encoding="utf-8")


def measure(side: str, dataset: Path, work: Path) -> dict[str, Any]:
    """Run one side in a process of its own; seconds by phase, and peak memory in MB."""
    figures = work / f"{side}.json"
    start = time.perf_counter()
    command = [sys.executable, __file__, str(dataset), "--side", side, "--work", str(work), "--figures", str(figures)]
    process = subprocess.Popen(command, env={**os.environ, "TOKENIZERS_PARALLELISM": "false"})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the {side} side failed")
    result: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    return result | {"whole": time.perf_counter() - start, "peak_mb": usage.ru_maxrss * 1024 / 1e6}


def run_toolkit(dataset: Path, work: Path) -> dict[str, float]:
    """The whole comparison as `evaluate` does it."""
    from eval.pipeline.plan import plan_run
    from eval.run import evaluate

    run = work / "run"
    evaluate(plan_run(dataset, model="smollm2-135m-instruct", embedder="all-minilm-l6-v2", out=run), [])
    costs = json.loads((run / "costs.json").read_text(encoding="utf-8"))
    trained = [c for c in costs if c["train_seconds"]]
    return {
        "train_seconds": sum(c["train_seconds"] for c in trained),
        "train_tokens": sum(c["train_tokens"] for c in trained),
        "answer_seconds": sum(c["predict_seconds"] for c in costs),
        "answers": sum(c["questions"] for c in costs),
    }


def run_glue(dataset: Path, work: Path) -> dict[str, float]:
    """The same work from the parts that everybody has."""
    from glue_script import compare

    return compare(dataset, work / "glue")


def matrix_peak() -> tuple[str, float]:
    """The machine's best matrix product in the dtype that the toolkit computes in, FLOP/s."""
    import torch

    from eval.model.device import pick_device, pick_dtype

    device = pick_device()
    dtype = pick_dtype(device)
    a, b = (torch.randn(2048, 2048, device=device).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(8):
        start = time.perf_counter()
        (a @ b).sum().item()
        best = max(best, 2 * 2048**3 / (time.perf_counter() - start))
    return str(dtype).removeprefix("torch."), best


def matrix_rates(corpus: Path, work: Path) -> dict[str, float]:
    """FLOP/s of the products with frozen weights in prefill and in training, on texts that share no beginning."""
    from eval.config import DEFAULT_MODEL
    from eval.model.generate import generate_batches, plan_batches
    from eval.model.loading import load_base
    from eval.model.stopping import Limits
    from finetune.data.rows import text_rows
    from finetune.training.train import train
    from finetune.training.training_state import TrainSettings
    from rag.readers.documents import read_documents

    base = load_base(DEFAULT_MODEL)
    rows = [text_rows(base.tokenizer, d.id, d.text, 128)[0] for d in read_documents(corpus)][:64]
    tokens = sum(len(r.tokens) for r in rows)
    head = base.causal.get_output_embeddings().weight.numel()
    body = sum(m.in_features * m.out_features for m in base.causal.modules() if hasattr(m, "in_features")) - head
    prompts = [r.tokens for r in rows]
    start = time.perf_counter()
    list(generate_batches(base, None, prompts, plan_batches(base, prompts, Limits(1)), limits=Limits(1)))
    prefill = 2 * (body * tokens + head * len(rows)) / (time.perf_counter() - start)
    done = train(base, "share", rows, [], TrainSettings(1, 4, 16, 1e-3, 0), work / "share.pt")
    # Forward with every weight and back to the activations; the weights themselves get no gradient.
    return {"prefill": prefill, "training": 4 * (body + head) * done.tokens / done.seconds}


def report(figures: dict[str, dict[str, Any]]) -> None:
    """Print both sides and their ratios."""
    ours, glue = figures["toolkit"], figures["glue"]
    rows = [
        ("whole comparison, s", ours["whole"], glue["whole"], glue["whole"] / ours["whole"]),
        *(
            (label, mine, theirs, mine / theirs)
            for label, mine, theirs in (
                ("training, tokens/s", *(f["train_tokens"] / f["train_seconds"] for f in (ours, glue))),
                ("answering, questions/s", *(f["answers"] / f["answer_seconds"] for f in (ours, glue))),
            )
        ),
        ("peak memory, MB", ours["peak_mb"], glue["peak_mb"], glue["peak_mb"] / ours["peak_mb"]),
    ]
    print(f"\n{'':<26}{'toolkit':>12}{'glue':>12}{'ratio':>8}")
    for label, mine, theirs, ratio in rows:
        print(f"{label:<26}{mine:>12.2f}{theirs:>12.2f}{ratio:>7.1f}x")


def main() -> None:
    """Measure both sides and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--train-rows", type=int, default=32)
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--figures", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        result = (run_toolkit if given.side == "toolkit" else run_glue)(given.dataset, given.work)
        given.figures.write_text(json.dumps(result), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        reduced = work / given.dataset.name
        reduce_dataset(given.dataset, reduced, given.train_rows, given.questions)
        report({side: measure(side, reduced, work) for side in SIDES})
        dtype, peak = matrix_peak()
        for work_kind, rate in matrix_rates(given.dataset / "corpus", work).items():
            print(f"{work_kind} reaches {rate / peak:.0%} of the {dtype} matrix peak of {peak / 1e9:.0f} GFLOP/s")


if __name__ == "__main__":
    main()
