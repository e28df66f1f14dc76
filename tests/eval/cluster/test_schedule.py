"""The driver's book: what begins where, in what order, and what becomes of cells whose worker or node goes away."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from eval.cluster.cells import Cell, Group, Need, Node, cells_of
from eval.cluster.schedule import RETRIES, Begin, Schedule, Start, Stop
from eval.errors import UserError
from eval.pipeline.graph import Task


def task(name: str, *needs: str, after: Sequence[str] = (), kind: str = "answer", **more: object) -> Task:
    return Task(name, kind, name, lambda: None, needs, tuple(after), **more)  # type: ignore[arg-type]


def schedule(*groups: Group, nodes: Sequence[Node]) -> Schedule:
    found = Schedule.of(cells_of(groups))
    found.has(nodes)
    return found


def node(name: str, cards: int = 0, threads: int = 1, memory: float = 0.0) -> Node:
    return Node(name, f"node {name}", Need(cards, threads, memory))


def begun(moves: Sequence[object]) -> list[str]:
    return [m.cell.name for m in moves if isinstance(m, Begin)]


def test_a_task_that_leaves_nothing_is_no_cell_and_hands_on_what_it_needs() -> None:
    tasks = (
        task("check", kind="check"),
        task("index", "check", kind="index", done=lambda: False),
        task("passages", "index", wanted=False),
        task("load", after=["check", "index"], wanted=False),
        task("answer/base", "load", done=lambda: False),
        task("answer/rag", "load", "passages", done=lambda: False),
    )
    found = {c.name: c for c in cells_of([Group("a", tasks, base="m")])}
    assert list(found) == ["a check", "a index", "a answer/base", "a answer/rag"]
    assert found["a answer/base"].needs == {"a check"}  # and not the index, which it makes no use of
    assert found["a answer/rag"].needs == {"a check", "a index"}
    assert [c.here for c in found.values()] == [True, False, False, False]


def test_of_what_may_begin_that_begins_first_whose_followers_take_longest() -> None:
    tasks = (task("quick"), task("train", kind="train"), task("last", "train"))
    found = schedule(Group("", tasks, base="m"), nodes=[node("a")])
    assert begun(found.moves()) == ["train"]
    found.ended("train", "done")
    assert begun(found.moves()) == ["quick"]  # as long as what is left of the other, and named first


def test_workers_are_spread_over_nodes_and_kept_for_what_comes() -> None:
    found = schedule(Group("", tuple(task(f"t{i}") for i in range(5)), base="m"), nodes=[node("a"), node("b")])
    first = found.moves()
    assert {m.seat.node for m in first if isinstance(m, Start)} == {"a", "b"} and len(begun(first)) == 2
    found.ended(begun(first)[0], "done")
    assert [type(m) for m in found.moves()] == [Begin]  # on the worker that is there


def test_a_worker_goes_on_with_the_base_that_it_has() -> None:
    groups = [
        Group(n, (task("t", kind="train"), *(task(f"t{i}") for i in range(3))), base=f"base {n}") for n in "ab"
    ]  # fmt: skip
    found = schedule(*groups, nodes=[node("x"), node("y")])
    held: dict[str, set[str]] = {}
    while not found.over:
        for move in found.moves():
            if isinstance(move, Begin):
                held.setdefault(move.seat.id, set()).add(move.cell.base)
        for seat in list(found.seats.values()):
            if seat.cell:
                found.ended(seat.cell, "done")
    assert sorted(map(len, held.values())) == [1, 1]


def test_an_idle_worker_makes_room_for_one_of_another_shape() -> None:
    small = Group("s", (task("t"),), Need(0, 1), "m")
    large = Group("l", (task("t"),), Need(0, 2), "m")
    found = schedule(small, large, nodes=[node("a", threads=2)])
    assert begun(found.moves()) == ["s t"]
    assert found.moves() == []
    found.ended("s t", "done")
    assert [type(m) for m in found.moves()] == [Stop, Start, Begin]


def test_what_no_node_holds_is_an_error_at_once() -> None:
    found = schedule(Group("set", (task("t"),), Need(4, 1), "m"), nodes=[node("a", 2), node("b", 1)])
    with pytest.raises(UserError, match=r"set t takes 4 cards, 1 CPU, and no node .*largest of 2 has 2 cards"):
        found.check_room()


def test_a_lost_worker_costs_a_try_and_a_cell_has_so_many() -> None:
    found = schedule(Group("", (task("t"), task("u", "t")), base="m"), nodes=[node("a")])
    for _ in range(RETRIES + 1):
        assert begun(found.moves()) == ["t"]
        (seat,) = found.seats.values()
        assert found.gone(seat) == "t"
    assert found.states == {"t": "failed", "u": "blocked"} and found.over


def test_workers_of_a_node_that_has_gone_are_named() -> None:
    found = schedule(Group("", (task("t"), task("u")), base="m"), nodes=[node("a"), node("b")])
    found.moves()
    (lost,) = found.has([node("a")])
    assert lost.node == "b"


def test_a_failure_stops_what_needs_it_and_a_skip_only_what_it_is_for() -> None:
    tasks = (task("bad"), task("diverged"), task("ok"), task("needs", "diverged"), task("score", after=["needs"]),
             task("whole", after=["bad"]))  # fmt: skip
    found = schedule(Group("", tasks, base="m"), nodes=[node("a", threads=3)])
    found.moves()
    found.ended("bad", "failed")
    found.ended("diverged", "skipped")
    found.ended("ok", "done")
    assert found.states["needs"] == "skipped" and found.states["whole"] == "blocked"
    assert begun(found.moves()) == ["score"]


@pytest.mark.parametrize("seed", range(20))
def test_every_cell_runs_once_in_an_order_that_is_allowed_and_no_node_holds_too_much(seed: int) -> None:
    draw = random.Random(seed)
    nodes = [node(str(i), draw.randint(0, 2), draw.randint(2, 4)) for i in range(3)]
    nodes.append(node("large", 2, 4))
    groups = []
    for g in range(4):
        tasks: list[Task] = []
        for i in range(8):
            before = [t.name for t in draw.sample(tasks, min(len(tasks), draw.randint(0, 2)))]
            tasks.append(task(f"t{i}", *before[:1], after=before[1:]))
        need = Need(draw.randint(0, 2), draw.randint(1, 3))
        groups.append(Group(str(g), tuple(tasks), need, f"base {draw.randint(0, 1)}"))
    found = schedule(*groups, nodes=nodes)
    found.check_room()
    ended: list[str] = []
    while not found.over:
        for move in found.moves():
            if isinstance(move, Begin):
                assert found.cells[move.cell.name].needs <= set(ended)
                assert move.cell.need.within(move.seat.room)
        for there in nodes:
            seats = [s.room for s in found.seats.values() if s.node == there.id]
            assert sum(s.cards for s in seats) <= there.room.cards
            assert sum(s.threads for s in seats) <= there.room.threads
        running = [s.cell for s in found.seats.values() if s.cell]
        assert running, "nothing runs although cells wait"
        ended.append(draw.choice(running))
        found.ended(ended[-1], "done")
    assert sorted(ended) == sorted(found.cells)


def test_cells_of_two_runs_may_have_one_name() -> None:
    found: list[Cell] = cells_of([Group("a", (task("t"),), base="m"), Group("b", (task("t"),), base="m")])
    assert [c.name for c in found] == ["a t", "b t"]


def test_a_task_goes_in_parts_where_there_are_more_workers_than_tasks() -> None:
    def part(index: int, count: int) -> None: ...

    tasks = (
        task("train", kind="train"),
        task("answer/ft", "train", total=100, part=part),
        task("answer/base", total=1000, part=part),
        task("answer/rag", total=1000, part=part, done=lambda: True),
        task("score", "answer/ft", "answer/base", kind="score"),
    )

    def cells(*nodes: Node) -> dict[str, Cell]:
        return {c.name: c for c in cells_of([Group("", tasks, Need(1, 1), "m")], nodes)}

    assert list(cells(node("a", 2, 8))) == list(cells()) == ["train", "answer/ft", "answer/base", "score"]
    found = cells(node("a", 8, 8), node("b", 2, 8))  # ten workers, two tasks: five parts each, but of 32 at least
    ft, base = [f"answer/ft {i}/3" for i in (1, 2, 3)], [f"answer/base {i}/5" for i in range(1, 6)]
    assert list(found) == ["train", *ft, "answer/ft", *base, "answer/base", "score"]
    assert found["answer/ft"].needs == {"train", *ft} and found["answer/ft 2/3"].needs == {"train"}
    assert found["answer/ft 2/3"].part == (1, 3) and found["answer/ft"].part is None
    assert found["score"].needs == {"answer/ft", "answer/base"}
    assert found["answer/ft 2/3"].title == "answer/ft, part 2 of 3" and found["answer/ft 2/3"].total is None


def test_the_whole_comes_after_its_parts_and_fails_with_one() -> None:
    tasks = (task("t", total=128, part=lambda index, count: None), task("u", "t", kind="score"))
    found = Schedule.of(cells_of([Group("", tasks, base="m")], [node(n) for n in "abcd"]))
    found.has([node(n) for n in "abcd"])
    assert begun(found.moves()) == ["t 1/4", "t 2/4", "t 3/4", "t 4/4"]
    for i in range(1, 4):
        found.ended(f"t {i}/4", "done")
    assert begun(found.moves()) == []
    found.ended("t 4/4", "failed")
    assert found.states["t"] == found.states["u"] == "blocked"
