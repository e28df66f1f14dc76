"""MLflow: real stores on this machine, read back by MLflow's own client."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from eval.errors import UserError
from reports.exports.mlflow_run import EXPERIMENT, is_local, log_run
from reports.pages.page import write_report
from reports.run_folder import read_run
from reports.sections import costs

pytestmark = [
    pytest.mark.component,
    pytest.mark.skipif(not find_spec("mlflow"), reason="pip install mlflow-skinny"),
]


def read_back(uri: str):
    """(client, parent, children by mode) of the one run that a store holds."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    found = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    (parent,) = [r for r in found if "mlflow.parentRunId" not in r.data.tags]
    children = {r.data.tags["mode"]: r for r in found if r is not parent}
    assert all(r.data.tags["mlflow.parentRunId"] == parent.info.run_id for r in children.values())
    assert {r.info.status for r in found} == {"FINISHED"}
    return client, parent, children


def names(client, run, folder=None):
    return {item.path for item in client.list_artifacts(run.info.run_id, folder)}


@pytest.fixture(params=["folder", "sqlite"])
def uri(request, tmp_path):
    if request.param == "sqlite":
        pytest.importorskip("alembic")
        return f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}"
    return str(tmp_path / "store")


def test_verdict_figures_curves_and_files_are_read_back(four_runs, uri, tmp_path, monkeypatch):
    (tmp_path / "store").mkdir()
    monkeypatch.chdir(tmp_path)
    folder = four_runs[3]
    write_report(folder)
    run = read_run(folder)
    assert "(with questions and replies)" in log_run(folder, uri)
    client, parent, children = read_back(uri)
    assert (parent.data.tags["strategy"], parent.data.tags["mode"]) == ("hybrid", "hybrid")
    assert parent.data.params["dataset.retrieval.top_k"] == "4" and parent.data.params["model"] == "tiny"
    assert set(children) == set(run.modes)
    for axis, arms in run.decision.axes.items():
        assert parent.data.metrics[axis] == arms["hybrid"].mean
        for mode, e in arms.items():
            metrics = children[mode].data.metrics
            assert [metrics[axis], metrics[f"{axis}_low"], metrics[f"{axis}_n"]] == [e.mean, e.low, e.n]
    history = client.get_metric_history(children["hybrid"].info.run_id, "train_loss")
    assert [(m.step, m.value) for m in history] == costs.curve(run.costs["hybrid"], "losses")
    assert len(history) > 10 and "train_loss" not in children["base"].data.metrics
    assert {"report.html", "summary.json", "scores.csv", "quadrant.svg", "decision.json"} <= names(client, parent)
    assert names(client, parent, "predictions") == {f"predictions/{mode}.jsonl" for mode in run.modes}
    assert {p.name for p in tmp_path.iterdir()} <= {"store"}


def test_no_question_reply_or_instruction_goes_to_another_machine(decided_run, tmp_path, monkeypatch):
    folder = decided_run("a", "hybrid", instruction="The secret instruction. ", analysed=True)
    run = read_run(folder)
    monkeypatch.setattr("reports.exports.mlflow_run.is_local", lambda *_: False)
    store = tmp_path / "store"
    assert "(figures alone, no question and no reply)" in log_run(folder, str(store))
    private = ["The secret instruction", "How long is the warranty", "Echo pump", run.predictions["hybrid"]["q0"].text]
    kept = [path for path in store.rglob("*") if path.is_file()]
    assert {"summary.json", "quadrant.svg", "decision-record.md"} <= {path.name for path in kept}
    for path in kept:
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in private), path


def test_rows_go_where_they_are_sent_on_purpose(decided_run, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.exports.mlflow_run.is_local", lambda *_: False)
    log_run(decided_run("a", "hybrid"), str(tmp_path / "store"), rows=True)
    client, parent, _ = read_back(str(tmp_path / "store"))
    assert {"scores.jsonl", "scores.csv"} <= names(client, parent)


@pytest.mark.parametrize(
    "uri, artifacts, local",
    [
        ("./mlruns", "/home/me/mlruns/1/artifacts", True),
        ("file:///srv/mlruns", "file:///srv/mlruns/1", True),
        ("sqlite:///mlflow.db", "/srv/mlruns/1", True),
        ("http://127.0.0.1:5000", "mlflow-artifacts:/1/a", True),
        ("http://localhost:5000", "s3://bucket/1", False),
        ("sqlite:///mlflow.db", "gs://bucket/1", False),
        ("https://mlflow.example.org", "mlflow-artifacts:/1/a", False),
        ("postgresql://db.example.org/mlflow", "/srv/1", False),
        ("databricks", "dbfs:/1", False),
        ("http://localhost.example.org", "/srv/1", False),
        ("file://server/share", "file://server/share/1", False),
    ],
)
def test_what_lies_on_this_machine(uri, artifacts, local):
    assert is_local(uri, artifacts) is local


def test_a_store_on_this_machine_needs_no_connection(decided_run, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    log_run(decided_run("a", "rag"), str(tmp_path / "store"))
    assert asked == []


def test_a_server_that_does_not_answer_is_one_line(decided_run, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(UserError, match=r"--mlflow http://127\.0\.0\.1:9: ") as error:
        log_run(decided_run("a", "rag"), "http://127.0.0.1:9")
    assert "\n" not in str(error.value)


def test_without_mlflow_the_fix_is_named(decided_run):
    code = (
        "import sys; sys.modules['mlflow'] = None; sys.argv = ['report', sys.argv[1], '--mlflow', 'x']\n"
        "from reports.cli import main; main()"
    )
    folder = decided_run("a", "rag")
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, cwd=root)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "error: --mlflow needs MLflow: pip install mlflow-skinny, or mlflow for a server and its pages"
    )
