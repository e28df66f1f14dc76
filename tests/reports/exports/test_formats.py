"""What others read: each form is read back by another reader and compared with the run."""

import csv
import io
import json
import re
import sys
from dataclasses import fields
from xml.etree import ElementTree

import pytest
import yaml
from huggingface_hub.repocard_data import model_index_to_eval_results
from jsonschema import Draft202012Validator

from eval.files import read_json
from eval.records import Estimate, Score, read_records
from eval.verdict.decision import Decision
from reports.cli import main
from reports.exports.formats import SCHEMAS, export
from reports.exports.spreadsheet import COLUMNS, STARTS, scores_csv
from reports.pages.decision_record import options, record_html, record_markdown
from reports.pages.page import asset
from reports.run_folder import label, read_run

FILES = {
    "summary.json", "summary.schema.json", "decision.schema.json", "scores.csv", "quadrant.svg", "decision-record.md",
    "decision-record.html", "model-index.yaml",
}  # fmt: skip


@pytest.fixture(scope="session")
def exported(four_runs, tmp_path_factory):
    """(run folder, folder with its exports) of each of the four runs."""
    folder = tmp_path_factory.mktemp("exports")
    for run in four_runs:
        export(run, folder / run.name)
    return [(run, folder / run.name) for run in four_runs]


def validators(folder):
    """The schemas as they were exported, each on its own."""
    schemas = {name: read_json(folder / name) for name in SCHEMAS}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in schemas.items()}


def test_every_form_is_written_and_named(four_runs, tmp_path):
    assert {path.name for path in export(four_runs[0], tmp_path)} == FILES == {p.name for p in tmp_path.iterdir()}


def test_real_documents_are_valid_by_the_published_schemas(exported):
    for run, folder in exported:
        found = validators(folder)
        found["summary.schema.json"].validate(read_json(folder / "summary.json"))
        found["decision.schema.json"].validate(read_json(run / "decision.json"))


def test_the_schema_knows_every_field_of_a_decision():
    schema = json.loads(asset("schema/decision.schema.json"))
    assert {f.name for f in fields(Decision)} == set(schema["properties"])
    assert {f.name for f in fields(Estimate)} == set(schema["$defs"]["estimate"]["properties"])


@pytest.mark.parametrize(
    "change",
    [
        {"strategy": "maybe"}, {"strategy": "inconclusive"}, {"mode": None}, {"candidates": ["oracle"]},
        {"axes": {"style": {"base": {"mean": 1.2, "low": 0, "high": 1, "n": 3}}}}, {"quadrant": {"context": "yes"}},
        {"questions_needed": 180}, {"reasons": "none"},
    ],
)  # fmt: skip
def test_a_decision_that_says_nonsense_is_invalid(exported, change):
    run, folder = exported[0]
    validator = validators(folder)["decision.schema.json"]
    assert not validator.is_valid(read_json(run / "decision.json") | change)


def test_every_key_of_a_decision_that_a_reader_relies_on_is_required(exported):
    run, folder = exported[0]
    validator, decision = validators(folder)["decision.schema.json"], read_json(run / "decision.json")
    for key in ("dataset", "strategy", "mode", "candidates", "quadrant", "axes", "reasons", "questions_needed"):
        assert not validator.is_valid({k: v for k, v in decision.items() if k != key})


def test_an_open_verdict_is_valid_and_has_no_model_index(decided_run, tmp_path):
    run = decided_run("open", "inconclusive", questions=120, analysed=True)
    written = {path.name for path in export(run, tmp_path / "out")}
    assert written == FILES - {"model-index.yaml"}
    validators(tmp_path / "out")["summary.schema.json"].validate(read_json(tmp_path / "out" / "summary.json"))


def test_the_summary_carries_the_runs_own_figures(exported):
    for folder, out in exported:
        run, summary = read_run(folder), read_json(out / "summary.json")
        assert summary["decision"] == read_json(folder / "decision.json")
        assert summary["comparisons"] == read_json(folder / "comparisons.json")
        assert summary["questions"] == len(run.examples) and summary["margin"] == run.margin
        for mode, counts in summary["outcomes"].items():
            assert sum(counts.values()) == len(run.predictions[mode])
        assert summary["failures"]["base"]["failed"] == sum(summary["failures"]["base"]["causes"].values())


def test_the_csv_holds_every_score(exported):
    for run, out in exported:
        rows = list(csv.DictReader(io.StringIO((out / "scores.csv").read_bytes().decode("utf-8"), newline="")))
        scores = read_records(run / "scores.jsonl", Score)
        assert len(rows) == len(scores)
        for row, score in zip(rows, scores, strict=True):
            assert (row["example_id"], row["mode"], row["axis"]) == (score.example_id, score.mode, score.axis)
            assert row["primary"] == str(score.primary).lower()
            assert (None if row["value"] == "" else float(row["value"])) == score.value


def test_csv_follows_rfc_4180():
    strange = 'a "quoted", text\nin two lines\r\nor three'
    text = scores_csv([Score("q", "g", "base", "style", "m", True, None, strange)])
    assert text.split("\r\n")[0] == ",".join(COLUMNS) and text.endswith("\r\n")
    assert '"a ""quoted"", text\nin two lines\r\nor three"' in text
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["reason"] == strange


@pytest.mark.parametrize("start", STARTS)
def test_no_text_is_a_formula_and_every_number_stays_one(start):
    attack = f"{start}HYPERLINK(\"http://x\",A1)|cmd|' /C calc'!A0"
    score = Score(attack, attack, attack, "retention", attack, True, -0.744, attack)  # type: ignore[arg-type]
    (row,) = csv.DictReader(io.StringIO(scores_csv([score]), newline=""))
    for column in ("example_id", "group", "mode", "metric", "reason"):
        assert row[column] == "'" + attack
    assert row["value"] == "-0.744"


def test_the_drawing_is_xml_that_needs_nothing_else(exported):
    for run, out in exported:
        text = (out / "quadrant.svg").read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width") and root.get("viewBox")
        assert not re.search(r"var\(|@media|@import|url\(|href|<script", text)
        names = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert read_run(run).decision.dataset in names


def test_the_model_index_is_what_hugging_face_reads(exported):
    for run, out in exported:
        _, results = model_index_to_eval_results(yaml.safe_load((out / "model-index.yaml").read_text())["model-index"])
        decision = read_run(run).decision
        assert [r.metric_value for r in results[:2]] == [e[decision.mode].mean for e in decision.axes.values()]


def test_the_record_has_the_parts_of_a_decision_record(exported):
    for folder, _ in exported:
        run = read_run(folder)
        text = record_markdown(run)
        titles = re.findall(r"^## (.*)$", text, re.M)
        assert titles == [
            "Context",
            "Options considered",
            "Decision",
            "Consequences",
            "When to look again",
            "Signatures",
        ]
        for option in options(run):
            e = run.decision.axes["knowledge"][option.mode]
            row = next(line for line in text.splitlines() if line.startswith(f"| {label(option.mode)} |"))
            assert f"{100 * e.mean:.1f}\u00a0% ({100 * e.low:.1f} to {100 * e.high:.1f})" in row
        assert [o.mode for o in options(run) if o.outcome == "chosen"] == [run.decision.mode]
        assert "oracle" not in [o.mode for o in options(run)]
        assert "Decided by" in record_html(run) and "Decided by" in text


def test_an_open_record_says_what_is_still_possible(decided_run):
    run = read_run(decided_run("open", "inconclusive", questions=120))
    assert {o.outcome for o in options(run)} <= {"still possible", "ruled out"}
    assert "still possible" in record_markdown(run) and "chosen |" not in record_markdown(run)


def test_hostile_text_is_no_markup_in_any_form(make_run, hostile_text, tmp_path):
    run = make_run(hostile=hostile_text, caveats=(hostile_text,))
    export(run, tmp_path / "out")
    for name in ("decision-record.md", "decision-record.html", "quadrant.svg"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "<img" not in text and "<script" not in text
    assert not re.search(r"(?<!\\)\]\(", (tmp_path / "out" / "decision-record.md").read_text(encoding="utf-8"))


def test_the_command_names_every_file_and_keeps_runs_apart(four_runs, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", *map(str, four_runs[:2]), "--export", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    printed = capsys.readouterr().out.splitlines()
    for run in four_runs[:2]:
        assert str(tmp_path / "out" / run.name / "summary.json") in printed
    assert not [p for p in four_runs[0].iterdir() if p.name.startswith(("summary", "scores.csv", "quadrant"))]
