"""Generation: batching, the shared prefix and dropped rows change the speed and nothing else."""

from __future__ import annotations

import random
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture
def exact(tiny_base: Any) -> Any:
    """The tiny model in float32, so that a difference is an error and not rounding."""
    import torch

    tiny_base.causal.float()
    tiny_base.dtype = torch.float32
    return tiny_base


def prompts(base: Any, count: int) -> list[list[int]]:
    from eval.arms.prompt import ask, render

    draw = random.Random(3)
    texts = ["".join(draw.choices("abcdefgh ", k=draw.randint(3, 60))) for _ in range(count)]
    return [render(base.tokenizer, ask("A common beginning.", text).messages) for text in texts]


def greedy_by_transformers(base: Any, prompt: list[int], new: int) -> str:
    import torch

    out = base.causal.generate(torch.tensor([prompt]), max_new_tokens=new, do_sample=False, pad_token_id=0)
    reply = out[0][len(prompt) :].tolist()
    stops = base.causal.generation_config.eos_token_id
    if reply[-1] in (stops if isinstance(stops, list) else [stops]):
        reply = reply[:-1]
    return str(base.tokenizer.decode(reply, skip_special_tokens=True)).strip()


def complete(base: Any, rows: list[list[int]], batches: list[list[int]], new: int) -> dict[int, Any]:
    from eval.model.generate import generate_batches
    from eval.model.stopping import Limits

    made = generate_batches(base, None, rows, batches, limits=Limits(new))
    return {i: c for batch, replies in zip(batches, made, strict=True) for i, c in zip(batch, replies, strict=True)}


def test_batched_texts_equal_one_by_one_generation(exact: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.model import decode

    monkeypatch.setitem(decode.PREFILL_TOKENS, "cpu", 200)  # several prefill pieces
    rows = prompts(exact, 9)
    made = complete(exact, rows, [[0, 1, 2, 3, 4], [5, 6, 7, 8]], 24)
    assert {i: c.text for i, c in made.items()} == {i: greedy_by_transformers(exact, r, 24) for i, r in enumerate(rows)}


def test_rows_that_finish_early_leave_the_others_unchanged(exact: Any) -> None:
    """The most frequent early token is made a stop token, so that rows finish at different steps."""
    import torch

    rows = prompts(exact, 8)
    sixth = [exact.causal.generate(torch.tensor([r]), max_new_tokens=6, do_sample=False)[0, -1].item() for r in rows]
    stop = max(sixth, key=sixth.count)
    exact.causal.generation_config.eos_token_id = [2, stop]
    after = complete(exact, rows, [list(range(8))], 30)
    assert {i: c.text for i, c in after.items()} == {
        i: greedy_by_transformers(exact, r, 30) for i, r in enumerate(rows)
    }
    assert len({c.tokens_out for c in after.values()}) > 1


def test_reply_stops_at_the_limit(exact: Any) -> None:
    made = complete(exact, prompts(exact, 2), [[0, 1]], 5)
    assert [(c.tokens_out, c.finish) for c in made.values()] == [(5, "length")] * 2


def test_plan_holds_every_prompt_once_longest_first(exact: Any) -> None:
    from eval.model.generate import plan_batches
    from eval.model.stopping import Limits

    rows = prompts(exact, 150)
    plan = plan_batches(exact, rows, Limits(8))
    assert sorted(i for batch in plan for i in batch) == list(range(150))
    lengths = [len(rows[i]) for batch in plan for i in batch]
    assert lengths == sorted(lengths, reverse=True)
    assert [len(batch) for batch in plan] == [50, 50, 50]


def test_prompt_longer_than_the_context_is_refused(exact: Any) -> None:
    from eval.errors import UserError
    from eval.model.generate import check_lengths
    from eval.model.stopping import Limits

    with pytest.raises(UserError, match=r"takes 4090 tokens and its reply up to 8, and the model reads 4096; lower"):
        check_lengths(exact, [[5] * 4090], Limits(256, least=8), mode="rag")


def test_where_the_context_is_short_the_reply_gets_what_is_left(exact: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from eval.model.generate import check_lengths
    from eval.model.stopping import Limits

    check_lengths(exact, [[5] * 3840], Limits(256, least=8), mode="rag")
    assert capsys.readouterr().err == ""
    check_lengths(exact, [[5] * 4000], Limits(256, least=8), mode="rag")
    assert (
        "mode rag: the longest prompt leaves 96 tokens for its reply, where others have 256" in capsys.readouterr().err
    )
    made = complete(exact, [[5] * 4090], [[0]], 256)[0]
    assert made.tokens_out <= 6


def test_common_prefix_leaves_a_token_of_every_row() -> None:
    from eval.model.kv_cache import common_prefix

    assert common_prefix([[1, 2, 3, 4], [1, 2, 5]]) == 2
    assert common_prefix([[1, 2], [1, 2]]) == 1
    assert common_prefix([[1], [2]]) == 0
    assert common_prefix([]) == 0
