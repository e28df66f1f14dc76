"""The command, as a process: what it prints, what it imports, and how it refuses."""

import importlib
import subprocess
import sys
from importlib import metadata

import pytest

from eval.errors import UserError
from reports.cli import main
from reports.run_folder import read_run

FILES = (
    "config.yaml",
    "environment.json",
    "examples.jsonl",
    "scores.jsonl",
    "comparisons.json",
    "decision.json",
    "costs.json",
)


def test_it_prints_the_paths_of_both_files(make_run, monkeypatch, capsys):
    folder = make_run()
    monkeypatch.setattr(sys, "argv", ["report", str(folder)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    assert capsys.readouterr().out.splitlines() == [str(folder / "report.html"), str(folder / "report.md")]


def test_pages_and_record_are_written_in_the_language_that_is_asked_for(make_run, tmp_path, monkeypatch, capsys):
    folder = make_run()
    command = ["report", str(folder), "--language", "ko", "--export", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    assert '<html lang="ko">' in (folder / "report.html").read_text(encoding="utf-8")
    assert "의사결정 기록" in (tmp_path / "out" / "decision-record.html").read_text(encoding="utf-8")
    assert "판정" not in (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")  # for programs: English
    monkeypatch.setattr(sys, "argv", ["report", str(folder), "--language", "xx"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2 and "--language" in capsys.readouterr().err


def test_a_missing_run_is_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", str(tmp_path / "none")])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"error: {tmp_path / 'none'}: no such run folder; make one with: evaluate"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named_with_the_fix(make_run, name):
    folder = make_run()
    (folder / name).unlink()
    with pytest.raises(UserError, match=rf"{name}: no such file; .*evaluate$"):
        read_run(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", ["[1, 2", '{"a": 1}\n', "[3]\n"])
def test_a_damaged_file_is_named_in_one_line(make_run, name, content):
    folder = make_run()
    (folder / name).write_text(content)
    if (name, content) == ("environment.json", '{"a": 1}\n'):
        assert read_run(folder).environment.facts == (("a", 1),)
        return
    with pytest.raises(UserError, match=name) as error:
        read_run(folder)
    assert "\n" not in str(error.value)


def test_a_run_without_predictions_is_refused(make_run):
    folder = make_run(modes=("base",))
    (folder / "predictions" / "base.jsonl").unlink()
    with pytest.raises(UserError, match="predictions: no predictions"):
        read_run(folder)


def test_help_imports_nothing_heavy():
    program = (
        "import sys; sys.argv = ['report', '--help']\n"
        "from reports.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'transformers', 'chromadb', 'llama_index', 'ragas', 'pandas', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "RUN..." in done.stdout


@pytest.mark.parametrize(
    "asked, said",
    [
        (["a", "b", "c", "--compare"], "--compare takes two runs, before and after; 3 given"),
        (["a", "b", "--compare", "--mlflow", "x"], "--compare writes its own page; run --export and --mlflow without "
         "it"),
        (["a", "--out", "x"], "--out names the page of several runs; one run's page lies in its folder"),
        (["a", "--send-rows"], "--send-rows goes with --mlflow URI, which is missing"),
        (["x/a", "y/a", "--export", "z"], "--export writes a folder for each run, and two runs here have one name; "
         "export them one by one"),
        (["a", "b", "--label"], "--label marks the replies of one run; name one run folder"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused_first(asked, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", *asked])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"error: {said}\n"


@pytest.mark.parametrize("module", ["eval.cli", "eval.data.dataset_cli", "rag.cli", "finetune.cli", "reports.cli"])
def test_every_command_says_its_version(module, call):
    done = call(importlib.import_module(module).app, "--version")
    assert (done.code, done.out) == (0, f"rag-or-finetune {metadata.version('rag-or-finetune')}\n")


@pytest.mark.browser
def test_a_page_is_printed_whole_or_not_at_all(make_run, monkeypatch):
    from pypdf import PdfReader

    from reports.pages import pdf
    from reports.pages.page import write_report

    page = write_report(make_run())
    made = pdf.write_pdf(page)
    text = " ".join(p.extract_text() for p in PdfReader(made).pages)
    assert "Verdict for norrland" in text and "What each mode costs" in text
    made.unlink()
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(pdf, "PLACES", ())
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"report\.pdf: nothing here prints a page"):
        pdf.write_pdf(page)
    assert not made.exists()
