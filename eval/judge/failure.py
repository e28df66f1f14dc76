"""Why a judgement failed, in a few countable kinds. Standard library only."""

from __future__ import annotations

TIMEOUT, CONNECTION, HTTP = "timeout", "connection", "http"
TRUNCATED, INVALID, REFUSAL, ERROR = "truncated", "invalid", "refusal", "error"

TRANSIENT = frozenset({TIMEOUT, CONNECTION, HTTP})
"""Kinds that say nothing about the judge: a later run asks again."""


class JudgeFailure(Exception):
    """One judgement that could not be had; `kind` is one of the constants here, the text says more."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail
