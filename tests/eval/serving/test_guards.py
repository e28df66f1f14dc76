"""Who may ask, how much may be sent, and how long a client may wait to take its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from eval.serving.guards import BodyLimit, FixedHeaders, OwnPagesOnly, Patience, refused
from eval.serving.loopback import is_loopback


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body(), headers={"X-Own": "kept"})


@pytest.fixture
def client() -> TestClient:
    middleware = [
        Middleware(FixedHeaders, headers={"X-Own": "ours", "X-Ours": "there"}),
        Middleware(OwnPagesOnly, host="127.0.0.1"),
        Middleware(BodyLimit, longest=10),
    ]
    app = Starlette(routes=[Route("/", echo, methods=["POST"])], middleware=middleware)
    return TestClient(app, base_url="http://127.0.0.1:80")


def test_what_is_allowed_arrives_and_every_answer_has_the_headers(client: TestClient) -> None:
    answer = client.post("/", content=b"0123456789")
    assert (answer.status_code, answer.text) == (200, "0123456789")
    assert (answer.headers["X-Own"], answer.headers["X-Ours"]) == ("kept", "there")
    other = client.post("/", content=b"", headers={"Origin": "http://other.example"})
    assert (other.status_code, other.headers["X-Ours"]) == (403, "there")


def test_a_body_is_counted_whether_or_not_it_names_its_length(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield from [b"0123", b"4567", b"89ab"]

    assert client.post("/", content=b"0123456789a").status_code == 413
    answer = client.post("/", content=pieces())  # chunked
    assert "content-length" not in answer.request.headers
    assert (answer.status_code, answer.text) == (413, "the request has more than 10 bytes")


def test_a_client_that_does_not_take_its_answer_is_let_go() -> None:
    async def never(message: Any) -> None:
        await asyncio.sleep(60)

    async def ask() -> None:
        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        await Patience(PlainTextResponse("text"), 0.01)(scope, never, never)  # type: ignore[arg-type]

    with pytest.raises(OSError, match="does not take"):
        asyncio.run(ask())


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.1.2", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
     ("192.168.1.4", False), ("localhost.example", False), ("", False)],
)  # fmt: skip
def test_this_machine_s_own_addresses(host: str, own: bool) -> None:
    assert is_loopback(host) is own


@pytest.mark.parametrize(
    "headers, host, allowed",
    [
        ({"Host": "127.0.0.1:8000"}, "127.0.0.1", True),
        ({"Host": "localhost:8000"}, "127.0.0.1", True),
        ({"Host": "[::1]:8000"}, "127.0.0.1", True),
        ({"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"}, "127.0.0.1", True),
        ({"Host": "rebound.example:8000"}, "127.0.0.1", False),
        ({"Host": "127.0.0.1:9000"}, "127.0.0.1", False),
        ({"Host": "127.0.0.1"}, "127.0.0.1", False),
        ({}, "127.0.0.1", False),
        ({"Host": "127.0.0.1:8000", "Origin": "http://other.example"}, "127.0.0.1", False),
        ({"Host": "127.0.0.1:8000", "Origin": "null"}, "127.0.0.1", False),
        ({"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:3000"}, "127.0.0.1", False),
        ({"Host": "box.lan:8000"}, "0.0.0.0", True),
        ({"Host": "box.lan:8000", "Origin": "http://other.example"}, "0.0.0.0", False),
    ],
)
def test_only_this_machine_by_its_own_name(headers: dict[str, str], host: str, allowed: bool) -> None:
    assert (refused(headers, host, 8000) is None) == allowed


def test_the_port_of_plain_http_may_be_left_out() -> None:
    assert refused({"Host": "localhost"}, "127.0.0.1", 80) is None
