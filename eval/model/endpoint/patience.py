"""How long to wait before a request is sent again, and how often."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from eval.model.endpoint.http_client import Failure

BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
TRIES = 6
"""Of one request, at faults that may pass."""
WAITS = 40
"""Of one request, where the server has too much to do (429)."""


def backoff(tries: int) -> float:
    """Seconds, twice as many each time, by chance up to half fewer so that not all come back at once."""
    longest = min(BACKOFF_SECONDS * 2.0 ** (tries - 1), LONGEST_BACKOFF_SECONDS)
    return longest * random.uniform(0.5, 1.0)


def patiently(call: Callable[[], Any], tries: int = TRIES) -> Any:
    """What one call gives, made again at faults that may pass; raises the last Failure."""
    made = 0
    while True:
        try:
            return call()
        except Failure as failure:
            made += 1
            if not failure.passing or made >= tries:
                raise
            time.sleep(max(failure.wait, backoff(made)))
