"""A run folder that holds results of another arithmetic, on a tiny Llama: --dtype makes two that differ for real."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> tuple[Path, Path, Path]:
    """A data set, its model, and a finished run of `base` in float32."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import conftest

    folder = tmp_path_factory.mktemp("mixed")
    for name, content in conftest._harbours("harbours").items():
        file = folder / "harbours" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    run(folder / "harbours", tiny_model, folder / "run", ["base"], dtype="float32")
    return folder / "harbours", tiny_model, folder / "run"


def run(data: Path, model: Path, out: Path, modes: list[str], **options: Any) -> Any:
    from eval.pipeline.plan import plan_run
    from eval.run import Options, evaluate

    plan = plan_run(data, model=str(model), embedder="all-minilm-l6-v2", out=out, **options)
    return evaluate(plan, modes, Options(retention=False))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def meta(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "predictions" / "base.meta.json").read_text(encoding="utf-8")))


def test_what_predictions_were_made_on_stands_beside_them(ran: tuple[Path, Path, Path]) -> None:
    made = meta(ran[2])["made_on"]
    assert (made["device"], made["dtype"], made["weights"]) == ("cpu", "float32", "plain")
    assert made["reply_limit"] == 8
    assert set(made["versions"]) == {"torch", "transformers", "peft", "bitsandbytes"}
    assert made["attention_of_model"] == "sdpa"


def test_results_of_another_arithmetic_are_neither_mixed_in_nor_dropped(ran: tuple[Path, Path, Path]) -> None:
    data, model, out = ran
    before = digests(out)
    with pytest.raises(UserError) as refused:
        run(data, model, out, ["fewshot"])
    said = str(refused.value)
    assert "base.jsonl: made in another arithmetic" in said
    assert "weights plain there and nf4 here" in said
    assert "pass --dtype float32, or run it where that was made, or name another --out" in said
    assert f"report {out}" in said
    assert digests(out) == before


def test_results_of_another_device_are_refused_by_its_name(ran: tuple[Path, Path, Path]) -> None:
    """No GPU is here, so the record of one is written by hand into a finished run."""
    data, model, out = ran
    file, known = out / "predictions" / "base.meta.json", meta(out)
    kept = file.read_text(encoding="utf-8")
    file.write_text(json.dumps(known | {"made_on": known["made_on"] | {"device": "cuda"}}), encoding="utf-8")
    try:
        with pytest.raises(UserError, match=r"device cuda there and cpu here.*run it where that was made"):
            run(data, model, out, ["fewshot"], dtype="float32")
    finally:
        file.write_text(kept, encoding="utf-8")


def test_a_finished_run_of_another_arithmetic_is_scored_where_nothing_is_to_be_made(
    ran: tuple[Path, Path, Path], capsys: Any, monkeypatch: Any
) -> None:
    data, model, out = ran
    predictions = (out / "predictions" / "base.jsonl").read_bytes()
    monkeypatch.setattr("eval.model.loading.load_base", lambda *_: pytest.fail("loaded the model"))
    decision = run(data, model, out, ["base"])
    assert "all replies are there, made on cpu in float32 with plain weights" in "".join(capsys.readouterr())
    assert set(decision.axes["knowledge"]) == {"base"}
    assert (out / "predictions" / "base.jsonl").read_bytes() == predictions


def test_what_else_differs_is_said_when_predictions_are_dropped(
    ran: tuple[Path, Path, Path], tmp_path: Path, capsys: Any
) -> None:
    import shutil

    data, model, out = ran
    changed = Path(shutil.copytree(data, tmp_path / "harbours"))
    mine = Path(shutil.copytree(out, tmp_path / "run"))
    (mine / "predictions" / "fewshot.jsonl").write_bytes((mine / "predictions" / "base.jsonl").read_bytes())
    shutil.copy(mine / "predictions" / "base.meta.json", mine / "predictions" / "fewshot.meta.json")
    yaml = (changed / "dataset.yaml").read_text(encoding="utf-8")
    yaml = yaml.replace("one line of JSON.", "one line of JSON!").replace("max_new_tokens: 8", "max_new_tokens: 9")
    (changed / "dataset.yaml").write_text(yaml, encoding="utf-8")
    run(changed, model, mine, ["base"], dtype="float32")
    said = "".join(capsys.readouterr())
    assert "dropping the fewshot predictions of an earlier run: the instruction, " in said
    assert "generation.max_new_tokens (8 before, 9 now)" in said


def test_an_adapter_pulled_from_elsewhere_is_used_and_the_difference_said(
    ran: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """What `finetune pull` leaves on a laptop: a folder named by the GPU's fingerprint, with its record."""
    from eval.pipeline.mixed_results import pulled
    from eval.pipeline.plan import plan_run

    data, model, _ = ran
    out = tmp_path / "run"

    def plan() -> Any:
        return plan_run(data, model=str(model), embedder="all-minilm-l6-v2", out=out)

    own = plan()
    made_on = {"device": "cuda", "dtype": "bfloat16", "weights": "nf4", "attention": "family", "versions": {}}
    folder = out / "adapters" / "ft-0123456789abcdef"
    folder.mkdir(parents=True)
    training = {"recipe": own.identity.recipe("ft"), "made_on": made_on}
    (folder / "training.json").write_text(json.dumps(training), encoding="utf-8")
    assert plan().identity.adapter("ft") == own.identity.adapter("ft")  # not pulled: trained there, and left alone
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    there = plan()
    assert there.adapter_folder(0, "ft") == folder
    assert there.identity.predictions("ft") != own.identity.predictions("ft")
    assert there.identity.predictions("base") == own.identity.predictions("base")
    (line,) = pulled(there, ["base", "ft"])
    assert "device (cuda before, cpu now)" in line


def test_an_adapter_trained_elsewhere_and_copied_here_stops_the_run(
    ran: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    from eval.pipeline.mixed_results import settled
    from eval.pipeline.plan import plan_run

    data, model, _ = ran
    plan = plan_run(data, model=str(model), embedder="all-minilm-l6-v2", out=tmp_path)
    folder = tmp_path / "adapters" / "ft-0123456789abcdef"
    folder.mkdir(parents=True)
    made_on = {"device": "cuda", "dtype": "bfloat16", "weights": "nf4", "attention": "family", "versions": {}}
    training = {"recipe": plan.identity.recipe("ft"), "made_on": made_on, "parts": dict(plan.identity.training["ft"])}
    (folder / "training.json").write_text(json.dumps(training), encoding="utf-8")
    with pytest.raises(UserError, match=r"ft-0123456789abcdef: made in another arithmetic .device cuda there"):
        settled(plan, ["base", "ft"], None)
    assert settled(plan, ["base"], None) is plan
