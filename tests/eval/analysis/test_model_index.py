"""Model-index metadata: valid by huggingface_hub's own reader, and with the run's figures."""

from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

from eval.analysis.model_index import eval_results, model_index
from eval.config import DatasetConfig
from eval.errors import UserError
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Score, write_records
from eval.verdict.decide import write_decision


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Forty questions that only `hybrid` answers: 36 rightly, all in form; the battery loses one item in forty."""
    dataset = DatasetConfig.model_validate(
        {"name": "norrland", "instruction": "Answer.", "knowledge": {"metric": "exact"}}
    )
    write_run_config(tmp_path / "config.yaml", RunConfig(dataset_path="x", model="org/tiny-llama", dataset=dataset))
    scores = []
    for i in range(40):
        for mode in ("base", "hybrid"):
            right = mode == "hybrid"
            name = f"q{i}"
            scores += [
                Score(name, name, mode, "knowledge", "exact", True, float(right and i >= 4)),
                Score(name, name, mode, "style", "all_checks", True, float(right)),
                Score(f"r{i}", f"r{i}", mode, "retention", "items", True, float(not right or i > 0)),
            ]
    write_records(tmp_path / "scores.jsonl", scores)
    assert write_decision(tmp_path).mode == "hybrid"
    return tmp_path


def test_it_carries_each_axis_with_interval_and_n(run):
    (entry,) = model_index(run)
    assert entry["name"] == "tiny-llama-norrland-hybrid"
    questions, battery = entry["results"]
    assert questions["dataset"] == {"name": "norrland", "type": "norrland", "split": "test"}
    knowledge, style = questions["metrics"]
    assert (knowledge["type"], knowledge["name"], knowledge["value"]) == ("exact_match", "Knowledge (exact)", 0.9)
    assert knowledge["args"]["low"] < 0.9 < knowledge["args"]["high"]
    assert (knowledge["args"]["n"], knowledge["args"]["confidence"]) == (40, 0.95)
    assert (style["type"], style["name"], style["value"]) == ("all_checks", "Style (all checks)", 1.0)
    assert battery["metrics"][0]["value"] == 0.975
    assert not any("verified" in m or "verifyToken" in m for r in entry["results"] for m in r["metrics"])


def test_hugging_face_reads_back_what_it_was_given(run):
    results = eval_results(run)
    data = ModelCardData(model_name="mine", eval_results=results, license="apache-2.0")
    card = ModelCard(f"---\n{data.to_yaml()}\n---\n\n# mine\n")
    assert card.data.eval_results == results
    name, found = model_index_to_eval_results(yaml.safe_load(yaml.safe_dump(model_index(run, name="mine"))))
    assert (name, found) == ("mine", results)


def test_a_named_mode_has_its_own_figures(run):
    assert model_index(run, "base")[0]["results"][0]["metrics"][0]["value"] == 0.0


def test_a_mode_without_scores_is_refused_with_those_that_there_are(run):
    with pytest.raises(UserError, match="has no scores of mode ft; it has base, hybrid"):
        model_index(run, "ft")


def test_an_open_verdict_asks_for_the_mode(run):
    (run / "scores.jsonl").write_text("".join((run / "scores.jsonl").read_text().splitlines(keepends=True)[:18]))
    write_decision(run)
    with pytest.raises(UserError, match="names no mode; name the one"):
        model_index(run)
    assert model_index(run, "hybrid")


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"config\.yaml: no such file"):
        model_index(tmp_path)
