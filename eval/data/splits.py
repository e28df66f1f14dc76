"""What must hold between the rows of a data set's splits: nothing that is asked in the test has been shown before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.errors import UserError
from eval.metrics.text.normalize import normalise
from eval.records import Example

SIGNS = r"[<>=+*%^]|(?<=[\d\s])[-/](?=[\d\s])"
_PIECE = re.compile(rf"\w+(?:[.,]\w+)*|{SIGNS}")


@dataclass(frozen=True, slots=True)
class Row:
    """An example and where it was written."""

    where: str
    """`file:line`."""
    example: Example
    grouped: bool
    """Whether the row names its group, or got the default one."""


def check_splits(splits: Mapping[str, Sequence[Row]]) -> None:
    """Raise UserError for an id used twice, and for a group or a question that stands in two splits."""
    ids: dict[str, Row] = {}
    groups: dict[str, tuple[str, Row]] = {}
    questions: dict[str, tuple[str, Row]] = {}
    for split, rows in splits.items():
        for row in rows:
            first = ids.setdefault(row.example.id, row)
            if first is not row:
                raise UserError(f"{row.where}: id '{row.example.id}' is taken by {first.where}; give each row its own")
            where, other = questions.setdefault(same_question(row.example.question), (split, row))
            if where != split:
                raise UserError(f"{row.where}: the same question as {other.where}; remove it from one of the splits")
            where, other = groups.setdefault(row.example.group, (split, row))
            if where != split:
                raise UserError(_two_splits(row, other))


def same_question(question: str) -> str:
    """The question without what does not make it another one: case, punctuation, blanks and Unicode form.

    Signs of comparing and calculating stay: 5 + 3 is not 5 * 3.
    """
    return " ".join(_PIECE.findall(unicodedata.normalize("NFKC", question).casefold()))


def question_key(question: str) -> str:
    """The question as its tokens and signs, also without articles and with numbers in one notation.

    Two that have one key ask the same; of these `same_question` finds only those that are written the same.
    """
    return " ".join([normalise(question), *re.findall(SIGNS, question)])


def _two_splits(row: Row, other: Row) -> str:
    group = row.example.group
    if row.grouped and other.grouped:
        return f"{row.where}: group '{group}' is also in {other.where}; keep a group within one split"
    default = "its first gold document" if row.example.documents else "its id"
    which = row if not row.grouped else other
    return (
        f"{row.where}: the row falls into group '{group}', which is also in {other.where}, because {which.where} has "
        f"no key 'group' and gets {default}; add a 'group' to both that names the fact, or keep them in one split"
    )
