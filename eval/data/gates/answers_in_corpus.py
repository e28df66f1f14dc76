"""The gate between answers and documents: an answer that no document holds cannot be retrieved."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from eval.data.gates.gate import Finding, Located, Material, gate, listed, percent
from eval.metrics.quantities.equality import same
from eval.metrics.quantities.quantity import Quantity, lone_quantity, quantities
from eval.metrics.retrieval import LONG, NOT_WORDS
from eval.metrics.text.normalize import normalise, plain, tokens

if TYPE_CHECKING:
    from rag.readers.documents import Document

_POLAR = frozenset({"yes", "no", "true", "false"})


@gate("answer-in-corpus")
def answers_in_corpus(material: Material) -> Iterator[Finding]:
    """Answerable rows none of whose accepted answers stands in their gold documents, or in any where none is named."""
    if not material.dataset.documents or material.dataset.config.knowledge.metric in NOT_WORDS:
        return
    corpus = _Corpus(material.documents)
    for rows in (material.test, (*material.train, *material.dev)):
        asked = [row for row in rows if row.example.answerable and not _polar(row)]
        elsewhere = [
            r for r in asked if r.example.documents and not corpus.holds(r.example.answers, r.example.documents)
        ]
        nowhere = [r for r in asked if not r.example.documents and not corpus.anywhere(r.example.answers)]
        lost = [r for r in elsewhere if not corpus.anywhere(r.example.answers)]
        if missing := [*nowhere, *lost]:
            yield _finding(
                material, missing, len(asked), "no accepted answer stands anywhere in corpus/",
                "add the document, correct the answer, or add it to 'answers' as the document words it",
            )  # fmt: skip
        if wrong := [r for r in elsewhere if r not in lost]:
            yield _finding(
                material, wrong, len(asked), "no accepted answer stands in the gold 'documents', only in others",
                "correct 'documents'",
            )  # fmt: skip


class _Corpus:
    """Which documents hold an answer: its words, or the same quantity or date in another notation.

    The words need not stand in a row, because tables keep a unit in their head and a forename in another cell.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.texts = {d.id: f"{d.title}\n{d.text}" for d in documents}
        self._quantities: dict[str, tuple[Quantity, ...]] = {}
        self._letters: dict[str, str] = {}

    @cached_property
    def words(self) -> dict[str, set[str]]:
        """Token -> ids of the documents that hold it."""
        found: dict[str, set[str]] = defaultdict(set)
        for document, text in self.texts.items():
            for token in tokens(text):
                found[token].add(document)
        return found

    def holds(self, answers: Sequence[str], documents: Collection[str]) -> bool:
        """Whether one of these documents holds one of the answers; the cheap way of looking first."""
        ways = (self._words_stand, self._letters_stand, self._value_stands)
        return any(way(answer, documents) for way in ways for answer in answers)

    def anywhere(self, answers: Sequence[str]) -> bool:
        """Whether any document holds one of the answers."""
        return self.holds(answers, self.texts.keys())

    def _words_stand(self, answer: str, documents: Collection[str]) -> bool:
        wanted = set(tokens(answer))  # of a sentence half of the words must stand there, not all
        needed = len(wanted) if len(wanted) <= LONG else math.ceil(len(wanted) / 2)
        rarest = sorted((self.words.get(t, set()) for t in wanted), key=len)
        held: Counter[str] = Counter()
        for i, having in enumerate(rarest):
            # A document not met among the first ones cannot reach the number that is needed.
            open_ = len(rarest) - i > needed - 1
            held.update(d for d in having if open_ or d in held)
        return (
            any(held[d] >= needed for d in documents)
            if len(documents) < len(held)
            else any(count >= needed and d in documents for d, count in held.items())
        )

    def _letters_stand(self, answer: str, documents: Collection[str]) -> bool:
        """Whatever blanks and signs stand between: TG 200 in TG-200, or what a PDF has torn apart."""
        letters = _letters(answer)
        return len(letters) >= 3 and any(letters in self._letters_of(d) for d in documents)

    def _value_stands(self, answer: str, documents: Collection[str]) -> bool:
        wanted = lone_quantity(answer)
        if wanted is None or not wanted.unit:
            return False
        return any(same(wanted, q) for d in documents for q in self._quantities_of(d))

    def _letters_of(self, document: str) -> str:
        if document not in self._letters:
            self._letters[document] = _letters(self.texts[document])
        return self._letters[document]

    def _quantities_of(self, document: str) -> tuple[Quantity, ...]:
        if document not in self._quantities:
            self._quantities[document] = quantities(self.texts[document])
        return self._quantities[document]


def _finding(material: Material, rows: Sequence[Located], asked: int, what: str, fix: str) -> Finding:
    shown = listed([f"{row.place} ('{row.example.answers[0]}')" for row in rows])
    count = f"{len(rows)} of {asked} answerable rows ({percent(len(rows) / asked)})"
    return Finding("answer-in-corpus", "warning", f"{what}, for {count}: {shown}; {fix}", material.path(rows[0]))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", plain(text))


def _polar(row: Located) -> bool:
    return any(normalise(a) in _POLAR for a in row.example.answers)
