"""The worked examples of the few-shot prompts."""

from __future__ import annotations

import random
from collections.abc import Sequence

from eval.records import Example


def choose_shots(train: Sequence[Example], count: int, seed: int) -> tuple[Example, ...]:
    """`count` training examples, the same for every question: one unanswerable if there is one, the rest of many kinds.

    Drawn by seed, one a group at most, each next one from the tags that are shown least so far.
    """
    draw = random.Random(f"shots-{seed}")
    pool = list(train)
    draw.shuffle(pool)
    chosen = [e for e in pool if not e.answerable][:1] if count > 1 else []
    while len(chosen) < count:
        groups = {e.group for e in chosen}
        left = [e for e in pool if e.group not in groups and e.answerable]
        if not left:
            break
        shown = [tag for e in chosen for tag in e.tags]
        chosen.append(min(left, key=lambda e: sum(shown.count(tag) for tag in e.tags)))
    draw.shuffle(chosen)
    return tuple(chosen)
