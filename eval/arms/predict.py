"""One mode's predictions: made batch by batch, kept after each, complete only by rename."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.arms.prompt import Prompt
from eval.files import file_digest, read_json, write_json
from eval.journal import append_line, read_lines
from eval.model.memory import peak_megabytes, reset_peak
from eval.records import Example, Prediction, from_dict, read_records, write_records
from eval.terminal.progress import track

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.model.generator import Completion


@dataclass(frozen=True, slots=True)
class Work:
    """What replies took of the machine: tokens that were computed before the first new one, and machine seconds."""

    prefilled: int = 0
    prefill: float = 0.0
    decode: float = 0.0

    @classmethod
    def of(cls, replies: Sequence[Completion]) -> Work:
        """The sum over completions."""
        prefill, decode = sum(c.prefill_work for c in replies), sum(c.decode_work for c in replies)
        return cls(sum(c.prefilled for c in replies), round(prefill, 5), round(decode, 5))

    def __add__(self, other: Work) -> Work:
        prefill, decode = self.prefill + other.prefill, self.decode + other.decode
        return Work(self.prefilled + other.prefilled, round(prefill, 5), round(decode, 5))


def predictions_file(run: Path, mode: str) -> Path:
    """Where a mode's predictions lie in a run folder."""
    return run / "predictions" / f"{mode}.jsonl"


def is_current(run: Path, mode: str, identity: str) -> bool:
    """Whether the run folder holds this mode's complete predictions under this fingerprint, untouched."""
    file, meta = predictions_file(run, mode), meta_file(run, mode)
    if not (file.is_file() and meta.is_file()):
        return False
    known = read_json(meta)
    return bool(known["fingerprint"] == identity and known["sha256"] == file_digest(file))


def read_predictions(run: Path, mode: str) -> list[Prediction]:
    """A mode's complete predictions."""
    return read_records(predictions_file(run, mode), Prediction)


def prediction_cost(run: Path, mode: str) -> dict[str, Any]:
    """What making a mode's predictions cost: seconds of all devices together, and this process' peak memory in MB."""
    meta = read_json(meta_file(run, mode))
    return {
        "predict_seconds": meta["seconds"], "peak_memory_mb": meta["peak_memory_mb"], "work": meta.get("work", {}),
    }  # fmt: skip


def forget(run: Path, mode: str) -> None:
    """Remove a mode's predictions from a run folder."""
    predictions_file(run, mode).unlink(missing_ok=True)
    meta_file(run, mode).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Part:
    """Every `count`-th of the planned batches of a mode, from number `index` on."""

    index: int = 0
    count: int = 1

    def has(self, number: int) -> bool:
        """Whether a batch is of this part."""
        return number % self.count == self.index


WHOLE = Part()


def predict(
    resources: Resources, mode: str, examples: Sequence[Example], run: Path, identity: str, part: Part = WHOLE
) -> None:
    """Answer all examples in one mode and write predictions/<mode>.jsonl; goes on from where an earlier try stopped.

    Of a part, its batches alone are answered and kept; the whole, which comes after, takes them and does what is left.
    """
    spec = MODES[mode]
    prompts = [spec.build(resources, e) for e in examples]
    answering = resources.generator.begin(mode, spec.adapter, prompts)
    made_on = answering.made_on()
    journal = _Journal(run / "predictions" / f".{mode}.{identity}.partial", part)
    batches = journal.begin(answering.plan(), made_on)
    mine = [number for number in range(len(batches)) if part.has(number)]
    left = [number for number in mine if number not in journal.done]
    with track(f"answering {mode}", sum(len(batches[number]) for number in mine), unit=" questions") as advance:
        advance(sum(len(batches[number]) for number in mine if number in journal.done), resumed=True)
        reset_peak()
        for number, replies, seconds in answering.complete(batches, left):
            batch = batches[number]
            answered = [_prediction(examples[i].id, prompts[i], c) for i, c in zip(batch, replies, strict=True)]
            journal.add(number, answered, seconds=seconds, work=Work.of(replies))
            advance(len(batch), tokens=sum(c.tokens_in + c.tokens_out for c in replies))
    if part == WHOLE:
        _finish(run, mode, identity, examples, journal, {"made_on": made_on, "parts": resources.identity.parts(mode)})


def _prediction(name: str, prompt: Prompt, made: Completion) -> Prediction:
    return Prediction(
        name, made.text, prompt.passages, made.tokens_in, made.tokens_out, round(made.seconds, 4), made.finish,
        made.thinking_tokens,
    )  # fmt: skip


def _finish(
    run: Path, mode: str, identity: str, examples: Sequence[Example], journal: _Journal, origin: dict[str, Any]
) -> None:
    by_id = {p.id: p for batch in journal.done.values() for p in batch}
    file = predictions_file(run, mode)
    write_records(file, [by_id[e.id] for e in examples])
    write_json(
        meta_file(run, mode),
        {
            "fingerprint": identity,
            "sha256": file_digest(file),
            "seconds": round(journal.seconds, 3),
            "work": asdict(journal.work),
            "peak_memory_mb": max(peak_megabytes(), journal.peak),
            **origin,
        },
    )
    journal.remove()


def meta_file(run: Path, mode: str) -> Path:
    """Where it stands what a mode's predictions were made from, and on."""
    return run / "predictions" / f"{mode}.meta.json"


class _Journal:
    """The batches of an unfinished mode: the plan in the first line, then one line a batch.

    Those that answer parts of a mode at one time follow one plan, and each keeps what it does in a file of its own.
    """

    def __init__(self, path: Path, part: Part = WHOLE) -> None:
        self.path, self.part = path, part
        self.stem = path.name.removesuffix(".partial")
        self.own = path if part == WHOLE else path.with_name(f"{self.stem}.{part.index}-{part.count}.part")
        self.done: dict[int, list[Prediction]] = {}
        self.seconds = 0.0
        self.work = Work()
        self.peak = 0.0
        """Megabytes, of the processes that have answered before."""

    def begin(self, planned: list[list[int]], made_on: dict[str, Any]) -> list[list[int]]:
        """The plan to follow: the one that was begun, where there is one."""
        with nullcontext() if self.part == WHOLE else self._lock():
            for stale in self.path.parent.glob(f"{'.'.join(self.path.name.split('.')[:2])}.*.part*"):
                if not stale.name.startswith(f"{self.stem}."):
                    stale.unlink()
            lines = [line for _, line in read_lines(self.path)]
            if not lines:
                self._forget_parts()  # of another plan
                lines = [{"batches": planned, "made_on": made_on}]
                append_line(self.path, lines[0])
        self._take(lines[1:])
        for file in self._parts():
            self._take([line for _, line in read_lines(file)])
        return [list(b) for b in lines[0]["batches"]]

    def add(self, number: int, predictions: list[Prediction], *, seconds: float, work: Work) -> None:
        """Keep one batch by its number in the plan; batches of several processes come in any order."""
        self.done[number] = predictions
        self.seconds += seconds
        self.work += work
        line = {"batch": number, "seconds": seconds, "work": asdict(work), "peak_memory_mb": peak_megabytes()}
        append_line(self.own, line | {"predictions": [asdict(p) for p in predictions]})

    def remove(self) -> None:
        """Remove what was kept."""
        self.path.unlink(missing_ok=True)
        self._forget_parts()

    def _take(self, lines: Sequence[dict[str, Any]]) -> None:
        for line in lines:
            if line["batch"] in self.done:  # by two, where one was taken for lost
                continue
            self.done[line["batch"]] = [from_dict(Prediction, p) for p in line["predictions"]]
            self.seconds += line["seconds"]
            self.work += Work(**line.get("work", {}))
            self.peak = max(self.peak, line.get("peak_memory_mb", 0.0))

    def _parts(self) -> list[Path]:
        return sorted(self.path.parent.glob(f"{self.stem}.*.part"))

    def _forget_parts(self) -> None:
        for file in self._parts():
            file.unlink()

    def _lock(self) -> AbstractContextManager[Any]:
        from filelock import FileLock

        folder = self.path.parent.parent / ".locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"plan{self.stem}.lock")
