"""The one live view of a run's steps on a terminal. Imports rich."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from rich import live
from rich.console import Console, ConsoleRenderable, Group
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from eval.terminal.observers import Step
from eval.terminal.step_lines import ASCII, UNICODE, duration, frame

REFRESH_PER_SECOND = 4


class Live:
    """An observer that redraws the steps in place, below what is said, and wipes them when all is done."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.clock = clock
        self.signs = UNICODE if self.console.encoding.lower().startswith("utf") else ASCII
        self.title = ""
        self.steps: tuple[Step, ...] = ()
        self.started = clock()
        self._live = _Redrawn(self.draw, self.console)

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        """Begin to draw."""
        self.title, self.steps, self.started = title, steps, self.clock()
        self._live.start(refresh=True)

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        """Draw this from now on."""
        self.steps = steps

    def said(self, text: str) -> None:
        """Print a line above the view, where it stays."""
        style = "yellow" if text.lstrip().startswith("warning") else ""
        self.console.print(Text(text, style=style))

    def closed(self, whole: bool) -> None:
        """Wipe the view when all is done; where something went wrong, leave what had been done and where it stopped."""
        if not whole:
            self.steps = tuple(s for s in self.steps if s.state != "waiting")
        self._live.transient = whole
        self._live.stop()
        if whole and self.title:
            self.said(self.summary())

    def draw(self) -> Group:
        """The view as it is now."""
        size = self.console.size
        lines = frame(self.title, self.steps, self.started, self.clock(), size.width, size.height, self.signs)
        return Group(*lines)

    def summary(self) -> str:
        """What was done, in one line."""
        steps, reused = len(self.steps), sum(s.state == "reused" for s in self.steps)
        kept = f", {reused} of them reused from before" if reused else ""
        subject = self.title.partition(":")[0]
        return f"{self.signs.state['done']} {subject}: {steps} steps in {duration(self.clock() - self.started)}{kept}"


class _Redrawn(live.Live):
    """rich's live display, which also wipes what a narrower window has folded onto further lines."""

    def __init__(self, draw: Callable[[], Group], console: Console) -> None:
        super().__init__(
            console=console, get_renderable=lambda: self._remember(draw()), refresh_per_second=REFRESH_PER_SECOND,
            redirect_stdout=sys.stdout.isatty(), vertical_overflow="crop",
        )  # fmt: skip
        self._drawn: list[int] = []
        self._next: list[int] = []

    def _remember(self, group: Group) -> Group:
        self._next = [line.cell_len for line in group.renderables if isinstance(line, Text)]
        return group

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Go up over the folded lines first; then as rich does. What no longer fits on the screen is wiped with it."""
        width, height = self.console.size
        rows = sum(max(1, -(-cells // width)) for cells in self._drawn)
        folded = rows - len(self._drawn)
        wipe = Control()
        if rows > height:
            wipe = Control(ControlType.HOME, ControlType.CLEAR)
        elif folded:
            wipe = Control(*(((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)) * folded))
        self._drawn = [min(cells, width) for cells in self._next]
        return [wipe, *super().process_renderables(renderables)]
