"""Runs on the tiny Llama, which several tests publish and convert, and a hub on this machine."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def merging_model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Llama with one merge in its tokenizer, because GGUF knows no byte-level BPE without merges."""
    from transformers import AutoModelForCausalLM

    folder = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("merging") / "tiny-llama"))
    raw = json.loads((folder / "tokenizer.json").read_text())
    size = len(raw["model"]["vocab"])
    raw["model"]["vocab"]["re"] = size
    raw["model"]["merges"] = [["r", "e"]]
    (folder / "tokenizer.json").write_text(json.dumps(raw))
    model = AutoModelForCausalLM.from_pretrained(folder)
    model.resize_token_embeddings(size + 1, mean_resizing=False)
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def tiny_run(merging_model: Path, make_dataset: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Trains adapters of the harbours data set into a run folder: `tiny_run("ft", "hybrid")`."""

    def train(*adapters: str) -> Path:
        from eval.arms.resources import Resources
        from eval.pipeline.plan import plan_run
        from eval.pipeline.run_config import write_run_config
        from finetune.training.train_adapter import train_adapter

        run = tmp_path / "run"
        plan = plan_run(make_dataset(), model=str(merging_model), embedder="all-minilm-l6-v2", out=run)
        resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
        for name in adapters:
            train_adapter(resources, name)
        write_run_config(run / "config.yaml", plan.config)
        return run

    return train


def _finish(folder: Path, files: dict[str, str], model: Path, modes: list[str]) -> Path:
    """Write the data set `harbours` into a folder, and evaluate it in these modes; returns the run folder."""
    from eval.pipeline.plan import plan_run
    from eval.run import Options, evaluate

    for path, content in files.items():
        (folder / "harbours" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "harbours" / path).write_text(content)
    plan = plan_run(folder / "harbours", model=str(model), embedder="all-minilm-l6-v2", out=folder / "run")
    evaluate(plan, modes, Options(retention=False))
    return folder / "run"


@pytest.fixture(scope="session")
def finished(
    merging_model: Path, harbours: Callable[[str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the data set `harbours` and a finished run of the modes base and ft, `run`."""
    folder = tmp_path_factory.mktemp("finished")
    _finish(folder, harbours("harbours"), merging_model, ["ft"])
    return folder


@pytest.fixture
def scored_run(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to write into."""
    return Path(shutil.copytree(finished / "run", tmp_path / "run"))


@pytest.fixture
def hub() -> Iterator[Any]:
    """A server that speaks the Hub's protocol."""
    spec = importlib.util.spec_from_file_location("hub_server", Path(__file__).with_name("hub_server.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["hub_server"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    server = module.Hub()
    server.token = module.TOKEN
    yield server
    server.close()


@pytest.fixture(scope="session")
def finished_run(
    tiny_model: Path, harbours: Callable[[str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A finished run folder in four modes, with both adapters, to serve and export; its verdict is inconclusive."""
    folder = tmp_path_factory.mktemp("finished-run")
    return _finish(folder, harbours("harbours"), tiny_model, ["base", "rag", "ft", "hybrid"])


@pytest.fixture(scope="session")
def chat_page(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chat page of the finished run's hybrid mode."""
    from finetune.web.site import export_web

    return export_web(finished_run, tmp_path_factory.mktemp("chat") / "page", "hybrid").folder
