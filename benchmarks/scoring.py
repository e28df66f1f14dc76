"""How long each knowledge metric takes for 10,000 replies, beside ragas' string metrics on the same replies.

    python benchmarks/scoring.py FOLDER [--replies N]

The folder is one that `benchmarks/agreement.py` reads: answers of systems that people marked. Each metric begins in a
process of its own, with nothing kept from another; CPU seconds in that one process, and seconds on the clock with the
further processes that `evaluate` starts, both scaled to 10,000 replies, without this process's imports. ragas scores a
pair of texts, so each reply is scored against every accepted answer, as a user's loop would do it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agreement import Mark, read_marks

from eval.config import Knowledge
from eval.metrics.knowledge.reply_values import OVERLAP, Asked, reply_values

METRICS = ("exact", "f1", "contains", "number", "match", "claims")
GLUED = ("ExactMatch", "StringPresence")
SCALE = 10_000


def score_all(name: str, marks: Sequence[Mark]) -> None:
    """Score all replies with a metric of ours or of ragas."""
    if name in GLUED:
        score = _glued(name)
        for mark in marks:
            score(mark)
    else:
        reply_values(Knowledge(), [Asked(m.reply, m.answers, m.question) for m in marks], names=[name])


def _glued(name: str) -> Callable[[Mark], object]:
    import ragas.metrics
    from ragas import SingleTurnSample

    metric = getattr(ragas.metrics, name)()
    loop = asyncio.new_event_loop()

    def best(mark: Mark) -> float:
        pairs = [SingleTurnSample(response=mark.reply, reference=a) for a in mark.answers]
        return max(float(loop.run_until_complete(metric.single_turn_ascore(p))) for p in pairs)

    return best


def measure(name: str, folder: Path, replies: int) -> tuple[float, float]:
    """(CPU seconds of this process, seconds on the clock) of one metric for 10,000 replies."""
    marks = read_marks(folder)[:replies]
    begin, clock = time.process_time(), time.perf_counter()
    score_all(name, marks)
    scale = SCALE / len(marks)
    return (time.process_time() - begin) * scale, (time.perf_counter() - clock) * scale


def main() -> None:
    """Print a row for each metric."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replies", type=int, default=SCALE, help="so many, from the first on")
    parser.add_argument("--metric", help="measure this one alone")
    given = parser.parse_args()
    if not given.folder.is_dir():
        print(f"{given.folder}: no such folder; the metrics are not timed")
        return
    if given.metric:
        print(*(f"{seconds:.2f}" for seconds in measure(given.metric, given.folder, given.replies)))
        return
    print(f"{'':<26}{'one process, CPU s':>22}{'as evaluate does, s':>22}")
    for name in (*METRICS, *OVERLAP, *(f"ragas {n}" for n in GLUED)):
        metric = name.removeprefix("ragas ")
        cpu, _ = _in_a_process(metric, given, OMP_NUM_THREADS="1")
        clock = "" if metric in GLUED else f"{_in_a_process(metric, given)[1]:.1f}"
        print(f"{name:<26}{cpu:>22.1f}{clock:>22}", flush=True)


def _in_a_process(name: str, given: argparse.Namespace, **limits: str) -> tuple[float, float]:
    command = [sys.executable, __file__, str(given.folder), "--replies", str(given.replies), "--metric", name]
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"} | limits
    environment["RAGAS_DO_NOT_TRACK"] = "true"
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    cpu, clock = found.stdout.split()[-2:]
    return float(cpu), float(clock)


if __name__ == "__main__":
    main()
