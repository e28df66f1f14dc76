"""What an importer gives, what it is given, and the registry of formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.registry import Registry


@dataclass(frozen=True, slots=True)
class Context:
    """A text that a test set brings along because it holds the answer."""

    text: str
    title: str = ""
    name: str = ""
    """What the test set calls it; contexts of one name are parts of one document."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One question as its file has it, before documents, group and split are found."""

    where: str
    """`file:line`, `file:Sheet!row` or the place in a JSON document."""
    question: str
    answers: tuple[str, ...] = ()
    reply: str = ""
    id: str = ""
    documents: tuple[str, ...] = ()
    """What the file calls the documents that hold the answer."""
    contexts: tuple[Context, ...] = ()
    group: str = ""
    answerable: bool = True
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    split: str = ""
    metric: str = ""
    system: str = ""
    """The instruction that the row was asked under."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a file: a row of a table, a line of JSON, or an item of a JSON list."""

    where: str
    values: Mapping[str, Any]
    split: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file or folder as read, before its format is known."""

    path: Path
    entries: tuple[Entry, ...] = ()
    document: Any = None
    """The whole of a JSON or YAML file."""
    columns: tuple[str, ...] = ()
    """The columns of a table, in order."""
    tabular: bool = False
    """Whether every value is a cell's text."""
    comma: bool = False
    """Whether numbers are written with a decimal comma."""
    notes: tuple[str, ...] = ()
    """What was left out or changed while reading."""

    def shared_keys(self) -> frozenset[str]:
        """The keys that every record has."""
        held = [set(entry.values) for entry in self.entries]
        return frozenset(set.intersection(*held)) if held else frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """The columns that the user named, by role."""

    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a file, and what the user should know about how they were read."""

    rows: tuple[Imported, ...]
    notes: tuple[str, ...] = ()
    contexts: tuple[Context, ...] = ()
    """Documents of the test set that no row names."""


Reader = Callable[[Source, Named], Found]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that questions come in."""

    title: str
    fits: Callable[[Source], bool]
    read: Reader


FORMATS: Registry[Format] = Registry("format")
"""By the name that --format takes."""


def importer(name: str, title: str, fits: Callable[[Source], bool]) -> Callable[[Reader], Reader]:
    """Register the function below it as the reader of a format."""

    def take(read: Reader) -> Reader:
        FORMATS.add(name, Format(title, fits, read))
        return read

    return take


TEXT_KEYS = ("text", "content", "value", "aliases")
"""Of a record that stands where a text could; TriviaQA writes the last two."""


def texts(value: Any) -> tuple[str, ...]:
    """A value as texts: a list's items, a record's texts, or the value itself; empty ones are none."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, Mapping):
        return texts([value[key] for key in TEXT_KEYS if key in value])
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, Iterable):
        return tuple(dict.fromkeys(text for item in value for text in texts(item)))
    return (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value),)


def one(value: Any) -> str:
    """The first text of a value; empty where there is none."""
    return next(iter(texts(value)), "")
