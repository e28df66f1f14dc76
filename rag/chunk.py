"""Documents as passages that the embedder reads whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eval.config import SHOWN, Retrieval
from rag.locators import locators
from rag.placed_passages import is_sectioned, is_tabular, mixed_passages, section_passages, table_passages
from rag.readers.documents import Document

if TYPE_CHECKING:
    from llama_index.core.node_parser import SentenceSplitter

    from rag.embed import Embedder


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document, before it is embedded."""

    document: str
    position: int
    """The ordinal within the document, from 0."""
    text: str
    title: str = ""
    """The document's title, shortened to `TITLE_TOKENS`."""
    place: str = ""
    """Where it stands in its file: `page 3`, `slide 2`, `Prices!A5:D9`; empty where the file has no such thing."""
    headings: str = ""
    """The headings above it, as `A > B`."""

    @property
    def embedded(self) -> str:
        """What the embedder reads: a chunk alone seldom says which product, policy or year it is about."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    def under(self, head: str) -> Chunk:
        """The same with a head that is shown with it, in the place of the title that is embedded alone."""
        return replace(self, text=f"{head}\n{self.text}", title="") if head else self


TITLE_TOKENS = 32
"""Of a document's title, at most so many tokens are embedded with each of its chunks."""


class Chunker:
    """Cuts documents at sentence ends into chunks of at most `limit` tokens of the embedder's own tokenizer.

    Chunks are embedded below their document's title; on the bundled data set this brings the answer into the three
    nearest passages for 68 % of the questions in place of 51 %.
    """

    def __init__(self, embedder: Embedder, retrieval: Retrieval) -> None:
        self.limit = min(retrieval.chunk_tokens, embedder.max_tokens - TITLE_TOKENS)
        self.overlap = min(retrieval.overlap_tokens, self.limit // 2)  # more would multiply the corpus
        self.context = retrieval.context if retrieval.context in SHOWN else ""
        """What each chunk's text begins with: nothing, `title` or `headings`."""
        if self.context == "headings":
            self.limit = max(16, min(self.limit, embedder.max_tokens - 2 * TITLE_TOKENS))
        self._tokens = embedder.tokens
        self._splitter = self._splitter_of(self.limit)

    def chunk(self, document: Document) -> list[Chunk]:
        """The document's chunks in reading order; none is longer than `limit` tokens."""
        if is_tabular(document.id):
            whole: Iterable[str] = table_passages(document.text, self._size, self.limit)
        elif is_sectioned(document.id):
            whole = section_passages(document.text, self._split, self._size)
        else:
            whole = mixed_passages(document.text, self._splitter.split_text, self._size, self.limit)
        pieces = [piece for text in whole for piece in fit(text, self._size, self.limit)]
        title = fit(document.title, self._size, TITLE_TOKENS)[0] if document.title else ""
        chunks = [
            Chunk(document.id, position, text, title, *found)
            for position, (text, found) in enumerate(zip(pieces, locators(document, pieces), strict=True))
        ]
        if self.context == "headings":
            paths = [
                fit(path, self._size, TITLE_TOKENS)[0] if path else "" for path in heading_paths(document.text, pieces)
            ]
            return [c.under(f"{title}\n{path}".strip()) for c, path in zip(chunks, paths, strict=True)]
        return [c.under(title) for c in chunks] if self.context else chunks

    def _splitter_of(self, limit: int) -> SentenceSplitter:
        from llama_index.core.node_parser import SentenceSplitter

        overlap = min(self.overlap, limit // 2)
        return SentenceSplitter(chunk_size=limit, chunk_overlap=overlap, tokenizer=self._tokens, include_metadata=False)

    def _split(self, text: str, taken: int) -> list[str]:
        """The text in pieces that leave room for so many tokens, but take half a passage at least."""
        limit = max(self.limit - taken, self.limit // 2)
        return list(mixed_passages(text, self._splitter_of(limit).split_text, self._size, limit)) if text else []

    def _size(self, text: str) -> int:
        return len(self._tokens(text))


def heading_paths(text: str, pieces: Sequence[str]) -> list[str]:
    """For each piece of a text, the Markdown headings that stand above its beginning, joined by ` > `."""
    found, at = [], 0
    headings = [(m.start(), len(m[1]), m[2].strip()) for m in _HEADING.finditer(text)]
    for piece in pieces:
        there = text.find(piece[:40], at)
        at = there if there >= 0 else at
        path: dict[int, str] = {}
        for start, level, name in headings:
            if start >= at:
                break
            path = {deeper: n for deeper, n in path.items() if deeper < level} | {level: name}
        found.append(" > ".join(path.values()))
    return found


_HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)


def fit(text: str, size: Callable[[str], int], limit: int) -> list[str]:
    """The text cut into pieces of at most `limit`, near blanks where there are some; a single character stays whole.

    The splitter adds up the tokens of sentences, and a tokenizer may make more of them joined.
    """
    if size(text) <= limit or len(text) == 1:
        return [text]
    middle = len(text) // 2
    blank = text.rfind(" ", 1, middle)
    cut = blank if blank > 0 else middle
    halves = [half for half in (text[:cut].strip(), text[cut:].strip()) if half]
    return [piece for half in halves for piece in fit(half, size, limit)]


def same_text(text: str) -> str:
    """What two passages that say the same have in common: their text but for case, blanks and marks of headings."""
    return " ".join(re.sub(r"^#+ ", "", text, flags=re.MULTILINE).casefold().split())
