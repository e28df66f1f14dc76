from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from eval.config import Retrieval
from rag.chunk import Chunker, fit, heading_paths
from rag.readers.documents import Document

SENTENCES = [f"Station {i} of the northern line is visited on day {i % 28 + 1} of the month." for i in range(80)]
LONG = Document("long.md", " ".join(SENTENCES), "Stations")


def test_fit_cuts_at_blanks_until_every_piece_is_short_enough() -> None:
    pieces = fit("one two three four five six seven", lambda t: len(t.split()), 2)
    assert " ".join(pieces) == "one two three four five six seven"
    assert max(len(p.split()) for p in pieces) <= 2


def test_fit_cuts_a_text_without_blanks_and_ends_at_one_character() -> None:
    assert fit("abcdefgh", len, 2) == ["ab", "cd", "ef", "gh"]
    assert fit("x", lambda t: 5, 2) == ["x"]


@pytest.mark.component
@pytest.mark.parametrize(("chunk_tokens", "limit"), [(32, 32), (222, 222), (256, 222), (4000, 222)])
def test_no_chunk_is_longer_than_configured_or_than_the_embedder_reads(
    minilm: Any, chunk_tokens: int, limit: int
) -> None:
    chunker = Chunker(minilm, Retrieval(chunk_tokens=chunk_tokens, overlap_tokens=8))
    unbroken = Document("unbroken.md", "https://example.test/" + "a1-" * 2000 + " 東京" * 400, "The long title " * 40)
    for document in (LONG, unbroken):
        chunks = chunker.chunk(document)
        assert len(chunks) > 1
        assert max(len(minilm.tokens(c.text)) for c in chunks) <= limit
        assert max(len(minilm.tokens(c.embedded)) for c in chunks) <= minilm.max_tokens
        assert [c.position for c in chunks] == list(range(len(chunks)))
    assert minilm.max_tokens == 256 - 2  # [CLS] and [SEP]


@pytest.mark.component
def test_chunks_hold_whole_sentences_and_cover_the_document(minilm: Any) -> None:
    chunks = Chunker(minilm, Retrieval(chunk_tokens=60, overlap_tokens=0)).chunk(LONG)
    assert " ".join(c.text for c in chunks) == LONG.text
    assert all(c.text.endswith(".") for c in chunks)


@pytest.mark.component
def test_overlap_repeats_the_end_of_the_chunk_before(minilm: Any) -> None:
    size = len(minilm.tokens(SENTENCES[0]))
    chunks = Chunker(minilm, Retrieval(chunk_tokens=4 * size, overlap_tokens=2 * size)).chunk(LONG)
    shared = [set(a.text.split(". ")) & set(b.text.split(". ")) for a, b in pairwise(chunks)]
    assert all(shared)


@pytest.mark.component
def test_chunks_are_embedded_below_the_title_of_their_document(minilm: Any) -> None:
    chunker = Chunker(minilm, Retrieval(chunk_tokens=60, overlap_tokens=0))
    assert all(c.embedded == f"Stations\n{c.text}" for c in chunker.chunk(LONG))
    untitled = Document("untitled.md", LONG.text, "")
    assert all(c.embedded == c.text for c in chunker.chunk(untitled))


def test_headings_above_a_piece_are_its_path() -> None:
    text = "# Pumps\nAll of them.\n## Echo\nWarranty of 59 months.\n### Parts\nA seal.\n## Fjord\nNone."
    pieces = ["All of them.", "Warranty of 59 months.", "A seal.", "None."]
    assert heading_paths(text, pieces) == ["Pumps", "Pumps > Echo", "Pumps > Echo > Parts", "Pumps > Fjord"]
    assert heading_paths("no heading here", ["no heading", "here"]) == ["", ""]
