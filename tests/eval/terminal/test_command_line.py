"""How commands end, whichever way the installed Typer passes an interruption on."""

from __future__ import annotations

import sys

import pytest
import typer

from eval.errors import UserError
from eval.terminal.command_line import INTERRUPTED, guarded, one_document, print_json


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (None, 0, ""),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted; the same command goes on from here\n"),
        (UserError("bad file"), 2, "error: bad file\n"),
    ],
)
def test_exit_code_and_line(
    raised: BaseException | None, code: int, said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        if raised:
            raise raised

    monkeypatch.setattr(sys, "argv", ["command"])
    assert guarded(app) == code
    assert capsys.readouterr().err.strip() == said.strip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nonsense"], "error: No such option: --nonsense; see: "),
        (["--number", "x"], "error: Invalid value for '--number': "),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    @app.command()
    def command(number: int = 0) -> None:
        pass

    monkeypatch.setattr(sys, "argv", ["command", *arguments])
    assert guarded(app) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)
    assert line.endswith("command --help")


def test_where_json_is_wanted_nothing_else_reaches_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with one_document(True):
        print("chatter")
    print_json({"ä": None})
    assert capsys.readouterr() == ('{\n  "ä": null\n}\n', "chatter\n")
