"""Replies that join and leave a batch at any time read as each reads alone."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.component

PROMPTS = [
    "Arvik",
    "How deep is the harbour of Arvik, and who built it?",
    "Why?",
    "The sea of Skarn " * 9,
    "Once",
    "To be",
]
LENGTHS = [30, 5, 90, 12, 3, 40]
JOINS = [0, 0, 4, 5, 40, 41]
"""The step before which each joins."""


class Greedy:
    """Takes the likeliest token so many times."""

    def __init__(self, most: int) -> None:
        self.most, self.tokens, self.gone, self.error = most, [], False, None  # type: ignore[var-annotated]

    def take(self, logits: Any, likeliest: int) -> int | None:
        self.tokens.append(likeliest)
        return likeliest if len(self.tokens) < self.most else None

    def fail(self, error: Exception) -> None:
        self.error = error


@pytest.fixture(scope="module")
def base(tiny_model: Any) -> Any:
    """In float32, where close calls do not turn on the order of sums."""
    import torch

    from eval.model.loading import load_base

    base = load_base(str(tiny_model), "qlora", "auto")
    base.causal.float()
    base.dtype = torch.float32
    return base


def alone(base: Any, prompt: list[int], most: int) -> list[int]:
    import torch

    ids = torch.tensor([prompt])
    made = base.causal.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=most, eos_token_id=None,
        pad_token_id=0,
    )  # fmt: skip
    return [int(t) for t in made[0, len(prompt) :]]


@pytest.mark.parametrize("kind", ["RunningBatch", "SeparateRows"])
def test_rows_join_and_leave_at_any_step(base: Any, kind: str) -> None:
    import torch

    from eval.model import running_batch

    batch = getattr(running_batch, kind)(base.device)
    prompts = [base.tokenizer.encode(text, add_special_tokens=False) for text in PROMPTS]
    rows = [Greedy(most) for most in LENGTHS]
    most_rows = 0
    with torch.inference_mode():
        for at in range(100):
            for prompt, row, join in zip(prompts, rows, JOINS, strict=True):
                if join == at:
                    prefill = running_batch.Prefill(prompt, [], 0)
                    while not prefill.read(base.causal, 7, base.device):
                        pass
                    batch.join(prefill, [row])
            batch.step(base.causal)
            most_rows = max(most_rows, len(batch))
    assert most_rows == 3 and len(batch) == 0
    assert [row.tokens for row in rows] == [alone(base, p, n) for p, n in zip(prompts, LENGTHS, strict=True)]


def test_a_prompt_goes_on_from_the_beginning_of_another(base: Any) -> None:
    import torch

    from eval.model.running_batch import Prefill, RunningBatch

    first, second = (base.tokenizer.encode(f"The harbour of Arvik {end}", add_special_tokens=False) for end in "ab")
    rows = [Greedy(20), Greedy(20), Greedy(20)]
    with torch.inference_mode():
        one = Prefill(first, [], 0)
        assert one.read(base.causal, 999, base.device)
        two = Prefill(second, one.states, len(second) - 1)
        assert two.read(base.causal, 1, base.device)  # the last token is all that there is to read
        batch = RunningBatch(base.device)
        batch.join(one, rows[:1])
        batch.join(two, rows[1:])
        while batch.rows:
            batch.step(base.causal)
    assert [row.tokens for row in rows] == [alone(base, p, 20) for p in (first, second, second)]


def test_unused_columns_and_rows_that_nobody_waits_for_are_let_go(base: Any) -> None:
    import torch

    from eval.model.running_batch import TRIM, Prefill, RunningBatch

    long, short = [5] * (TRIM + 40), [6, 7, 8]
    rows = [Greedy(500), Greedy(30)]
    batch = RunningBatch(base.device)
    with torch.inference_mode():
        for prompt, row in zip((long, short), rows, strict=True):
            prefill = Prefill(prompt, [], 0)
            assert prefill.read(base.causal, 999, base.device)
            batch.join(prefill, [row])
        assert batch.columns == len(long)
        rows[0].gone = True
        batch.step(base.causal)
        assert batch.rows == [rows[1]] and batch.columns == len(short) + 1
        while batch.rows:
            batch.step(base.causal)
    assert rows[1].tokens == alone(base, short, 30) and batch.columns == 0
