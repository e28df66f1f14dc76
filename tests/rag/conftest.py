"""Real MiniLM, loaded once, and small corpora for the tests of retrieval."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def minilm() -> Any:
    """The default embedder."""
    from rag.embed import load_embedder

    return load_embedder("all-minilm-l6-v2")


@pytest.fixture
def make_corpus(tmp_path: Path) -> Callable[..., Path]:
    """Writes files below corpus/: `make_corpus(**{"a.md": "text"})`."""

    def make(**files: str | bytes) -> Path:
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)
        for name, content in files.items():
            file = corpus / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return corpus

    return make
