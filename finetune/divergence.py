"""What a training run ends with whose loss is no number any more."""

from __future__ import annotations

from eval.errors import UserError


class Diverged(UserError):
    """The loss is not finite; no adapter is written."""
