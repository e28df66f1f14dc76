"""The frame of the live view: what it says, and that it fits any window."""

from __future__ import annotations

import pytest

from eval.terminal.observers import Step
from eval.terminal.step_lines import ASCII, duration, frame, whole_left

MODES = ["base", "fewshot", "rag", "rag-fewshot", "oracle", "ft", "hybrid"]


def answering(mode: str, **changes: object) -> Step:
    values: dict[str, object] = {"total": 200, "unit": " questions", "kind": "answer"} | changes
    return Step(f"answering {mode}", **values)  # type: ignore[arg-type]


STEPS = [
    Step("checking the data", state="done", started=100.0, stepped=100.0, ended=100.4),
    Step("indexing", 70, " documents", "reused"),
    answering("base", state="done", done=200, tokens=20000, started=101.0, stepped=111.0, ended=111.0),
    answering("rag", state="running", done=50, tokens=9000, started=111.0, stepped=116.0),
    Step("training ft", None, " steps", kind="train"),
    *[answering(m) for m in MODES[3:]],
    Step("scoring"),
]


def drawn(width: int, height: int, steps: list[Step] = STEPS, now: float = 118.0) -> list[str]:
    return [line.plain for line in frame("tidewell: 200 questions", steps, 100.0, now, width, height)]


def test_every_state_says_how_it_stands() -> None:
    lines = drawn(80, 40)
    assert lines[0].startswith("tidewell: 200 questions") and lines[0].endswith("18 s")
    assert lines[2].split() == ["✓", "checking", "the", "data", "0", "s"]
    assert lines[3].split() == ["↺", "indexing", "reused", "from", "before"]
    assert lines[4].split() == [
        "✓",
        "answering",
        "base",
        "200",
        "questions,",
        "20.0/s,",
        "2,000",
        "tokens/s",
        "10",
        "s",
    ]
    running = lines[5]
    assert running.split()[1:3] == ["answering", "rag"]
    assert running.endswith("50/200        13 s left")  # 150 at 10/s is 15 s, 2 of which have passed
    room = running.count("━") + running.count("─")
    assert running.count("━") == room // 4
    assert lines[6].strip() == "10.0 questions/s, 1,800 tokens/s"
    assert lines[7].strip() == "○ training ft"
    assert lines[-1] == "more than 1 min left; Ctrl-C stops, the same command goes on"


@pytest.mark.parametrize("height", [5, 8, 10, 14, 40])
@pytest.mark.parametrize("width", [20, 36, 60, 80, 200])
@pytest.mark.parametrize("place", [0, 3, 10])
def test_the_frame_fits_the_window_and_shows_what_runs(width: int, height: int, place: int) -> None:
    many = [answering(str(i), state="done" if i < place else "waiting") for i in range(11)]
    many[place] = answering("now", state="running", done=20, started=100.0, stepped=110.0)
    lines = drawn(width, height, many)
    assert len(lines) < height
    assert all(len(line) < width for line in lines)
    assert any("20/200" in line for line in lines)


def test_left_out_steps_are_counted() -> None:
    many = [answering(str(i), state="done" if i < 9 else "waiting") for i in range(20)]
    many[9] = answering("now", state="running", done=20, started=100.0, stepped=110.0)
    lines = drawn(80, 12, many)
    first, last = (int(lines[i].split()[1]) for i in (1, -2))
    assert lines[1].endswith("steps done") and lines[-2].endswith("more to come")
    assert first + last + sum("answering" in line for line in lines) == 20


def test_the_whole_is_told_only_when_every_kind_has_run() -> None:
    # running: 15 s - 2 s; four modes at the mean of 1/20 and 1/10 s a question, 15 s each
    assert whole_left(STEPS, 118.0) == (13 + 4 * 15.0, False)
    trained = Step("training ft", 60, " steps", "done", 60, started=0.0, stepped=90.0, ended=91.0, kind="train")
    steps = [trained, Step("training hybrid", None, kind="train"), Step("scoring")]
    assert whole_left(steps, 118.0) == (90.0, True)
    late = answering("rag", state="running", done=50, started=111.0, stepped=116.0)
    assert whole_left([late], 150.0) == (0.0, False)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (725, "12 min 05 s"), (3599.6, "1 h 00 min")],
)  # fmt: skip
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_terminal_without_unicode_gets_ascii() -> None:
    lines = [line.plain for line in frame("set", STEPS, 100.0, 118.0, 80, 40, ASCII)]
    assert all(line.isascii() for line in lines)
