"""How much more the endpoint answers to eight clients at once than to one after the other.

    python benchmarks/serving.py [DATASET] [--mode base] [--clients 8] [--questions 16] [--tokens 48]

Processor time is told beside wall time, because other programs on the machine change the latter alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.data.dataset import resolve_dataset
from eval.pipeline.plan import plan_run
from eval.pipeline.run_config import write_run_config
from eval.terminal.progress import say


def main() -> None:
    """Print one line for each way of asking, and what is gained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="tidewell")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--mode", default="base")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--questions", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=48, help="the most tokens of a reply")
    given = parser.parse_args()

    from finetune.serve.api import make_server
    from finetune.serve.run_answers import open_service

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        plan = plan_run(resolve_dataset(given.dataset), model=given.model, embedder=DEFAULT_EMBEDDER, out=run)
        run.mkdir(parents=True, exist_ok=True)
        write_run_config(run / "config.yaml", plan.config)
        service = open_service(run, given.mode)
        service.modes = (given.mode,)
        service.load()
        server = make_server(service, "127.0.0.1", 0)
        Thread(target=server.serve_forever, daemon=True).start()
        questions = [e.question for e in plan.examples[: given.questions]]
        ask = _asker(server.server_port, given.tokens)
        ask(questions[0])  # what is made once
        results = {n: _round(ask, questions, n) for n in (1, given.clients)}
        server.shutdown()
    one, many = results[1], results[given.clients]
    for clients, (wall, processor, replies) in results.items():
        tokens = sum(n for _, n in replies)
        say(f"{clients} at once: {wall:.1f} s, {tokens / wall:.1f} tokens/s; {processor:.1f} s of processor time")
    same = sum(a[0] == b[0] for a, b in zip(one[2], many[2], strict=True))
    say(
        f"mode {given.mode}: throughput x {one[0] / many[0]:.2f} (processor time x {one[1] / many[1]:.2f}); "
        f"{same} of {len(questions)} replies read the same"
    )


def _asker(port: int, tokens: int) -> Any:
    def ask(question: str) -> tuple[str, int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        body = {"messages": [{"role": "user", "content": question}], "max_tokens": tokens}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        said = json.loads(connection.getresponse().read())
        connection.close()
        return said["choices"][0]["message"]["content"], said["usage"]["completion_tokens"]

    return ask


def _round(ask: Any, questions: list[str], clients: int) -> tuple[float, float, list[tuple[str, int]]]:
    """(seconds, seconds of processor time, replies with their tokens) of all questions."""
    wall, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(clients) as pool:
        replies = list(pool.map(ask, questions))
    return time.perf_counter() - wall, time.process_time() - processor, replies


if __name__ == "__main__":
    main()
