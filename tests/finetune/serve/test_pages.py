from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eval.errors import UserError
from finetune.serve.pages import find_site, make_page_server


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "run" / "web"
    (folder / "runtime").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"form": "web"}))
    (folder / "index.html").write_text("<p>page</p>")
    (folder / "runtime" / "x.wasm").write_bytes(b"\0asm")
    (folder / ".secret").write_text("no")
    (tmp_path / "run" / "config.yaml").write_text("private")
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[Any]:
    server = make_page_server(site, "127.0.0.1", 0)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def get(server: Any, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


def test_every_answer_carries_the_policy(server: Any) -> None:
    for path, status in (("/", 200), ("/runtime/x.wasm", 200), ("/nothing", 404)):
        found, _, headers = get(server, path)
        assert found == status
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "connect-src 'self'" in policy and "http" not in policy
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert "Access-Control-Allow-Origin" not in headers


def test_files_come_whole_with_their_kind(server: Any) -> None:
    status, body, headers = get(server, "/")
    assert (status, body, headers["Content-Type"]) == (200, b"<p>page</p>", "text/html; charset=utf-8")
    assert get(server, "/runtime/x.wasm?v=1")[2]["Content-Type"] == "application/wasm"
    status, body, headers = get(server, "/index.html", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", "11")


@pytest.mark.parametrize(
    "path",
    ["/../config.yaml", "/%2e%2e/config.yaml", "//etc/passwd", "/runtime/../../config.yaml", "/.secret", "/runtime",
     "/runtime/", "/%00", "/index.html%00.js"],
)  # fmt: skip
def test_nothing_else_is_served(server: Any, path: str) -> None:
    assert get(server, path)[:2] == (404, b"no such file")


def test_links_that_lead_outside_are_not_followed(server: Any, site: Path) -> None:
    (site / "out.json").symlink_to(site.parent / "config.yaml")
    assert get(server, "/out.json")[0] == 404


@pytest.mark.parametrize("headers", [{"Host": "rebound.example"}, {"Origin": "http://other.example"}])
def test_other_sites_get_nothing(server: Any, headers: dict[str, str]) -> None:
    assert get(server, "/", **headers)[0] == 403


def test_nothing_can_be_sent(server: Any) -> None:
    assert get(server, "/", "POST")[0] == 405


def test_the_page_of_a_run_is_found_in_it(site: Path, tmp_path: Path) -> None:
    assert find_site(site) == find_site(site.parent) == site
    (site / "manifest.json").write_text(json.dumps({"form": "merged"}))
    with pytest.raises(UserError, match=r"run/web: no chat page; write it with: finetune export"):
        find_site(site.parent)
    with pytest.raises(UserError, match="no chat page and no run folder"):
        find_site(tmp_path)


def test_a_port_that_is_taken_is_said_to_be(server: Any, site: Path) -> None:
    with pytest.raises(UserError, match=f"127.0.0.1:{server.server_port} cannot be opened"):
        make_page_server(site, "127.0.0.1", server.server_port)
