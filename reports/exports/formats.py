"""A run in the forms that others read: JSON with its schema, CSV, SVG, a decision record, model-index metadata."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from eval.analysis.model_index import model_index
from eval.files import write_json, write_text
from eval.verdict.scores_file import read_scores
from reports.charts.quadrant_file import quadrant_svg
from reports.exports.json_document import document
from reports.exports.spreadsheet import scores_csv
from reports.language.language import in_language
from reports.pages.decision_record import record_html, record_markdown
from reports.pages.page import asset
from reports.run_folder import read_run

SCHEMAS = ("summary.schema.json", "decision.schema.json")


def export(run: Path, folder: Path, language: str = "en") -> list[Path]:
    """Write every form of a run into a folder and return the paths; raises UserError as `read_run` does.

    The decision record and the drawing are in the language, what programs read is in English. The
    model-index is left out where the verdict recommends no mode.
    """
    found = read_run(run)
    write_json(folder / "summary.json", document(found))
    texts = {name: schema(name) for name in SCHEMAS} | {
        "scores.csv": scores_csv(read_scores(run / "scores.jsonl", any_mode=True)),
    }
    with in_language(language):
        texts["quadrant.svg"] = quadrant_svg(found)
        texts |= {"decision-record.md": record_markdown(found), "decision-record.html": record_html(found)}
    if found.decision.mode is not None and found.decision.strategy != "none":
        metadata = {"model-index": model_index(run)}
        texts["model-index.yaml"] = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    for name, text in texts.items():
        write_text(folder / name, text)
    return [folder / name for name in ("summary.json", *texts)]


def schema(name: str) -> str:
    """A published schema as text, which stands alone: what it takes from another is in it."""
    text, other = asset(f"schema/{name}"), "decision.schema.json"
    if name == other:
        return text
    inside = f"#/$defs/{other.partition('.')[0]}"
    found = json.loads(text.replace(f'"{other}#', f'"{inside}').replace(f'"{other}"', f'"{inside}"'))
    part = json.loads(asset(f"schema/{other}").replace('"#/$defs/', f'"{inside}/$defs/'))
    found["$defs"]["decision"] = {k: v for k, v in part.items() if k != "$schema"}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
