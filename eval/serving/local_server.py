"""One application on this machine by uvicorn, until Ctrl-C. Imports uvicorn."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Event
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from eval.errors import UserError

IDLE = 60
"""Seconds that a connection may be kept without a request."""


class LocalServer:
    """An application at an open address; it answers once `serve_forever` runs."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, drain: int = 1) -> None:
        """`port` 0: a free one; `drain`: seconds that requests have to end when the server is told to stop.

        Raises UserError when the address cannot be opened.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family)
        except OSError as error:
            raise UserError(
                f"{host}:{port} cannot be opened ({error.strerror}); name another --host or --port"
            ) from None
        self.server_port: int = self._socket.getsockname()[1]
        # Nothing is logged: questions are private, and the address of a page may hold its token.
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, http="h11", ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False,
                server_header=False, timeout_keep_alive=IDLE, timeout_graceful_shutdown=drain,
            )
        )  # fmt: skip
        self._ended = Event()

    def serve_forever(self, *_: Any) -> None:
        """Answer until `shutdown`; raises KeyboardInterrupt on Ctrl-C."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._ended.set()

    def shutdown(self) -> None:
        """Have `serve_forever`, which runs in another thread, end, and wait for that."""
        self._server.should_exit = True
        self._ended.wait(10)

    def server_close(self) -> None:
        """Let the address go."""
        self._socket.close()


def serve_until_interrupted(server: LocalServer, show: Callable[[str], None]) -> None:
    """Serve until Ctrl-C, which ends the line that the terminal has begun; then close."""
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        show("")
    finally:
        server.server_close()
