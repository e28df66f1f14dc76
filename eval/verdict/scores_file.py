"""scores.jsonl, which anybody may have written: every line is checked, and the first fault is said in one line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from eval.arms.modes import MODES
from eval.errors import UserError
from eval.records import Axis, Score, from_dict

AXES: tuple[str, ...] = get_args(Axis)
MANY_METRICS = ("retention", "training")
"""Axes whose questions are of several kinds, each with its own metric: choices and pairs, losses of rows."""
REQUIRED = ("example_id", "group", "mode", "axis", "metric", "primary", "value")
KINDS: Mapping[str, tuple[type, str]] = {
    "example_id": (str, "text"), "group": (str, "text"), "mode": (str, "text"), "axis": (str, "text"),
    "metric": (str, "text"), "primary": (bool, "true or false"), "reason": (str, "text"),
    "seed": (int, "a whole number"), "cut": (bool, "true or false"),
}  # fmt: skip
LONGEST = 10**9
"""Characters of a reply, and numbers of seeds, from which on a line is no score."""
Fault = Callable[[str, str], NoReturn]
"""Raises the error of a line: the key, and what is wrong with the fix."""


def read_scores(path: Path, *, any_mode: bool = False) -> list[Score]:
    """The scores of a run folder.

    Raises UserError naming file, line and key for a line that is no score; for a mode that is not registered, unless
    `any_mode`; for two primary scores of one reply, two primary metrics on one axis of
    replies, and a question of two groups.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
    book = _Book(any_mode)
    found = []
    for number, written in enumerate(text.split("\n"), 1):
        if written.strip():
            found.append(_score(written, _faults(path, number), book, number))
    return found


class _Book:
    """What earlier lines have said, to hold later ones against."""

    def __init__(self, any_mode: bool) -> None:
        self.any_mode = any_mode
        self.primary: dict[tuple[object, ...], int] = {}
        self.metrics: dict[str, tuple[str, int]] = {}
        self.groups: dict[tuple[str, str], tuple[str, int]] = {}


def _faults(path: Path, number: int) -> Fault:
    def fault(key: str, wrong: str) -> NoReturn:
        raise UserError(f"{path}:{number}: {f'key {key!r}: ' if key else ''}{wrong}")

    return fault


def _score(line: str, fault: Fault, book: _Book, number: int) -> Score:
    data = _object(line, fault)
    for key in REQUIRED:
        if key not in data:
            fault(key, f"missing; a score has {', '.join(REQUIRED)}")
    for key, (kind, name) in KINDS.items():
        if key in data and (not isinstance(data[key], kind) or (kind is int and isinstance(data[key], bool))):
            fault(key, f"expected {name}, found {_shown(data[key])}; change it")
        if kind is str and key in data and not _can_be_written(data[key]):
            fault(key, f"{_shown(data[key])} has half of a surrogate pair, which no file can hold; correct the text")
    for key in ("example_id", "metric"):
        if not data[key].strip():
            fault(key, "empty; name the question or metric")
    if data["axis"] not in AXES:
        fault("axis", f"unknown axis {_shown(data['axis'])}; the axes are {', '.join(AXES)}")
    if not book.any_mode and data["mode"] not in MODES:
        fault("mode", f"unknown mode {_shown(data['mode'])}; the modes are {', '.join(MODES)}, or load its plugin")
    length = data.get("length")
    if length is not None and (type(length) is not int or not 0 <= length < LONGEST):
        fault("length", f"expected a whole number of characters or null, found {_shown(length)}; change it")
    if not 0 <= data.get("seed", 0) < LONGEST:
        fault("seed", f"{_shown(data['seed'])} is no seed; they are counted from 0")
    _value(data, fault)
    if data["primary"]:
        _single(data, fault, book, number)
    return from_dict(Score, data)


def _object(line: str, fault: Fault) -> dict[str, Any]:
    def constant(name: str) -> NoReturn:
        fault("", f"{name} is no number; write null, and why in 'reason'")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = next((key for i, (key, _) in enumerate(items) if key in dict(items[:i])), None)
        if twice is not None:
            fault(twice[:40], "stands there twice; keep one")
        return dict(items)

    try:
        data = json.loads(line, parse_constant=constant, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        fault("", f"not JSON ({str(error).split(':')[0]}); a line is one score as a JSON object")
    if not isinstance(data, dict):
        fault("", f"expected a JSON object, found {_shown(data)}; a line is one score")
    return data


def _value(data: Mapping[str, Any], fault: Fault) -> None:
    """A primary score is a share; any other may be what it is, but finite."""
    value = data["value"]
    if value is None:
        if not str(data.get("reason", "")).strip():
            fault("reason", "missing where 'value' is null; say why there is no score")
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        fault("value", f"expected a number or null, found {_shown(value)}; write a share such as 0.5")
    if abs(value) > 1e300 or not math.isfinite(value):
        fault("value", "is too large; write null, and why in 'reason'")
    if data["primary"] and not 0 <= value <= 1:
        fault("value", f"{value!r} is not between 0 and 1; a primary score is the share of the reply that is right")


def _single(data: Mapping[str, Any], fault: Fault, book: _Book, number: int) -> None:
    axis, metric, seed = data["axis"], data["metric"], data.get("seed", 0)
    reply = data["example_id"], data["mode"], axis, seed
    if (first := book.primary.setdefault(reply, number)) != number:
        fault("primary", f"line {first} has the {axis} score of this question, mode and seed already; keep one")
    named, line = book.metrics.setdefault(axis, (metric, number))
    if named != metric and axis not in MANY_METRICS:
        fault("metric", f"{_shown(metric)} is primary on {axis}, and so is {_shown(named)} in line {line}; keep one")
    own = (axis, data["example_id"]), (data["group"], number)
    group, line = book.groups.setdefault(*own)
    if group != data["group"] and axis != "training":
        fault("group", f"{_shown(data['group'])}, but line {line} puts this question into {_shown(group)}; keep one")


def _can_be_written(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: Any) -> str:
    """A value in one short line."""
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 40 else f"{text[:37]}..."
