"""`report RUN --label`: a page on this machine where a person marks replies, one key each, without seeing the mode."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from eval.analysis.human_marks import FILE, MARKS, Mark, append_mark, read_marks, reply_name
from eval.serving.guards import BodyLimit, FixedHeaders, OwnPagesOnly, plainly
from eval.serving.local_server import LocalServer, serve_until_interrupted
from eval.serving.loopback import LOOPBACK
from reports.pages.label_sample import Pair, choose
from reports.pages.page import asset, sha256
from reports.run_folder import Run, read_run

LONGEST_BODY = 1000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer", "Server": "labels",
}  # fmt: skip


class Labelling:
    """The replies of one run that one person marks; every mark is on disk before it is acknowledged."""

    def __init__(self, run: Run, annotator: str) -> None:
        self.run, self.annotator = run, annotator
        self.axes = ["knowledge"] + ["style"] * any(s.axis == "style" and s.primary for s in run.scores)
        self.pairs, self._alike = self._once(choose(run))
        self._examples = {e.id: e for e in run.examples}
        self._lock = Lock()

    def _once(self, pairs: list[Pair]) -> tuple[list[Pair], dict[Pair, list[Pair]]]:
        """Each of a question's different replies once, and the pairs that share it."""
        first: dict[tuple[str, str], Pair] = {}
        alike: dict[Pair, list[Pair]] = {}
        for mode, example_id in pairs:
            name = reply_name(self.run.predictions[mode][example_id])
            alike.setdefault(first.setdefault((example_id, name), (mode, example_id)), []).append((mode, example_id))
        return list(alike), alike

    def items(self) -> list[dict[str, Any]]:
        """What the page shows, with this person's last marks; nothing in it tells the mode."""
        last: dict[tuple[str, ...], str] = {(m.mode, m.example_id, m.reply, m.axis): m.mark for m in self._own_marks()}
        found = []
        for mode, example_id in self.pairs:
            example, reply = self._examples[example_id], self.run.predictions[mode][example_id]
            name = reply_name(reply)
            marks = {a: last[mode, example_id, name, a] for a in self.axes if (mode, example_id, name, a) in last}
            found.append(
                {"question": example.question, "answers": example.answers, "reply": reply.text, "marks": marks}
            )
        return found

    def done(self) -> int:
        """How many replies this person has marked on every axis."""
        return sum(len(item["marks"]) == len(self.axes) for item in self.items())

    def store(self, index: Any, axis: Any, mark: Any) -> bool:
        """Keep a mark of the reply that is shown at `index`; False when there is no such reply or mark."""
        if not (type(index) is int and 0 <= index < len(self.pairs) and axis in self.axes and mark in MARKS[axis]):
            return False
        with self._lock:
            for mode, example_id in self._alike[self.pairs[index]]:
                name = reply_name(self.run.predictions[mode][example_id])
                append_mark(self.run.path, Mark(example_id, mode, name, axis, mark, self.annotator))
        return True

    def _own_marks(self) -> list[Mark]:
        return [m for m in read_marks(self.run.path) if m.annotator == self.annotator]

    def page(self) -> tuple[str, str]:
        """The page and its content security policy."""
        style, script = asset("label.css"), asset("label.js")
        policy = (
            f"default-src 'none'; style-src {sha256(style)}; script-src {sha256(script)}; img-src data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        text = environment.from_string(asset("label.html")).render(
            dataset=self.run.config.dataset.name,
            instruction=self.run.config.dataset.instruction if "style" in self.axes else "",
            style=Markup(style),
            script=Markup(script),
        )
        return text, policy


def make_server(labelling: Labelling, port: int) -> tuple[LocalServer, str]:
    """A server on loopback that is not yet serving, and the page's address with its token; port 0: a free one.

    Raises UserError when the port is taken.
    """
    token = secrets.token_urlsafe(18)
    server = LocalServer(make_app(labelling, token), LOOPBACK, port)
    return server, f"http://{LOOPBACK}:{server.server_port}/{token}/"


def label(path: Path, annotator: str, port: int, show: Callable[[str], None]) -> None:
    """Serve the marking page of a run until interrupted; `show` gets the lines to print."""
    labelling = Labelling(read_run(path), annotator)
    server, address = make_server(labelling, port)
    show(f"{labelling.done()} of {len(labelling.pairs)} replies marked by {annotator}; Ctrl-C ends. Open in a browser:")
    show(address)
    serve_until_interrupted(server, show)
    show(f"{labelling.done()} of {len(labelling.pairs)} replies marked by {annotator}, in {path / FILE}")
    show("run evaluate again: marks correct the verdict, and measure the judge and the metric")


def make_app(labelling: Labelling, token: str) -> Starlette:
    """The page as an application that answers below its token: to no other site, and no other user without it."""

    async def get(request: Request) -> Response:
        name = request.path_params["name"]
        if not _knows(request, token) or name not in ("", "items"):
            return plainly(404, "no such page")
        if name == "items":
            return JSONResponse({"items": labelling.items(), "axes": labelling.axes})
        text, policy = labelling.page()
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    async def post(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not _knows(request, token) or request.path_params["name"] != "mark" or kind != "application/json":
            return plainly(404, "no such page")
        return _store(labelling, await request.body())

    async def nothing(request: Request, error: Exception) -> Response:
        return plainly(404, "no such page")

    app = Starlette(
        routes=[Route("/{token}/{name:path}", get), Route("/{token}/{name:path}", post, methods=["POST"])],
        middleware=[
            Middleware(FixedHeaders, headers=HEADERS),
            Middleware(OwnPagesOnly, host=LOOPBACK),
            Middleware(BodyLimit, longest=LONGEST_BODY),
        ],
        exception_handlers={404: nothing, 405: nothing},
    )
    app.router.redirect_slashes = False  # it would answer to a path without the token
    return app


def _knows(request: Request, token: str) -> bool:
    return hmac.compare_digest(request.path_params["token"].encode(), token.encode())


def _store(labelling: Labelling, body: bytes) -> Response:
    try:
        data = json.loads(body)
        stored = labelling.store(data["index"], data["axis"], data["mark"])
    except (ValueError, KeyError, TypeError):
        stored = False
    return JSONResponse({"done": labelling.done()}) if stored else plainly(400, "not a mark")
