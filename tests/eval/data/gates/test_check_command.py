"""The command `evaluate --check`, and what a run tells and keeps of its checks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import load_dataset
from eval.data.gates.gate import Finding, Material, check_material, check_run, tell, write_findings
from eval.errors import UserError

TIDEWELL = Path(__file__).resolve().parents[4] / "datasets" / "tidewell"

Make = Callable[..., Any]

REPEATED = {"train": [("Is it the open dock?", "no")], "test": [("Is it open dock?", "no"), ("Who?", "Ann")]}


@pytest.fixture
def check(call: Callable[..., Any]) -> Callable[..., Any]:
    from eval.cli import app

    return lambda *arguments: call(app, "--check", *arguments)


def test_the_bundled_data_set_is_clean() -> None:
    assert check_material(Material(load_dataset(TIDEWELL))) == []


def test_a_leak_planted_in_the_bundled_data_set_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "tidewell"
    shutil.copytree(TIDEWELL, folder)
    rows = [json.loads(text) for text in (folder / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = rows[6]["question"]
    leaked = rows[6] | {"id": "leak", "group": "leak", "question": f"Please tell me: {asked[0].lower()}{asked[1:]}"}
    with (folder / "train.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(leaked) + "\n")
    (finding,) = check_material(Material(load_dataset(folder)))
    assert (finding.gate, finding.where) == ("near-duplicates", f"{folder}/test.jsonl:7")
    assert "test.jsonl:7 ~ train.jsonl:261;" in finding.message


def test_check_without_a_model_says_so_and_passes(material: Make, check: Make) -> None:
    folder = material(test=[("Who is it?", "Ann")]).dataset.path
    done = check(folder, "--model", "./nowhere", "--ask")
    assert done.code == 0, done.err
    *findings, last = done.out.splitlines()
    assert {line.split(":")[0] for line in findings} == {"warning", "note"}
    assert any("not checked whether the base knows" in line and "./nowhere" in line for line in findings)
    assert last == f"{folder}: 2 warnings, 1 note"
    assert sorted(p.name for p in folder.iterdir()) == ["dataset.yaml", "test.jsonl", "train.jsonl"]


def test_check_asks_no_model_unless_told_to_and_says_so(material: Make, check: Make) -> None:
    done = check(folder := material(test=[("Who is it?", "Ann")]).dataset.path, "--model", "./nowhere")
    assert done.code == 0 and "./nowhere" not in done.out
    assert done.out.splitlines()[-1].endswith("the embedder and the base were not asked (--check --ask)")
    heavy = "import sys; sys.argv = ['x', '--check', sys.argv[1]]\nfrom eval.cli import main\n"
    heavy += "try:\n    main()\nexcept SystemExit:\n    print('torch' in sys.modules, file=sys.stderr)"
    seen = subprocess.run([sys.executable, "-c", heavy, str(folder)], capture_output=True, text=True, check=True)
    assert seen.stderr.endswith("False\n")


def test_check_fails_on_an_error_and_names_it_on_one_line(material: Make, check: Make) -> None:
    folder = material(**REPEATED).dataset.path
    done = check(folder, "--model", "./nowhere")
    assert done.code == 2
    assert done.out.startswith(f"error: {folder}/test.jsonl:1: asks the same as {folder}/train.jsonl:1; remove")
    assert done.err == f"error: {folder}: fix the errors above before anything is trained\n"


def test_check_as_json_is_one_document_also_where_it_fails(material: Make, check: Make) -> None:
    folder = material(**REPEATED).dataset.path
    done = check(folder, "--model", "./nowhere", "--json")
    assert done.code == 2
    document = json.loads(done.out)
    assert document["dataset"] == str(folder)
    assert {"gate", "severity", "message", "where"} == set(document["findings"][0])
    assert document["findings"][0]["severity"] == "error"
    assert done.err == f"error: {folder}: fix the errors above before anything is trained\n"
    both = json.loads(check(TIDEWELL, folder, "--model", "./nowhere", "--json").out)
    assert [d["dataset"] for d in both] == [str(TIDEWELL), str(folder)]


def test_a_run_stops_at_an_error_before_it_writes(material: Make, tmp_path: Path) -> None:
    data = material(**REPEATED)
    with pytest.raises(UserError, match=r"test\.jsonl:1: asks the same as .*train\.jsonl:1; remove"):
        check_run(data.dataset, data.dataset.test, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_warnings_are_told_on_stderr_and_notes_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    tell([Finding("g", "warning", "is odd; fix it", "a:1"), Finding("g", "note", "is so", "a:2")])
    assert capsys.readouterr().err == "warning: a:1: is odd; fix it [g]\n"


def test_of_several_errors_the_first_is_told_and_the_rest_counted() -> None:
    errors = [Finding("g", "error", f"is wrong; fix {i}", f"a:{i}") for i in (1, 2, 3)]
    with pytest.raises(UserError) as caught:
        tell(errors)
    assert str(caught.value) == "a:1: is wrong; fix 1 (and 2 more: `evaluate --check` lists them)"


def test_kept_findings_stand_until_the_data_change(
    material: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, run = material(test=[("Who is it?", "Ann")]).dataset, tmp_path / "run"
    found = check_run(data, data.test, run)
    assert {f.gate for f in found} == {"test-size", "training-rows"}
    write_findings(run, data, data.test, [*found, Finding("known-already", "note", "is known", "a")])
    written = json.loads((run / "checks.json").read_text(encoding="utf-8"))["findings"]
    assert written[0] == {
        "gate": found[0].gate, "severity": "warning", "message": found[0].message, "where": found[0].where
    }  # fmt: skip
    monkeypatch.setattr("eval.data.gates.gate.check_material", lambda _: pytest.fail("checked again"))
    assert check_run(data, data.test, run) == found
    monkeypatch.undo()
    with (data.path / "dataset.yaml").open("a", encoding="utf-8") as file:
        file.write("decision: {margin: 0.9}\n")
    changed = load_dataset(data.path)
    (again,) = (f for f in check_run(changed, changed.test, run) if f.gate == "test-size")
    assert "that 'decision.margin' 0.9 asks for" in again.message
