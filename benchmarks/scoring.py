"""How long each knowledge metric takes for 10,000 replies, beside ragas' string metrics on the same replies.

    python benchmarks/scoring.py FOLDER [--replies N]

The folder is one that `benchmarks/agreement.py` reads: answers of systems that people marked. Each metric runs in a
process of its own, with nothing kept from another; CPU seconds, scaled to 10,000 replies, without imports. ragas scores
a pair of texts, so each reply is scored against every accepted answer, as a user's loop would do it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agreement import Mark, read_marks

from eval.config import Knowledge
from eval.metrics.knowledge.metric import score_knowledge
from eval.metrics.knowledge.overlap import chrf, rouge_l

METRICS = ("exact", "f1", "contains", "number", "match", "claims")
OVERLAP = {"chrf": chrf, "rouge_l": rouge_l}
GLUED = ("ExactMatch", "StringPresence")
SCALE = 10_000


def scorer(name: str) -> Callable[[Mark], object]:
    """A metric of ours or of ragas, by its name, as a function of a marked reply."""
    if name in METRICS:
        config = Knowledge(metric=name)
        return lambda m: score_knowledge(config, m.reply, m.answers, question=m.question)
    if name in OVERLAP:
        return lambda m: OVERLAP[name](m.reply, m.answers)
    return _glued(name)


def _glued(name: str) -> Callable[[Mark], object]:
    import ragas.metrics
    from ragas import SingleTurnSample

    metric = getattr(ragas.metrics, name)()
    loop = asyncio.new_event_loop()

    def best(mark: Mark) -> float:
        pairs = [SingleTurnSample(response=mark.reply, reference=a) for a in mark.answers]
        return max(float(loop.run_until_complete(metric.single_turn_ascore(p))) for p in pairs)

    return best


def measure(name: str, folder: Path, replies: int) -> float:
    """CPU seconds of one metric for 10,000 replies."""
    marks = read_marks(folder)[:replies]
    score = scorer(name)
    begin = time.process_time()
    for mark in marks:
        score(mark)
    return (time.process_time() - begin) / len(marks) * SCALE


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
        print(f"{measure(given.metric, given.folder, given.replies):.2f}")
        return
    environment = {**os.environ, "RAGAS_DO_NOT_TRACK": "true"}
    print(f"{'metric':<26}{'CPU s for 10,000 replies':>26}")
    for name in (*METRICS, *OVERLAP, *(f"ragas {n}" for n in GLUED)):
        command = [sys.executable, __file__, str(given.folder), "--replies", str(given.replies)]
        found = subprocess.run(
            [*command, "--metric", name.removeprefix("ragas ")],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        print(f"{name:<26}{float(found.stdout.split()[-1]):>26.1f}", flush=True)


if __name__ == "__main__":
    main()
