"""Which prompts are answered together: planned before the first batch runs. Imports nothing heavy.

Each batch is sized by its own longest prompt, so that one long prompt does not make all batches small.
"""

from __future__ import annotations

from collections.abc import Sequence

MAX_ROWS = 64
EXPECTED = 64
"""Tokens of a reply that memory is planned for: most replies are short, and buffers grow with those that are not."""


def expected_reply(most: int) -> int:
    """Tokens of a reply to plan for where it may have `most`: a quarter of it, and at least EXPECTED."""
    return min(most, max(EXPECTED, most // 4))


def plan_by_length(lengths: Sequence[int], budget: float) -> list[list[int]]:
    """Batches of indices, longest first, of at most MAX_ROWS rows and `budget` padded tokens, or of one row.

    Equal batches where they keep to the budget: a last batch of three rows would cost as much time as a full one.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    cut: list[list[int]] = []
    for i in order:
        if cut and len(cut[-1]) < MAX_ROWS and lengths[cut[-1][0]] * (len(cut[-1]) + 1) <= budget:
            cut[-1].append(i)
        else:
            cut.append([i])
    if not cut:
        return []
    size = -(-len(order) // len(cut))
    equal = [order[i : i + size] for i in range(0, len(order), size)]
    return equal if all(len(b) == 1 or len(b) * lengths[b[0]] <= budget for b in equal) else cut
