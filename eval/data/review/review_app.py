"""The review page: a small server on loopback, for one reviewer."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from eval.data.review.review_rows import Review
from eval.data.review.review_status import review_status
from eval.errors import UserError
from eval.serving.guards import BodyLimit, FixedHeaders, OwnPagesOnly
from eval.serving.loopback import LOOPBACK

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
LARGEST = 1 << 20
"""Bytes that a reviewer's word may have."""
PAGE = Path(__file__).with_name("review.html")


def review_app(folder: Path, seed: int = 0) -> Starlette:
    """The page of one data set; other hosts' names, and other pages' requests, are refused. Raises UserError."""
    review = Review(folder, seed)
    token = secrets.token_urlsafe(24)

    async def page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = PAGE.read_text(encoding="utf-8").replace("{{nonce}}", nonce).replace("{{token}}", token)
        policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'"
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    def state() -> dict[str, Any]:
        now = review_status(folder)
        low, high = now.interval
        return {
            "rows": [asdict(shown) for shown in review.rows()],
            "standing": asdict(now) | {"low": low, "high": high, "stamp": now.stamp()},
        }

    async def rows(request: Request) -> Response:
        return JSONResponse(state())

    async def act(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("x-review-token", ""), token):
            return JSONResponse({"error": "load the page again"}, status_code=403)
        try:
            entry = await request.json()
            if not isinstance(entry, dict):
                raise ValueError
            review.act(entry)
        except UserError as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        except ValueError:
            return JSONResponse({"error": "expected a JSON object"}, status_code=400)
        return JSONResponse(state())

    return Starlette(
        routes=[Route("/", page), Route("/rows", rows), Route("/act", act, methods=["POST"])],
        middleware=[
            Middleware(FixedHeaders, headers=HEADERS),
            Middleware(OwnPagesOnly, host=LOOPBACK),
            Middleware(BodyLimit, longest=LARGEST, say=_said),
        ],
    )


def _said(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)


def serve_review(folder: Path, port: int, seed: int = 0) -> None:
    """Serve the page on this machine alone until Ctrl-C. Raises UserError when the port is taken."""
    from eval.serving.local_server import LocalServer, serve_until_interrupted

    serve_until_interrupted(LocalServer(review_app(folder, seed), LOOPBACK, port), print)
