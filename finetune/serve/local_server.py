"""Opens a local HTTP server, and serves until Ctrl-C: what the endpoint and the chat page share."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from eval.errors import UserError


def open_server(handler: type[BaseHTTPRequestHandler], host: str, port: int) -> ThreadingHTTPServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    try:
        server = ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        raise UserError(f"{host}:{port} cannot be opened ({error.strerror}); name another --host or --port") from None
    server.daemon_threads = True
    return server


def serve_until_interrupted(server: ThreadingHTTPServer, show: Callable[[str], None]) -> None:
    """Serve until Ctrl-C, which ends the line that the terminal has begun; then close."""
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        show("")
    finally:
        server.server_close()
