"""Reading files that a person wrote: UTF-8 text, and one JSON object a line, with errors that name file and line."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import refuse_pointer

TYPES = {"string": str, "true or false value": bool, "list of strings": list, "list of checks": list}
"""What a key may hold, in the words of the error message."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks and what they declare; that of UTF-32-LE begins like that of UTF-16-LE and so comes first."""

SCRIPTS = (
    ("shift_jis", (("\u3040", "\u30ff"), ("\u3000", "\u303f"), ("\u4e00", "\u9fff"), ("\uff01", "\uff5e"))),
    ("cp949", (("\uac00", "\ud7a3"), ("\u3000", "\u303f"))),
    ("gb18030", (("\u4e00", "\u9fff"), ("\u3000", "\u303f"), ("\uff01", "\uff5e"))),
    ("windows-1251", (("\u0410", "\u044f"),)),
)
"""Encodings by the letters that a text in them is made of, the pickiest first."""

LONE = 0.4
"""Of the runs of bytes above 127, the share that may be one byte long where the text is not Western European."""


SPACED = 0.3
"""Of the runs of bytes above 127, the share that may follow another one after a blank in Chinese and Japanese."""


def read_utf8(path: Path) -> str:
    """A file's text without byte-order mark and with `\\n` line ends; a byte-order mark may also declare UTF-16 or -32.

    Raises UserError naming a bad byte and the likely encoding, or for a file that only points to one not fetched.
    """
    return unix_lines(decode(read_raw(path), path))


def read_raw(path: Path) -> bytes:
    """A file's bytes; raises UserError where it cannot be read or is a pointer of Git LFS or git-annex."""
    try:
        refuse_pointer(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"{path}: no such file; a data set folder needs one: `dataset init` makes it, see docs/data.md"
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); correct its permissions") from None


def decode(data: bytes, path: Path) -> str:
    """Bytes of a text file as text: as its byte-order mark declares, else UTF-8; raises UserError naming `path`."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding not in ("utf-8", "utf-8-sig"):
            raise UserError(
                f"{path}: begins with the byte-order mark of {encoding}, but is not at byte {error.start}; "
                "save the file as UTF-8"
            ) from None
        line = data.count(b"\n", 0, error.start) + 1
        likely = likely_encoding(data)
        guess = f" (it looks like {likely})" if likely else ""
        raise UserError(f"{path}:{line}: not UTF-8 at byte {error.start}; save the file as UTF-8{guess}") from None


def nfc(name: str) -> str:
    """A name in Unicode's composed form, in which names are compared: macOS stores file names decomposed."""
    return unicodedata.normalize("NFC", name)


def unix_lines(text: str) -> str:
    """The text with `\\n` line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def likely_encoding(data: bytes) -> str:
    """The name of the encoding that bytes which are not UTF-8 probably have; empty where nothing fits well.

    UTF-16 shows by its zero bytes. Of the others one fits when its letters stand side by side, as they do not in
    Western European languages, and when nine in ten of what is not ASCII are letters of its script.
    """
    if (zeros := data.count(0)) > len(data) // 4:
        return "utf-16-le" if data[1::2].count(0) > zeros // 2 else "utf-16-be"
    runs = re.findall(rb"[\x80-\xff]+", data)
    lone = sum(len(run) == 1 for run in runs) / len(runs) if runs else 1.0
    spaced = len(re.findall(rb"[\x80-\xff] [\x80-\xff]", data)) / len(runs) if runs else 0.0
    for name, letters in SCRIPTS:
        if lone > LONE:
            break
        if name in ("shift_jis", "gb18030") and spaced > SPACED:
            continue
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        foreign = [c for c in text if ord(c) > 127]
        fitting = sum(any(low <= c <= high for low, high in letters) for c in foreign)
        if len(foreign) >= 2 and fitting >= 0.9 * len(foreign):
            # KOI8-R read as Windows-1251 gives Cyrillic words with the case of all letters turned.
            return "koi8-r" if name == "windows-1251" and re.search(r"\b[а-я][А-Я]{2,}", text) else name
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "windows-1252"


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
    item = dict if kind == "list of checks" else str
    return isinstance(value, TYPES[kind]) and (not isinstance(value, list) or all(isinstance(v, item) for v in value))


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
