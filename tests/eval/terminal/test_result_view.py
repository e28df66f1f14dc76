"""The result as JSON, as plain lines and as a drawing."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from eval.config import DatasetConfig, Knowledge, Style
from eval.records import Cost, Estimate
from eval.terminal.result import Result, result
from eval.terminal.result_drawing import ASCII, UNICODE, print_drawn, table
from eval.terminal.result_view import as_json, axes_table, show, show_all
from eval.verdict.decision import Decision
from reports.language.language import in_language

AXES = {
    "knowledge": {
        "base": Estimate(0.03, 0.01, 0.06, 182), "rag": Estimate(0.78, 0.70, 0.86, 182),
        "hybrid": Estimate(0.90, 0.85, 0.94, 182),
    },
    "style": {
        "base": Estimate(0.0, 0.0, 0.01, 208), "rag": Estimate(0.5, 0.43, 0.57, 208),
        "hybrid": Estimate(1.0, 0.98, 1.0, 207),
    },
}  # fmt: skip


def found(**changes: object) -> Result:
    values: dict[str, object] = {
        "dataset": "set", "strategy": "hybrid", "mode": "hybrid", "candidates": ("hybrid",),
        "quadrant": {"context": True, "llm": True}, "axes": AXES, "reaches_target": True,
    }  # fmt: skip
    config = DatasetConfig(name="set", instruction="x", knowledge=Knowledge(target=0.8), style=Style(target=0.95))
    return result(Decision(**(values | changes)), config, Path("runs/set"))  # type: ignore[arg-type]


def test_json_holds_the_verdict_its_grounds_and_the_paths() -> None:
    document = json.loads(json.dumps(as_json(found()), allow_nan=False))
    assert document["dataset"] == "set" and document["strategy"] == "hybrid" and document["mode"] == "hybrid"
    assert document["sentence"].startswith("Use both:") and document["reaches_target"] is True
    assert document["targets"] == {"knowledge": 0.8, "style": 0.95}
    assert document["axes"]["knowledge"]["rag"] == {"mean": 0.78, "low": 0.7, "high": 0.86, "n": 182}
    assert document["questions_needed"] is None
    assert document["paths"]["run"] == "runs/set" and document["paths"]["report"] == "runs/set/report.html"


def test_plain_lines_survive_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show(found())
    show_all([found(), found(dataset="other", strategy="inconclusive", mode=None)])
    out = capsys.readouterr().out
    assert "\x1b" not in out and out.isascii()
    lines = out.splitlines()
    assert lines[0].split("  ")[0] == "mode" and "knowledge (target 0.80)" in lines[0]
    assert lines[4].startswith("hybrid *  0.90  [0.85, 0.94]  n=182")
    assert "report: runs/set/report.html" in lines
    assert lines[-1].split() == ["other", "inconclusive", "not", "yet", "shown", "runs/set/report.html"]


def test_replies_that_did_not_end_by_themselves_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = dataclasses.replace(found(), folder=tmp_path)
    assert shown.endings == ""
    costs = [
        Cost("base", questions=200, cut=20),
        Cost("rag", questions=1000, cut=1, loops=130),
        Cost("hybrid", questions=200),
    ]
    (tmp_path / "costs.json").write_text(json.dumps([dataclasses.asdict(c) for c in costs]))
    assert shown.endings == "replies cut at the limit: base 10 %, rag under 1 %; replies ended in a loop: rag 13 %"
    show(shown)
    assert shown.endings in capsys.readouterr().out
    stream = io.StringIO()
    print_drawn(shown, Console(file=stream, width=120))
    assert shown.endings in stream.getvalue()


def test_a_mode_without_a_score_on_an_axis_has_an_empty_cell() -> None:
    axes = {"knowledge": {"base": Estimate(0.5, 0.4, 0.6, 100)}, "style": {}}
    _, rows = axes_table(found(axes=axes, mode=None))
    assert rows == [["base", "0.50  [0.40, 0.60]  n=100", ""]]
    assert table(found(axes=axes, mode=None), 80)[2].plain.split()[0] == "base"


@pytest.mark.parametrize("width", [30, 36, 50, 60, 79, 100])
def test_the_table_fits_and_marks_verdict_and_targets(width: int) -> None:
    lines = [line.plain for line in table(found(), width)]
    assert all(len(line) <= width for line in lines)
    assert [line.startswith(" ▶ hybrid") for line in lines[2:5]] == [False, False, True]
    base, rag, hybrid = ("".join(c for c in line if c in "✓✗?") for line in lines[2:5])
    assert (base, rag, hybrid) == ("✗✗", "?✗", "✓✓")  # rag: 0.70 to 0.86 about 0.80
    assert lines[0].split() == ["knowledge", "style"]


def test_the_picture_places_interval_mean_and_target() -> None:
    (line,) = [line.plain for line in table(found(), 100) if "rag" in line.plain]
    plot = line.split("?")[1].split()[0]
    cells = len(plot) - 1
    assert plot.index("●") == round(0.78 * cells)
    assert plot.index("┃") == round(0.80 * cells)
    assert plot.index("━") == round(0.70 * cells)
    assert plot.strip("·").endswith("━") and len(plot.rstrip("·")) - 1 == round(0.86 * cells)


def test_a_window_of_80_columns_has_room_for_pictures() -> None:
    assert any("●" in line.plain for line in table(found(), 79))


@pytest.mark.parametrize("no_color", [False, True])
def test_colours_only_where_they_are_wanted(no_color: bool) -> None:
    file = io.StringIO()
    print_drawn(found(), Console(file=file, force_terminal=True, width=80, no_color=no_color, highlight=False))
    green = "32m" in file.getvalue()
    assert green != no_color
    assert "Use both" in file.getvalue() and "runs/set/report.html" in file.getvalue()


def test_signs_are_as_many_in_ascii() -> None:
    unicode, ascii_ = (table(found(), 79, marks) for marks in (UNICODE, ASCII))
    assert [len(line.plain) for line in unicode[:-1]] == [len(line.plain) for line in ascii_[:-1]]
    assert all(line.plain.isascii() for line in ascii_)


def test_korean_tables_are_told_and_aligned_by_the_columns_that_letters_take(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = found()
    with in_language("ko"):
        show(one)
        show_all([one, one])
        drawn = [line.plain for line in table(one, 99, UNICODE)]
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert lines[0].split() == ["모드", "지식(목표", "0.80)", "스타일(목표", "0.95)"]
    assert cell_len(lines[0].partition("스타일")[0]) == lines[2].index("0.00") == lines[4].index("1.00")
    assert "report:" not in printed and "fit for use" not in printed and "보고서:" in printed
    assert cell_len(drawn[0].partition("스타일")[0]) == cell_len(drawn[1].partition("목표 0.95")[0])
    assert "목표" in drawn[-1] and not any("target" in line for line in drawn)
