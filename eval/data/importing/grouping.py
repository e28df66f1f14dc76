"""Which rows are about one fact, and splits that cut no such group."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Sequence

from eval.data.near_duplicates import names_of
from eval.data.near_rows import near_rows
from eval.data.splits import question_key, same_question
from eval.metrics.knowledge.choice import named_options
from eval.metrics.knowledge.choice_options import options
from eval.records import Example

_LABEL = re.compile(r"[\W_]*\w{1,4}[\W_]*$")
"""Of the first option, behind the question."""


def fact_groups(rows: Sequence[Example], more: Sequence[Sequence[Hashable]] = ()) -> list[str]:
    """The group of each row: rows share one by the file's group, question, answer in one document, or a key of `more`.

    Without a document, rows of one answer share one that ask about the same names and numbers.

    Questions that are nearly the same and have the same answer share one, too. Rows that the file put into two groups
    are in one where they ask the same: nothing that is asked may stand in two splits.
    """
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[Hashable, int] = {}
    for i, row in enumerate(rows):
        for key in (*_keys(row), *(more[i] if more else ())):
            parent[root(i)] = root(first.setdefault(key, i))
    for i, j in near_rows(rows, rows):
        if i < j:
            parent[root(i)] = root(j)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(rows)):
        members[root(i)].append(i)
    names: dict[str, int] = {}
    found = [""] * len(rows)
    for held in members.values():
        name = _name(rows[held[0]])
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            name = f"{name}-{names[name]}"
        for i in held:
            found[i] = name
    return found


def split_groups(groups: Sequence[str], share: float, seed: int) -> list[str]:
    """`train` or `test` for each row, by group: groups in an order drawn by the seed fill the test to its share."""
    sizes: dict[str, int] = defaultdict(int)
    for group in groups:
        sizes[group] += 1
    order = sorted(sizes, key=lambda g: (hashlib.sha256(f"{seed}\n{g}".encode()).hexdigest(), g))
    wanted, held, test = share * len(groups), 0, set()
    for group in order:
        if held + sizes[group] / 2 <= wanted:
            test.add(group)
            held += sizes[group]
    return ["test" if group in test else "train" for group in groups]


def slug(text: str, length: int = 60) -> str:
    """A text as a name of letters, digits and hyphens; letters of other scripts stay."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:length].strip("-")


def _keys(row: Example) -> list[Hashable]:
    keys: list[Hashable] = [("question", same_question(row.question)), ("asked", question_key(row.question))]
    if row.group:
        keys.append(("group", row.group))
    elif row.answers:
        asked, answer = _without_options(row)
        if row.documents:
            keys.append(("fact", row.documents[0], same_question(answer)))
        elif any(found := names_of(asked)):
            keys.append(("named", *found, same_question(answer)))
    return keys


def _without_options(row: Example) -> tuple[str, str]:
    """(question, answer) of a row; of one of choice what stands before its options, and the right option's text.

    A label says nothing of the fact: every fourth question has the answer A.
    """
    known = options(row.question)
    labels = sorted(named_options(row.answers[0], known)) if known else []
    if not labels:
        return row.question, row.answers[0]
    before = row.question.partition(next(iter(known.values())))[0]
    return _LABEL.sub("", before), ", ".join(known[label] for label in labels)


def _name(row: Example) -> str:
    if row.group:
        return row.group
    if row.documents and row.answers:
        stem = row.documents[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return slug(f"{stem} {row.answers[0]}") or row.id
    return slug(row.question) or row.id
