"""A run in MLflow: one parent with verdict and files, one child a mode with its means, costs and loss curves."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eval.analysis.flat_settings import flat
from eval.errors import UserError
from eval.serving.loopback import is_loopback
from reports.exports.formats import export
from reports.run_folder import Run, label, read_run
from reports.sections import costs, summary

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "rag-or-finetune"
OPEN = ("summary.json", "quadrant.svg", "decision-record.md", "decision-record.html", "model-index.yaml")
"""Exports that hold figures, and no question, passage, reply or instruction."""
OWN = ("decision.json", "comparisons.json", "costs.json", "report.md")
"""Files of the run folder of which the same is true."""
ROWS = ("config.yaml", "report.html", "scores.jsonl", "examples.jsonl")
"""Files with the instruction, questions, accepted answers and replies."""
LONGEST = 500
"""Letters of a parameter; older servers refuse more."""


def log_run(folder: Path, uri: str, *, rows: bool = False) -> str:
    """Log a run folder to an MLflow tracking URI, and say in one line what went where.

    Questions, replies and the instruction go only to this machine, unless `rows` sends them elsewhere, too. Raises
    UserError when MLflow is missing or the store cannot be reached.
    """
    client = _client(uri)
    from mlflow.exceptions import MlflowException

    found = read_run(folder)
    try:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        home = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT, _beside(uri))
        parent = client.create_run(home, tags=dict(_tags(found)), run_name=found.decision.dataset).info
        with_rows = rows or is_local(uri, parent.artifact_uri)
        _log(client, parent.run_id, _params(found, with_rows), _verdict(found))
        for mode in found.modes:
            tags = {"mlflow.parentRunId": parent.run_id, "mode": mode, "dataset": found.decision.dataset}
            child = client.create_run(home, tags=tags, run_name=f"{found.decision.dataset}: {label(mode)}").info.run_id
            _log(client, child, {"mode": mode, "model": found.config.model}, _mode(found, mode))
            client.set_terminated(child)
        _files(client, parent.run_id, folder, with_rows)
        client.set_terminated(parent.run_id)
    except (MlflowException, OSError, ImportError) as error:
        raise UserError(f"--mlflow {uri}: {' '.join(str(error).split())[:300]}") from None
    what = "with questions and replies" if with_rows else "figures alone, no question and no reply"
    return f"mlflow: {folder} as run {parent.run_id} of experiment {EXPERIMENT} at {uri} ({what})"


def is_local(uri: str, artifacts: str) -> bool:
    """Whether both the store and its artifacts lie on this machine: a path, a file, SQLite, or a server here."""
    return all(_here(address) for address in (uri, artifacts))


def _beside(uri: str) -> str | None:
    """Where the artifacts of a SQLite store go, which MLflow would put into the working directory; else None."""
    parts = urlsplit(uri)
    return (Path(parts.path[1:]).resolve().parent / "mlruns").as_uri() if parts.scheme == "sqlite" else None


def _here(address: str) -> bool:
    parts = urlsplit(address)
    own = is_loopback(parts.hostname or "")
    if parts.scheme in ("http", "https"):
        return own
    return parts.scheme in ("", "file", "sqlite", "mlflow-artifacts") and (own or parts.hostname is None)


def _client(uri: str) -> MlflowClient:
    # MLflow reports home unless it is set not to, and tries a host that does not answer for minutes.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    if urlsplit(uri).scheme in ("", "file"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # a folder was named, so a folder is meant
    try:
        from mlflow import MlflowClient
    except ImportError:
        raise UserError(
            "--mlflow needs MLflow: pip install mlflow-skinny, or mlflow for a server and its pages"
        ) from None
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    try:
        return MlflowClient(tracking_uri=uri)
    except Exception as error:  # MLflow raises of many kinds here, by the URI's scheme
        raise UserError(f"--mlflow {uri}: {' '.join(str(error).split())[:300]}") from None


def _log(client: MlflowClient, run_id: str, params: dict[str, str], metrics: Iterator[tuple[str, float, int]]) -> None:
    from mlflow.entities import Metric, Param

    now = 0
    every = [Metric(name, value, now, step) for name, value, step in metrics]
    client.log_batch(run_id, params=[Param(k, v) for k, v in params.items()][:100], metrics=every[:900])
    for start in range(900, len(every), 900):
        client.log_batch(run_id, metrics=every[start : start + 900])


def _tags(run: Run) -> Iterator[tuple[str, str]]:
    decision = run.decision
    yield from (("dataset", decision.dataset), ("strategy", decision.strategy), ("mode", decision.mode or ""))
    yield "reaches_target", {True: "yes", False: "no", None: "open"}[decision.reaches_target]
    yield "fit", decision.fit
    yield "candidates", ", ".join(decision.candidates)


def _params(run: Run, with_rows: bool) -> dict[str, str]:
    """Dotted setting -> value; the instruction and the checks' texts only where rows may go."""
    known = {key: str(value) for key, value in flat(run.config.model_dump())}
    hidden = () if with_rows else ("dataset.instruction", "dataset.refusal", "dataset.style.checks", "dataset_path")
    return {key: value[:LONGEST] for key, value in known.items() if key not in hidden}


def _verdict(run: Run) -> Iterator[tuple[str, float, int]]:
    """What the verdict's mode reaches, and how much was asked."""
    yield "questions", len(run.examples), 0
    yield "groups", summary.groups(run), 0
    if run.decision.questions_needed:
        yield "questions_needed_low", run.decision.questions_needed.total[0], 0
        yield "questions_needed_high", run.decision.questions_needed.total[1], 0
    if run.decision.mode:
        yield from _means(run, run.decision.mode)


def _means(run: Run, mode: str) -> Iterator[tuple[str, float, int]]:
    for axis, arms in run.decision.axes.items():
        if mode in arms:
            e = arms[mode]
            for name, value in ((axis, e.mean), (f"{axis}_low", e.low), (f"{axis}_high", e.high), (f"{axis}_n", e.n)):
                yield name, value, 0
    if mode in run.decision.retention:
        yield "retention", run.decision.retention[mode].mean, 0


def _mode(run: Run, mode: str) -> Iterator[tuple[str, float, int]]:
    """Means, costs and, by step, losses of one mode."""
    yield from _means(run, mode)
    cost = run.costs.get(mode)
    if cost is None:
        return
    yield from (
        (name, float(getattr(cost, name)), 0)
        for name in ("index_seconds", "train_seconds", "predict_seconds", "tokens_in", "tokens_out", "peak_memory_mb")
    )
    for name, key in (("train_loss", "losses"), ("validation_loss", "validation")):
        yield from ((name, loss, int(step)) for step, loss in costs.curve(cost, key))


def _files(client: MlflowClient, run_id: str, folder: Path, with_rows: bool) -> None:
    """The exports and the run's own files; those with rows only where rows may go."""
    with TemporaryDirectory() as name:
        wanted = [p for p in export(folder, Path(name)) if p.name in OPEN or (with_rows and p.name == "scores.csv")]
        wanted += [folder / own for own in (*OWN, *(ROWS if with_rows else ()))]
        for path in wanted:
            if path.is_file():
                client.log_artifact(run_id, str(path))
        if with_rows:
            client.log_artifacts(run_id, str(folder / "predictions"), "predictions")
