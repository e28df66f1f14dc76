"""How commands end, whichever way the installed Typer passes an interruption on."""

from __future__ import annotations

import sys

import pytest
import typer

from eval.errors import UserError
from eval.terminal import INTERRUPTED, guarded


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
