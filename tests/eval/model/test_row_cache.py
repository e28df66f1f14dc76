"""Rows that come and go in shared buffers hold what each would hold alone."""

from __future__ import annotations

import random
from typing import Any

import pytest

pytestmark = pytest.mark.component

LAYERS, HEADS, SIZE = 2, 2, 3


def test_rows_hold_their_own_columns_whatever_joins_leaves_and_is_cut() -> None:
    import torch

    from eval.model.row_cache import RowCache

    draw, numbers = random.Random(5), torch.Generator().manual_seed(5)

    def made(rows: int, tokens: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [
            (torch.randn(rows, HEADS, tokens, SIZE, generator=numbers),
             torch.randn(rows, HEADS, tokens, SIZE, generator=numbers))
            for _ in range(LAYERS)
        ]  # fmt: skip

    cache, alone = RowCache(torch.device("cpu")), list[list[list[Any]]]()  # row -> layer -> [keys, values]
    most = 0
    for _ in range(300):
        if draw.random() < 0.25 or not alone:
            count, states = draw.choice([1, 1, 3]), made(1, draw.randint(1, 40))
            cache.add(states, count)
            alone += [[[keys[0], values[0]] for keys, values in states] for _ in range(count)]
        elif draw.random() < 0.3 and len(alone) > 1:
            kept = sorted(draw.sample(range(len(alone)), draw.randint(1, len(alone) - 1)))
            order = cache.keep(kept)
            assert sorted(order) == kept
            alone = [alone[i] for i in order]
            spare = cache.cache.layers[0].length - max(row[0][0].shape[1] for row in alone)
            if spare > 5:
                cache.cut(spare)
        else:
            for i, (keys, values) in enumerate(made(len(alone), 1)):
                held = cache.cache.layers[i].update(keys, values)
                for row, mine in enumerate(alone):
                    for k, new in enumerate((keys, values)):
                        mine[i][k] = torch.cat([mine[i][k], new[row]], dim=1)
                        length = mine[i][k].shape[1]
                        assert torch.equal(held[k][row, :, -length:], mine[i][k])
                    assert all(torch.isfinite(x).all() for x in held)
        most = max(most, len(alone))
    assert most > 8
