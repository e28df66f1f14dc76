"""Questions of choice: options in a list, a record or lettered columns, and answers that say an option's position."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.data.importing.column_roles import plain_name
from eval.data.importing.import_format import Imported, texts
from eval.errors import UserError
from eval.metrics.knowledge.choice import named_options
from eval.metrics.knowledge.choice_options import options, with_options

LETTERS = "abcdefghijkl"
_LETTERED = re.compile(r"(?:(?:answer )?(?:option|choice|opt|auswahl|선택지|보기) ?)?([a-l]|[1-9])")
_TEXTS, _LABELS = ("text", "texts", "option", "options"), ("label", "labels", "key", "keys")


@dataclass(frozen=True, slots=True)
class Listed:
    """The options of a row, and the labels that its file gives them, if any."""

    options: tuple[str, ...]
    labels: tuple[str, ...] = ()

    def text_of(self, answer: str) -> str:
        """The option that an answer names by the file's own label; any other answer as it is."""
        return self.options[self.labels.index(answer)] if answer in self.labels else answer


def lettered_columns(columns: Sequence[str]) -> list[str]:
    """Columns that hold an option each, in order: A, B, C, D, or option 1, option 2; empty where there are no two."""
    found = {m[1]: c for c in reversed(columns) if (m := _LETTERED.fullmatch(plain_name(c)))}
    for family in (LETTERS, "123456789"):
        run = [found[label] for label in _while(lambda label: label in found, family)]
        bare = any(plain_name(c) in "123456789" for c in run)  # columns 1, 2, 3 may be anything
        if len(run) > 1 and not bare:
            return run
    return []


def _while(holds: Callable[[str], bool], labels: str) -> list[str]:
    end = next((i for i, label in enumerate(labels) if not holds(label)), len(labels))
    return list(labels[:end])


def listed(value: object, several: Callable[[object], tuple[str, ...]]) -> Listed:
    """The options of a value: a record of texts and labels, a list of such records, a record by label, or texts."""
    if isinstance(value, Mapping):
        texts_, labels = _part(value, _TEXTS), _part(value, _LABELS)
        if texts_:
            return Listed(texts_, labels if len(labels) == len(texts_) else ())
        return Listed(tuple(map(str, value.values())), tuple(map(str, value)))
    if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
        parts = [(_part(v, _TEXTS), _part(v, _LABELS)) for v in value]
        if all(len(t) == 1 for t, _ in parts):
            labels = tuple(found[0] for _, found in parts if len(found) == 1)
            return Listed(tuple(t[0] for t, _ in parts), labels if len(labels) == len(parts) else ())
    return Listed(several(value))


def _part(value: Mapping[Any, Any], names: Sequence[str]) -> tuple[str, ...]:
    return next((texts(value[key]) for key in value if str(key).casefold() in names), ())


def with_named_options(rows: Sequence[Imported], notes: list[str]) -> list[Imported]:
    """The rows; where the file's answers are positions of options, each becomes the label of its option.

    They are positions where all are whole numbers and not all name an option by its label or text. They count from 0
    where one is 0, and from 1 where one is the number of its options. Raises UserError where neither shows.
    """
    known = [_known(row) for row in rows]
    chosen = [(row, k) for row, k in zip(rows, known, strict=True) if len(k) > 1 and row.answers]
    numbers = [[int(a) for a in row.answers if re.fullmatch(r"\d{1,2}", a)] for row, _ in chosen]
    whole = all(len(n) == len(row.answers) for n, (row, _) in zip(numbers, chosen, strict=True))
    named = all(named_options(a, k) for row, k in chosen for a in row.answers)
    if not chosen or not whole or named:
        return list(rows)
    first = _first(numbers, [len(k) for _, k in chosen])
    if first is None:
        row = chosen[0][0]
        raise UserError(
            f"{row.where}: the answer '{row.answers[0]}' names no option, and the file's answers do not show whether "
            f"they count options from 0 or from 1; write the option's letter or text as the answer"
        )
    notes.append(f"answers are positions of options, counted from {first}; each stands as the label of its option")
    return [
        replace(
            row,
            answers=tuple(list(k)[int(a) - first] for a in row.answers),
            reply="" if row.reply in row.answers else row.reply,
        )
        if len(k) > 1
        else row
        for row, k in zip(rows, known, strict=True)
    ]


def with_listed_options(rows: Sequence[Imported]) -> list[Imported]:
    """The rows; questions that list their options themselves, and whose answers name one, are of the metric choice.

    Only where at least half of the file's rows are so: a question may number its parts and ask how many there are.
    """
    chosen = [
        not row.options and not row.metric and len(known := options(row.question)) > 1 and bool(row.answers)
        and all(named_options(answer, known) for answer in row.answers)
        for row in rows
    ]  # fmt: skip
    if 2 * sum(chosen) < len(rows):
        return list(rows)
    return [replace(row, metric="choice") if is_one else row for row, is_one in zip(rows, chosen, strict=True)]


def _known(row: Imported) -> dict[str, str]:
    return options(with_options(row.question, row.options)) if len(row.options) > 1 else options(row.question)


def _first(numbers: Sequence[Sequence[int]], counts: Sequence[int]) -> int | None:
    """What the first option is counted as; None where the numbers fit both ways, or neither."""
    lowest = min(min(n) for n in numbers)
    over = max(max(n) - count for n, count in zip(numbers, counts, strict=True))
    if lowest == 0 and over < 0:
        return 0
    return 1 if lowest >= 1 and over == 0 else None
