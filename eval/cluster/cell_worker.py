"""What runs in a worker: one cell at a time, on one loaded base, from the run folder alone. Knows nothing of Ray."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from eval.cluster.backend import Order, Progress
from eval.cluster.disk_space import full_folder
from eval.errors import UserError, first_line
from eval.terminal.observers import Lines, Step

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.model.base import Base
    from eval.pipeline.graph import Task
    from eval.pipeline.tasks import Work


class CellWorker:
    """Does cells, and says how far it is."""

    def __init__(self, threads: int) -> None:
        """`threads`: how many a computation on the CPU takes."""
        from eval.arms.worker_pool import PROCESSES
        from eval.terminal.noise import hush_libraries

        hush_libraries()
        os.environ["OMP_NUM_THREADS"] = str(threads)
        os.environ[PROCESSES] = "1"  # the further cards and cores are other workers'
        self.threads = threads
        self._runs: dict[tuple[str, str, tuple[str, ...]], _Opened] = {}
        self._base: Base | None = None
        self._shown = _Watch()

    def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do one cell; returns how it ended, why, and in how many seconds."""
        start = time.monotonic()
        self._shown = _Watch()
        wanted = Order(**order)
        try:
            os.chdir(wanted.folder)  # a worker begins where Ray was started
            with _logged(Path(wanted.log)) as log:
                ending, message = self._tried(wanted, log)
        except OSError as error:  # not even the log can be written
            ending, message = _failed(error, wanted)
        return {"ending": ending, "message": message, "seconds": round(time.monotonic() - start, 3)}

    def progress(self) -> dict[str, Any]:
        """How far the cell is, as the fields of `Progress`."""
        return asdict(self._shown.progress())

    def stop(self) -> None:
        """Have the cell end at its next step, with nothing half-written."""
        self._shown.stopped = True

    def _tried(self, order: Order, log: TextIO) -> tuple[str, str]:
        from eval.pipeline.graph import Skipped

        try:
            self._do(order)
        except Skipped as reason:
            return "skipped", str(reason)
        except UserError as error:
            return "failed", str(error)
        except KeyboardInterrupt:
            return "failed", "stopped"
        except Exception as error:  # whatever a model's code raises; its traceback is in the log
            traceback.print_exc(file=log)
            return _failed(error, order)
        return "done", ""

    def _do(self, order: Order) -> None:
        from filelock import FileLock

        from eval.cluster.cells import prelude
        from eval.terminal.progress import steps

        part = f"-{order.part[0]}-of-{order.part[1]}" if order.part else ""
        lock = Path(order.run) / ".locks" / f"{order.task.replace('/', '-')}{part}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with steps("", [Step(order.task)], self._shown) as running, running(0), FileLock(lock):
            opened = self._opened(order)
            task = opened.tasks[order.task]
            # A worker that another driver left behind may have held the lock, and have ended well.
            if task.done and task.done():
                return
            before = prelude(task, opened.tasks)
            if any(opened.tasks[n].kind == "load" for n in before):
                self._load(opened.work.resources)
            for name in before:
                if name not in opened.done:
                    opened.tasks[name].run()
                    opened.done.add(name)
            if order.part and task.part:
                task.part(*order.part)
                return
            task.run()
            if task.done and not task.done():
                raise UserError(
                    f"{order.run}: what {order.task} wrote cannot be read back; is the folder on this node?"
                )

    def _load(self, resources: Resources) -> None:
        """Have the base on this worker, which gets cells of one base alone: loaded once for all runs and seeds."""
        import torch

        torch.set_num_threads(self.threads)
        if self._base is None:
            self._base = resources.base
        else:
            resources.adopt(self._base)

    def _opened(self, order: Order) -> _Opened:
        """The run as this process sees it; raises UserError where it is another one than the driver's."""
        from eval.model.arithmetic import from_record
        from eval.pipeline.plan import plan_again
        from eval.pipeline.run_config import read_run_config
        from eval.pipeline.tasks import Options, Work
        from eval.plugins import load_plugins
        from eval.run import battery_of

        key = (order.run, order.plan, tuple(order.modes))
        if key not in self._runs:
            run = Path(order.run)
            load_plugins(read_run_config(run / "config.yaml").plugins)
            plan = plan_again(run).on(from_record(order.arithmetic))
            if plan.fingerprint() != order.plan:
                raise UserError(
                    f"{order.run}: its data set, model or code differ here from what the driver has; have the same "
                    "files and packages on every node"
                )
            options = Options(order.retention)
            work = Work(plan, list(order.modes), options, battery_of(plan, options))
            self._runs[key] = _Opened(work, {t.name: t for t in work.tasks()})
        return self._runs[key]


def _failed(error: Exception, order: Order) -> tuple[str, str]:
    """How a cell has ended and why: by a full disk of this node, by a full run folder, or by its own fault."""
    run, own = Path(order.run), Path(tempfile.gettempdir())
    folder = full_folder(error, (run, own))
    if folder is None:
        return "failed", f"{type(error).__name__}: {first_line(error)}"
    return ("full" if folder == own else "no space"), f"no space is left in {folder}"


@dataclass
class _Opened:
    """A run in this process."""

    work: Work
    tasks: dict[str, Task]
    done: set[str] = field(default_factory=set)
    """The tasks that were done in this process and leave nothing on disk."""


@contextmanager
def _logged(file: Path) -> Iterator[TextIO]:
    """Inside, all that is printed goes to the end of this file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        print(time.strftime("%Y-%m-%d %H:%M:%S"), os.uname().nodename, f"process {os.getpid()}", flush=True)
        yield log


class _Watch(Lines):
    """Writes lines into the log, and keeps the last state for whoever asks."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False
        self._steps: tuple[Step, ...] = ()
        self._place = 0

    def opened(self, title: str, steps: tuple[Step, ...]) -> None:
        """Keep them."""
        self._steps = steps

    def changed(self, steps: tuple[Step, ...], place: int) -> None:
        """Keep them; raises KeyboardInterrupt where the cell shall stop."""
        self._steps, self._place = steps, place
        super().changed(steps, place)
        if self.stopped:
            raise KeyboardInterrupt

    def said(self, text: str) -> None:
        """Into the log."""
        print(text, file=sys.stderr, flush=True)

    def progress(self) -> Progress:
        """The step that changed last."""
        if not self._steps:
            return Progress("starting")
        step = self._steps[min(self._place, len(self._steps) - 1)]
        return Progress(
            step.name, step.done, step.total or 0, step.unit, step.tokens, step.note,
            max(0.0, step.stepped - step.started), _device(),
        )  # fmt: skip


def _device() -> str:
    seen = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return f"card {seen}" if seen else "cpu"
