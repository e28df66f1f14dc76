"""Reading files that a person wrote: UTF-8 text, and one JSON object a line, with errors that name file and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import UserError

TYPES = {"string": str, "true or false value": bool, "list of strings": list}
"""What a key may hold, in the words of the error message."""


def read_utf8(path: Path) -> str:
    """A file's text without byte-order mark and with `\\n` line ends; raises UserError naming a bad byte."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; a data set folder needs one, see README, 'Your own data'") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); mend its permissions") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number from 1, object) of every line that is not blank; raises UserError naming file and line."""
    lines = read_utf8(path).split("\n")  # not splitlines(), which also cuts at U+2028 within a string
    return [(n, _parse(f"{path}:{n}", line)) for n, line in enumerate(lines, 1) if line.strip()]


def check_row(row: Mapping[str, Any], allowed: Mapping[str, str], required: tuple[str, ...], where: str) -> None:
    """Raise UserError unless a row has the required keys, no unknown ones, and the types of `allowed` (see TYPES)."""
    for key, value in row.items():
        if key not in allowed:
            raise UserError(f"{where}: unknown key '{key}'; known here: {', '.join(sorted(allowed))}")
        if not _is(value, allowed[key]):
            raise UserError(f"{where}: key '{key}' must be a {allowed[key]}, found {_shown(value)}")
    for key in required:
        if key not in row:
            raise UserError(f"{where}: missing key '{key}'; add it")
        if not row[key].strip():
            raise UserError(f"{where}: key '{key}' is empty; fill it in")


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and (not isinstance(value, list) or all(isinstance(v, str) for v in value))


def _parse(where: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_no_duplicates)
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise UserError(f"{where}: bad JSON: {error.msg} at column {error.colno}; one JSON object a line") from None
    except UnicodeEncodeError:
        raise UserError(f"{where}: half of a surrogate pair (\\ud800-\\udfff) in a string; remove it") from None
    except RecursionError:
        raise UserError(f"{where}: nested too deeply; one flat JSON object a line") from None
    except ValueError as error:
        raise UserError(f"{where}: bad JSON: {error}") from None
    if not isinstance(row, dict):
        raise UserError(f"{where}: expected a JSON object, found {_shown(row)}; write {{...}} on the line")
    return row


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key '{twice}' stands there twice; keep one")
    return row


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
