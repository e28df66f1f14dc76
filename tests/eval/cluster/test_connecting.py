"""What is said of an address at which no Ray answers, and where Ray does not start."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from eval.cluster.connecting import SETTINGS, RayLog, check_answers, not_joined
from eval.errors import UserError


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def answering(listening: socket.socket, said: bytes) -> None:
    """Have it answer the next call with these bytes."""

    def answer() -> None:
        line, _ = listening.accept()
        with line:
            line.recv(100)
            line.sendall(said)

    threading.Thread(target=answer, daemon=True).start()


def address(listening: socket.socket) -> str:
    return f"127.0.0.1:{listening.getsockname()[1]}"


def test_an_address_where_nothing_like_ray_answers_is_named_with_the_reason(listening: socket.socket) -> None:
    here = address(listening)
    with pytest.raises(UserError, match=rf"--cluster {here}: no answer within 0 s; is Ray running there"):
        check_answers(here, "127.0.0.1", seconds=0.2)
    listening.accept()[0].close()  # the call that got no answer
    answering(listening, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(UserError, match="what answers there is not Ray"):
        check_answers(here, "127.0.0.1")
    answering(listening, b"")
    with pytest.raises(UserError, match="what answers there is not Ray"):
        check_answers(here, "127.0.0.1")
    answering(listening, bytes((0, 0, 0, SETTINGS, 0, 0, 0, 0, 0)))
    check_answers(here, "127.0.0.1")
    listening.close()
    with pytest.raises(UserError, match=rf"--cluster {here}: connection refused"):
        check_answers(here, "127.0.0.1")


def test_a_ray_that_does_not_start_here_is_one_line_and_the_reason() -> None:
    slow = Exception("The current node timed out during startup. This could happen because some of the raylet failed")
    assert "was not up within its 30 seconds" in str(not_joined(None, slow))
    other = str(not_joined(None, ValueError("no memory\nfor the object store")))
    assert "did not start" in other and "no memory" in other and "object store" not in other
    assert "the address" in str(not_joined("10.0.0.5:6379", ConnectionError("Failed to connect")))
    shut = ConnectionError("Failed to connect to Ray cluster at 10.0.0.5:6379")
    log = "[2026-11-29 02:10:25,371 W 12538 12538] gcs_client.cc:210: Failed: Unauthenticated: InvalidAuthToken\n"
    assert "refused this machine's token" in str(not_joined("10.0.0.5:6379", shut, log))


def test_the_log_of_ray_is_held_back_and_all_else_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    line = b"[2026-11-29 02:10:25,371 W 12538 12538] gcs_client.cc:210: Failed to get cluster ID\n"
    with RayLog() as log:
        os.write(2, line + b"something else\n")
    os.write(2, b"after\n")
    assert log.text == line.decode()
    assert capfd.readouterr().err == "something else\nafter\n"
