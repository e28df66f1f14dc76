from __future__ import annotations

import pytest

from finetune.serve.host_guard import refused


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
