"""Asking the judge for whatever is missing: bounded concurrency, kept as it comes, interruptible."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.files import write_json
from eval.judge.endpoint import Endpoint
from eval.judge.failure import JudgeFailure
from eval.judge.items import Item
from eval.judge.judgements import Judgement, append, read_kept
from eval.judge.settings import CONCURRENCY, JudgeSettings, notice
from eval.terminal.progress import Advance, say, track

Task = tuple[Item, int]
"""An item and which repeat of it."""


def ask_judge(settings: JudgeSettings, items: Sequence[Item], run: Path, embedder: str) -> None:
    """Judge all items `settings.repeats` times, except what is kept, and keep each judgement in judge/<mode>.jsonl."""
    write_json(
        run / "judge" / "settings.json",
        {"model": settings.model, "repeats": settings.repeats, "limit": settings.limit},
    )
    todo = list(_missing(items, settings.repeats, run))
    if not todo:
        return
    if line := notice(settings):
        print(line, file=sys.stderr, flush=True)  # also with --quiet
    embed = _Embedder(embedder)
    with track("judging", len(todo), unit=" judgements") as advance:
        asked = asyncio.run(_ask_all(settings, todo, run, embed, advance))
    failed = Counter(j.kind for j in asked if j.kind)
    for kind, count in failed.most_common():
        example = next(j.detail for j in asked if j.kind == kind)
        say(f"  judge: {count} of {len(asked)} judgements failed: {kind} ({example})")
    if len(asked) < len(todo):
        say(f"  judge: it does not answer, so {len(todo) - len(asked)} were not asked; the same command asks them")


def _missing(items: Sequence[Item], repeats: int, run: Path) -> Iterator[Task]:
    """What has no final judgement yet; modes that share an item ask it once."""
    kept = read_kept(run)
    seen: set[tuple[str, int]] = set()
    for repeat in range(repeats):
        for item in items:
            name = item.key, repeat
            if name not in seen and not (name in kept and kept[name].final):
                seen.add(name)
                yield item, repeat


async def _ask_all(
    settings: JudgeSettings, todo: Sequence[Task], run: Path, embed: _Embedder, advance: Advance
) -> list[Judgement]:
    asked: list[Judgement] = []
    queue = iter(todo)

    async def work(endpoint: Endpoint) -> None:
        for item, repeat in queue:
            if endpoint.gave_up:
                return
            judgement = await _ask_one(item, repeat, endpoint, embed)
            append(run, item.mode, judgement)
            asked.append(judgement)
            advance(1)

    async with Endpoint(settings) as endpoint, asyncio.TaskGroup() as workers:
        for _ in range(CONCURRENCY):
            workers.create_task(work(endpoint))
    return asked


async def _ask_one(item: Item, repeat: int, endpoint: Endpoint, embed: _Embedder) -> Judgement:
    from eval.judge.judged_metrics import judge

    try:
        return Judgement(item.key, repeat, item.metric, item.example_id, await judge(item, endpoint, embed))
    except JudgeFailure as failure:
        return Judgement(item.key, repeat, item.metric, item.example_id, None, failure.kind, failure.detail)


class _Embedder:
    """The run's embedder, loaded before anything is asked, so that no call times out over it."""

    def __init__(self, name: str) -> None:
        from rag.embed import load_embedder

        self._embedder = load_embedder(name)
        self._vectors: dict[str, Sequence[float]] = {}

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        for text in texts:
            if text not in self._vectors:  # a question comes back in every mode
                self._vectors[text] = self._embedder.embed_questions([text])[0]
        return [self._vectors[text] for text in texts]
