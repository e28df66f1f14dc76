"""The words of a corpus and their BM25 index: the one place that knows bm25s.

The terms of every passage lie in an SQLite file beside the vectors and change with them, document by document. From
them BM25's matrix is made, and kept in a folder of its own until the corpus changes.
"""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.files import fingerprint, read_json, write_json
from rag.lexical.terms import code_terms, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.5, 0.75
"""Saturation and length normalisation (Robertson and Zaragoza, Foundations and Trends in IR 3, 2009)."""

Place = tuple[str, int]


class TermStore:
    """The terms of passages by their place; what is written is there after the process has died."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(file, check_same_thread=False)
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS passages (document TEXT, position INTEGER, terms TEXT, "
            "PRIMARY KEY (document, position)) WITHOUT ROWID"
        )

    def held(self) -> Counter[str]:
        """How many passages it holds of each document."""
        return Counter(dict(self._base.execute("SELECT document, COUNT(*) FROM passages GROUP BY document")))

    def upsert(self, entries: Sequence[tuple[str, int, str]]) -> None:
        """Keep the terms of these (document, position, text)."""
        rows = [
            (document, position, json.dumps(terms(text), ensure_ascii=False)) for document, position, text in entries
        ]
        with self._base:
            self._base.executemany("INSERT OR REPLACE INTO passages VALUES (?, ?, ?)", rows)

    def delete(self, documents: Sequence[str]) -> None:
        """Drop all passages of these documents."""
        with self._base:
            self._base.executemany("DELETE FROM passages WHERE document = ?", [(d,) for d in documents])

    def rows(self) -> Iterator[tuple[Place, list[str]]]:
        """Places and terms of every passage, one by one, sorted by place."""
        # SQLite compares bytes of UTF-8, which order as code points do.
        found = self._base.execute("SELECT document, position, terms FROM passages ORDER BY document, position")
        return (((document, position), json.loads(kept)) for document, position, kept in found)


@dataclass(frozen=True, slots=True)
class Weights:
    """Inverse document frequencies of a question's distinct terms, added up: no passage scores more than `of_all`."""

    of_all: float
    of_known: float
    """Of the terms that stand in the corpus."""
    of_codes: float
    """Of those of them that belong to codes and numbers."""


class WordIndex:
    """BM25 over passages, Lucene's variant: scores are exact, and never negative."""

    def __init__(self, model: Any, size: int) -> None:
        self._model, self._size = model, size

    @classmethod
    def of(cls, rows: Iterable[Iterable[str]]) -> WordIndex:
        """The index of passages, each given as its terms; they are kept as numbers, which takes a sixth of the room."""
        import bm25s

        vocabulary: dict[str, int] = {}
        numbers = [[vocabulary.setdefault(term, len(vocabulary)) for term in row] for row in rows]
        if not vocabulary:
            return cls(None, len(numbers))
        model = bm25s.BM25(k1=K1, b=B)
        model.index((numbers, vocabulary), show_progress=False)
        return cls(model, len(numbers))

    @property
    def size(self) -> int:
        """How many passages it holds."""
        return self._size

    def scores(self, question: str) -> NDArray[np.float32]:
        """The score of every passage, shape (passages,); 0 where it shares no term with the question."""
        import numpy as np

        vocabulary = self._model.vocab_dict if self._model else {}
        known = [vocabulary[term] for term in dict.fromkeys(terms(question)) if term in vocabulary]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        found: NDArray[np.float32] = self._model.get_scores_from_ids(known)
        return found

    def weights(self, question: str) -> Weights:
        """What the terms of a question weigh."""
        of = {term: self._rarity(term) for term in terms(question)}
        vocabulary = self._model.vocab_dict if self._model else {}
        known = {term: weight for term, weight in of.items() if term in vocabulary}
        codes = [known[term] for term in dict.fromkeys(code_terms(question)) if term in known]
        return Weights(sum(of.values()), sum(known.values()), sum(codes))

    def _rarity(self, term: str) -> float:
        number = self._model.vocab_dict.get(term) if self._model else None
        starts = self._model.scores["indptr"] if self._model else ()
        held = 0 if number is None else int(starts[number + 1] - starts[number])
        return math.log(1 + (self._size - held + 0.5) / (held + 0.5))

    def nearest(self, question: str, k: int) -> list[int]:
        """Numbers of the `k` best passages, best first; those that share no term with the question are none."""
        import numpy as np

        scores = self.scores(question)
        return [int(i) for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        if self._model:
            self._model.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> WordIndex:
        """The index that `save` wrote."""
        import bm25s

        return cls(bm25s.BM25.load(folder) if (folder / "vocab.index.json").is_file() else None, size)


def open_word_index(folder: Path, store: TermStore, digest: str) -> WordIndex:
    """The index of what the store holds, read from `folder` where it was made of the corpus of this digest."""
    note = folder / "made-of.json"
    known = fingerprint(digest, K1, B)
    if note.is_file() and (kept := read_json(note))["of"] == known:
        return WordIndex.load(folder, kept["passages"])
    index = WordIndex.of(row for _, row in store.rows())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    index.save(folder)
    write_json(note, {"of": known, "passages": index.size})  # last: without it the folder is made anew
    return index
