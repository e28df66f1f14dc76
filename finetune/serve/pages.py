"""The chat page's server: files of one folder, to this machine, under a policy that lets nothing out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from eval.errors import UserError
from finetune.serve.host_guard import refused
from finetune.serve.local_server import open_server, serve_until_interrupted
from finetune.web.site import POLICY, is_site

KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm",
}  # fmt: skip
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    # Both together let the page have shared memory, and so more than one thread.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""On every answer: a worker has the policy that its own script came with, not its page's."""


def find_site(path: Path) -> Path:
    """The chat page in a folder, or in the run folder's web/; raises UserError when there is none."""
    for folder in (path, path / "web"):
        if is_site(folder):
            return folder
    if (path / "config.yaml").is_file():
        raise UserError(f"{path / 'web'}: no chat page; write it with: finetune export {path} --web {path / 'web'}")
    raise UserError(f"{path}: no chat page and no run folder; write one with: finetune export RUN --web {path}")


def make_page_server(folder: Path, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    handler = type("PageHandler", (_Handler,), {"folder": folder.resolve(), "host": host})
    return open_server(handler, host, port)


def serve_page(folder: Path, host: str, port: int, show: Callable[[str], None]) -> None:
    """Serve a chat page until interrupted; `show` gets the line to print."""
    server = make_page_server(folder, host, port)
    show(f"open in a browser: http://{host}:{server.server_port}/ (Ctrl-C ends)")
    serve_until_interrupted(server, show)


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    host: str
    protocol_version = "HTTP/1.1"
    server_version = "rag-or-finetune"
    sys_version = ""

    def do_GET(self) -> None:
        """A file of the folder."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Its headers."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        if reason := refused(self.headers, self.host, self.connection.getsockname()[1]):  # type: ignore[arg-type]
            self._text(403, reason)
        elif (file := self._file()) is None:
            self._text(404, "no such file")
        else:
            self._head(200, KINDS.get(file.suffix, "application/octet-stream"), file.stat().st_size)
            if body:
                with file.open("rb") as stream, suppress(ConnectionError):  # a tab was closed
                    shutil.copyfileobj(stream, self.wfile, 1 << 20)

    def _file(self) -> Path | None:
        """The file that is asked for; None for folders, hidden files and whatever lies outside."""
        name = unquote(self.path.partition("?")[0]).removeprefix("/") or "index.html"
        if "\0" in name:
            return None
        file = (self.folder / name).resolve()
        inside = file.is_relative_to(self.folder) and not any(
            part.startswith(".") for part in file.relative_to(self.folder).parts
        )
        return file if inside and file.is_file() else None

    def _text(self, status: int, text: str) -> None:
        data = text.encode("utf-8")
        self._head(status, "text/plain; charset=utf-8", len(data))
        if self.command != "HEAD":
            self.wfile.write(data)

    def _head(self, status: int, kind: str, length: int) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing."""
