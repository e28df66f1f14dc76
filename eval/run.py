"""One data set from its folder to the verdict: predictions, scores, decision and report, cached by fingerprint."""

from __future__ import annotations

import fcntl
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.config import RunConfig, read_run_config, write_run_config
from eval.dataset import Dataset, check_corpus, load_dataset
from eval.decide import write_decision
from eval.economics import read_prices
from eval.errors import UserError
from eval.files import write_json
from eval.identity import Identity, identify
from eval.model_files import locate_model, model_fingerprint
from eval.modes import MODES
from eval.predict import forget, is_current, predict, read_predictions
from eval.progress import say
from eval.records import Decision, Example, write_records
from eval.score import score_mode
from eval.setup import Setup


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, resolved and fingerprinted; nothing has been written yet."""

    dataset: Dataset
    config: RunConfig
    identity: Identity
    examples: tuple[Example, ...]
    folder: Path


def plan_run(
    path: Path, *, model: str, embedder: str, seed: int = 0, limit: int | None = None, out: Path | None = None
) -> Plan:
    """Read and check a data set and fingerprint the run; raises UserError before anything is written."""
    dataset = load_dataset(path)
    config = RunConfig(
        dataset_path=str(path), model=model, embedder=embedder, seed=seed, limit=limit, dataset=dataset.config
    )
    folder = out or Path("runs") / dataset.config.name
    _check_folder(folder, dataset)
    examples = choose_examples(dataset.test, limit, seed)
    identity = identify(
        dataset, config, examples,
        model=model_fingerprint(locate_model(model)),
        embedder=_embedder_fingerprint(embedder) if dataset.documents else "",
    )  # fmt: skip
    return Plan(dataset, config, identity, examples, folder)


def evaluate(plan: Plan, modes: Sequence[str], prices: Path | None = None) -> Decision:
    """Answer in every mode that has no current predictions, score, decide and write the report.

    `prices` is a file like eval/prices.yaml, which is taken by default.
    """
    read_prices(prices)  # before anything is written
    wanted = modes_for(plan.dataset, modes)
    todo = [m for m in wanted if not is_current(plan.folder, m, plan.identity.predictions(m))]
    if todo:
        check_corpus(plan.dataset)  # before anything is written
    with locked(plan.folder):
        write_run_config(plan.folder / "config.yaml", plan.config)
        if todo:
            _predict_all(plan, todo)
        return _conclude(plan, prices)


def modes_for(dataset: Dataset, modes: Sequence[str]) -> list[str]:
    """The modes to run, in registry order: all that the data set allows when none is named, else those and `base`.

    Raises UserError when a named mode needs a corpus that the data set does not have.
    """
    possible = [m.name for m in MODES.values() if dataset.documents or not m.retrieves]
    for name in modes:
        if name not in possible:
            raise UserError(
                f"--mode {name}: {dataset.path} has no corpus/ to retrieve from; add documents or drop the mode"
            )
    return [m for m in possible if not modes or m in modes or m == "base"]


def choose_examples(test: Sequence[Example], limit: int | None, seed: int) -> tuple[Example, ...]:
    """The test rows to answer: all, or `limit` of them drawn by seed, in the file's order."""
    if limit is None or limit >= len(test):
        return tuple(test)
    chosen = set(random.Random(f"limit-{seed}").sample(range(len(test)), limit))
    return tuple(e for i, e in enumerate(test) if i in chosen)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder for this process; raises UserError when another one holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{folder}: another command is at work there; wait for it or name another --out") from None
        yield


def _predict_all(plan: Plan, todo: Sequence[str]) -> None:
    from eval.model import environment

    setup = Setup(plan.dataset, plan.config, plan.identity, plan.folder)
    if any(MODES[m].retrieves for m in todo):
        setup.prepare(plan.examples)  # first, because it is quick and reads every document
    write_json(plan.folder / "environment.json", environment(setup.base))
    for mode in todo:
        predict(setup, mode, plan.examples, plan.folder, plan.identity.predictions(mode))


def _conclude(plan: Plan, prices: Path | None) -> Decision:
    """Score, decide and report from the files of all modes whose predictions belong to this run."""
    from eval.analyse import analyse
    from eval.cost import collect_costs
    from reports.page import write_report

    scores, current = [], []
    for mode in MODES:
        if is_current(plan.folder, mode, plan.identity.predictions(mode)):
            current.append(mode)
            predictions = read_predictions(plan.folder, mode)
            scores += score_mode(plan.config.dataset, mode, plan.examples, predictions, plan.dataset.documents)
        elif (plan.folder / "predictions" / f"{mode}.jsonl").exists():
            say(f"dropping the {mode} predictions of an earlier run with other data or settings")
            forget(plan.folder, mode)
    write_records(plan.folder / "examples.jsonl", plan.examples)
    write_records(plan.folder / "scores.jsonl", scores)
    write_json(plan.folder / "costs.json", collect_costs(plan.folder, plan.identity, current))
    decision = write_decision(plan.folder)
    analyse(plan.folder, prices)
    write_report(plan.folder)
    return decision


def _check_folder(folder: Path, dataset: Dataset) -> None:
    file = folder / "config.yaml"
    if file.is_file() and (there := read_run_config(file).dataset.name) != dataset.config.name:
        raise UserError(f"{folder}: holds a run of '{there}', not of '{dataset.config.name}'; name another --out")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder with --out")


def _embedder_fingerprint(name: str) -> str:
    from rag.embed import embedder_fingerprint

    return embedder_fingerprint(name)
