"""A question that stands in several rows with different answers: one row that accepts them all, and the rows named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from eval.data.importing.import_format import Imported

SIGNS = "?？؟ "
"""Signs at the end of a question that change nothing."""


def merged(rows: Sequence[Imported], notes: list[str], left_out: list[str]) -> list[Imported]:
    """The rows, those with one question and different answers as one, in the place of the first.

    Rows that bring different passages, documents, options or ids of a fact ask about different things and stay; so do
    those that are alike, and those whose answer is only to be found in a reply. A question that has an answer in one
    row and none in another is left out. Adds a line to `notes` and to `left_out` that names the rows.
    """
    asked: dict[object, list[Imported]] = {}
    for row in rows:
        asked.setdefault(_key(row), []).append(row)
    kept: dict[int, Imported] = {id(row): row for row in rows}
    accepted: list[str] = []
    for same in asked.values():
        if len({(r.answerable, tuple(sorted(map(_plain, r.answers)))) for r in same}) < 2:
            continue
        for row in same:
            del kept[id(row)]
        if len({r.answerable for r in same}) > 1:
            left_out.append(f"{_places(same)}: one question with an answer and without; correct one of them")
            continue
        answers = tuple(dict.fromkeys(a for r in same for a in r.answers))
        kept[id(same[0])] = replace(same[0], answers=answers)
        accepted.append(_places(same))
    if accepted:
        notes.append(
            f"questions that stand in several rows with different answers, all accepted: {'; '.join(accepted)}"
        )
    if apart := list(_apart(kept.values())):
        notes.append(
            "rows ask the same with different answers and documents or groups; say in each question what it is about: "
            + "; ".join(apart)
        )
    order = {id(row): i for i, row in enumerate(rows)}
    return [kept[key] for key in sorted(kept, key=lambda key: order[key])]


def _apart(rows: Iterable[Imported]) -> Iterator[str]:
    """The places of rows that ask the same of different things, and bring no passage that would tell which."""
    asked: dict[str, list[Imported]] = {}
    for row in rows:
        if row.answers and not row.contexts and not row.options:
            asked.setdefault(_plain(row.question).rstrip(SIGNS), []).append(row)
    for same in asked.values():
        if len({tuple(sorted(map(_plain, r.answers))) for r in same}) > 1:
            yield _places(same)


def _key(row: Imported) -> object:
    """What rows that ask the same have in common; of a row without an answer of its own, the row itself."""
    if row.answerable and not row.answers:
        return id(row)
    about = (row.contexts, row.documents, tuple(map(str, row.options)), row.group, row.system)
    return (_plain(row.question).rstrip(SIGNS), about)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _places(rows: Iterable[Imported]) -> str:
    """`questions.csv:3 and 9`: the first with its file, the others with their number alone."""
    first, *others = [row.where for row in rows]
    return " and ".join([first, *(other.rpartition("!" if "!" in other else ":")[2] for other in others)])
