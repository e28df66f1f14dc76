"""Adapters loaded into a running server that keeps to the shapes of vLLM and SGLang."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from eval.config import Endpoint
from eval.errors import UserError
from eval.model.endpoint.address import adapter_fingerprint
from eval.model.endpoint.http_client import Client
from eval.model.endpoint.lora_loading import adapter_name, is_adapter_folder, load_adapter, unload_adapter
from eval.model.endpoint.server import Server


class _Handler(BaseHTTPRequestHandler):
    loaded: dict[str, str]
    kind: str
    log: list[str]
    refuses: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._say(200, json.dumps({"data": [{"id": n, "parent": "base"} for n in ("base", *self.loaded)]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.log.append(self.path)
        prefix, name = ("/v1" if self.kind == "vllm" else ""), body["lora_name"]
        if (
            self.refuses == "all"
            or not self.path.startswith(f"{prefix}/")
            or self.path.count("/") != prefix.count("/") + 1
        ):
            self._say(404, "{}")
        elif self.path.endswith("/load_lora_adapter"):
            if self.refuses != "silently":
                self.loaded[name] = body["lora_path"]
            done = f"Success: LoRA adapter '{name}' added successfully."
            self._say(200, done if self.kind == "vllm" else json.dumps({"success": True}))
        else:
            found = self.loaded.pop(name, None)
            self._say(200 if found else 404, "gone" if self.kind == "vllm" else "{}")

    def _say(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(params=["vllm", "sglang"])
def played(request: pytest.FixtureRequest) -> Iterator[Any]:
    handler: Any = type("H", (_Handler,), {"loaded": {}, "kind": request.param, "log": [], "refuses": ""})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ft-1234"
    made.mkdir()
    (made / "adapter_config.json").write_text('{"r": 8}')
    (made / "adapter_model.safetensors").write_bytes(b"weights")
    return made


def client(played: Any) -> Client:
    return Client(Endpoint(url=played.url, model="base"), played.url)


def test_it_is_loaded_once_under_a_name_of_its_files_and_let_go(played: Any, folder: Path) -> None:
    asked, server = client(played), Server(played.kind)
    name = load_adapter(asked, server, folder)
    assert played.loaded == {name: str(folder.resolve())} and name == adapter_name(folder)
    assert load_adapter(asked, server, folder) == name and len(played.log) == 1
    (folder / "adapter_model.safetensors").write_bytes(b"other weights")
    assert load_adapter(asked, server, folder) != name and len(played.loaded) == 2
    unload_adapter(asked, server, name)
    assert list(played.loaded) == [adapter_name(folder)]
    unload_adapter(asked, server, name)  # gone already


def test_a_server_that_does_not_take_it_is_told_how(played: Any, folder: Path) -> None:
    played.refuses = "all"
    with pytest.raises(UserError, match=r"does not load .* --enable-lora"):
        load_adapter(client(played), Server(played.kind), folder)
    played.refuses = "silently"
    with pytest.raises(UserError, match=r"said that it loaded .* and does not list 'rof-"):
        load_adapter(client(played), Server(played.kind), folder)
    with pytest.raises(UserError, match=r"ollama .*loads no adapter folder while it runs, only vllm and sglang do"):
        load_adapter(client(played), Server("ollama", "0.40"), folder)


def test_a_folder_is_told_from_a_name_and_its_weights_are_its_identity(folder: Path) -> None:
    assert (
        is_adapter_folder(str(folder)) and not is_adapter_folder("my-ft") and not is_adapter_folder(str(folder.parent))
    )
    endpoint = Endpoint(url="http://localhost:8000/v1", model="base", adapters={"ft": str(folder)})
    before = adapter_fingerprint(endpoint, "ft")
    assert adapter_fingerprint(endpoint, "ft") == before
    (folder / "adapter_model.safetensors").write_bytes(b"other weights")
    assert adapter_fingerprint(endpoint, "ft") != before
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(UserError, match="no weights"):
        adapter_name(folder)
