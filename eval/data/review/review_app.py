"""The review page: a small server on loopback, for one reviewer."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from eval.data.review.review_rows import Review
from eval.data.review.standing import standing
from eval.errors import UserError

HOSTS = ["127.0.0.1", "localhost"]
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
        return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    def state() -> dict[str, Any]:
        now = standing(folder)
        low, high = now.interval
        return {
            "rows": [asdict(shown) for shown in review.rows()],
            "standing": asdict(now) | {"low": low, "high": high, "stamp": now.stamp()},
        }

    async def rows(request: Request) -> Response:
        return JSONResponse(state(), headers={"Cache-Control": "no-store"})

    async def act(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("x-review-token", ""), token):
            return JSONResponse({"error": "load the page again"}, status_code=403)
        body = await request.body()
        if len(body) > LARGEST:
            return JSONResponse({"error": "too long"}, status_code=413)
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
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
    )


def serve_review(folder: Path, port: int, seed: int = 0) -> None:
    """Serve the page on this machine alone until Ctrl-C."""
    import uvicorn

    uvicorn.run(review_app(folder, seed), host="127.0.0.1", port=port, log_level="warning", access_log=False)
