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
from eval.errors import UserError
from eval.files import write_json
from eval.identity import Identity, identify
from eval.learn import learn_style
from eval.model_files import locate_model, model_fingerprint
from eval.modes import MODES
from eval.predict import forget, is_current, predict, predictions_file, read_predictions
from eval.progress import say
from eval.records import Decision, Example, Score, write_records
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
    repeats: tuple[Identity, ...] = ()
    """Fingerprints of the same run with its further training seeds: seed + 1, seed + 2, ..."""


def plan_run(
    path: Path,
    *,
    model: str,
    embedder: str,
    seed: int = 0,
    seeds: int = 1,
    limit: int | None = None,
    out: Path | None = None,
) -> Plan:
    """Read and check a data set and fingerprint the run; raises UserError before anything is written."""
    dataset = load_dataset(path)
    config = RunConfig(
        dataset_path=str(path), model=model, embedder=embedder, seed=seed, seeds=seeds, limit=limit,
        dataset=dataset.config,
    )  # fmt: skip
    folder = out or Path("runs") / dataset.config.name
    _check_folder(folder, dataset)
    examples = choose_examples(dataset.test, limit, seed)
    model_print = model_fingerprint(locate_model(model))
    embedder_print = _embedder_fingerprint(embedder) if dataset.documents else ""
    identities = [
        identify(dataset, _seeded(config, k), examples, model=model_print, embedder=embedder_print)
        for k in range(seeds)
    ]
    return Plan(dataset, config, identities[0], examples, folder, tuple(identities[1:]))


def evaluate(plan: Plan, modes: Sequence[str]) -> Decision:
    """Answer in every mode that has no current predictions, score, decide and write the report."""
    wanted = modes_for(plan.dataset, modes)
    todo = [(k, m) for k, m in _answers(plan, wanted) if not _has(plan, k, m)]
    if todo:
        check_corpus(plan.dataset)  # before anything is written
    with locked(plan.folder):
        write_run_config(plan.folder / "config.yaml", plan.config)
        if todo:
            _predict_all(plan, todo)
        return _conclude(plan)


def _answers(plan: Plan, modes: Sequence[str]) -> list[tuple[int, str]]:
    """(seed, mode) of all predictions of a run: only modes with an adapter are made again with further seeds."""
    repeated = [m for m in modes if MODES[m].adapter]
    return [(0, m) for m in modes] + [(k, m) for k in range(1, 1 + len(plan.repeats)) for m in repeated]


def _identity(plan: Plan, seed: int) -> Identity:
    return plan.repeats[seed - 1] if seed else plan.identity


def _home(plan: Plan, seed: int) -> Path:
    """Where the predictions of a seed lie."""
    return plan.folder / "seeds" / str(seed) if seed else plan.folder


def _has(plan: Plan, seed: int, mode: str) -> bool:
    return is_current(_home(plan, seed), mode, _identity(plan, seed).predictions(mode))


def _seeded(config: RunConfig, seed: int) -> RunConfig:
    return config.model_copy(update={"seed": config.seed + seed})


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


def _predict_all(plan: Plan, todo: Sequence[tuple[int, str]]) -> None:
    from eval.model import environment

    setup = Setup(plan.dataset, plan.config, plan.identity, plan.folder)
    if any(MODES[m].retrieves for _, m in todo):
        setup.prepare(plan.examples)  # first, because it is quick and reads every document
    write_json(plan.folder / "environment.json", environment(setup.base))
    for seed, mode in todo:
        if seed:
            say(f"training seed {seed + 1} of {1 + len(plan.repeats)}: {mode}")
        seeded = setup.with_seed(_seeded(plan.config, seed), _identity(plan, seed))
        predict(seeded, mode, plan.examples, _home(plan, seed), _identity(plan, seed).predictions(mode))


def _conclude(plan: Plan) -> Decision:
    """Score, decide and report from the files of all modes whose predictions belong to this run."""
    from eval.cost import collect_costs
    from reports.page import write_report

    for mode in MODES:
        if not _has(plan, 0, mode) and predictions_file(plan.folder, mode).exists():
            say(f"dropping the {mode} predictions of an earlier run with other data or settings")
            forget(plan.folder, mode)
    current = [mode for mode in MODES if _has(plan, 0, mode)]
    scores = _scores(plan)
    write_records(plan.folder / "examples.jsonl", plan.examples)
    write_records(plan.folder / "scores.jsonl", scores)
    write_json(plan.folder / "costs.json", collect_costs(plan.folder, plan.identity, current))
    decision = write_decision(plan.folder)
    write_report(plan.folder)
    return decision


def _scores(plan: Plan) -> list[Score]:
    """The scores of all predictions that belong to this run, those of the first seed last."""
    base = read_predictions(plan.folder, "base") if _has(plan, 0, "base") else []
    samples = learn_style(plan.folder, plan.dataset, plan.examples, base)
    found: list[Score] = []
    for seed, mode in sorted(_answers(plan, list(MODES)), key=lambda answer: -answer[0]):
        if _has(plan, seed, mode):
            found += score_mode(
                plan.config.dataset, mode, plan.examples, read_predictions(_home(plan, seed), mode),
                plan.dataset.documents, folder=plan.dataset.path, samples=samples, seed=seed,
            )  # fmt: skip
    return found


def _check_folder(folder: Path, dataset: Dataset) -> None:
    file = folder / "config.yaml"
    if file.is_file() and (there := read_run_config(file).dataset.name) != dataset.config.name:
        raise UserError(f"{folder}: holds a run of '{there}', not of '{dataset.config.name}'; name another --out")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder with --out")


def _embedder_fingerprint(name: str) -> str:
    from rag.embed import embedder_fingerprint

    return embedder_fingerprint(name)
