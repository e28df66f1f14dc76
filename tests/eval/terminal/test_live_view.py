"""The live view on a recorded terminal, read by an emulator."""

from __future__ import annotations

import io
from typing import Any

import pyte
import pytest
from rich.console import Console

from eval.terminal.live_view import Live
from eval.terminal.observers import Step
from eval.terminal.progress import say, steps, track


def terminal(width: int = 80, height: int = 24) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, force_terminal=True, width=width, height=height, highlight=False), file


def screen(text: str, width: int = 80, height: int = 24) -> Any:
    emulated = pyte.Screen(width, height)
    pyte.Stream(emulated).feed(text.replace("\n", "\r\n"))
    return emulated


def lines(emulated: Any) -> list[str]:
    return [line.rstrip() for line in emulated.display if line.strip()]


def test_while_it_runs_the_steps_stand_below_what_was_said() -> None:
    console, file = terminal()
    planned = [Step("answering rag", 8, " questions"), Step("scoring")]
    with steps("set: 8 questions", planned, Live(console)) as running:
        say("warning: mind the gap")
        with running(0), track("replies", 8, unit=" questions") as advance:
            advance(4)
            say("and another")
            shown = lines(screen(file.getvalue()))
    assert shown[:2] == ["warning: mind the gap", "and another"]
    assert shown[2].startswith("set: 8 questions")
    assert shown[-1].endswith("the same command goes on")


def test_afterwards_only_what_was_said_and_one_line_are_left() -> None:
    console, file = terminal()
    with steps("set: 8 questions", [Step("indexing", state="reused"), Step("scoring")], Live(console)) as running:
        say("kept")
        with running(1):
            pass
    end = screen(file.getvalue())
    assert lines(end) == ["kept", "✓ set: 2 steps in 0 s, 1 of them reused from before"]
    assert (end.cursor.x, end.cursor.hidden) == (0, False)


def test_a_failure_leaves_the_last_state() -> None:
    console, file = terminal()
    planned = [Step("scoring"), Step("deciding")]
    with pytest.raises(ValueError), steps("set", planned, Live(console)) as running, running(0):
        raise ValueError
    end = screen(file.getvalue())
    assert [line.split()[0] for line in lines(end)] == ["set", "✗"]
    assert (end.cursor.x, end.cursor.hidden) == (0, False)


def test_a_step_on_its_own_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    console, file = terminal()
    monkeypatch.setattr("eval.terminal.progress._observer", lambda: Live(console))
    with track("indexing", 3, unit=" documents") as advance:
        advance(3)
    end = screen(file.getvalue())
    assert lines(end) == [] and not end.cursor.hidden


def test_a_folded_frame_is_wiped_when_the_window_has_shrunk() -> None:
    """A narrower terminal folds the lines that it shows, which leaves the cursor further below the first one."""
    console, file = terminal(100, 30)
    live = Live(console)
    with steps("set: " + "questions " * 8, [Step("scoring"), Step("deciding")], live):
        live._live.refresh()
        wide = file.getvalue()
        console.size = (40, 30)  # type: ignore[assignment]
        before = len(wide)
        live._live.refresh()
        narrow = file.getvalue()[before:]
    drawn = "\n".join(line.rstrip() for line in screen(wide, 100, 30).display).rstrip().split("\n")
    folded = "\r\n".join(line[i : i + 40] for line in drawn for i in range(0, max(1, len(line)), 40))
    emulated = pyte.Screen(40, 30)
    stream = pyte.Stream(emulated)
    stream.feed("above\r\n" + folded)
    stream.feed(narrow.replace("\n", "\r\n"))
    shown = lines(emulated)
    assert shown[0] == "above" and shown[1].startswith("set: questions")
    assert sum(line.startswith("set:") for line in shown) == 1
    assert len(shown) == 5


def test_colours_are_left_out_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console, file = terminal()
    with steps("set", [Step("scoring")], Live(console)) as running, running(0):
        pass
    assert "\x1b[3" not in file.getvalue().replace("\x1b[3J", "")
