"""Which cell runs next, and on which worker: the book that the driver keeps. Pure; knows neither Ray nor files.

List scheduling by the longest way to the end (Graham 1969; upward rank of HEFT, Topcuoglu 2002): of the cells that may
begin, the one whose followers take longest begins first, on a worker that has its base loaded where one is free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from eval.cluster.cells import SECONDS, Cell, Need, Node, State
from eval.errors import UserError

ENDED: frozenset[State] = frozenset({"done", "reused", "skipped", "failed", "blocked"})
RETRIES = 2
"""How often a cell is begun again whose worker was lost."""


@dataclass(slots=True)
class Seat:
    """A worker, as the book has it."""

    id: str
    node: str
    room: Need
    base: str = ""
    cell: str = ""
    """What it does; empty while it is idle."""


@dataclass(frozen=True, slots=True)
class Start:
    """Have a worker on a node."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Stop:
    """End an idle worker, to make room."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Begin:
    """Have a worker do a cell."""

    seat: Seat
    cell: Cell


Move = Start | Stop | Begin


@dataclass
class Schedule:
    """The states of all cells, the nodes and the workers."""

    cells: dict[str, Cell]
    states: dict[str, State] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Cell -> how many workers it has lost, full disks included."""
    full: set[str] = field(default_factory=set)
    """Nodes that get no more work, because a disk of theirs is full."""
    away: set[str] = field(default_factory=set)
    """Nodes that get no worker for now."""
    _started: int = 0
    _rank: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Sequence[Cell], seconds: dict[str, float] | None = None) -> Schedule:
        """A schedule in which all cells wait; `seconds`, by cell, where they are known better than by kind."""
        schedule = cls({c.name: c for c in cells}, {c.name: "waiting" for c in cells})
        schedule._rank = _ranks(cells, seconds or {})
        return schedule

    def has(self, nodes: Iterable[Node]) -> list[Seat]:
        """Take note of which nodes there are; returns the workers on those that have gone."""
        self.nodes = {n.id: n for n in nodes}
        return [s for s in self.seats.values() if s.node not in self.nodes]

    def check_room(self) -> None:
        """Raise UserError for a cell that no node could hold if it were empty: it would wait for ever."""
        for cell in self.cells.values():
            if cell.here or any(cell.need.within(n.room) for n in self.nodes.values()):
                continue
            largest = max((n.room for n in self.nodes.values()), default=Need(0, 0))
            raise UserError(
                f"--cluster: {cell.name} takes {cell.need.words()}, and no node has so much (the largest of "
                f"{len(self.nodes)} has {largest.words()}); add such a node, or name a smaller --model"
            )

    @property
    def over(self) -> bool:
        """Whether no cell waits or runs."""
        return all(s in ENDED for s in self.states.values())

    def ready(self) -> list[Cell]:
        """The cells that may begin, the most urgent first."""
        found = [c for n, c in self.cells.items() if self.states[n] == "waiting" and self._may(c)]
        return sorted(found, key=lambda c: -self._rank[c.name])

    def moves(self) -> list[Move]:
        """What to do now so that as many ready cells as there is room for begin; the book has them as done.

        Idle workers go on with the base that they have, where a cell waits that wants it; what is left goes to others.
        """
        found: list[Move] = []
        left = []
        idle: dict[str, list[Seat]] = defaultdict(list)
        for seat in self.idle():
            idle[seat.base].append(seat)
        for cell in (c for c in self.ready() if not c.here):
            same = [s for s in idle[cell.base] if cell.need.within(s.room)]
            if same:
                seat = min(same, key=lambda s: s.room)
                idle[cell.base].remove(seat)
                found.append(self._begin(seat, cell))
            else:
                left.append(cell)
        free = {n.id: self._free(n) for n in self._open()} if left else {}
        no_room: set[Need] = set()
        for cell in left:
            if cell.need in no_room:
                continue
            made = self._make(cell, free)
            found += made
            if made and isinstance(made[-1], Start):
                found.append(self._begin(made[-1].seat, cell))
            else:
                no_room.add(cell.need)
        return found

    def _begin(self, seat: Seat, cell: Cell) -> Begin:
        seat.cell, seat.base = cell.name, cell.base
        self.states[cell.name] = "running"
        return Begin(seat, cell)

    def ended(self, cell: str, state: State) -> None:
        """Take note of how a cell ended; what cannot be done without it ends too."""
        self.states[cell] = state
        for seat in self.seats.values():
            if seat.cell == cell:
                seat.cell = ""
        self._pass_on()

    def gone(self, seat: Seat) -> str:
        """Take note that a worker was lost; returns the cell that it took along, which waits again or has failed."""
        self.seats.pop(seat.id, None)
        cell = seat.cell
        if cell and self.states[cell] == "running":
            self.lost[cell] += 1
            self.states[cell] = "waiting" if self.lost[cell] <= RETRIES else "failed"
            self._pass_on()
        return cell

    def crowded(self, seat: Seat) -> str:
        """Take note that a worker found no room; returns the cell that it was to do, which waits again."""
        self.seats.pop(seat.id, None)
        if seat.cell:
            self.states[seat.cell] = "waiting"
        return seat.cell

    def nowhere(self) -> list[Cell]:
        """The cells that wait for a worker while every node that could hold them has a full disk."""
        waiting = (c for n, c in self.cells.items() if self.states[n] == "waiting" and not c.here)
        rooms = [(n.id in self.full, n.room) for n in self.nodes.values()]
        return [c for c in waiting if {True} == {full for full, room in rooms if c.need.within(room)}]

    def filled(self, seat: Seat) -> list[Seat]:
        """Take note that a worker found its disk full; returns the idle workers of that node, which are to end.

        The cell waits again where there is another node, and has failed where there is none.
        """
        cell = seat.cell
        seat.cell = ""
        self.full.add(seat.node)
        self.lost[cell] += 1
        elsewhere = any(n not in self.full and self.cells[cell].need.within(self.nodes[n].room) for n in self.nodes)
        self.states[cell] = "waiting" if elsewhere and self.lost[cell] <= RETRIES else "failed"
        self._pass_on()
        return [self.seats.pop(s.id) for s in self.idle() if s.node in self.full]

    def idle(self) -> list[Seat]:
        """The workers that do nothing."""
        return [s for s in self.seats.values() if not s.cell]

    def _may(self, cell: Cell) -> bool:
        return all(self.states[n] in ENDED for n in cell.needs | cell.after)

    def _pass_on(self) -> None:
        for name, cell in self.cells.items():  # in an order in which each comes after what it needs
            if self.states[name] != "waiting":
                continue
            if any(self.states[n] in ("failed", "blocked") for n in cell.needs | cell.after):
                self.states[name] = "blocked"
            elif any(self.states[n] == "skipped" for n in cell.needs):
                self.states[name] = "skipped"

    def _make(self, cell: Cell, free: dict[str, Need]) -> list[Move]:
        """What gives a cell a worker that has not its base: a new one, in what is free or what idle ones give back.

        Nothing where there is no room. An idle worker of another base is ended rather than given another model to load:
        a process that has freed a model rarely gives back all its memory. `free`, by node, is kept up to date.
        """
        fit = [n for n, room in free.items() if cell.need.within(room)]
        node = max(fit, key=lambda n: (free[n].cards, free[n].threads), default=None)
        stopped: list[Move] = []
        if node is None:
            for candidate in self._open():
                idle = [s for s in self.idle() if s.node == candidate.id]
                if idle and cell.need.within(self._free(candidate, but={s.id for s in idle})):
                    node, stopped = candidate.id, self._fewest(candidate, idle, cell.need)
                    break
        if node is None:
            return []
        for move in stopped:
            del self.seats[move.seat.id]
        self._started += 1
        seat = Seat(f"w{self._started}", node, cell.need)
        self.seats[seat.id] = seat
        free[node] = self._free(self.nodes[node])
        return [*stopped, Start(seat)]

    def _fewest(self, node: Node, idle: Sequence[Seat], need: Need) -> list[Move]:
        """The idle workers to end, the largest first, until there is room."""
        gone: list[Seat] = []
        for seat in sorted(idle, key=lambda s: s.room, reverse=True):
            if need.within(self._free(node, but={s.id for s in gone})):
                break
            gone.append(seat)
        return [Stop(s) for s in gone]

    def _open(self) -> list[Node]:
        return [n for n in self.nodes.values() if n.id not in self.full | self.away]

    def _free(self, node: Node, but: Collection[str] = ()) -> Need:
        """What is free on a node, the workers `but` taken as gone."""
        room = node.room
        for seat in self.seats.values():
            if seat.node == node.id and seat.id not in but:
                room = room.less(seat.room)
        return room


def _ranks(cells: Sequence[Cell], seconds: dict[str, float]) -> dict[str, float]:
    """Seconds from the beginning of each cell to the end of all that waits for it, along the longest way."""
    rank = {c.name: seconds.get(c.name, _usual(c)) for c in cells}
    own = dict(rank)
    for cell in reversed(cells):
        for name in cell.needs | cell.after:
            rank[name] = max(rank[name], own[name] + rank[cell.name])
    return rank


def _usual(cell: Cell) -> float:
    name = cell.task.name
    keys = (name, name[: name.rfind("/")], cell.task.kind)
    return cell.share * next((SECONDS[key] for key in keys if key in SECONDS), 1.0)
