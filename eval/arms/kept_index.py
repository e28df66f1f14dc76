"""An index that is there already, opened without the documents that it was made from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from eval.config import Retrieval
from eval.errors import UserError

if TYPE_CHECKING:
    from rag.retrievers.retriever import Retriever


def open_kept(
    folder: Path, embedder: str, retrieval: Retrieval, preferred: Collection[str], *, fingerprint: str
) -> Retriever:
    """The retriever over the index in `folder`; raises UserError unless the embedder has this fingerprint."""
    from rag.embed import load_embedder
    from rag.retrieve import open_there

    model = load_embedder(embedder)
    if model.fingerprint != fingerprint:
        raise UserError(f"{embedder}: not the embedder that the index was made with; name that one with --embedder")
    return open_there(folder, model, retrieval, preferred)


def embedder_fingerprint(name: str) -> str:
    """A name of an embedder's files, found without loading it."""
    from rag import embed

    return embed.embedder_fingerprint(name)
