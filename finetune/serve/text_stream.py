"""Growing token text as pieces that are safe to send: joined, they are the reply that `evaluate` would store."""

from __future__ import annotations

from collections.abc import Sequence

UNFINISHED = "\ufffd"
"""What a tokenizer decodes the first bytes of a character to while the others are to come."""


class TextStream:
    """Hands out a reply piece by piece, without blanks around it, and ends it before the first stop text."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self.stops = tuple(stops)
        self.sent = ""
        self.stopped = False
        """A stop text was met; what comes after it is not for the client."""

    def grow(self, whole: str) -> str:
        """The piece to send now that the reply reads `whole`; what may still change or be cut stays back."""
        text = self._cut(whole.lstrip())
        if not self.stopped:
            text = text[: len(text) - self._held_back(text)]
        return self._send(text.rstrip() if self.stopped else text)

    def finish(self, whole: str) -> str:
        """The last piece: nothing more will come."""
        return self._send(self._cut(whole.strip()).rstrip())

    def _cut(self, text: str) -> str:
        found = [i for i in (text.find(s) for s in self.stops) if i >= 0]
        self.stopped = bool(found)
        return text[: min(found)] if found else text

    def _held_back(self, text: str) -> int:
        """Characters at the end that may belong to a stop text, to blanks at the end or to an unfinished character."""
        longest = max((len(s) - 1 for s in self.stops), default=0)
        for size in range(min(longest, len(text)), 0, -1):
            if any(s.startswith(text[-size:]) for s in self.stops):
                text = text[:-size]
                return size + self._loose_end(text)
        return self._loose_end(text)

    @staticmethod
    def _loose_end(text: str) -> int:
        return len(text) - len(text.rstrip(UNFINISHED).rstrip())

    def _send(self, text: str) -> str:
        piece = text[len(self.sent) :]
        self.sent += piece
        return piece
