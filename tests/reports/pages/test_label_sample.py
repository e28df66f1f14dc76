"""What people are asked to mark: all candidates' replies to questions drawn at random, the same every time."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from reports.pages.label_sample import choose
from reports.run_folder import read_run

MODES = ("base", "rag", "oracle", "hybrid")
CANDIDATES = {"base", "rag", "hybrid"}


def test_a_questions_replies_stand_together_and_are_those_of_all_candidates(make_run: Any) -> None:
    run = read_run(make_run(modes=MODES, questions=40))
    asked = [(question, [mode for mode, _ in pairs]) for question, pairs in groupby(choose(run, 12), lambda p: p[1])]
    assert len(asked) == len({question for question, _ in asked}) == 12
    assert all(set(modes) == CANDIDATES and len(modes) == 3 for _, modes in asked)
    assert len({tuple(modes) for _, modes in asked}) > 1


def test_small_runs_are_marked_whole_and_unanswerable_questions_never(make_run: Any) -> None:
    chosen = choose(read_run(make_run(modes=MODES, questions=20)), 100)
    assert len(chosen) == len(set(chosen)) == 3 * 18
    assert not {e for _, e in chosen} & {"q9", "q19"}


def test_order_is_shuffled_the_same_every_time_and_more_are_added_at_the_end(make_run: Any) -> None:
    run = read_run(make_run(modes=MODES, questions=40))
    assert choose(run) == choose(run)
    assert choose(run, 20)[:30] == choose(run, 10)
    questions = [e for _, e in choose(run)]
    assert questions != sorted(questions, key=lambda e: int(e[1:]))
