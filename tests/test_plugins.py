"""Plugins of one file each, used from the command without a change to the packages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import eval.arms.local_generator
import eval.metrics.style.run_checks
import eval.model.endpoint.endpoint_generator  # noqa: F401  (each of the three adds ours to its registry)
from eval import plugins
from eval.arms.modes import MODES
from eval.cli import app
from eval.errors import UserError
from eval.metrics.knowledge.metric import METRICS
from eval.metrics.style.check import CHECKS
from eval.model.generator import GENERATORS
from eval.plugins import load_plugins
from eval.registry import Registry, from_plugin
from finetune.training.local_trainer import TRAINERS
from rag.retrieve import RETRIEVERS, STORES
from reports.cli import app as report

PLUGINS = Path(__file__).resolve().parent / "plugins"
REGISTRIES: tuple[Registry[Any], ...] = (MODES, METRICS, CHECKS, RETRIEVERS, STORES, GENERATORS, TRAINERS)


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """No plugin is loaded, as in a new process; what other tests have loaded is there again afterwards."""

    def forget() -> None:
        for registry in REGISTRIES:
            own = {name: registry[name] for name in registry if not registry.origin(name)}
            monkeypatch.setattr(registry, "_things", own)
            monkeypatch.setattr(registry, "_origins", dict.fromkeys(own, ""))
        monkeypatch.setattr(plugins, "_loaded", set())

    forget()
    return forget


def test_a_taken_name_is_refused_and_the_plugin_is_known_by_its_version() -> None:
    registry: Registry[int] = Registry("metric")
    registry.add("a", 1)
    with from_plugin("v2"):
        registry.add("b", 2)
    assert (registry.origin("a"), registry.origin("b"), list(registry)) == ("", "v2", ["a", "b"])
    with pytest.raises(ValueError, match="there is a metric 'a' already"):
        registry.add("a", 3)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck; correct the plugin"),
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("from eval.metrics.knowledge.metric import metric\n@metric('match')\ndef f(*a): ...",
         "there is a metric 'match' already"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plugin_is_one_line(code: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "plugin.py"
    file.write_text(code)
    with pytest.raises(UserError, match=f"--plugin {file}: .*{message}"):
        load_plugins([file])


def test_a_plugin_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file; name a Python file"):
        load_plugins([tmp_path / "none.py"])


@pytest.mark.component
def test_mode_metric_check_retriever_and_store_of_plugins_are_used(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path, call: Callable[..., Any],
    forget: Callable[[], None],
) -> None:  # fmt: skip
    data = make_dataset()
    file = data / "dataset.yaml"
    yaml = file.read_text(encoding="utf-8")
    for ours, theirs in {
        "metric: contains": "metric: even", "    - json: {}\n": "    - vowel: {}\n",
        "retrieval: {method: dense, ": "retrieval: {method: words, store: json, ",
    }.items():  # fmt: skip
        assert ours in yaml
        yaml = yaml.replace(ours, theirs)
    file.write_text(yaml, encoding="utf-8")
    names = ("shout_mode", "length_metric", "vowel_check", "word_retriever", "json_store")
    loaded = [option for name in names for option in ("--plugin", PLUGINS / f"{name}.py")]
    out = tmp_path / "run"
    modes = ["--mode", "shout", "--mode", "rag"]
    done = call(app, data, "--model", tiny_model, *modes, *loaded, "--out", out, "--json")
    assert done.code == 0, done.err
    assert set(json.loads(done.out)["axes"]["knowledge"]) == {"base", "shout", "rag"}
    scores = [json.loads(line) for line in (out / "scores.jsonl").read_text().splitlines()]
    assert {s["metric"] for s in scores if s["axis"] == "knowledge" and s["primary"]} == {"even"}
    assert "vowel" in {s["metric"] for s in scores if s["axis"] == "style"}
    (passage, *_) = _predictions(out, "rag")[0]["passages"]
    assert passage["score"] == int(passage["score"]) >= 0  # a count of words
    assert list((out / "index").glob("*.json")) and not (out / "index" / "chroma").exists()
    forget()
    again = call(report, out)
    assert again.code == 0, again.err
    assert "Shouted" in (out / "report.html").read_text()


@pytest.mark.component
def test_a_generator_of_a_plugin_answers_without_the_model(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path, call: Callable[..., Any]
) -> None:
    data, out = make_dataset(), tmp_path / "run"
    file = data / "dataset.yaml"
    yaml = file.read_text(encoding="utf-8")
    file.write_text(yaml.replace("generation: {", "generation: {generator: echo, "), encoding="utf-8")
    command = [data, "--model", tiny_model, "--mode", "rag", "--out", out]
    done = call(app, *command)
    assert (done.code, done.err.count("key 'generation.generator': unknown name 'echo'")) == (2, 1)
    done = call(app, *command, "--plugin", PLUGINS / "echo_generator.py")
    assert done.code == 0, done.err
    assert "loading the model" not in done.err
    questions = {e["id"]: e["question"] for e in map(json.loads, (data / "test.jsonl").read_text().splitlines())}
    assert all(p["text"].endswith(questions[p["id"]]) for p in _predictions(out, "base"))


@pytest.mark.component
def test_an_adapter_that_a_plugin_trains_elsewhere_answers_under_its_served_name(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path, call: Callable[..., Any]
) -> None:
    data, out = make_dataset(), tmp_path / "run"
    file = data / "dataset.yaml"
    yaml = file.read_text(encoding="utf-8").replace("generation: {", "generation: {generator: served, ")
    file.write_text(yaml.replace("finetune: {", "finetune: {trainer: served, "), encoding="utf-8")
    command = [data, "--model", tiny_model, "--mode", "ft", "--out", out, "--plugin", PLUGINS / "served_trainer.py"]
    done = call(app, *command)
    assert done.code == 0, done.err
    assert "loading the model" not in done.err and "retention" not in done.err
    assert {p["text"] for p in _predictions(out, "base")} == {"base"}
    (name,) = {p["text"] for p in _predictions(out, "ft")}
    (folder,) = (out / "adapters").iterdir()
    manifest = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    assert name == manifest["served"] == f"ft:{manifest['rows']}-rows"
    assert manifest["base_weights"] == "served" and manifest["settings"]["trainer"] == "served"
    assert call(app, *command).code == 0
    assert json.loads((folder / "training.json").read_text(encoding="utf-8")) == manifest


def _predictions(run: Path, mode: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "predictions" / f"{mode}.jsonl").read_text().splitlines()]
