"""Any table with a column of questions: CSV, TSV, XLSX, ODS, and records of which the keys are such columns."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from eval.data.importing.choices import lettered_columns, listed
from eval.data.importing.column_roles import numbered, plain_name, roles_of
from eval.data.importing.import_format import Context, Found, Imported, Named, Source, importer, texts
from eval.data.importing.reply_answers import SHORT
from eval.data.importing.source_files import split_named
from eval.metrics.text.language import language_of

POINT_LANGUAGES = ("en", "ko", "ja", "zh", "th", "hi")
"""Languages that write decimals with a point."""
NO = ("false", "no", "nein", "0", "n", "falsch", "non", "아니요", "아니오", "いいえ", "否", "нет")
_ITEM = re.compile(r"\s*(?:[-*•‣·–—]|\d{1,2}[.)])\s")
"""What an item of a list begins with."""
_COMMA_NUMBER = re.compile(r"([-+]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(\s*[%€$£]?)")


def _fits(source: Source) -> bool:
    return bool(source.entries) and (source.tabular or any(_plain(key) for key in source.shared_keys()))


def _plain(key: str) -> bool:
    from eval.data.importing.column_roles import ROLES

    return plain_name(key) in ROLES["question"]


@importer("table", "a table with a column of questions", _fits)
def read_table(source: Source, named: Named) -> Found:
    """One row a record; a cell may hold several accepted answers, one a short line or divided by ' | '."""
    columns = source.columns or tuple(dict.fromkeys(k for e in source.entries for k in e.values))
    cells = [{c: "\n".join(texts(e.values.get(c))) for c in columns} for e in source.entries]
    lettered = lettered_columns(columns) if "options" not in named.columns else []
    roles = roles_of([c for c in columns if c not in lettered], cells, named.columns, str(source.path))
    if "options" in roles:
        lettered = []
    further = (
        [c for c in numbered(columns, "answer") if c != roles.get("answer")] if "answer" not in named.columns else []
    )
    divided = _divided([row[roles["answer"]] for row in cells]) if "answer" in roles and source.tabular else False
    swap = source.comma and _language(cells, roles["question"]) in POINT_LANGUAGES
    rows: list[Imported] = []
    swapped = 0
    for entry, row in zip(source.entries, cells, strict=True):
        held = [entry.values.get(c) for c in (roles.get("answer", ""), *further)]
        answers = texts([a for value in held for a in _accepted(value, source.tabular)])
        if divided:
            answers = texts([part for a in answers for part in a.split(";")])
        if swap:
            pointed = tuple(_with_point(a) for a in answers)
            swapped += sum(a != b for a, b in zip(answers, pointed, strict=True))
            answers = pointed
        given = [entry.values.get(c) for c in lettered] if lettered else entry.values.get(roles.get("options", ""))
        choice = listed(given, partial(_several, tabular=source.tabular))
        answers = tuple(map(choice.text_of, answers))
        made = _row(entry.where, row, roles, answers, entry.split, source.tabular, entry.values)
        rows.append(replace(made, options=choice.options))
    notes = ["columns: " + ", ".join(f"{role} = '{column}'" for role, column in roles.items())]
    notes += [f"further answers: {', '.join(repr(c) for c in further)}"] if further else []
    notes += ["answers divided at semicolons: most cells have some"] if divided else []
    notes += [f"options: {', '.join(repr(c) for c in lettered)}"] if lettered else []
    unused = [c for c in columns if c not in (*roles.values(), *further, *lettered) and any(row[c] for row in cells)]
    notes += [f"columns not used: {', '.join(repr(c) for c in unused)}"] if unused else []
    notes += (
        [f"{swapped} numbers with a decimal comma written with a point, as the questions' language has it"]
        if swapped
        else []
    )
    return Found(tuple(rows), tuple(notes))


def _row(
    where: str, row: Mapping[str, str], roles: Mapping[str, str], answers: tuple[str, ...], split: str, tabular: bool,
    values: Mapping[str, object],
) -> Imported:  # fmt: skip
    def cell(role: str) -> str:
        return row[roles[role]].strip() if role in roles else ""

    reply = cell("reply")
    tags = ",".join(_several(values.get(roles.get("tags", "")), tabular)).split(",")
    contexts = _several(values.get(roles.get("context", "")), False)
    return Imported(
        where, " ".join(cell("question").split()), answers, reply, id=cell("id"),
        documents=_several(values.get(roles.get("documents", "")), tabular),
        contexts=tuple(Context(text) for text in contexts), group=cell("group"),
        answerable=_answerable(cell("answerable"), roles.get("answerable", "")),
        tags=tuple(t.strip() for t in tags if t.strip()),
        split=split_named(cell("split")) or split,
    )  # fmt: skip


def _several(value: object, tabular: bool) -> tuple[str, ...]:
    """The texts of a value; of a table's cell, one a line, one between bars, or those of a JSON list."""
    if not isinstance(value, str):
        return texts(value)
    if not tabular:
        return texts(value)
    if value.startswith("[") and value.endswith("]"):
        try:
            return texts(json.loads(value))
        except ValueError:
            quoted = re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", value)  # a list as Python writes it
            if quoted:
                return texts([first or second for first, second in quoted])
    return texts(re.split(r"\n| \| ", value))


def _accepted(value: object, tabular: bool) -> tuple[str, ...]:
    """The accepted answers of a value: lines of a cell are several where each is short and no item of a list.

    Otherwise they are one text, of which no line alone is an answer.
    """
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    lines = _several(value, tabular)
    if not isinstance(value, str) or len(lines) < 2 or "\n" not in value.strip():
        return lines
    listed = sum(bool(_ITEM.match(line)) for line in lines)
    if listed or any(len(line.split()) > SHORT or line.endswith((":", "：")) for line in lines):
        return (value.strip(),)
    return lines


def _divided(cells: list[str]) -> bool:
    """Whether semicolons divide accepted answers: half of the cells have short parts between some."""
    filled = [cell for cell in cells if cell.strip()]
    parted = [cell for cell in filled if ";" in cell and max(len(part.split()) for part in cell.split(";")) <= 6]
    return 2 * len(parted) >= len(filled) > 0


def _answerable(cell: str, column: str) -> bool:
    said = cell.casefold() in NO
    negative = plain_name(column) in ("is impossible", "unanswerable")
    return not cell or (said if negative else not said)


def _language(cells: list[dict[str, str]], question: str) -> str:
    return language_of(" ".join(row[question] for row in cells[:50]))


def _with_point(text: str) -> str:
    """1.234,5 as 1,234.5; a text that is no number as it is."""
    match = _COMMA_NUMBER.fullmatch(text)
    if match is None:
        return text
    sign, whole, decimals, unit = match.groups()
    return f"{sign}{whole.replace('.', ',')}{'.' + decimals if decimals else ''}{unit}"
