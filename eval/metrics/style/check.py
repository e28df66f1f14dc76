"""What a style check is and how one is registered; the checks themselves stand in the modules checks_*.py.

A new kind of check is one function, decorated with `@check("name")`, in a module that
eval/metrics/style/run_checks.py imports.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.registry import Registry

Fails = Callable[[str], str]
"""A reply -> the reason why it fails, or an empty string when it passes."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Replies that a check may learn from, each as (group, text)."""

    reference: tuple[tuple[str, str], ...]
    """Reference replies, from train.jsonl."""
    contrast: tuple[tuple[str, str], ...]
    """The base model's, to the test questions."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a check that learns from replies gives in place of a function of the reply alone."""

    fails: Callable[[str, str], str]
    """(reply, group of its question) -> the reason why it fails, or an empty string."""
    unjudged: str
    """Why it can judge no reply at all, or an empty string."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """How far its judgement can be trusted, in figures, for style.json."""


@dataclass(frozen=True, slots=True)
class StyleContext:
    """What checks may need to know of the data set."""

    documents: frozenset[str]
    refusal: str | None
    folder: Path
    """Where the data set lies, for checks that read a file of it."""
    samples: Samples | None = None
    """None before there are replies of the base model."""


@dataclass(frozen=True, slots=True)
class Check:
    """One verifiable property of a reply."""

    name: str
    judge: Fails | Learnt

    @property
    def unjudged(self) -> str:
        """Why this check can judge no reply at all, or an empty string."""
        return self.judge.unjudged if isinstance(self.judge, Learnt) else ""

    def fails(self, reply: str, group: str = "") -> str:
        """The reason why a reply fails, or an empty string when it passes; `clean` comes first.

        `group` is that of the question: a check that has learnt judges by what it learnt from other groups.
        """
        reply = clean(reply)
        if isinstance(self.judge, Learnt):
            return "" if self.judge.unjudged else self.judge.fails(reply, group)
        return self.judge(reply)


Builder = Callable[[Any, StyleContext], Fails | Learnt]

CHECKS: Registry[Builder] = Registry("style check")
"""Every kind of check by its name: (what dataset.yaml says, what is known of the data set) -> what finds the fault."""


def check(name: str) -> Callable[[Builder], Builder]:
    """Register a function as a kind of check; it raises ValueError, with the fix, for what it cannot use."""

    def register(builder: Builder) -> Builder:
        return CHECKS.add(name, builder)

    return register


def clean(text: str) -> str:
    """Unicode NFC, one kind of line end, without white space around it: none of these is a matter of style."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).strip().strip("\ufeff")


def options(argument: Any, known: dict[str, type]) -> dict[str, Any]:
    """The argument as a mapping with known keys of the right types; raises ValueError."""
    if not isinstance(argument, dict):
        raise ValueError(f"expected a mapping with {' or '.join(known)}, found {argument!r}")
    for key, value in argument.items():
        if key not in known:
            raise ValueError(f"unknown key '{key}'; known: {', '.join(known)}")
        if not isinstance(value, known[key]) or isinstance(value, bool):
            raise ValueError(f"'{key}' must be {known[key].__name__}, found {value!r}")
    return argument


def texts(argument: Any) -> list[str]:
    """The argument as a list of texts, cleaned as replies are; raises ValueError for an empty list or text."""
    found = [argument] if isinstance(argument, str) else argument
    if not isinstance(found, list) or not found or not all(isinstance(t, str) and t for t in found):
        raise ValueError(f"expected a text or a list of texts, found {argument!r}")
    return [unicodedata.normalize("NFC", t) for t in found]


def word(argument: Any, known: tuple[str, ...]) -> str:
    """The argument as one of some known words; raises ValueError."""
    if argument not in known:
        raise ValueError(f"expected {' or '.join(known)}, found {argument!r}")
    return str(argument)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many of something there may be."""

    low: int
    high: float

    def holds(self, count: int) -> bool:
        """Whether so many are allowed."""
        return self.low <= count <= self.high

    def fault(self, count: int, singular: str, plural: str = "") -> str:
        """What is wrong with a count, or an empty string."""
        if self.holds(count):
            return ""
        return f"has {count} {singular if count == 1 else plural or singular + 's'}"


BOUNDS: dict[str, type] = {"min": int, "max": int, "exactly": int}


def bounds(given: dict[str, Any]) -> Bounds:
    """`min` and `max`, or `exactly`, of a mapping that may have other keys; raises ValueError."""
    if not any(key in given for key in BOUNDS):
        raise ValueError("expected min, max or both, or exactly")
    if "exactly" in given and ("min" in given or "max" in given):
        raise ValueError("'exactly' goes without min and max; remove one")
    low, high = (given["exactly"],) * 2 if "exactly" in given else (given.get("min", 0), given.get("max", float("inf")))
    if low < 0 or high < 0:
        raise ValueError("a count cannot be below 0")
    if low > high:
        raise ValueError(f"min {low} is above max {high}")
    return Bounds(low, high)
