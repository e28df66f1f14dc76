"""The passages that may be found, each text once, in the order by which equal scores rank."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from eval.records import Passage
from rag.chunk import same_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.stores.store import Place, VectorStore

    Found = tuple[NDArray[np.int64], NDArray[np.floating]]
    """Rows and their scores, best first."""


class Rows:
    """The passages of a store by number, sorted by document id, then position.

    Of passages with one text only one may be found: that of a `preferred` document, else the first.
    """

    def __init__(self, store: VectorStore, preferred: Collection[str] = ()) -> None:
        self.preferred = frozenset(preferred)
        self._store = store

    @cached_property
    def all(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of every passage."""
        return self._store.contents()

    @cached_property
    def instead(self) -> list[int]:
        """For each row the one that stands for all rows of its text."""
        chosen: dict[str, int] = {}
        keys = [same_text(text) for _, _, text in self.all]
        for i, key in enumerate(keys):
            held = chosen.setdefault(key, i)
            if self.all[held][0] not in self.preferred and self.all[i][0] in self.preferred:
                chosen[key] = i
        return [chosen[key] for key in keys]

    @cached_property
    def distinct(self) -> NDArray[np.int64]:
        """The rows that stand for their text, in order."""
        import numpy as np

        return np.array(sorted(set(self.instead)), dtype=np.int64)

    @cached_property
    def places(self) -> dict[Place, int]:
        """The row at each place."""
        return {(document, position): i for i, (document, position, _) in enumerate(self.all)}

    @cached_property
    def _spans(self) -> dict[str, range]:
        spans: dict[str, range] = {}
        for i, (document, _, _) in enumerate(self.all):
            spans[document] = range(spans[document].start if document in spans else i, i + 1)
        return spans

    def of(self, documents: Sequence[str]) -> NDArray[np.int64]:
        """The rows of the given documents, each text once, in order."""
        import numpy as np

        rows = [i for document in dict.fromkeys(documents) for i in self._spans.get(document, ())]
        first = {same_text(self.all[i][2]): i for i in reversed(rows)}
        return np.array(sorted(first.values()), dtype=np.int64)

    def passage(self, row: int, score: float) -> Passage:
        """One row as a passage that was found."""
        document, position, text = self.all[row]
        return Passage(document, text, score, position)

    def contents(self) -> list[tuple[str, int, str]]:
        """(document, position, text) of all that may be found."""
        return [self.all[i] for i in self.distinct]


def best(
    rows: NDArray[np.int64], scores: NDArray[np.floating], k: int
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """The `k` best rows with their scores, best first; of equal ones the lower number, by document id and position."""
    import numpy as np

    if 0 < k < len(rows):  # sort only what can be among them; of BM25's scores most are 0, and so may be the last
        last = np.partition(scores, len(scores) - k)[len(scores) - k]
        above, equal = np.flatnonzero(scores > last), np.flatnonzero(scores == last)
        near = np.concatenate([above, equal[np.argsort(rows[equal], kind="stable")[: k - len(above)]]])
        rows, scores = rows[near], scores[near]
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]
