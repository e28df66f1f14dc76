"""Which tasks are run, and in what company, from hand-made lists."""

from __future__ import annotations

import pytest

from eval.pipeline.graph import Skipped, Task, check, pending
from eval.pipeline.local import run_here

ran: list[str] = []


def task(name: str, *needs: str, done: bool | None = False, wanted: bool = True, after: tuple[str, ...] = ()) -> Task:
    return Task(
        name, name, name, lambda: ran.append(name), needs, after, None if done is None else lambda: done, wanted
    )  # fmt: skip


def run(*tasks: Task) -> list[str]:
    ran.clear()
    run_here("", tasks)
    return list(ran)


def test_what_is_done_is_not_run_again_and_its_need_with_it() -> None:
    load = task("load", done=None, wanted=False)
    assert run(load, task("base", "load"), task("rag", "load", done=True)) == ["load", "base"]
    assert run(load, task("base", "load", done=True)) == []


def test_what_is_not_wanted_for_itself_is_run_for_others_only() -> None:
    train = task("train", wanted=False)
    assert pending([train, task("answer", "train", done=True)]) == set()
    assert pending([train, task("answer", "train")]) == {"train", "answer"}
    assert pending([task("train", wanted=False, done=True), task("answer", "train")]) == {"answer"}


def test_a_task_that_is_skipped_takes_along_what_needs_it_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    def diverge() -> None:
        raise Skipped("ft is left out: it diverged")

    train = Task("train", "train", "training", diverge)
    tasks = [train, task("answer", "train"), task("measure", "answer"), task("score", after=("train", "answer"))]
    assert run(*tasks) == ["score"]
    assert "warning: ft is left out: it diverged" in capsys.readouterr().err


def test_what_another_exception_says_ends_the_run() -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(Task("a", "a", "a", fail), task("b"))
    assert ran == []


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([task("a"), task("a")], "two tasks are called a"),
        ([task("a", "b"), task("b")], "a comes before b"),
        ([task("a", after=("c",))], "a comes before c, or there is no such task"),
    ],
)
def test_a_list_that_cannot_be_run_is_refused(tasks: list[Task], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(tasks)
