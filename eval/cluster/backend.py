"""What a cluster is to the driver: nodes, workers on them, and what workers say. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.cluster.cells import Need, Node

Ending = Literal["done", "skipped", "failed", "full", "no space", "lost", "crowded"]
"""`full`: a disk of the node's own; `no space`: the run folder, which all nodes share; `crowded`: others hold the room
that the worker needs on that node, so there is no such worker."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs to know to do a cell: where the run lies and what it should be; no data."""

    cell: str
    task: str
    """The name of the task in its run."""
    run: str
    """The run folder, as the driver names it."""
    modes: tuple[str, ...]
    arithmetic: Mapping[str, Any]
    """In what the whole run computes, as `made_on` says it."""
    plan: str
    """The fingerprint of all that the run makes."""
    retention: bool
    log: str
    """The file that what it says goes to."""
    folder: str = "."
    """That the command was run in; names of files start from there, on every node."""
    part: tuple[int, int] | None = None
    """(which, of how many), where it is a part of the task."""

    def of_part(self, cell: str, part: tuple[int, int]) -> Order:
        """The order for a part of this one's task, with a log of its own."""
        log = Path(self.log)
        return replace(self, cell=cell, part=part, log=str(log.with_stem(f"{log.stem}-{part[0] + 1}-of-{part[1]}")))


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker has ended a cell, was lost, or found no room."""

    worker: str
    ending: Ending
    message: str = ""
    seconds: float = 0.0
    error: BaseException | None = None
    """What the cell raised, where the worker is in this process."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker is in its cell."""

    what: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    tokens: int = 0
    note: str = ""
    seconds: float = 0.0
    """Since it began to count."""
    place: str = ""
    """The card that it computes on, or the CPU."""


class Backend(Protocol):
    """Has workers do cells."""

    def nodes(self) -> list[Node]:
        """The nodes that are there now."""
        ...

    def start(self, worker: str, node: str, need: Need) -> None:
        """Have a worker by this name on a node; it may take a while to come up, and is given cells meanwhile.

        Where others hold the node it is not waited for: `wait` says so.
        """
        ...

    def held(self) -> set[str]:
        """The nodes with cards whose cards are all taken now, by this command or by others."""
        ...

    def begin(self, worker: str, order: Order) -> None:
        """Have a worker do a cell; it does one at a time."""
        ...

    def wait(self, seconds: float) -> list[Ended]:
        """What has ended, at once or within that time."""
        ...

    def progress(self) -> Mapping[str, Progress]:
        """What the workers were last heard to do, by worker."""
        ...

    def stop(self, workers: Sequence[str], *, gently: float = 0.0) -> None:
        """End workers: at the next step of what they do, and after so many seconds in any case."""
        ...
