"""Embedding similarities of a run's replies, kept once they are made, so that scoring again loads no torch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.errors import UserError
from eval.files import fingerprint, write_text

if TYPE_CHECKING:
    from rag.embed import Embedder

FILE = "similarity.jsonl"
DIGITS = 6
"""Cosines are kept to so many digits, fewer than differ between machines."""


class Similarity:
    """The highest cosine of an accepted answer with any of several wordings, by the run's own embedder.

    What ragas' SemanticSimilarity computes for a pair of texts. Kept in `similarity.jsonl` of the run folder, one line
    an answer with its wordings, under the embedder's fingerprint.
    """

    def __init__(self, run: Path, embedder: str) -> None:
        from rag.embed import embedder_fingerprint

        self._file, self._name = run / FILE, embedder
        self._print = embedder_fingerprint(embedder)
        self._kept = dict(self._read())
        self._embedder: Embedder | None = None
        self._new = False

    def __call__(self, answer: str, wordings: Sequence[str]) -> float:
        """The highest cosine similarity, in [-1, 1]."""
        self.add([(answer, wordings)])
        return self._kept[self._key(answer, wordings)]

    def add(self, pairs: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Embed what is not kept yet, all of it in one go."""
        todo = {self._key(a, w): (a, w) for a, w in pairs if self._key(a, w) not in self._kept}
        if not todo:
            return
        texts = {t: i for i, t in enumerate(dict.fromkeys(t for a, w in todo.values() for t in (a, *w)))}
        if self._embedder is None:
            from rag.embed import load_embedder

            self._embedder = load_embedder(self._name)
        vectors = self._embedder.embed_documents(list(texts)).astype("float64")
        for key, (answer, wordings) in todo.items():
            near = max((float(vectors[texts[answer]] @ vectors[texts[w]]) for w in wordings), default=-1.0)
            self._kept[key] = round(near, DIGITS)
        self._new = True

    def save(self) -> None:
        """Write the file, whole, when there is anything new."""
        if self._new:
            lines = [json.dumps({"key": k, "cosine": v}) for k, v in sorted(self._kept.items())]
            write_text(self._file, "".join(line + "\n" for line in lines))

    def _key(self, answer: str, wordings: Sequence[str]) -> str:
        return fingerprint(self._print, answer, list(wordings))

    def _read(self) -> Iterable[tuple[str, float]]:
        if not self._file.is_file():
            return
        for n, line in enumerate(self._file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                yield str(row["key"]), float(row["cosine"])
            except (ValueError, KeyError, TypeError):
                raise UserError(f"{self._file}:{n}: not a similarity of ours; delete the file") from None
