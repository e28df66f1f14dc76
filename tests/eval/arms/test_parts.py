"""A mode that several answer parts of has the replies of one that answers it alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.predict import Part, Work, _Journal
from eval.records import Prediction


def prediction(number: int) -> Prediction:
    return Prediction(f"q{number}", f"reply {number}")


def add(journal: _Journal, number: int) -> None:
    journal.add(number, [prediction(number)], seconds=1.0, work=Work())


def test_parts_follow_one_plan_and_the_whole_takes_what_they_have_done(tmp_path: Path) -> None:
    path = tmp_path / "predictions" / ".base.abc.partial"
    first, second = _Journal(path, Part(0, 2)), _Journal(path, Part(1, 2))
    plan = [[0], [1], [2], [3]]
    assert first.begin(plan, {"on": "a"}) == plan
    add(first, 0)
    assert second.begin([[0, 1, 2, 3]], {"on": "b"}) == plan  # that of whoever began
    assert set(second.done) == {0}
    add(second, 1)
    add(second, 0)  # as when the other was taken for lost
    whole = _Journal(path)
    assert whole.begin([[3, 2, 1, 0]], {}) == plan
    assert whole.done == {0: [prediction(0)], 1: [prediction(1)]} and whole.seconds == 2.0 and whole.peak > 0
    again = _Journal(path, Part(0, 3))  # another time with more workers
    assert again.begin(plan, {}) == plan and set(again.done) == {0, 1}
    whole.remove()
    assert list(path.parent.iterdir()) == []


def test_what_belongs_to_another_plan_or_fingerprint_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "predictions" / ".base.abc.partial"
    part = _Journal(path, Part(1, 2))
    part.begin([[0], [1]], {})
    add(part, 1)
    path.unlink()
    other = _Journal(path)
    assert other.begin([[1, 0]], {}) == [[1, 0]] and other.done == {}
    add(_Journal(path, Part(0, 2)), 0)
    later = _Journal(path.with_name(".base.def.partial"))
    later.begin([[0, 1]], {})
    assert [f.name for f in path.parent.iterdir()] == [".base.def.partial"] and later.done == {}


@pytest.mark.component
def test_replies_in_parts_are_those_of_one(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.model import batching, generate
    from eval.pipeline.plan import plan_run
    from eval.pipeline.tasks import Options
    from eval.run import begin

    monkeypatch.setattr(batching, "MAX_ROWS", 3)
    data = make_dataset()

    def tasks(out: str) -> dict[str, Any]:
        plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / out)
        return {t.name: t for t in begin(plan, ["base"], Options(retention=False)).tasks()}

    def replies(out: str) -> list[dict[str, Any]]:
        text = (tmp_path / out / "predictions" / "base.jsonl").read_text(encoding="utf-8")
        return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in text.splitlines()]

    tasks("one")["answer/base"].run()
    for index in (2, 0, 1):
        tasks("parts")["answer/base"].part(index, 3)
    assert not (tmp_path / "parts" / "predictions" / "base.jsonl").exists()

    asked: list[Any] = []
    real = generate.generate_batches

    def watched(base: Any, adapter: Any, rows: Any, batches: Any, **more: Any) -> Any:
        found = [list(b) for b in batches]
        asked.extend(found)
        return real(base, adapter, rows, found, **more)

    monkeypatch.setattr(generate, "generate_batches", watched)
    lost = next((tmp_path / "parts" / "predictions").glob("*.1-3.part"))
    lost.write_text("{", encoding="utf-8")  # as a worker leaves it that is killed at its first batch
    tasks("parts")["answer/base"].run()
    assert len(asked) >= 1 and replies("parts") == replies("one")
    assert [f.name for f in (tmp_path / "parts" / "predictions").glob(".*")] == []
