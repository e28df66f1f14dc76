"""The chat page's server: files of one folder, to this machine, under a policy that lets nothing out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from eval.errors import UserError
from eval.serving.guards import FixedHeaders, OwnPagesOnly, plainly
from eval.serving.local_server import LocalServer, serve_until_interrupted
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
    "Server": "rag-or-finetune",
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


def make_page_server(folder: Path, host: str, port: int) -> LocalServer:
    """A server that is not yet serving; port 0: a free one. Raises UserError when the address cannot be opened."""
    return LocalServer(make_app(folder, host), host, port)


def serve_page(folder: Path, host: str, port: int, show: Callable[[str], None]) -> None:
    """Serve a chat page until interrupted; `show` gets the line to print."""
    server = make_page_server(folder, host, port)
    show(f"open in a browser: http://{host}:{server.server_port}/ (Ctrl-C ends)")
    serve_until_interrupted(server, show)


def make_app(folder: Path, host: str) -> Starlette:
    """The files of a folder as an application that is served at `host`."""
    whole = folder.resolve()

    async def answer(request: Request) -> Response:
        file = _file(whole, request.scope["path"])
        if file is None:
            return plainly(404, "no such file")
        return FileResponse(file, media_type=KINDS.get(file.suffix, "application/octet-stream"))

    return Starlette(
        routes=[Route("/{path:path}", answer)],
        middleware=[Middleware(FixedHeaders, headers=HEADERS), Middleware(OwnPagesOnly, host=host)],
    )


def _file(folder: Path, path: str) -> Path | None:
    """The file that is asked for; None for folders, hidden files and whatever lies outside."""
    name = path.removeprefix("/") or "index.html"
    if "\0" in name:
        return None
    file = (folder / name).resolve()
    inside = file.is_relative_to(folder) and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file if inside and file.is_file() else None
