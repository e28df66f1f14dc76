"""`report RUN --label`: a page on this machine where a person marks replies, one key each, without seeing the mode."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.analysis.human_marks import FILE, MARKS, Mark, append_mark, read_marks, reply_name
from eval.errors import UserError
from reports.pages.label_sample import choose
from reports.pages.page import asset, sha256
from reports.run_folder import Run, read_run

LOOPBACK = "127.0.0.1"
LONGEST_BODY = 1000


class Labelling:
    """The replies of one run that one person marks; every mark is on disk before it is acknowledged."""

    def __init__(self, run: Run, annotator: str) -> None:
        self.run, self.annotator = run, annotator
        self.axes = ["knowledge"] + ["style"] * any(s.axis == "style" and s.primary for s in run.scores)
        self.pairs = choose(run)
        self._examples = {e.id: e for e in run.examples}
        self._lock = Lock()

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
        mode, example_id = self.pairs[index]
        name = reply_name(self.run.predictions[mode][example_id])
        with self._lock:
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


def make_server(labelling: Labelling, port: int) -> tuple[ThreadingHTTPServer, str]:
    """A server on loopback that is not yet serving, and the page's address with its token; port 0: a free one.

    Raises UserError when the port is taken.
    """
    token = secrets.token_urlsafe(18)
    handler = type("LabelHandler", (_Handler,), {"labelling": labelling, "token": token})
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), handler)
    except OSError as error:
        raise UserError(f"--port {port}: cannot be opened ({error.strerror}); name another or none") from None
    server.daemon_threads = True
    return server, f"http://{LOOPBACK}:{server.server_port}/{token}/"


def label(path: Path, annotator: str, port: int, show: Callable[[str], None]) -> None:
    """Serve the marking page of a run until interrupted; `show` gets the lines to print."""
    labelling = Labelling(read_run(path), annotator)
    server, address = make_server(labelling, port)
    show(f"{labelling.done()} of {len(labelling.pairs)} replies marked by {annotator}; Ctrl-C ends. Open in a browser:")
    show(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        show(f"\n{labelling.done()} of {len(labelling.pairs)} replies marked by {annotator}, in {path / FILE}")
        show("run evaluate again to measure the judge and the metric against them")
    finally:
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers only requests that name this machine and the token: no other site, and no other user without it."""

    labelling: Labelling
    token: str
    server_version = "labels"
    sys_version = ""

    def do_GET(self) -> None:
        """The page, or its items."""
        name = self._allowed()
        if name == "":
            text, policy = self.labelling.page()
            self._reply(200, text, "text/html; charset=utf-8", policy)
        elif name == "items":
            self._json({"items": self.labelling.items(), "axes": self.labelling.axes})
        elif name is not None:
            self._reply(404, "no such page")

    def do_POST(self) -> None:
        """One mark."""
        name = self._allowed()
        if name is None:
            return
        length = self.headers.get("Content-Length", "")
        if name != "mark" or self.headers.get_content_type() != "application/json":
            self._reply(404, "no such page")
        elif not length.isdecimal() or int(length) > LONGEST_BODY:
            self._reply(413, "too long")
        else:
            self._store(self.rfile.read(int(length)))

    def _store(self, body: bytes) -> None:
        try:
            data = json.loads(body)
            stored = self.labelling.store(data["index"], data["axis"], data["mark"])
        except (ValueError, KeyError, TypeError):
            stored = False
        if stored:
            self._json({"done": self.labelling.done()})
        else:
            self._reply(400, "not a mark")

    def _allowed(self) -> str | None:
        """What is asked for below the token; None when the request was refused, and answered so."""
        host, port = self.headers.get("Host", ""), self.connection.getsockname()[1]
        origin = self.headers.get("Origin")
        token, _, name = self.path.removeprefix("/").partition("/")
        if host not in (f"{LOOPBACK}:{port}", f"localhost:{port}") or origin not in (None, f"http://{host}"):
            self._reply(403, "refused")
        elif not hmac.compare_digest(token.encode(), self.token.encode()):
            self._reply(404, "no such page")
        else:
            return name
        return None

    def _json(self, value: Any) -> None:
        self._reply(200, json.dumps(value, ensure_ascii=False), "application/json; charset=utf-8")

    def _reply(self, status: int, text: str, kind: str = "text/plain", policy: str = "default-src 'none'") -> None:
        data = text.encode("utf-8")
        headers = {
            "Content-Type": kind, "Content-Length": str(len(data)), "Content-Security-Policy": policy,
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
        }  # fmt: skip
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Nothing: the address holds the token."""
