"""Earlier verdicts on growing data: which look a run is, what is recorded, and samples that grow."""

from pathlib import Path

import pytest

from eval.config import DatasetConfig
from eval.errors import UserError
from eval.pipeline.earlier_verdicts import looks_of, record_verdict
from eval.pipeline.run_config import Looks, RunConfig
from eval.pipeline.selection import choose_examples
from eval.records import Example
from eval.verdict.decision import Decision


def rows(n: int) -> list[Example]:
    return [Example(f"q{i}", "?", ("a",), "a", group=f"g{i}") for i in range(n)]


def look(folder: Path, n: int, planned: int | None = None, model: str = "m") -> Looks:
    return looks_of(folder, "d", model, rows(n), planned, "pocock")


def record(folder: Path, n: int, strategy: str = "inconclusive", model: str = "m") -> None:
    dataset = DatasetConfig.model_validate({"name": "d", "instruction": "i"})
    config = RunConfig(dataset_path="", model=model, dataset=dataset)
    decision = Decision("d", strategy, None, (), {}, {})
    folder.mkdir(parents=True, exist_ok=True)
    record_verdict(folder, config, rows(n), decision)


def test_more_questions_are_a_further_look_and_the_same_ones_are_not(tmp_path: Path) -> None:
    run = tmp_path / "d"
    assert look(run, 100) == Looks()
    record(run, 100)
    assert look(run, 100) == Looks()
    assert look(run, 200) == Looks(this=2, earlier=[100])
    record(run, 200)
    record(run, 200, "rag")
    assert look(run, 300) == Looks(this=3, earlier=[100, 200])
    assert look(run, 100) == Looks()


def test_folders_beside_count_and_other_models_do_not(tmp_path: Path) -> None:
    record(tmp_path / "first", 100)
    record(tmp_path / "second", 150)
    record(tmp_path / "third", 180, model="another")
    assert look(tmp_path / "fourth", 200).earlier == [100, 150]
    assert look(tmp_path / "fourth", 200, model="another").earlier == [180]


def test_planned_looks_that_are_used_up_are_refused(tmp_path: Path) -> None:
    record(tmp_path / "d", 100)
    assert look(tmp_path / "d", 200, planned=2).this == 2
    record(tmp_path / "d", 200)
    with pytest.raises(UserError, match=r"--looks 2: this is look 3 at 'd', after verdicts on 100 and 200 questions"):
        look(tmp_path / "d", 300, planned=2)


def test_a_broken_record_is_named_by_its_line(tmp_path: Path) -> None:
    record(tmp_path / "d", 100)
    path = tmp_path / "d" / "verdicts.jsonl"
    path.write_text(path.read_text() + '{"dataset": "d"}\n')
    with pytest.raises(UserError, match=r"verdicts.jsonl:2: no record of a verdict"):
        look(tmp_path / "d", 200)


def test_samples_are_beginnings_of_one_shuffle() -> None:
    """Whatever rows are added later: a place depends on the id and the seed alone."""
    test = rows(60)
    samples = [{e.id for e in choose_examples(test, n, 3)} for n in (5, 10, 40)]
    assert samples[0] < samples[1] < samples[2] and [len(s) for s in samples] == [5, 10, 40]
    assert samples[0] != {e.id for e in choose_examples(test, 5, 4)}
    kept = {e.id for e in choose_examples(rows(90), 20, 3)} & {e.id for e in test}
    assert kept <= {e.id for e in choose_examples(test, 20, 3)}
