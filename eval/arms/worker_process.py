"""A process that answers planned batches on one device for another process: JSON lines in, JSON lines out.

Started by `eval.arms.worker_pool`. The first line names the model; then for each mode one line with the prompts, one
for each batch, and one that ends it. End of input ends the process, so it does not outlive the one that started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.model.base import Base


def main() -> None:
    """Answer until the input ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not stand between the lines
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process hears Ctrl-C and ends this one
    from eval.terminal.noise import hush_libraries
    from eval.terminal.progress import set_quiet

    hush_libraries()
    set_quiet(True)
    base = _load(json.loads(sys.stdin.readline()))
    _send(channel, {"ready": True})
    while line := sys.stdin.readline():
        _answer(base, json.loads(line), channel)


def _load(wanted: dict[str, Any]) -> Base:
    import torch

    from eval.model.chat_template import set_arguments
    from eval.model.loading import load_base
    from eval.model.thinking import keep_forms

    torch.set_num_threads(wanted["threads"])
    base = load_base(wanted["model"], wanted["method"], wanted["dtype"])
    keep_forms(base.tokenizer, wanted["replies"])
    set_arguments(base.tokenizer, wanted["chat_template_kwargs"])
    return base


def _answer(base: Base, task: dict[str, Any], channel: IO[str]) -> None:
    """One mode: the batches that come in, until a line ends it."""
    from eval.model.compute_path import Way
    from eval.model.generate import generate_batches
    from eval.model.stopping import Limits

    numbers: list[int] = []

    def incoming() -> Iterator[list[int]]:
        while (message := json.loads(sys.stdin.readline() or '{"end": true}')).get("end") is None:
            numbers.append(message["number"])
            yield message["batch"]

    if task["adapter"]:
        base.load_adapter(task["adapter"], Path(task["folder"]))
    base.ways.reply = Way[task["way"]]
    start = time.perf_counter()
    for replies in generate_batches(
        base, task["adapter"], task["prompts"], incoming(), limits=Limits(**task["limits"])
    ):  # fmt: skip
        made = [asdict(c) for c in replies]
        _send(channel, {"number": numbers[-1], "made": made, "seconds": time.perf_counter() - start})
        start = time.perf_counter()


def _send(channel: IO[str], message: dict[str, Any]) -> None:
    channel.write(json.dumps(message) + "\n")
    channel.flush()


if __name__ == "__main__":
    main()
