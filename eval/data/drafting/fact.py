"""One fact that a corpus states, with the place where it stands; and the registry of ways to find some."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.registry import Registry

if TYPE_CHECKING:
    from rag.readers.documents import Document


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a subject: the value of an attribute, as it stands in a document."""

    origin: str
    """The way in which it was found."""
    document: str
    title: str
    start: int
    """Where the value begins in the document's text, in characters."""
    value: str
    subject: str
    """What it is about; empty where a sentence says all."""
    attribute: str
    sentence: str = ""
    """The sentence or question that it was taken from."""
    metric: str = ""

    @property
    def end(self) -> int:
        """Where the value ends."""
        return self.start + len(self.value)

    @property
    def named(self) -> str:
        """The document's title without marks of Markdown."""
        return " ".join(re.sub(r"[*_`#]+", " ", self.title).split())


Finder = Callable[["Document"], Iterator[Fact]]

FINDERS: Registry[Finder] = Registry("way to find facts")


def finder(name: str) -> Callable[[Finder], Finder]:
    """Register the function below it under the name that rows carry as a tag."""

    def take(find: Finder) -> Finder:
        FINDERS.add(name, find)
        return find

    return take


UNSPACED = 0x1100
"""From this code point on, letters are of scripts in which the next word, or a particle, follows without a blank."""
LONGEST_VALUE = 8
"""Words of a value; a longer one is seldom the only right way to say it."""
_DANGLING = re.compile(r"[:,;(\[]$|^[a-z]?\)|\b(?:see|siehe|the|a|an|of|and|or|und|der|die|das)$|\.\.\.|…", re.I)
_ANAPHOR = re.compile(
    r"^(?:it|its|they|their|this|that|these|those|he|his|she|her|we|our|i|here|there|then|so|but|and|or|which|who|such|"
    r"both|neither|also|however|er|sie|es|dies\w*|das|diese\w*|wir|hier|dort|dann|aber|und|oder|이|그|저|이는|그는|"
    r"이것\w*|그것\w*|여기\w*|거기\w*|또한|그리고|하지만|따라서)\b|^(?:这|那|它|他|她|此|これ|それ|あれ|この|その|彼)",
    re.IGNORECASE,
)


def clean_value(text: str) -> str:
    """A value without marks of Markdown and the full stop behind it."""
    return text.strip().strip("*_`").strip().rstrip(".").strip()


def good_value(value: str) -> bool:
    """Whether a value can be the accepted answer: short, whole, and no list of clauses."""
    count = len(value.split())
    if not value or count > LONGEST_VALUE or not any(c.isalnum() for c in value) or _DANGLING.search(value):
        return False
    if re.fullmatch(r"(?:yes|no|n/?a|none|–|-|—|x|✓|ja|nein|tbd|unknown|예|아니오|없음)", value, re.I):
        return False
    if value.count("(") != value.count(")") or value.count('"') % 2:
        return False
    return not re.search(r"[;]|,\s+[a-z]|\. ", value)


def standalone(text: str) -> bool:
    """Whether a sentence says of itself what it is about, rather than by a pronoun."""
    return not _ANAPHOR.match(text.strip().lstrip("*_\"'“„"))


def located(
    document: Document, origin: str, at: int, raw: str, subject: str, attribute: str, **more: str
) -> Fact | None:
    """A fact of a raw value that begins at a character; None where the value is not good."""
    value = clean_value(raw)
    if not good_value(value):
        return None
    start = document.text.find(value, at, at + len(raw) + 1)
    if start < 0:
        return None
    return Fact(origin, document.id, document.title, start, value, subject, attribute, **more)
