"""`evaluate` as a process on a real pseudo-terminal, read by an emulator: what a person sees, and what is left."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte
import pytest

from eval.terminal.step_lines import UNICODE

pytestmark = pytest.mark.component

ROOT = Path(__file__).resolve().parents[3]
WIDTH, HEIGHT = 100, 40


class Session:
    """`evaluate` on a terminal of its own: started anew, or forked from a process that has the libraries loaded."""

    def __init__(self, command: list[str], forks: Any = None, said: Path | None = None) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        here = os.ttyname(slave)
        changes: dict[str, str | None] = {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", "NO_COLOR": None,
                                          "COLUMNS": None, "LINES": None}  # fmt: skip
        self.process: Any
        if forks:
            self.process = forks.start("from eval.cli import main; main()", *command, given=here, errors=here,
                                       said=said or here, folder=ROOT, session=True, **changes)  # fmt: skip
        else:
            environment = {k: v for k, v in (os.environ | changes).items() if v is not None}
            self.process = subprocess.Popen(
                [sys.executable, "-m", "eval.cli", *command], stdin=slave, stderr=slave, stdout=slave, cwd=ROOT,
                start_new_session=True, env=environment, preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
            )  # fmt: skip
        os.close(slave)

    def read_until(self, found: Callable[[], bool] = lambda: False) -> None:
        """Feed the screen until `found()`, or until the process has closed its terminal."""
        while not found():
            try:
                data = os.read(self.master, 65536)
            except OSError:  # Linux says so at the end
                return
            if not data:
                return
            self.raw += data
            self.stream.feed(data)

    def interrupt(self) -> None:
        os.write(self.master, b"\x03")

    def end(self) -> int:
        self.read_until()
        os.close(self.master)
        return self.process.wait()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]


def command(dataset: Path, model: Path, out: Path, *options: str) -> list[str]:
    return [str(dataset), "--model", str(model), "--out", str(out), "--no-retention", *options]


def test_an_interrupted_run_leaves_a_clean_terminal_and_goes_on(
    tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path], forks: Any
) -> None:
    dataset, out = make_dataset(), tmp_path / "run"
    whole = command(dataset, tiny_model, out, "--mode", "rag", "--mode", "ft")
    first = Session(whole)
    first.read_until(lambda: any(line.split()[0] in UNICODE.spinner and "training ft" in line for line in first.lines))
    assert first.screen.cursor.hidden
    assert any("✓ answering base" in line for line in first.lines)
    assert any("○ answering ft" in line for line in first.lines)
    first.interrupt()
    assert first.end() == 130
    assert first.lines[-1] == "interrupted; the same command goes on from here"
    assert sum("✗" in line for line in first.lines) == 1
    assert sum(line.startswith("harbours: 8 questions, 3 modes") for line in first.lines) == 1
    assert (first.screen.cursor.x, first.screen.cursor.hidden) == (0, False)

    again = Session(whole, forks)
    again.read_until(lambda: any("↺ answering base" in line for line in again.lines))
    assert any(line.split() == ["↺", "answering", "base", "reused", "from", "before"] for line in again.lines)
    assert again.end() == 0
    (kept,) = (i for i, line in enumerate(again.lines) if line.startswith("✓ harbours: 11 steps in "))
    assert again.lines[kept].endswith(" of them reused from before")
    assert again.lines[kept + 1].split() == ["knowledge", "style"]
    assert [line.split()[0] for line in again.lines[kept + 3 : kept + 6]] == ["base", "rag", "ft"]
    assert any(line.startswith("harbours: ") for line in again.lines[kept + 6 :])
    assert again.lines[-1].startswith("report: ")
    assert not any("Ctrl-C" in line or "━━━━━━━━━━━━" in line for line in again.lines)
    assert (again.screen.cursor.x, again.screen.cursor.hidden) == (0, False)
    for noise in (b"Loading weights", b"it/s", b"Warning", b"bitsandbytes", b"telemetry"):
        assert noise not in first.raw + again.raw


def test_json_is_one_document_whatever_the_terminal_shows(
    tiny_model: Path, tmp_path: Path, make_dataset: Callable[..., Path], forks: Any
) -> None:
    file = tmp_path / "stdout"
    options = ("--mode", "fewshot", "--json")
    session = Session(command(make_dataset(), tiny_model, tmp_path / "run", *options), forks, said=file)
    assert session.end() == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    assert set(document) == {
        "dataset", "strategy", "mode", "sentence", "targets", "axes", "questions_needed", "fit", "reaches_target",
        "cut", "left_out", "next", "paths", "fitness", "fits", "risk", "risk_limit", "too_risky", "beside", "cost",
        "changes",
    }  # fmt: skip
    assert Path(document["paths"]["report"]).is_file()
    assert set(document["axes"]["style"]) == {"base", "fewshot"}
    assert session.lines[-1].startswith("✓ harbours: 7 steps in ")
    assert not session.screen.cursor.hidden
