"""A file or folder as records, whatever it is written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.data.importing.column_roles import ASKING, is_known, is_question, role_named
from eval.data.importing.import_format import Entry, Source
from eval.data.jsonl import read_json_lines, read_utf8
from eval.data.yaml_text import read_yaml
from eval.errors import UserError, need

if TYPE_CHECKING:
    from rag.readers.sheets.sheet import Cells, Sheet

SPLITS = {
    "train": "train", "training": "train", "test": "test", "testing": "test", "eval": "test", "dev": "dev",
    "valid": "dev", "validation": "dev", "val": "dev",
}  # fmt: skip
"""How splits are called elsewhere, and here."""
HEADER_WITHIN = 10
"""Rows from the top of a sheet among which the header is looked for: people put a title above it."""
LARGEST = 2**30
"""Bytes of a file that is read whole."""


def read_source(path: Path, *, sheet: str | None = None, is_header: Callable[[list[str]], bool]) -> Source:
    """The records of a file or folder; raises UserError naming the file, the place and the fix.

    `is_header` says of a table's row whether it names columns; where none of the first rows does, the first one is it.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; name the file with the questions")
    if path.stat().st_size > LARGEST:
        raise UserError(f"{path}: larger than {LARGEST // 2**30} GiB; divide it")
    reader = READERS.get(path.suffix.lower())
    if reader is not None:
        return reader(path)
    from rag.readers.sheets.spreadsheets import SHEETS

    if path.suffix.lower() in SHEETS:
        return _tables(path, sheet, is_header)
    raise UserError(
        f"{path}: questions are not read from this kind of file; known: {', '.join([*SHEETS, *READERS])}, "
        "or a folder of a Hugging Face data set; save it as one of these"
    )


def split_named(name: str) -> str:
    """Our name of a split by a file's or column's; empty where it is none."""
    words = name.casefold().replace("-", " ").replace("_", " ").replace(".", " ").split()
    return next((SPLITS[word] for word in words if word in SPLITS), "")


def _tables(path: Path, wanted: str | None, is_header: Callable[[list[str]], bool]) -> Source:
    from rag.readers.sheets.spreadsheets import read_sheets

    sheets = [s for s in read_sheets(path) if s.rows or s.left_out]
    named = [s for s in sheets if s.rows and (wanted is None or s.name == wanted)]
    if not named:
        there = ", ".join(f"'{s.name}'" for s in sheets if s.rows) or "none"
        raise UserError(f"{path}: no sheet '{wanted}'; there is {there}" if wanted else f"{path}: no rows in it")
    found, notes = _parted(named, is_header)
    heads = [_header(s.rows, is_header) for s, _ in found]
    heads = [None if at == len(s.rows) - 1 and len(found) > 1 else at for (s, _), at in zip(found, heads, strict=True)]
    if (wanted is None or len(found) > 1) and any(at is not None for at in heads):  # notes beside questions
        notes += [
            f"{said} has no column of questions and is left out"
            for (_, said), at in zip(found, heads, strict=True)
            if at is None
        ]
        kept = [(s, at) for (s, _), at in zip(found, heads, strict=True) if at is not None]
    else:
        kept = [(s, _first(s.rows, at)) for (s, _), at in zip(found, heads, strict=True)]
        if any(at < 0 for _, at in kept):
            notes.append("the first row is a question and no head; columns are called by their place")
    entries: list[Entry] = []
    columns: dict[str, None] = {}
    called: dict[str, str] = {}
    for sheet, at in kept:
        names = _unique(sheet.rows[at] if at >= 0 else ("",) * len(sheet.rows[0]))
        if at >= 0 and (second := _second_head(sheet.rows[at : at + 3])):
            names, at = _unique(second), at + 1
            notes.append(f"two rows of names in {sheet.name or path.name}, read as one")
        names = [_as_before(name, names, called) for name in names]
        columns.update(dict.fromkeys(names))
        for number, row in zip(sheet.numbers[at + 1 :], sheet.rows[at + 1 :], strict=True):
            where = f"{path}:{sheet.name}!{number}" if sheet.name else f"{path}:{number}"
            entries.append(Entry(where, dict(zip(names, row, strict=True)), split_named(sheet.name)))
    notes += [note for s in sheets for note in s.left_out]
    comma = any(s.comma for s, _ in kept)
    return Source(path, tuple(entries), columns=tuple(columns), tabular=True, comma=comma, notes=tuple(notes))


def _asks_in(row: Cells) -> bool:
    return any(ASKING.search(cell) for cell in row)


def _as_before(name: str, names: list[str], called: dict[str, str]) -> str:
    """The name that an earlier table has for a column of this one's role, as `Question` for `Frage`."""
    role = role_named(name)
    known = called.setdefault(role, name) if role else name
    return name if known in names else known


def _parted(sheets: list[Sheet], is_header: Callable[[list[str]], bool]) -> tuple[list[tuple[Sheet, str]], list[str]]:
    """(each table of the sheets with what it is called, a note on each sheet that has several)."""
    from rag.readers.sheets.tables import names_columns, tables
    from rag.readers.workbook_text import area

    def is_head(asks: bool, row: Cells, below: Sequence[Cells]) -> bool:
        if is_header(list(row)) and sum(map(is_known, row)) > 1:
            return True
        return asks and names_columns(row, below) and not any(map(_asks_in, below))

    found: list[tuple[Sheet, str]] = []
    notes: list[str] = []
    for sheet in sheets:
        asks = 2 * sum(map(_asks_in, sheet.rows)) >= len(sheet.rows)  # else rows without a question mark tell nothing
        parts = tables(sheet, partial(is_head, asks), sure=True)
        if len(parts) == 1:
            found.append((sheet, f"sheet '{sheet.name}'"))
            continue
        named = f"sheet '{sheet.name}'" if sheet.name else "the file"
        found += [(part, f"the table {area(part)} of {named}") for part in parts]
        notes.append(f"{named} holds {len(parts)} tables, each with a row of names: {', '.join(map(area, parts))}")
    return found, notes


def _header(rows: tuple[tuple[str, ...], ...], is_header: Callable[[list[str]], bool]) -> int | None:
    return next((i for i, row in enumerate(rows[:HEADER_WITHIN]) if is_header(list(row))), None)


def _first(rows: tuple[tuple[str, ...], ...], at: int | None) -> int:
    """The row of names where none has a known one: the first, unless it holds a question; then -1."""
    return at if at is not None else -1 if any(ASKING.search(cell) for cell in rows[0]) else 0


def _second_head(rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """One name a column of two rows of names, of which the upper ones may span columns; empty where there are not two.

    The second row is one when it repeats names of the first, as cells that span rows do, or has no question, and when
    each column that the first has no name for has one there.
    """
    if len(rows) < 3:
        return ()
    top, below = rows[0], rows[1]
    asked = next((i for i, cell in enumerate(top) if is_question(cell)), None)
    open_columns = [i for i, cell in enumerate(top) if not cell.strip() and below[i].strip()]
    if asked is None or not open_columns or below[asked].strip() not in ("", top[asked].strip()):
        return ()
    return tuple(
        lower if lower.strip() and (not upper.strip() or is_known(lower)) else upper
        for upper, lower in zip(top, below, strict=True)
    )


def _unique(names: tuple[str, ...]) -> list[str]:
    """Names of columns, each once; one without a name is called by its place."""
    found: list[str] = []
    for i, name in enumerate(names, 1):
        name = " ".join(name.split()) or f"column {i}"
        found.append(name if name not in found else f"{name} ({i})")
    return found


def _json(path: Path) -> Source:
    text = read_utf8(path)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (rows := _value_a_line(path, text)):
            return Source(path, tuple(rows))
        raise UserError(f"{path}:{error.lineno}: bad JSON: {error.msg} at column {error.colno}; correct it") from None
    except RecursionError:
        raise UserError(f"{path}: nested too deeply; write it flatter") from None
    return Source(path, tuple(_items(path, value)), document=value)


def _value_a_line(path: Path, text: str) -> list[Entry]:
    """The records of a file that is called .json and holds a record, or a list of records, a line; else none."""
    found: list[Entry] = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            value = json.loads(line) if line.strip() else []
        except ValueError:
            return []
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows):
            return []
        found += [Entry(f"{path}:{number}", row, split_named(path.stem)) for row in rows]
    return found


def _items(path: Path, value: Any) -> Iterator[Entry]:
    """The records of a JSON value: of its list, by id, by column, or of the lists under the names of splits."""
    if isinstance(value, dict) and (columns := _by_column(value)):
        yield from _listed(str(path), columns, split_named(path.stem))
    elif isinstance(value, dict) and value and all(_asks(row) for row in value.values()):
        for key, row in value.items():
            yield Entry(f"{path}:{key}", {"id": key, **row}, split_named(path.stem))
    elif isinstance(value, dict):
        for key, rows in value.items():
            if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
                yield from _listed(f"{path}:{key}", rows, split_named(key))
    elif isinstance(value, list):
        yield from _listed(str(path), value, split_named(path.stem))


def _by_column(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of a table that is written by column, as lists or by row name; empty for any other record."""
    held = {k: list(v.values()) if isinstance(v, dict) else v for k, v in value.items()}
    lengths = {len(v) for v in held.values() if isinstance(v, list)}
    if len(lengths) != 1 or not all(isinstance(v, list) for v in held.values()) or not _asks_by_column(held):
        return []
    return [dict(zip(held, row, strict=True)) for row in zip(*held.values(), strict=True)]


def _asks(row: Any) -> bool:
    """Whether a value is a record with a question."""
    return isinstance(row, dict) and any(is_question(k) and isinstance(v, str) for k, v in row.items())


def _asks_by_column(columns: dict[str, Any]) -> bool:
    return any(is_question(name) and all(isinstance(v, str) for v in column) for name, column in columns.items())


def _listed(where: str, rows: list[Any], split: str) -> Iterator[Entry]:
    for i, row in enumerate(rows):
        if not isinstance(row, dict):
            raise UserError(f"{where}[{i}]: expected an object, found {type(row).__name__}; write {{...}}")
        yield Entry(f"{where}[{i}]", row, split)


def _json_lines(path: Path) -> Source:
    split = split_named(path.stem)
    return Source(path, tuple(Entry(f"{path}:{n}", row, split) for n, row in read_json_lines(path)))


def _yaml(path: Path) -> Source:
    value = read_yaml(path)
    return Source(path, tuple(_items(path, value)), document=value)


def _parquet(path: Path) -> Source:
    return Source(path, tuple(_arrow_rows(path)))


def _arrow_rows(path: Path, split: str = "") -> Iterator[Entry]:
    need("pyarrow", why=f"{path}: reading Parquet and Arrow files")
    import pyarrow
    from pyarrow import ipc, parquet

    try:
        if path.suffix == ".parquet":
            table = parquet.read_table(path)
        else:
            with pyarrow.memory_map(str(path)) as mapped:
                table = ipc.open_stream(mapped).read_all()
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise UserError(f"{path}: cannot be read ({str(error).splitlines()[0]}); write it again") from None
    split = split or split_named(path.stem)
    for i, row in enumerate(table.to_pylist()):
        yield Entry(f"{path}[{i}]", row, split)


def _folder(path: Path) -> Source:
    """A Hugging Face data set: as saved to disk, or as a repository with files in it."""
    files = [f for f in sorted(path.rglob("*")) if f.suffix in (".parquet", ".arrow", ".jsonl") and f.is_file()]
    hidden = [f for f in files if any(p.startswith((".", "cache-")) for p in f.relative_to(path).parts)]
    files = [f for f in files if f not in hidden and f.name != "corpus.parquet"]
    if not files:
        raise UserError(f"{path}: no .parquet, .arrow or .jsonl file in it; name the file with the questions")
    entries: list[Entry] = []
    for file in files:
        split = split_named(file.stem) or split_named(file.parent.name)
        rows = _arrow_rows(file, split) if file.suffix != ".jsonl" else _json_lines(file).entries
        entries += [Entry(e.where, e.values, e.split or split) for e in rows]
    return Source(path, tuple(entries))


READERS: dict[str, Callable[[Path], Source]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".parquet": _parquet,
    ".arrow": _parquet,
}
"""How each kind of file but spreadsheets becomes records."""
