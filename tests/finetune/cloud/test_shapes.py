"""Together and Fireworks, played by a server on loopback that keeps to their documented shapes: always one job."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from finetune.cloud import fireworks_shape, together_shape
from finetune.cloud.chat_rows import ChatRows
from finetune.cloud.cloud_plan import CloudPlan, refuse_cost
from finetune.cloud.cloud_run import evaluate_command
from finetune.cloud.ledger import Ledger
from finetune.cloud.paid_endpoints import lines, paid_endpoints, tear_down
from finetune.cloud.provider import PROVIDERS, Order
from finetune.cloud.send import Allowed, send

ROWS = b'{"messages": []}\n' * 12
KEY = "0123456789abcdef"
Answer = tuple[int, Any]


@dataclass
class Played:
    """What is there, every request, and what breaks."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    before: Callable[[str, str], bool] = lambda method, path: False
    after: Callable[[str, str], bool] = lambda method, path: False
    url: str = ""
    price: float = 1.5
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    loaded: list[dict[str, Any]] = field(default_factory=list)
    ends: str = ""
    """The state that jobs end in; empty: the good one."""

    def together(self, method: str, path: str, body: Any) -> Answer:
        if path == "/v1/models":
            return 200, [{"id": "llama"}]
        if path == "/v1/endpoints?type=dedicated&mine=true":
            return 200, {"object": "list", "data": self.endpoints}
        if path.startswith("/v1/endpoints/") and method == "DELETE":
            self.endpoints = [e for e in self.endpoints if e["id"] != path.rpartition("/")[2]]
            return 200, {}
        if (method, path) == ("GET", "/v1/files"):
            return 200, {"data": list(self.files.values())}
        if (method, path) == ("POST", "/v1/files"):
            name = f"file-{len(self.files) + 1}"
            sent = dict(re.findall(rb'name="(\w+)"\r\n\r\n([^\r]*)', body))
            assert sent[b"purpose"] == b"fine-tune" and sent[b"file_type"] == b"jsonl"
            self.files[name] = {"id": name, "filename": sent[b"file_name"].decode(), "bytes": 0, "data": None}
            return 302, {"Location": f"{self.url}/elsewhere/{name}", "X-Together-File-Id": name}
        if path.startswith("/v1/elsewhere/"):
            file = self.files[path.rpartition("/")[2]]
            file |= {"bytes": len(body), "data": body.decode()}
            return 200, {}
        if path.endswith("/preprocess"):
            self.files[path.split("/")[3]]["processing_status"] = "RUNNING"
            return 200, {}
        if path.startswith("/v1/files/"):
            name = path.rpartition("/")[2]
            if method == "DELETE":
                return (200, {"id": name}) if self.files.pop(name, None) else (404, {})
            file = self.files[name]
            shown = {**file, "processing_status": file.get("processing_status") or "PENDING"}
            if file.get("data"):
                file["processing_status"] = "COMPLETED"
            return 200, shown
        if path == "/v1/fine-tunes/estimate-price":
            assert body["training_method"] == {"method": "sft", "train_on_inputs": False}
            return 200, {"estimation_available": True, "allowed_to_proceed": True, "estimated_total_price": self.price}
        if path == "/v1/fine-tunes" and method == "POST":
            assert body["training_file"] in self.files and body["model"] == "llama" and body["n_epochs"] == 2
            name = f"ft-{len(self.jobs) + 1}"
            self.jobs[name] = {
                "id": name,
                "status": "pending",
                "model_output_name": f"ann/llama-{body['suffix']}-{name}",
            }
            return 200, self.jobs[name]
        if path == "/v1/fine-tunes":
            return 200, {"data": list(self.jobs.values())}
        job = self.jobs[path.split("/")[3]]
        if path.endswith("/cancel"):
            job["status"] = "cancelled"
        else:
            steps = ("pending", "queued", "running", "compressing", "uploading", self.ends or "completed")
            job["status"] = steps[min(steps.index(job["status"]) + 1, 5)] if job["status"] in steps else job["status"]
        return 200, job

    def fireworks(self, method: str, path: str, body: Any) -> Answer:
        path, _, query = path.removeprefix("/v1/accounts/ann").partition("?")
        if path in ("/deployments", "/deployedModels"):
            rows, first = self.endpoints if path == "/deployments" else self.loaded, "pageToken" not in query
            page = rows[:1] if first else rows[1:]  # a list in two pages
            return 200, {path[1:]: page, **({"nextPageToken": "more"} if first and rows[1:] else {})}
        if path.startswith("/deployments/") and method == "DELETE":
            self.endpoints = [e for e in self.endpoints if not e["name"].endswith(path)]
            return 200, {}
        if (method, path) == ("POST", "/datasets"):
            name = body["datasetId"]
            if name in self.files:
                return 409, {}
            assert body["dataset"]["format"] == "CHAT" and body["dataset"]["exampleCount"] == "12"
            self.files[name] = {"name": f"accounts/ann/datasets/{name}", "state": "UPLOADING"}
            return 200, self.files[name]
        if path.startswith("/datasets/"):
            name, _, verb = path.removeprefix("/datasets/").partition(":")
            if name not in self.files:
                return 404, {}
            if verb == "upload":
                assert ROWS.strip() in body
                self.files[name]["data"] = "there"
            elif verb == "validateUpload":
                self.files[name]["state"] = "READY" if self.files[name].get("data") else "UPLOADING"
            elif method == "DELETE":
                return 200, self.files.pop(name)
            return 200, self.files[name]
        if (method, path) == ("POST", "/supervisedFineTuningJobs"):
            name = query.removeprefix("supervisedFineTuningJobId=")
            if name in self.jobs:
                return 409, {}
            assert body["dataset"].removeprefix("accounts/ann/datasets/") in self.files and body["baseModel"] == "llama"
            self.jobs[name] = {"name": f"accounts/ann{path}/{name}", "state": "JOB_STATE_CREATING", "epochs": 2,
                               "outputModel": body["outputModel"]}  # fmt: skip
            return 200, self.jobs[name]
        name, _, verb = path.removeprefix("/supervisedFineTuningJobs/").partition(":")
        if name not in self.jobs:
            return 404, {}
        steps = ("CREATING", "PENDING", "RUNNING", "WRITING_RESULTS", self.ends or "COMPLETED")
        now = self.jobs[name]["state"].removeprefix("JOB_STATE_")
        after = "CANCELLED" if verb == "cancel" else steps[min(steps.index(now) + 1, 4)] if now in steps else now
        self.jobs[name]["state"] = f"JOB_STATE_{after}"
        return 200, {} if verb else self.jobs[name]


SHAPES = ("together", "fireworks")


class _Handler(BaseHTTPRequestHandler):
    played: Played
    shape: str
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        own, method, path = self.played, self.command, self.path
        body: Any = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        plain = path.partition("?")[0]
        if own.before(method, plain):
            self.close_connection = True
            return
        own.log.append((method, plain))
        own.keys[plain] = self.headers.get("Authorization", "")
        if self.headers.get("Content-Type") == "application/json":
            body = json.loads(body)
        status, said = getattr(own, self.shape)(method, path, body)
        if own.after(method, plain):
            self.close_connection = True
            return
        self.send_response(status)
        data = b"" if status == 302 else json.dumps(said).encode()
        for name, value in said.items() if status == 302 else ():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(params=SHAPES)
def played(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from eval.model.endpoint import patience
    from finetune.cloud import send as sending

    monkeypatch.setattr(patience, "BACKOFF_SECONDS", 0.005)
    monkeypatch.setattr(sending, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(sending, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(together_shape, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(fireworks_shape, "POLL_SECONDS", 0.01)
    own: Any = Played()
    own.shape = request.param
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("H", (_Handler,), {"played": own, "shape": request.param}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    own.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield own
    server.shutdown()
    server.server_close()


def plan(played: Any, folder: Path) -> CloudPlan:
    order = Order(KEY, "llama", "ft", f"rof-{KEY}.jsonl", ROWS, 2, 0, f"rof-{KEY[:12]}")
    url = played.url + ("/accounts/ann" if played.shape == "fireworks" else "")
    rows = ChatRows(ROWS, 12, (), (100, 100), "")
    return CloudPlan(played.shape, PROVIDERS[played.shape].facts, url, order, rows, None, {}, "harbours", folder)


def go(played: Any, folder: Path, **allowed: Any) -> Any:
    made = plan(played, folder)
    provider = PROVIDERS[played.shape].make(made.facts, made.url, "sesame")
    return send(
        made, provider, Ledger(folder / "cloud.jsonl"), Allowed("harbours", **({"cost_unknown": True} | allowed))
    )


def test_an_order_is_trained_and_its_file_is_deleted(played: Any, tmp_path: Path) -> None:
    job = go(played, tmp_path)
    assert job.state == "succeeded" and len(played.jobs) == 1 and not played.files
    assert KEY[:12] in job.served and job.served in evaluate_command(plan(played, tmp_path), "harbours", job)
    assert go(played, tmp_path).id == job.id and len(played.jobs) == 1
    assert not [k for path, k in played.keys.items() if k != ("" if "/elsewhere/" in path else "Bearer sesame")]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(14))
def test_a_break_at_any_request_ends_in_one_job(played: Any, when: str, number: int, tmp_path: Path) -> None:
    count = [0]

    def break_(method: str, path: str) -> bool:
        count[0] += 1
        return count[0] == number + 1

    setattr(played, when, break_)
    for _ in range(3):
        try:
            job = go(played, tmp_path)
            break
        except UserError:
            continue
    assert (
        job.state == "succeeded" and len(played.jobs) == 1 and not [f for f in played.files.values() if f.get("data")]
    )
    assert sum(1 for entry in played.log if entry[0] == "POST" and entry[1].endswith(("/fine-tunes", "Jobs"))) == 1


@pytest.mark.parametrize("step", ["consent", "upload", "create", "end", "remove"])
def test_a_kill_before_an_outcome_is_on_disk_ends_in_one_job(
    played: Any, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Ledger.done

    class Killed(BaseException):
        pass

    def kill(self: Ledger, key: str, at: str, **what: Any) -> None:
        if at == step:
            raise Killed
        written(self, key, at, **what)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "done", kill)
        with pytest.raises(Killed):
            go(played, tmp_path)
    assert go(played, tmp_path).state == "succeeded" and len(played.jobs) == 1 and not played.files


def test_a_job_that_failed_is_told_and_the_next_command_makes_another(played: Any, tmp_path: Path) -> None:
    played.ends = "error" if played.shape == "together" else "FAILED"
    with pytest.raises(UserError, match="failed"):
        go(played, tmp_path)
    played.ends = ""
    assert go(played, tmp_path).state == "succeeded" and len(played.jobs) == 2


def test_a_price_is_asked_for_before_the_job_where_there_is_one(played: Any, tmp_path: Path) -> None:
    if played.shape == "together":
        with pytest.raises(UserError, match=r"may cost 1\.50 USD, above --max-cost 1"):
            go(played, tmp_path, cost_unknown=False, max_cost=1.0)
        assert not played.jobs
        assert go(played, tmp_path, cost_unknown=False, max_cost=2.0).state == "succeeded"
    else:
        with pytest.raises(UserError, match="nobody says what the job costs"):
            go(played, tmp_path, cost_unknown=False, max_cost=1.0)
        assert {method for method, _ in played.log} == {"GET"} and not played.jobs


def test_the_plan_says_where_rows_go_and_what_goes_on_costing(played: Any, tmp_path: Path) -> None:
    said = "\n".join(plan(played, tmp_path).lines())
    assert "is billed until it is stopped" in said
    assert ("rows also go to: the storage that Together names" in said) == (played.shape == "together")
    cost = plan(played, tmp_path).cost()
    with pytest.raises(UserError, match="nobody says"):
        refuse_cost(plan(played, tmp_path), cost, most=None, unknown=False)


def test_what_is_billed_by_the_hour_for_a_tuned_model_is_listed_and_torn_down(played: Any, tmp_path: Path) -> None:
    job = go(played, tmp_path)
    made = plan(played, tmp_path)
    provider, ledger = PROVIDERS[played.shape].make(made.facts, made.url, "sesame"), Ledger(tmp_path / "cloud.jsonl")
    assert list(lines(paid_endpoints(provider, ledger))) == [
        "no endpoint is billed by the hour for what was trained from here"
    ]
    if played.shape == "together":
        played.endpoints = [
            {"id": "endpoint-1", "model": job.served, "state": "STARTED"},
            {"id": "endpoint-2", "model": "another", "state": "STARTED"},
            {"id": "endpoint-3", "model": job.served, "state": "STOPPED"},
        ]
        own, kept = ["endpoint-1"], ["endpoint-2", "endpoint-3"]
    else:
        names = {n: f"accounts/ann/deployments/{n}" for n in ("d1", "d2", "d3", "d4")}
        bases = {"d1": "base", "d2": "base", "d3": job.served, "d4": "base"}
        played.endpoints = [{"name": names[n], "baseModel": bases[n], "state": "READY"} for n in names]
        played.loaded = [{"model": job.served, "deployment": names["d1"]},
                         {"model": job.served, "deployment": names["d2"]},
                         {"model": "another", "deployment": names["d2"]},
                         {"model": "another", "deployment": names["d4"]}]  # fmt: skip
        own, kept = ["d1", "d3"], ["d2", "d4"]
    found = paid_endpoints(provider, ledger)
    assert [e.id for e in found if not e.shared] == own
    assert f"answers by {job.served}, billed until it is torn down" in "".join(lines(found))
    said = list(tear_down(provider, ledger, found))
    assert [line for line in said if line.endswith("torn down")] == [f"endpoint {e}: torn down" for e in own]
    assert [str(e.get("id") or e["name"]).rpartition("/")[2] for e in played.endpoints] == kept
    assert list(tear_down(provider, ledger, [e for e in found if not e.shared]))  # they are gone, which is no fault
    assert [line["key"] for line in ledger.lines() if line["step"] == "teardown"] == ["endpoint"] * 4 * len(own)


def test_an_account_has_to_be_named() -> None:
    kind = PROVIDERS["fireworks"]
    with pytest.raises(UserError, match="--url names the account"):
        kind.make(kind.facts, "https://api.fireworks.ai/v1", "k")
