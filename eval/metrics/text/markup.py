"""Marks in a reply that are no part of what it says: HTML tags, and text that is struck out."""

from __future__ import annotations

import re
from collections.abc import Sequence

_STRUCK = re.compile(r"~~[^~\n]{1,200}~~|<(?P<tag>del|s|strike)>[^<\n]{0,200}</(?P=tag)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|b|i|u|em|strong|span|div|br|hr|mark|small|code|pre|ul|ol|li|h[1-6]|table|thead|tbody|tr|td|th|blockquote|answer|"
    r"final_answer|response)(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)


def without_markup(reply: str, answers: Sequence[str]) -> str:
    """A reply without HTML tags and struck-out text; as it is where an accepted answer has such signs itself."""
    if "~~" not in reply and "<" not in reply:
        return reply
    if any("<" in a or "~~" in a for a in answers):
        return reply
    return _TAG.sub(" ", _STRUCK.sub(" ", reply))
