"""The key, /health, /metrics and the log of the endpoint, by its real application without a model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from finetune.serve.api import make_app
from finetune.serve.operation import BUCKETS, Meters


def client(**settings: Any) -> TestClient:
    desk: Any = SimpleNamespace(modes=("base",), default="base")
    return TestClient(make_app(desk, "127.0.0.1", **settings), base_url="http://127.0.0.1:8000")


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
