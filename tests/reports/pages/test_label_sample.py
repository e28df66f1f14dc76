"""What people are asked to mark: half contested, spread over modes, the same every time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from eval.records import Score, write_records
from reports.pages.label_sample import JUDGE, choose
from reports.run_folder import Run, read_run

MODES = ("base", "rag", "hybrid")


def with_judge(run: Path, contested: int) -> Run:
    """Give every scored reply a judge who agrees with our metric, but for so many of them in each mode."""
    found = read_run(run)
    scores, left = list(found.scores), Counter(dict.fromkeys(MODES, contested))
    for s in found.scores:
        if s.axis == "knowledge" and s.value is not None:
            value = s.value if left[s.mode] <= 0 else 1 - s.value
            left[s.mode] -= 1
            scores.append(Score(s.example_id, s.group, s.mode, "knowledge", JUDGE, False, value))
    write_records(run / "scores.jsonl", scores)
    return read_run(run)


def contested_pairs(run: Run) -> set[tuple[str, str]]:
    values = {(s.metric, s.mode, s.example_id): s.value for s in run.scores}
    return {(m, e) for metric, m, e in values if metric == JUDGE and values[metric, m, e] != values["contains", m, e]}


def test_half_are_contested_and_modes_take_turns(make_run: Any) -> None:
    run = with_judge(make_run(modes=MODES, questions=40), contested=12)
    chosen = choose(run, 24)
    contested = contested_pairs(run)
    assert len(set(chosen)) == 24
    assert sum(p in contested for p in chosen) == 12
    assert Counter(mode for mode, _ in chosen) == {"base": 8, "rag": 8, "hybrid": 8}


def test_few_contested_replies_are_all_taken(make_run: Any) -> None:
    run = with_judge(make_run(modes=MODES, questions=40), contested=1)
    chosen = choose(run, 24)
    assert len(chosen) == 24 and contested_pairs(run) <= set(chosen)


def test_small_runs_are_marked_whole_and_unanswerable_questions_never(make_run: Any) -> None:
    run = read_run(make_run(modes=MODES, questions=20))
    chosen = choose(run, 100)
    assert len(chosen) == len(set(chosen)) == 3 * 18
    assert not {e for _, e in chosen} & {"q9", "q19"}


def test_order_is_shuffled_and_the_same_every_time(make_run: Any) -> None:
    run = read_run(make_run(modes=MODES, questions=40))
    assert choose(run) == choose(run)
    assert [mode for mode, _ in choose(run)] != sorted(mode for mode, _ in choose(run))
