"""Batches planned by their own longest prompt, and halved where memory runs out."""

from __future__ import annotations

from typing import Any

import pytest

from eval.model.batching import MAX_ROWS, expected_reply, plan_by_length


def test_every_prompt_once_longest_first_within_the_budget() -> None:
    lengths = [100, 2000, 300, 120, 80, 90, 1000, 110]
    plan = plan_by_length(lengths, 2000)
    assert sorted(i for batch in plan for i in batch) == list(range(8))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= 2000 for b in plan)
    assert plan == [[1], [6, 2], [3, 7, 0, 5, 4]]  # one long prompt makes no other batch small


def test_batches_are_equal_where_the_budget_allows() -> None:
    assert [len(b) for b in plan_by_length([10] * 150, 1e9)] == [50, 50, 50]
    assert [len(b) for b in plan_by_length([10] * 150, 400)] == [38, 38, 38, 36]
    assert plan_by_length([10] * MAX_ROWS, 1e9) == [list(range(MAX_ROWS))]
    assert plan_by_length([], 1e9) == []
    assert plan_by_length([50, 60], 1) == [[1], [0]]  # a prompt larger than the budget stands alone


def test_memory_is_planned_for_usual_replies() -> None:
    assert [expected_reply(n) for n in (8, 48, 256, 2000)] == [8, 48, 64, 500]


@pytest.mark.component
def test_halves_keep_the_order_and_stop_at_what_fits() -> None:
    import torch

    from eval.model.out_of_memory import in_halves

    tried, told = [], []

    def run(items: Any) -> list[int]:
        tried.append(len(items))
        if len(items) > 3:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return [10 * i for i in items]

    assert in_halves(run, range(9), lambda items: told.append(len(items))) == [10 * i for i in range(9)]
    assert tried == [9, 5, 3, 2, 4, 2, 2]
    assert told == [9, 5, 4]


@pytest.mark.component
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("[enforce fail at alloc_cpu.cpp:126] DefaultCPUAllocator: can't allocate memory: 8 bytes"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"), True),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_only_a_lack_of_memory_counts(error: Exception, expected: bool) -> None:
    from eval.model.out_of_memory import in_halves, is_shortage

    assert is_shortage(error) is expected

    def run(items: Any) -> list[int]:
        if len(items) > 1:
            raise error
        return list(items)

    if expected:
        assert in_halves(run, [1, 2], lambda items: None) == [1, 2]
    else:
        with pytest.raises(type(error)):
            in_halves(run, [1, 2], lambda items: None)


@pytest.fixture
def exact(tiny_model: Any) -> Any:
    from eval.model.loading import load_base

    return load_base(str(tiny_model), dtype="float32")


def prompts(base: Any) -> list[list[int]]:
    from eval.arms.prompt import ask, render

    return [render(base.tokenizer, ask("Common.", "word " * (i % 5 + 1)).messages) for i in range(9)]


def texts(base: Any, rows: list[list[int]]) -> list[list[str]]:
    from eval.model.generate import generate_batches
    from eval.model.stopping import Limits

    batches = [[0, 1, 2, 3, 4], [5, 6, 7, 8]]
    return [[c.text for c in done] for done in generate_batches(base, None, rows, batches, limits=Limits(6))]


@pytest.mark.component
def test_a_batch_that_is_too_large_gives_the_same_replies_in_halves_and_says_so_once(
    exact: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from eval.model import generate

    rows = prompts(exact)
    whole = texts(exact, rows)
    real, tried = generate.complete, []

    def small_card(model: Any, states: Any, prefix: Any, own: Any, *others: Any, **how: Any) -> None:
        tried.append(len(own))
        if len(own) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        real(model, states, prefix, own, *others, **how)

    monkeypatch.setattr(generate, "complete", small_card)
    capsys.readouterr()
    assert texts(exact, rows) == whole
    assert tried == [5, 3, 2, 1, 2, 2, 2]  # the second batch is not tried whole again
    assert capsys.readouterr().err.count("out of memory with 5 prompts at once: going on in halves") == 1


@pytest.mark.component
def test_a_prompt_for_which_memory_does_not_suffice_is_one_line(exact: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from eval.errors import UserError
    from eval.model import generate

    def no_card(*given: Any, **how: Any) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(generate, "complete", no_card)
    with pytest.raises(UserError, match=r"does not suffice for one prompt of \d+ tokens"):
        texts(exact, prompts(exact))


@pytest.mark.component
def test_the_room_for_keys_and_values_is_what_the_weights_leave(exact: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fake card: twice the free memory makes room for more rows, and the weights of others for fewer."""
    import torch

    from eval.model import generate

    rooms = {}
    for gib in (8, 16):
        monkeypatch.setattr(generate, "free_memory", lambda device, gib=gib: gib << 30)
        monkeypatch.setattr(generate, "devices_of", lambda model: [torch.device("cuda", 0)])
        exact.device = torch.device("cuda", 0)
        rooms[gib] = generate.cache_room(exact)
    assert rooms[16] - rooms[8] == pytest.approx(0.6 * (8 << 30))
    assert 0 < rooms[8] < 0.6 * (8 << 30)
