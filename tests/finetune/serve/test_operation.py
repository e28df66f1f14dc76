"""The key, /health, /metrics and the log of the endpoint, by its real application without a model."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from finetune.serve.api import _say, make_app
from finetune.serve.event_stream import _lines
from finetune.serve.operation import BUCKETS, Meters, Operation
from finetune.serve.scheduler import FATAL, Job, Scheduler


def client(**settings: Any) -> TestClient:
    service: Any = SimpleNamespace(modes=("base",), default="base")
    return TestClient(make_app(service, "127.0.0.1", **settings), base_url="http://127.0.0.1:8000")


def test_without_a_key_everybody_on_this_machine_is_answered() -> None:
    with client() as asked:
        assert asked.get("/v1/models").status_code == 200
        assert asked.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize("header", [None, "Bearer other", "Bearer ", "secret", "bearer secret"])
def test_with_a_key_only_who_sends_it(header: str | None) -> None:
    with client(key="secret") as asked:
        headers = {} if header is None else {"Authorization": header}
        for path in ("/v1/models", "/metrics"):
            refused = asked.get(path, headers=headers)
            assert refused.status_code == 401 and refused.json()["error"]["code"] == "invalid_api_key"
        assert asked.get("/health").status_code == 200
        assert asked.get("/v1/models", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_requests_are_counted_by_known_address_and_status() -> None:
    with client() as asked:
        for path in ("/v1/models", "/v1/models", "/made/up/1", "/made/up/2"):
            asked.get(path)
        found = asked.get("/metrics")
    assert found.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = found.text.splitlines()
    assert 'rag_or_finetune_requests_total{path="/v1/models",status="200"} 2' in lines
    assert 'rag_or_finetune_requests_total{path="other",status="404"} 2' in lines
    assert "made" not in found.text
    assert "rag_or_finetune_request_seconds_count 4" in lines and "rag_or_finetune_requests_running 0" in lines


def test_the_histogram_counts_what_took_no_longer() -> None:
    meters = Meters()
    for took in (0.05, 0.1, 2.0, 500.0):
        meters.ended("/v1/models", 200, took)
    counted = {limit: sum(t <= limit for t in (0.05, 0.1, 2.0, 500.0)) for limit in BUCKETS}
    for limit, n in counted.items():
        assert f'rag_or_finetune_request_seconds_bucket{{le="{limit}"}} {n}' in meters.text().splitlines()
    assert 'rag_or_finetune_request_seconds_bucket{le="+Inf"} 4' in meters.text()


def test_the_log_has_a_line_a_request_and_nothing_of_its_contents() -> None:
    lines: list[str] = []
    with client(log=lines.append) as asked:
        half, kind = b'{"messages": "my private question"', {"Content-Type": "application/json"}
        asked.post("/v1/chat/completions", content=half, headers=kind)
    (line,) = lines
    assert "POST '/v1/chat/completions' 400" in line and "private" not in line


def test_who_is_refused_is_told_how_and_stands_in_log_and_count() -> None:
    lines: list[str] = []
    with client(key="secret", log=lines.append) as asked:
        refused = asked.post("/v1/chat/completions", content=b"{", headers={"Authorization": "Bearer wrong"})
        found = asked.get("/metrics", headers={"Authorization": "Bearer secret"}).text
    assert refused.headers["www-authenticate"] == "Bearer"
    assert len(lines) == 1 and "401" in lines[0] and "wrong" not in lines[0]
    assert 'requests_total{path="refused",status="401"} 1' in found


@pytest.mark.parametrize(("given", "kept"), [("job-7", True), ("a b", False), ("x" * 65, False), (None, False)])
def test_an_answer_is_found_in_the_log_by_its_name(given: str | None, kept: bool) -> None:
    lines: list[str] = []
    with client(log=lines.append) as asked:
        name = asked.get("/v1/models", headers={"X-Request-Id": given} if given else {}).headers["x-request-id"]
    assert lines[0].endswith(f" {name}") and (name == given) is kept
    assert kept or re.fullmatch(r"req_[0-9a-f]{16}", name)


def operated(**settings: Any) -> TestClient:
    how = {"meters": Meters(), "known": frozenset({"/v1/x"}), "say": _say, **settings}
    return TestClient(Operation(PlainTextResponse("done"), **how))


def test_where_too_many_are_open_a_further_one_is_told_when_to_come_again() -> None:
    meters = Meters()
    asked = operated(meters=meters, most=2)
    assert asked.post("/v1/x").status_code == 200
    meters.running = 2
    refused = asked.post("/v1/x")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["retry-after"]) > 0
    assert asked.get("/v1/x").status_code == 200 and asked.get("/health").status_code == 200


def test_a_model_that_only_fails_is_no_healthy_server() -> None:
    assert operated(ill=lambda: True).get("/health").status_code == 503
    assert operated(ill=lambda: False).get("/health").json() == {"status": "ok"}


class Told:
    """A reply that keeps what it is told."""

    gone = False

    def __init__(self) -> None:
        self.error: Exception | None = None

    def fail(self, error: Exception) -> None:
        self.error = error


@dataclass(frozen=True)
class Asked:
    """What a request comes to."""

    job: Job


def test_who_waits_is_told_where_the_model_fails_and_the_next_is_taken() -> None:
    def lost() -> Any:
        raise RuntimeError("the device is lost")

    scheduler = Scheduler(lost)
    for i in range(FATAL):
        assert not scheduler.ill()
        row: Any = Told()
        scheduler.begin(Asked, Job([1], None, [row], 4)).result(10)
        scheduler._pool.submit(lambda: None).result(10)
        assert str(row.error) == "the device is lost" and scheduler.failures == i + 1
    assert scheduler.ill() and scheduler.waiting == 0


def test_a_stream_that_breaks_says_so_in_the_stream(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken() -> AsyncIterator[dict[str, Any]]:
        yield {"object": "chat.completion.chunk"}
        raise RuntimeError("no memory")

    async def all_of_it() -> list[str]:
        return [line async for line in _lines(broken())]

    first, last = asyncio.run(all_of_it())
    assert "error" not in first and "no memory" in capsys.readouterr().err
    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["type"] == "server_error" or error["message"].startswith("the server failed")
