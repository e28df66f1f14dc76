"""How the judge is reached and how much it is asked; checked before anything is sent. Imports nothing heavy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from eval.errors import UserError
from eval.serving import loopback

DEFAULT_KEY_ENV = "OPENAI_API_KEY"
TIMEOUT = 60.0
CONCURRENCY = 2
"""Calls that are under way at once."""


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """One judge as named on the command line."""

    url: str
    model: str
    key_env: str | None = None
    """The environment variable that was named for the key; None: OPENAI_API_KEY, where it is set."""
    repeats: int = 1
    limit: int | None = None
    """Judge this many questions in each mode, the same ones; None: all."""
    timeout: float = TIMEOUT
    """Seconds for one call."""

    @property
    def endpoint(self) -> str:
        """The address that chat completions are posted to."""
        base = self.url.rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"

    @property
    def key(self) -> str:
        """The key, read at the last moment and kept nowhere; empty when there is none.

        Over plain HTTP to another machine only a key that was named is sent.
        """
        if self.key_env is None and urlsplit(self.url).scheme == "http" and not is_loopback(self.url):
            return ""
        return os.environ.get(self.key_env or DEFAULT_KEY_ENV, "").strip()


def check_settings(
    url: str | None, model: str | None, *, key_env: str | None, repeats: int, limit: int | None, timeout: float
) -> JudgeSettings | None:
    """The judge's settings from the command line, or None when no judge is named; raises UserError."""
    if url is None:
        if model is not None:
            raise UserError("--judge-model names a model but no endpoint; add --judge URL")
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError("--judge: not an http:// or https:// address; name one like http://localhost:11434/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError("--judge: no user, query or fragment belongs in the address; name the key by --judge-key-env")
    if not model:
        raise UserError("--judge names no model; add --judge-model NAME, as the endpoint calls it")
    if key_env and not os.environ.get(key_env, "").strip():
        raise UserError(f"--judge-key-env {key_env}: this environment variable is not set; export the key")
    return JudgeSettings(url, model, key_env, repeats, limit, timeout)


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    return loopback.is_loopback(urlsplit(url).hostname or "")


def notice(settings: JudgeSettings) -> str:
    """One line on what leaves the machine; empty when nothing does."""
    if is_loopback(settings.url):
        return ""
    host = urlsplit(settings.url).hostname
    return f"judge: questions, accepted answers, replies, passages and the instruction are sent to {host}"
