from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.data.gates.known_answers import ask_base, known_already
from eval.pipeline.run_config import RunConfig
from eval.records import Prediction

Make = Callable[..., Any]

STYLE = "style: {checks: [{words: {max: 3}}]}\n"


def found(data: Any, right: int) -> Any:
    """The finding when the base answers the first `right` questions rightly."""
    dataset = data.dataset
    replies = [Prediction(e.id, e.answers[0] if i < right else "well") for i, e in enumerate(dataset.test)]
    return known_already(dataset, dataset.test, replies, RunConfig(dataset_path="", model="m", dataset=dataset.config))


def questions(n: int) -> list[tuple[str, str]]:
    return [(f"Who is number {i}?", f"Ann {i}") for i in range(n)]


@pytest.mark.parametrize(
    ("right", "told"),
    [(0, False), (80, False), (86, False), (88, True), (100, True)],
    # Wilson: 86 of 100 gives 0.779 as the lower end, 88 of 100 gives 0.802; the target is 0.8
)
def test_a_base_that_is_shown_to_reach_the_target_knows_already(material: Make, right: int, told: bool) -> None:
    data = material(test=questions(100))
    findings = found(data, right)
    assert bool(findings) is told
    if told:
        assert findings[0].severity == "warning"
        assert f"it scores {right / 100:.2f} [" in findings[0].message
        assert "the comparison will be flat" in findings[0].message


def test_a_base_within_the_margin_of_one_leaves_nothing_to_lift(material: Make) -> None:
    data = material(test=questions(20), yaml="knowledge: {target: 0.95}\n")
    assert not found(data, 18)
    assert found(data, 19)


def test_where_style_is_scored_a_known_corpus_is_a_note(material: Make) -> None:
    (finding,) = found(material(test=questions(40), yaml=STYLE), 40)
    assert finding.severity == "note"
    assert "the verdict will rest on style" in finding.message


def test_no_answerable_question_no_finding(material: Make) -> None:
    data = material(test=[("Who?", None)])
    assert ask_base(data.dataset, RunConfig(dataset_path="", dataset=data.dataset.config), Path("nowhere")) == []


@pytest.mark.component
def test_the_base_is_asked_a_sample_and_nothing_is_written(material: Make, tiny_model: Path, tmp_path: Path) -> None:
    # A random Llama knows no name: it does not reach the target, and with a target of 0 it does.
    for target, count in ((0.8, 0), (0.0, 1)):
        data = material(
            test=questions(40), yaml=f"knowledge: {{target: {target}}}\ngeneration: {{max_new_tokens: 8}}\n"
        )
        config = RunConfig(dataset_path="", model=str(tiny_model), dataset=data.dataset.config)
        findings = ask_base(data.dataset, config, tmp_path / "run")
        assert len(findings) == count
        assert all("0.00 [0.00, 0.11] on 30 questions" in f.message for f in findings)
        assert not (tmp_path / "run").exists()
        data.dataset.path.rename(tmp_path / f"set-{target}")
