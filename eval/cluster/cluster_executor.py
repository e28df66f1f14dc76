"""The executor of a cluster: keeps the schedule, sends cells to workers, and does itself what needs no model."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from eval.cluster.backend import Backend, Ended, Order, Progress
from eval.cluster.cells import Cell, Group, Node, State, cells_of, prelude
from eval.cluster.disk_space import in_words
from eval.cluster.outcome import CellFailed, Outcome
from eval.cluster.schedule import Begin, Schedule, Seat, Start, Stop
from eval.pipeline.graph import Skipped, Task, check
from eval.pipeline.lock import Busy
from eval.terminal.observers import Step
from eval.terminal.progress import change, say, steps

LOOK_SECONDS = 0.5
"""How long the driver waits at most before it looks at everything again."""
NODES_SECONDS = 5.0
"""How often it asks which nodes there are."""
IDLE_SECONDS = 15.0
"""After which a worker without work is ended: what starting another one and loading a model takes."""
SUSPECT_SECONDS = 20.0
"""How long a node gets no worker after it has lost one: Ray takes so long to find that a node has gone."""
TAKEN_SECONDS = 5.0
"""How long a node gets no further worker after others were found to hold its room."""
TURN_SECONDS = 2.0
"""How long until a run folder is tried again that another command holds."""
GENTLE_SECONDS = 10.0
"""How long workers have to end what they do after Ctrl-C; a training ends within a step."""

Orders = Callable[[str, Task], Order]
"""What a worker is told of a task, from its group's name and the task."""
Fit = Callable[[Node], bool | None]


class ClusterExecutor:
    """Runs groups of tasks over a backend; for the tasks of one run, an `Executor`."""

    def __init__(
        self, backend: Backend, order: Orders, base: str = "", fit: Fit = lambda _: True
    ) -> None:  # fmt: skip
        """`base` is what workers load for a single run; empty: the driver does its tasks.

        `fit` says of each node, when it is first seen, whether it may take part; None: to be asked again later.
        """
        self.backend, self.order, self.base, self.fit = backend, order, base, fit

    def __call__(self, title: str, tasks: Sequence[Task]) -> None:
        """See `eval.pipeline.graph.Executor`; all that can be done is, before an error is raised."""
        outcome = self.run(title, [Group("", tuple(tasks), base=self.base)])
        if outcome.error:
            raise outcome.error

    def run(self, title: str, groups: Sequence[Group]) -> Outcome:
        """Do every pending cell of all groups; a failed one stops only what needs it."""
        for group in groups:
            check(group.tasks)
        return _Drive(self.backend, self.order, self.fit, groups).run(title)


class _Drive:
    """One run of an executor."""

    def __init__(
        self, backend: Backend, order: Orders, fit: Fit, groups: Sequence[Group]
    ) -> None:  # fmt: skip
        self.backend, self.order, self.fit = backend, order, fit
        self.fits: dict[str, bool] = {}
        nodes = self._nodes()
        self.schedule = Schedule.of(cells_of(groups, nodes))
        self.schedule.has(nodes)
        self.schedule.check_room()
        self.outcome = Outcome(groups={c.name: c.group for c in self.schedule.cells.values()})
        self.names = {n.id: n.name for n in self.schedule.nodes.values()}
        self.tasks = {g.name: {t.name: t for t in g.tasks} for g in groups}
        self.prepared: set[tuple[str, str]] = set()
        self.begun: dict[str, float] = {}
        self.idle: dict[str, float] = {}
        self.resting: dict[str, float] = {}
        """Node -> until when it gets no worker."""
        self.turns: dict[str, float] = {}
        """Cell whose run folder another command holds -> when it is tried again."""
        self.totals: dict[str, int] = {}
        """Cell -> how much there is to do in it, as its worker says."""
        self.told = False
        self._asked = time.monotonic()

    def run(self, title: str) -> Outcome:
        cells = list(self.schedule.cells.values())
        shown = [Step(c.title, c.total, c.task.unit, kind=c.task.kind) for c in cells]
        with steps(title, shown) as running:
            self.running = running
            self.place = {c.name: i for i, c in enumerate(cells)}
            try:
                while not self.schedule.over:
                    self._step()
            finally:
                self.backend.stop([s.id for s in self.schedule.seats.values()], gently=GENTLE_SECONDS)
        self.outcome.states = dict(self.schedule.states)
        return self.outcome

    def _step(self) -> None:
        self._look()
        for move in self.schedule.moves():
            if isinstance(move, Start):
                self.backend.start(move.seat.id, move.seat.node, move.seat.room)
            elif isinstance(move, Stop):
                self.backend.stop([move.seat.id])
            elif isinstance(move, Begin):
                self._began(move)
        self._release()
        now = time.monotonic()
        here = next((c for c in self.schedule.ready() if c.here and self.turns.get(c.name, 0.0) <= now), None)
        if here:
            self._do_here(here.name)
        for ended in self.backend.wait(0.0 if here else LOOK_SECONDS):
            self._ended(ended)
        for worker, progress in self.backend.progress().items():
            self._heard(worker, progress)

    def _do_here(self, name: str) -> None:
        cell, start = self.schedule.cells[name], time.monotonic()
        self.schedule.states[name] = "running"
        self.outcome.places[name] = "driver"
        again = name in self.turns  # it is shown as waiting until the folder is free
        try:
            with nullcontext() if again else self.running(self.place[name]):
                self._prepare(cell)
                cell.task.run()
        except Busy as busy:
            self._wait_for_turn(name, busy)
            return
        except Skipped as reason:
            self._close(name, "skipped", str(reason))
        except Exception as error:
            run = Path(self.order(cell.group, cell.task).run)
            self._close(name, "failed", in_words(error, (run, Path(tempfile.gettempdir()))), error)
        else:
            self._close(name, "done")
            if again:
                change(self.place[name], state="done", ended=time.monotonic())
            self._reuse(cell.group)
        self.outcome.seconds[name] = time.monotonic() - start

    def _wait_for_turn(self, name: str, busy: Busy) -> None:
        """Try a cell again later whose run folder another command holds; what needs it waits meanwhile."""
        if name not in self.turns:
            say(f"{busy.folder}: another command is at work there; waiting until it has ended")
        self.turns[name] = time.monotonic() + TURN_SECONDS
        self.schedule.states[name] = "waiting"
        change(self.place[name], state="waiting", note="another command is at work there")

    def _reuse(self, group: str) -> None:
        """Leave out what a command has done that held the run folder before, or since this one planned."""
        for name, cell in self.schedule.cells.items():
            if cell.group == group and self.schedule.states[name] == "waiting" and cell.task.done and cell.task.done():
                self._close(name, "reused")

    def _prepare(self, cell: Cell) -> None:
        """Do, once in this process, what a task needs that leaves nothing on disk."""
        for name in prelude(cell.task, self.tasks[cell.group]):
            if (cell.group, name) not in self.prepared:
                self.tasks[cell.group][name].run()
                self.prepared.add((cell.group, name))

    def _began(self, move: Begin) -> None:
        name, now = move.cell.name, time.monotonic()
        self.begun[move.seat.id] = now
        self.outcome.places[name] = self.names.get(move.seat.node, move.seat.node)
        change(self.place[name], state="running", started=now, stepped=now, done=0,
                          note=self.outcome.places[name])  # fmt: skip
        order = self.order(move.cell.group, move.cell.task)
        self.backend.begin(move.seat.id, order.of_part(name, move.cell.part) if move.cell.part else order)

    def _heard(self, worker: str, heard: Progress) -> None:
        seat = self.schedule.seats.get(worker)
        if not seat or not seat.cell or not heard.total:
            return
        where = f"{self.names.get(seat.node, seat.node)} {heard.place}".strip()
        self.outcome.places[seat.cell] = where
        now = time.monotonic()
        self.totals[seat.cell] = heard.total
        change(
            self.place[seat.cell], total=heard.total, unit=heard.unit, done=heard.done, tokens=heard.tokens,
            note=", ".join(t for t in (where, heard.note) if t), started=now - heard.seconds, stepped=now,
        )  # fmt: skip

    def _ended(self, ended: Ended) -> None:
        seat = self.schedule.seats.get(ended.worker)
        if seat is None:
            return
        name = seat.cell
        self.outcome.seconds[name] = ended.seconds or time.monotonic() - self.begun[seat.id]
        if ended.ending == "crowded":
            self._crowded(seat)
        elif ended.ending == "no space":
            where = self.names.get(seat.node, seat.node)
            self._close(name, "failed", f"{where}: {ended.message}; free some and run the same command",
                        CellFailed(f"{name}: {ended.message}"))  # fmt: skip
        elif ended.ending == "lost":
            self._lost(ended.worker, ended.message)
        elif ended.ending == "full":
            self._filled(seat, ended.message)
        elif ended.ending == "done":
            self._close(name, "done")
        elif ended.ending == "skipped":
            self._close(name, "skipped", ended.message)
        else:
            self._close(name, "failed", ended.message, ended.error or CellFailed(f"{name}: {ended.message}"))

    def _lost(self, worker: str, why: str) -> None:
        seat = self.schedule.seats[worker]
        self._rest(seat.node, SUSPECT_SECONDS)
        name = self.schedule.gone(seat)
        if not name:
            return
        where = self.names.get(seat.node, seat.node)
        if self.schedule.states[name] == "waiting":
            change(self.place[name], state="waiting", done=0, note="")
            say(f"warning: {name}: its worker on {where} was lost; it begins again")
        else:
            self._close(name, "failed", f"its worker was lost {self.schedule.lost[name]} times, last on {where}: {why}",
                        CellFailed(f"{name}: worker lost"))  # fmt: skip

    def _rest(self, node: str, seconds: float) -> None:
        self.resting[node] = time.monotonic() + seconds
        self.schedule.away.add(node)

    def _crowded(self, seat: Seat) -> None:
        """Others hold the room: the cell goes where there is some, and waits where there is none."""
        self._rest(seat.node, TAKEN_SECONDS)
        name = self.schedule.crowded(seat)
        if name:
            change(self.place[name], state="waiting", done=0, note="")
        if not self.told and not any(s.cell for s in self.schedule.seats.values()):
            self.told = True
            say("all nodes are held by others; waiting for room")

    def _filled(self, seat: Seat, why: str) -> None:
        name, where = seat.cell, self.names.get(seat.node, seat.node)
        self.backend.stop([s.id for s in self.schedule.filled(seat)])
        if self.schedule.states[name] == "waiting":
            change(self.place[name], state="waiting", done=0, note="")
            say(f"warning: {name}: {where}: {why}; that node gets no more work, and the cell begins again elsewhere")
        else:
            self._close(name, "failed", f"{where}: {why}; free space and run the same command",
                        CellFailed(f"{name}: {why}"))  # fmt: skip
        for cell in self.schedule.nowhere():
            if self.schedule.states[cell.name] == "waiting":  # and not blocked by one that has failed just now
                self._close(cell.name, "failed", "every node has a full disk; free some and run the same command",
                            CellFailed(f"{cell.name}: every node has a full disk"))  # fmt: skip

    def _release(self) -> None:
        """End workers that have had nothing to do for a while, so that others get what they hold."""
        now = time.monotonic()
        idle = {s.id for s in self.schedule.idle()}
        self.idle = {i: self.idle.get(i, now) for i in idle}
        for worker in [i for i, since in self.idle.items() if now - since > IDLE_SECONDS]:
            self.schedule.seats.pop(worker)
            self.backend.stop([worker])

    def _close(self, name: str, state: State, why: str = "", error: BaseException | None = None) -> None:
        self.schedule.ended(name, state)
        cell, now = self.schedule.cells[name], time.monotonic()
        if not cell.here:
            total = self.totals.get(name, cell.total)
            done = {"done": total} if state == "done" and total else {}
            change(self.place[name], state=state if state in ("done", "reused") else "stopped", ended=now, **done)
        if why:
            self.outcome.why[name] = why
            say(f"{'error' if state == 'failed' else 'warning'}: {name}: {why}")
        if error and not self.outcome.error:
            self.outcome.error = error

    def _nodes(self) -> list[Node]:
        """Those that are there and may take part."""
        there = self.backend.nodes()
        asked = {n.id: self.fit(n) for n in there if n.id not in self.fits}
        self.fits |= {n: fits for n, fits in asked.items() if fits is not None}
        return [n for n in there if self.fits.get(n.id)]

    def _look(self) -> None:
        """See which nodes have come or gone, now and then."""
        now = time.monotonic()
        self.resting = {n: until for n, until in self.resting.items() if until > now}
        self.schedule.away = set(self.resting)
        if now - self._asked < NODES_SECONDS:
            return
        self._asked = now
        nodes = self._nodes()
        self.names |= {n.id: n.name for n in nodes}
        for seat in self.schedule.has(nodes):
            self.backend.stop([seat.id])
            self._lost(seat.id, "the node has gone")
