"""A provider on loopback that really trains: OpenAI's shape of API, our QLoRA on a tiny model, the adapter served."""

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

BASE = "tiny-llama"


@dataclass
class LocalProvider:
    """Its state, and every request that reached it; `before` and `after` may break a request off."""

    model: Path
    folder: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    before: Callable[[str, str], bool] = lambda method, path: False
    """Whether the connection breaks before the request is done."""
    after: Callable[[str, str], bool] = lambda method, path: False
    """Whether it breaks after, so that the client never hears of it."""
    lock: Any = field(default_factory=threading.Lock)
    url: str = ""
    trains: bool = True
    """False: a job succeeds at once and learns nothing, for tests of what is asked rather than of what is learned."""
    _base: Any = None

    @property
    def base(self) -> Any:
        """The loaded model."""
        if self._base is None:
            from eval.model.loading import load_base

            self._base = load_base(str(self.model), "qlora", "float32")
        return self._base

    def train(self, job: dict[str, Any]) -> None:
        """QLoRA on the rows of the job's file, by the trainer that trains adapters here."""
        from eval.arms.prompt import Prompt
        from eval.records import Example
        from finetune.data.rows import reply_row
        from finetune.training.train import train
        from finetune.training.training_state import TrainSettings

        rows = []
        for i, line in enumerate(self.files[job["training_file"]]["data"].splitlines()):
            *turns, reply = json.loads(line)["messages"]
            example = Example(str(i), "q", reply=reply["content"])
            rows.append(reply_row(self.base.tokenizer, Prompt(tuple(turns)), example, where=f"row {i}"))
        epochs = job["method"]["supervised"]["hyperparameters"]["n_epochs"]
        name = job["id"].replace("-", "_")
        with self.lock:
            train(self.base, name, rows, [], TrainSettings(epochs, 4, 4, 2e-2, job["seed"]), self.folder / f"{name}.pt")
            trained = sum(len(r.tokens) for r in rows) * epochs
            job |= {"status": "succeeded", "trained_tokens": trained, "adapter": name,
                    "fine_tuned_model": f"ft:{BASE}:{job['suffix']}"}  # fmt: skip

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        from eval.arms.prompt import render
        from eval.model.generate import generate_batches
        from eval.model.stopping import Limits

        served = {j["fine_tuned_model"]: j["adapter"] for j in self.jobs.values() if j.get("adapter")}
        if body["model"] not in (BASE, *served):
            raise LookupError(body["model"])
        prompt = render(self.base.tokenizer, body["messages"])
        with self.lock:
            made = generate_batches(
                self.base, served.get(body["model"]), [prompt], [[0]], limits=Limits(body["max_tokens"])
            )  # fmt: skip
            ((one,),) = list(made)
        choice = {"index": 0, "message": {"role": "assistant", "content": one.text},
                  "finish_reason": "stop" if one.finish == "stop" else "length"}  # fmt: skip
        usage = {"prompt_tokens": len(prompt), "completion_tokens": one.tokens_out,
                 "total_tokens": len(prompt) + one.tokens_out}  # fmt: skip
        return {"id": "c", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice],
                "usage": usage}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    provider: LocalProvider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        own = self.provider
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0].removeprefix("/v1")
        own.log.append((method, path))
        own.bodies.append(data)
        if own.before(method, path):
            return self._break()
        try:
            status, value = self._do(method, path, data)
        except LookupError as error:
            status, value = 404, {"error": {"message": f"no such thing: {error}"}}
        if own.after(method, path):
            return self._break()
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        return None

    def _break(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _do(self, method: str, path: str, data: bytes) -> tuple[int, Any]:
        own = self.provider
        if path == "/models":
            tuned = [j["fine_tuned_model"] for j in own.jobs.values() if j["fine_tuned_model"]]
            return 200, {"object": "list", "data": [{"id": m, "object": "model", "created": 1, "owned_by": "x"}
                                                    for m in (BASE, *tuned)]}  # fmt: skip
        if path == "/chat/completions":
            return 200, own.reply(json.loads(data))
        if path == "/files" and method == "POST":
            return 200, self._file(data)
        if path == "/files":
            return 200, {"data": [_shown(f) for f in own.files.values()], "has_more": False, "object": "list"}
        if path.startswith("/files/") and method == "DELETE":
            own.files.pop(path.removeprefix("/files/"))
            return 200, {"id": path.removeprefix("/files/"), "object": "file", "deleted": True}
        if path == "/fine_tuning/jobs" and method == "POST":
            return 200, self._job(json.loads(data))
        if path == "/fine_tuning/jobs":
            return 200, {"data": [_shown(j) for j in reversed(own.jobs.values())], "has_more": False, "object": "list"}
        if found := re.fullmatch(r"/fine_tuning/jobs/([\w-]+)(/cancel)?", path):
            job = own.jobs[found[1]]
            if found[2]:
                job["status"] = "cancelled"
            elif job["status"] == "queued":
                job["status"] = "running"
            elif job["status"] == "running":
                if own.trains:
                    own.train(job)
                else:
                    job |= {"status": "succeeded", "fine_tuned_model": f"ft:{BASE}:{job['suffix']}"}
            return 200, _shown(job)
        raise LookupError(path)

    def _file(self, data: bytes) -> dict[str, Any]:
        own, edge = self.provider, data.partition(b"\r\n")[0]
        part = next(p for p in data.split(edge) if b'name="file"' in p)
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'filename="([^"]+)"', head)
        assert name
        content = content.removesuffix(b"\r\n")
        file = {"id": f"file-{len(own.files) + 1}", "object": "file", "filename": name[1].decode(), "created_at": 1,
                "bytes": len(content), "purpose": "fine-tune", "status": "processed",
                "data": content.decode()}  # fmt: skip
        own.files[file["id"]] = file
        return _shown(file)

    def _job(self, body: dict[str, Any]) -> dict[str, Any]:
        own = self.provider
        if body["training_file"] not in own.files:
            raise LookupError(body["training_file"])
        if body["model"] != BASE:
            raise LookupError(body["model"])
        name = f"ftjob-{len(own.jobs) + 1}"
        own.jobs[name] = body | {"id": name, "object": "fine_tuning.job", "status": "queued", "created_at": 1,
                                 "fine_tuned_model": None, "trained_tokens": None}  # fmt: skip
        return _shown(own.jobs[name])

    def log_message(self, *args: Any) -> None:
        pass


def _shown(thing: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in thing.items() if k not in ("data", "adapter")}


@pytest.fixture
def provider(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalProvider]:
    """The provider, listening on a free port; nobody waits long for it."""
    from eval.model.endpoint import patience
    from finetune.cloud import send

    monkeypatch.setattr(patience, "BACKOFF_SECONDS", 0.005)
    monkeypatch.setattr(send, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(send, "SETTLE_SECONDS", 0.05)
    own = LocalProvider(tiny_model, tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": own}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    own.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield own
    server.shutdown()
    server.server_close()
