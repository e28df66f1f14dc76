"""The marking page over real HTTP: who may ask, what it tells, and what it keeps."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from eval.analysis.human_marks import read_marks, reply_name
from eval.errors import UserError
from reports.pages.labeling import Labelling, make_server
from reports.run_folder import read_run

MODES = ("base", "rag", "hybrid")


class Client:
    """A browser that asks for what it is told to, with any headers."""

    def __init__(self, address: str) -> None:
        self.parts = urlsplit(address)

    def ask(self, name: str, body: Any = None, *, path: str | None = None, **headers: str) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.parts.port or 0, timeout=5)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if data is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if data is None else "POST", path or self.parts.path + name, data, sent)
        reply = connection.getresponse()
        found = reply.status, reply.read().decode(), reply.headers
        connection.close()
        return found

    def items(self) -> list[dict[str, Any]]:
        return list(json.loads(self.ask("items")[1])["items"])


@pytest.fixture
def serve(make_run: Callable[..., Path]) -> Iterator[Callable[..., tuple[Client, Path]]]:
    """Start the page of an invented run for an annotator; called again it serves the same run anew."""
    servers = []
    made: dict[str, Path] = {}

    def start(annotator: str = "ann", **settings: Any) -> tuple[Client, Path]:
        if not made:
            made["run"] = make_run(modes=MODES, questions=20, **settings)
        server, address = make_server(Labelling(read_run(made["run"]), annotator), 0)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return Client(address), made["run"]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_page_is_self_contained_and_its_policy_admits_only_itself(serve: Any) -> None:
    client, _ = serve()
    status, text, headers = client.ask("")
    assert status == 200
    assert not re.findall(r'(?:src|href)="(?!data:,")', text)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy and "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"


def test_items_hide_the_mode_and_show_what_is_needed(serve: Any) -> None:
    client, run = serve()
    text = client.ask("items")[1]
    assert not [mode for mode in MODES if f'"{mode}"' in text]
    found = read_run(run)
    shown = {(i["question"], i["reply"]) for i in client.items()}
    known = {(e.question, found.predictions[m][e.id].text) for m in MODES for e in found.examples if e.answerable}
    assert shown == known
    assert all(i["answers"] and i["marks"] == {} for i in client.items())


def test_hostile_texts_never_stand_in_the_page(serve: Any, hostile_text: str) -> None:
    client, _ = serve(hostile=hostile_text)
    page = client.ask("")[1]
    assert "<script>alert" not in page and "<img" not in page
    assert hostile_text in client.items()[0]["reply"]
    assert client.ask("items")[2]["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("path", ["/", "/items", "/mark", "/x/", "/x/items", "/../", "//"])
def test_without_the_token_there_is_nothing(serve: Any, path: str) -> None:
    client, run = serve()
    assert client.ask("", path=path)[0] == 404
    assert client.ask("", {"index": 0, "axis": "knowledge", "mark": "right"}, path=path)[0] == 404
    assert not (run / "labels.jsonl").exists()


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "localhost:1", "127.0.0.1.example.org:{port}", ""])
def test_other_host_is_refused(serve: Any, host: str) -> None:
    client, run = serve()
    host = host.format(port=client.parts.port)
    assert client.ask("items", Host=host)[0] == 403
    assert client.ask("mark", {"index": 0, "axis": "knowledge", "mark": "right"}, Host=host)[0] == 403
    assert not (run / "labels.jsonl").exists()


def test_other_origin_and_plain_forms_are_refused(serve: Any) -> None:
    client, run = serve()
    mark = {"index": 0, "axis": "knowledge", "mark": "right"}
    assert client.ask("mark", mark, Origin="http://example.org")[0] == 403
    assert client.ask("mark", mark, Content_Type="text/plain")[0] == 404
    assert not (run / "labels.jsonl").exists()
    assert client.ask("mark", mark, Origin=f"http://127.0.0.1:{client.parts.port}")[0] == 200


def test_marks_are_stored_at_once_with_mode_reply_and_annotator(serve: Any) -> None:
    client, run = serve()
    shown = client.items()[3]
    assert client.ask("mark", {"index": 3, "axis": "knowledge", "mark": "wrong"})[0] == 200
    (mark,) = read_marks(run)
    prediction = read_run(run).predictions[mark.mode][mark.example_id]
    assert (prediction.text, mark.axis, mark.mark, mark.annotator) == (shown["reply"], "knowledge", "wrong", "ann")
    client.ask("mark", {"index": 3, "axis": "knowledge", "mark": "right"})
    client.ask("mark", {"index": 3, "axis": "style", "mark": "not ok"})
    assert client.items()[3]["marks"] == {"knowledge": "right", "style": "not ok"}
    assert len(read_marks(run)) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"index": 10_000, "axis": "knowledge", "mark": "right"},
        {"index": -1, "axis": "knowledge", "mark": "right"},
        {"index": True, "axis": "knowledge", "mark": "right"},
        {"index": "0", "axis": "knowledge", "mark": "right"},
        {"index": 0, "axis": "retrieval", "mark": "right"},
        {"index": 0, "axis": "knowledge", "mark": "ok"},
        {"index": 0, "axis": ["knowledge"], "mark": {}},
        {"index": 0},
        [],
        b"{",
        b"\xff",
    ],
)
def test_what_is_no_mark_is_refused(serve: Any, body: Any) -> None:
    client, run = serve()
    assert client.ask("mark", body)[0] == 400
    assert not (run / "labels.jsonl").exists()


def test_long_body_is_refused(serve: Any) -> None:
    client, _ = serve()
    assert client.ask("mark", b" " * 5000)[0] == 413


def test_marking_goes_on_in_the_same_order_and_each_annotator_sees_their_own(serve: Any) -> None:
    client, _ = serve()
    first = client.items()
    client.ask("mark", {"index": 0, "axis": "knowledge", "mark": "cannot say"})
    again, _ = serve()
    assert again.parts.path != client.parts.path  # a token of its own
    assert [i["reply"] for i in again.items()] == [i["reply"] for i in first]
    assert again.items()[0]["marks"] == {"knowledge": "cannot say"}
    other, _ = serve("bo")
    assert other.items()[0]["marks"] == {}


def test_style_is_not_asked_where_it_is_not_scored(serve: Any) -> None:
    client, _ = serve(style=False)
    assert json.loads(client.ask("items")[1])["axes"] == ["knowledge"]
    assert client.ask("mark", {"index": 0, "axis": "style", "mark": "ok"})[0] == 400


def test_taken_port_is_one_line(make_run: Any) -> None:
    labelling = Labelling(read_run(make_run(modes=("base",))), "ann")
    server, _ = make_server(labelling, 0)
    with pytest.raises(UserError, match="--port"):
        make_server(labelling, server.server_port)
    server.server_close()


def test_command_prints_the_address_and_ends_cleanly(make_run: Any) -> None:
    run = make_run(modes=MODES)
    command = [sys.executable, "-m", "reports.cli", str(run), "--label", "--annotator", "ann"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    count, address = process.stdout.readline(), process.stdout.readline().strip()
    assert count.startswith(f"0 of {len(Labelling(read_run(run), 'ann').pairs)} replies marked by ann")
    body = json.dumps({"index": 0, "axis": "knowledge", "mark": "right"}).encode()
    body_style = json.dumps({"index": 0, "axis": "style", "mark": "ok"}).encode()
    for data in (body, body_style):
        request = urllib.request.Request(address + "mark", data, {"Content-Type": "application/json"})
        assert urllib.request.urlopen(request, timeout=5).status == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0 and err == ""
    marks = read_marks(run)
    assert "1 of " in out and "labels.jsonl" in out
    shown, known = marks[0].reply, read_run(run).predictions
    alike = sum(reply_name(known[m][marks[0].example_id]) == shown for m in MODES)
    assert len(marks) == 2 * alike
