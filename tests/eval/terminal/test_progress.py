"""What the code that works tells, and the plain lines that come of it."""

from __future__ import annotations

import contextlib
import re
import signal

import pytest

from eval.terminal import progress
from eval.terminal.observers import Lines, Silence, Step
from eval.terminal.progress import aside, replied, say, set_quiet, steps, track


class Recorder:
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []
        self.steps: tuple[Step, ...] = ()

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        self.events.append(("opened", title))
        self.steps = steps

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        self.events.append((steps[place].name, steps[place].state))
        self.steps = steps

    def said(self, text: str) -> None:
        self.events.append(("said", text))

    def closed(self, whole: bool) -> None:
        self.events.append(("closed", whole))


def test_a_step_runs_from_waiting_to_done() -> None:
    heard = Recorder()
    with steps("set", [Step("answering rag", 8, " questions"), Step("scoring")], heard) as running:
        with running(0), track("replies", 8, unit=" questions") as advance:
            advance(3, resumed=True)
            advance(5, tokens=50, note="fast")
            say("one line")
        with running(1):
            pass
    answered, scored = heard.steps
    assert (answered.state, answered.done, answered.resumed, answered.tokens, answered.note) == (
        "done", 8, 3, 50, "fast",
    )  # fmt: skip
    assert (scored.state, scored.total) == ("done", 0)
    assert heard.events[0] == ("opened", "set") and heard.events[-1] == ("closed", True)
    assert ("said", "one line") in heard.events


def test_a_reply_counts_when_it_ends_and_its_batch_counts_it_no_second_time() -> None:
    heard, seen = Recorder(), []
    with steps("set", [Step("answering rag", 8, " questions"), Step("indexing", 8, " documents")], heard) as running:
        with running(0), track("replies", 8, unit=" questions") as advance:
            for replies, batch in ((3, 0), (1, 4), (6, 4)):  # the second batch ran again in halves
                for _ in range(replies):
                    replied()
                seen.append(heard.steps[0].done)
                if batch:
                    advance(batch, tokens=1)
                    seen.append(heard.steps[0].done)
        with running(1), track("documents", 8, unit=" documents"):
            replied()
    replied()
    assert seen == [3, 4, 4, 8, 8]
    assert (heard.steps[0].done, heard.steps[1].done) == (8, 0)


def test_what_is_counted_counts_for_the_step_that_runs_and_work_aside_is_a_step_of_its_own() -> None:
    heard = Recorder()
    planned = [Step("training ft", None), Step("training hybrid", None, state="reused")]
    with steps("set", planned, heard) as running:
        with running(0):
            with aside("fetching a model"):
                pass
            with track("steps", 3):
                pass
        with track("judging", 4):
            pass
    assert [(s.name, s.total, s.state) for s in heard.steps] == [
        ("training ft", 3, "done"), ("training hybrid", None, "reused"), ("fetching a model", 0, "done"),
        ("judging", 4, "done"),
    ]  # fmt: skip


def test_a_failure_stops_the_step_and_is_passed_on() -> None:
    heard = Recorder()
    with pytest.raises(KeyboardInterrupt), steps("set", [Step("scoring")], heard) as running, running(0):
        raise KeyboardInterrupt
    assert heard.steps[0].state == "stopped"
    assert heard.events[-1] == ("closed", False)
    assert progress._board is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_a_library_swallows_ends_the_work_all_the_same(number: signal.Signals) -> None:
    heard, before = Recorder(), signal.getsignal(number)
    expected = KeyboardInterrupt if number == signal.SIGINT else SystemExit
    with (
        pytest.raises(expected),
        steps("set", [Step("scoring")], heard) as running,
        running(0),
        track("", 2) as advance,
    ):
        with contextlib.suppress(BaseException):
            signal.raise_signal(number)
        advance(1)
        pytest.fail("went on")
    assert heard.steps[0].state == "stopped" and heard.events[-1] == ("closed", False)
    assert signal.getsignal(number) == before


def test_speed_counts_only_what_this_process_did() -> None:
    step = Step("answering rag", 100, done=60, resumed=20, tokens=400, started=10.0, stepped=18.0)
    assert step.per_second() == 40 / 8
    assert step.tokens_per_second() == 400 / 8
    assert step.seconds_left(20.0) == 40 / 5 - 2
    assert step.seconds_left(26.0) is None  # late: the estimate has run out
    assert Step("answering rag", 100, done=20, resumed=20).seconds_left(5.0) is None


def test_plain_lines_have_no_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    planned = [Step("indexing", None, " documents", "reused"), Step("answering rag", 8), Step("scoring")]
    with steps("set", planned) as running:
        with running(1), track("replies", 8, unit=" questions") as advance:
            advance(8)
        with running(2):
            pass
    told = capsys.readouterr()
    assert told.out == ""
    assert re.sub(r"\d+\.\d s", "T s", told.err) == (
        "  reused from before: indexing\n  answering rag: 8/8 questions in T s\n  scoring: T s\n"
    )


def test_plain_lines_tell_of_a_long_step_once_in_a_while(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with steps("", [], Lines()), track("answering rag", 100, unit=" questions") as advance:
        for second in range(1, 100):
            now = 100.0 + second
            advance(1, note=f"note {second}")
        lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"  answering rag: {n}/100 questions, {100 - n} s left, note {n}" for n in (20, 40, 60, 80)
    ]  # fmt: skip


def test_quiet_tells_nothing_and_errors_still_pass(capsys: pytest.CaptureFixture[str]) -> None:
    set_quiet(True)
    try:
        with steps("set", [Step("scoring")]) as running, running(0), track("scoring") as advance:
            advance(1)
            say("hidden")
        say("hidden")
        assert isinstance(progress._observer(), Silence)
    finally:
        set_quiet(False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", term)
    assert isinstance(progress._observer(), Lines)
