"""A mode's weights as ONNX: the form that agrees, its manifest, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def exported(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from finetune.web.onnx_export import export_onnx

    return export_onnx(finished_run, "ft", out=tmp_path_factory.mktemp("onnx") / "ft").folder


def test_the_smallest_form_that_agrees_is_chosen(exported: Path) -> None:
    from finetune.web.build import FORMS

    manifest = json.loads((exported / "manifest.json").read_text())
    assert (manifest["form"], manifest["mode"]) == ("onnx", "ft")
    assert manifest["parity"]["agreement"] >= 0.99
    assert [*manifest["tried"], manifest["dtype"]] == list(FORMS)[: len(manifest["tried"]) + 1]
    assert "q4" in manifest["tried"] and all(t["agreement"] < 0.99 for t in manifest["tried"].values())
    assert manifest["parity_with_the_evaluated_model"]["kl"] < 0.01
    files = [p for p in exported.rglob("*") if p.is_file() and p.name != "manifest.json"]
    assert manifest["bytes"] == sum(p.stat().st_size for p in files)


def test_the_folder_is_what_transformers_js_reads(exported: Path) -> None:
    from finetune.web.build import FORMS

    name = FORMS[json.loads((exported / "manifest.json").read_text())["dtype"]].file
    assert sorted(p.name for p in (exported / "onnx").iterdir()) == [f"{name}.onnx", f"{name}.onnx_data"]
    assert all((exported / n).is_file() for n in ("config.json", "tokenizer.json", "tokenizer_config.json"))
    config = json.loads((exported / "config.json").read_text())
    assert config["transformers.js_config"]["use_external_data_format"] is True
    assert json.loads((exported / "generation_config.json").read_text())["eos_token_id"] == [2]


def test_the_same_weights_are_not_exported_twice(exported: Path, finished_run: Path) -> None:
    from finetune.web.onnx_export import export_onnx

    before = (exported / "manifest.json").stat().st_mtime_ns
    again = export_onnx(finished_run, "ft", out=exported)
    assert (exported / "manifest.json").stat().st_mtime_ns == before
    assert again.parity.agreement >= 0.99 and "q4" in again.tried


def test_a_form_that_does_not_agree_is_refused_and_leaves_nothing(finished_run: Path, tmp_path: Path) -> None:
    from finetune.web.onnx_export import export_onnx

    with pytest.raises(UserError, match=r"no number format says the same .*q4: top-1 agreement 0\."):
        export_onnx(finished_run, "ft", "q4", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_base_can_be_exported_too(finished_run: Path, tmp_path: Path) -> None:
    from finetune.web.onnx_export import export_onnx

    found = export_onnx(finished_run, "rag", "fp32", tmp_path / "out")
    assert (found.mode, found.form) == ("rag", "fp32")
    assert found.parity.max_difference < 1e-4


def test_what_cannot_be_is_told_in_one_line(finished_run: Path, tmp_path: Path) -> None:
    from finetune.web.onnx_export import export_onnx

    with pytest.raises(UserError, match="--form f16: no such number format; known: q4, int8, fp16, fp32"):
        export_onnx(finished_run, "ft", "f16")
    with pytest.raises(UserError, match="exists and is no exported model"):
        export_onnx(finished_run, "ft", out=tmp_path)
