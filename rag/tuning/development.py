"""The questions that retrieval may be chosen on; nothing here is given a path to the test split."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from eval.data.dataset import Dataset
from eval.errors import UserError
from eval.metrics.retrieval import tells
from eval.records import Example, Passage
from rag.readers.documents import Document

SHARE = 3
"""Without dev.jsonl one of so many groups of the training split is held back for choosing."""
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A development question with what retrieval should bring."""

    example: Example
    literal: bool
    """Whether one of its documents states an accepted answer; else finding a gold document is what counts."""

    def held_by(self, passages: Sequence[Passage]) -> bool:
        """Whether these passages hold what the question needs."""
        example = self.example
        own = [p for p in passages if not example.documents or p.document in example.documents]
        return any(tells(p.text, example.answers) for p in own) if self.literal else bool(own)


def held_back_groups(train: Sequence[Example]) -> frozenset[str]:
    """The third of the training groups that settings are chosen on where there is no dev.jsonl, drawn by name."""
    groups = sorted({e.group for e in train if e.answerable})
    return frozenset(random.Random("tune").sample(groups, len(groups) // SHARE))


def development_questions(dataset: Dataset) -> list[Question]:
    """Those of dev.jsonl, else of the training groups that are held back; unanswerable ones tell nothing.

    Raises UserError where there are too few to choose on.
    """
    held = held_back_groups(dataset.train)
    rows = dataset.dev or [e for e in dataset.train if e.group in held]
    questions = needs(rows, dataset.texts)
    if len(questions) < FEWEST:
        raise UserError(
            f"{dataset.path}: {len(questions)} development questions name a document or an answer of the corpus, and "
            f"fewer than {FEWEST} choose nothing; add a dev.jsonl, or `documents` to the training rows"
        )
    return questions


def needs(rows: Sequence[Example], documents: Sequence[Document]) -> list[Question]:
    """The answerable rows that name a document, or an answer that stands in one, with what each needs."""
    texts = {d.id: d.text for d in documents}
    questions = []
    for example in rows:
        if not example.answerable:
            continue
        own = [texts[d] for d in example.documents] if example.documents else list(texts.values())
        literal = any(tells(text, example.answers) for text in own)
        if literal or example.documents:
            questions.append(Question(example, literal))
    return questions
