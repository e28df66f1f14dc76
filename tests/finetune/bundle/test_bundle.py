"""A bundle answers as its run did, from another place, and carries no row and no path."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.files import read_json
from finetune.bundle.bundle_contents import readable

pytestmark = pytest.mark.component


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def bundle(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hybrid mode's bundle, written in one place and moved to another; run and data set are gone then."""
    from eval.pipeline.run_config import read_run_config, write_run_config
    from finetune.bundle.bundle_files import write_bundle

    project = Path(shutil.copytree(finished_run.parent, tmp_path_factory.mktemp("made") / "project"))
    config = read_run_config(project / "run" / "config.yaml").model_copy(
        update={"dataset_path": str(project / "harbours")}
    )
    write_run_config(project / "run" / "config.yaml", config)
    made = write_bundle(project / "run", project / "desk", "hybrid").folder
    moved = tmp_path_factory.mktemp("elsewhere") / "house" / "desk"
    shutil.move(made, moved)
    shutil.rmtree(project)
    return moved


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def test_it_answers_as_the_run_did(bundle: Path, finished_run: Path, tiny_model: Path, tmp_path: Path) -> None:
    from finetune.bundle.open_bundle import open_bundle, try_bundle

    service = open_bundle(bundle, model=str(tiny_model))
    try_bundle(service)
    asked = {e["id"]: e["question"] for e in lines(finished_run / "examples.jsonl")}
    for known in lines(finished_run / "predictions" / "hybrid.jsonl")[:4]:
        reply, passages = service.resources.answer("hybrid", asked[known["id"]])
        assert reply == known["text"]
        assert [(p.document, p.position) for p in passages] == [
            (p["document"], p["position"]) for p in known["passages"]
        ]


def test_no_row_and_no_path_of_the_machine_stands_in_it(bundle: Path, finished_run: Path, tiny_model: Path) -> None:
    rows = [r for name in ("train", "test") for r in lines(finished_run.parent / "harbours" / f"{name}.jsonl")]
    texts = [r[key] for r in rows for key in ("question", "reply") if len(r.get(key, "")) >= 20]
    assert len(texts) > 10
    kinds = set()
    for file in (p for p in bundle.rglob("*") if p.is_file()):
        kinds.add(file.suffix)
        data = readable(file)
        for text in (*texts, "project/", str(finished_run.parent.parent), str(tiny_model), str(Path.cwd())):
            assert text not in data, (file.name, text)
    assert kinds >= {".json", ".md", ".safetensors", ".sqlite3"}


def test_its_card_and_its_settings_stand_alone(bundle: Path) -> None:
    assert "Fit for use: " in (bundle / "README.md").read_text(encoding="utf-8")
    settings = read_json(bundle / "bundle.json")["settings"]
    assert "knowledge" not in settings and settings["instruction"]
    assert not Path(read_json(bundle / "adapter" / "adapter_config.json")["base_model_name_or_path"]).is_absolute()


def test_what_does_not_fit_is_refused_with_the_fix(copy: Path, tiny_model: Path, tmp_path: Path) -> None:
    from finetune.bundle.open_bundle import open_bundle

    with pytest.raises(UserError, match=r"made with a local model, 'tiny-llama.*'; say where it lies with --model"):
        open_bundle(copy)
    other = Path(shutil.copytree(tiny_model, tmp_path / "other"))
    config = read_json(other / "config.json")
    (other / "config.json").write_text(json.dumps(config | {"rope_theta": 5000.0}))
    with pytest.raises(UserError, match="not the base that the bundle was made with"):
        open_bundle(copy, model=str(other)).load()
    weights = copy / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(UserError, match=r"adapter_model\.safetensors: not the file that was bundled"):
        open_bundle(copy, model=str(tiny_model))


def test_rows_in_a_prompt_go_along_only_when_asked_to(finished_run: Path, tmp_path: Path) -> None:
    from finetune.bundle.bundle_files import write_bundle

    with pytest.raises(UserError, match=r"its prompt shows \d rows of train\.jsonl"):
        write_bundle(finished_run, tmp_path / "shots", "fewshot")
    assert not (tmp_path / "shots").exists()
    write_bundle(finished_run, tmp_path / "shots", "fewshot", with_examples=True)
    assert read_json(tmp_path / "shots" / "bundle.json")["shots"]


def test_a_run_finds_its_data_set_from_another_directory(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.pipeline.plan import find_dataset
    from eval.pipeline.run_config import read_run_config

    moved = Path(shutil.copytree(finished_run.parent, tmp_path / "project"))
    config = read_run_config(moved / "run" / "config.yaml").model_copy(update={"dataset_path": "harbours"})
    monkeypatch.chdir(tmp_path)
    assert find_dataset(moved / "run", config) == moved / "harbours"
    with pytest.raises(UserError, match="key 'dataset_path': no data set at nowhere"):
        find_dataset(moved / "run", config.model_copy(update={"dataset_path": "nowhere"}))
