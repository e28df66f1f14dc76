"""What is indexed: the corpus of a data set, or a folder of documents alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from eval.config import Retrieval
from eval.errors import UserError

if TYPE_CHECKING:
    from rag.index import Index
    from rag.readers.documents import Document
    from rag.readers.survey import Survey
    from rag.retrievers.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is indexed: the corpus of a data set, or a folder of documents alone."""

    path: Path
    name: str
    survey: Survey
    retrieval: Retrieval
    gold: frozenset[str]
    bare: bool

    @property
    def texts(self) -> list[Document]:
        """The documents."""
        return self.survey.documents


def locate_corpus(name: str, out: Path | None, embedder: str, plugins: list[str], skip: bool) -> tuple[Indexed, Path]:
    """The corpus and the run folder; nothing is written when either is wrong."""
    from eval.data.dataset import resolve_dataset
    from eval.plugins import load_plugins
    from rag.embed import locate_embedder

    load_plugins(plugins)
    path = resolve_dataset(name)
    locate_embedder(embedder)
    bare = not (path / "dataset.yaml").exists()
    data = _bare(path, skip) if bare else _of_dataset(path, skip, out, embedder)
    folder = out or Path("runs") / data.name
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder with --out")
    for unread in data.survey.unread:
        typer.echo(f"left out: {unread.why}", err=True)
    return data, folder


def _of_dataset(path: Path, skip: bool, out: Path | None, embedder: str) -> Indexed:
    from eval.config import read_dataset_config
    from eval.data.dataset import check_corpus, load_dataset
    from eval.data.tuned_retrieval import with_tuned
    from rag.embed import embedder_fingerprint
    from rag.readers.survey import Survey

    if skip:
        config = read_dataset_config(path / "dataset.yaml")
        return Indexed(path, config.name, _surveyed(path / "corpus", skip), config.retrieval, frozenset(), False)
    data = load_dataset(path)
    if not data.documents:
        raise UserError(f"{data.path}: has no corpus/ to retrieve from; add documents there")
    check_corpus(data)
    data, _ = with_tuned(data, out or Path("runs") / data.config.name, embedder_fingerprint(embedder))
    return Indexed(path, data.config.name, Survey(data.texts, []), data.config.retrieval, data.gold, False)


def _bare(path: Path, skip: bool) -> Indexed:
    corpus = path / "corpus" if (path / "corpus").is_dir() else path
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.resolve().name).strip("-.") or "documents"
    return Indexed(path, name, _surveyed(corpus, skip), Retrieval(), frozenset(), True)


def _surveyed(corpus: Path, skip: bool) -> Survey:
    from rag.readers.documents import read_documents
    from rag.readers.survey import Survey, survey

    if not skip:
        return Survey(read_documents(corpus), [])
    found = survey(corpus)
    if not found.documents:
        raise UserError(
            f"{corpus}: no document in it that can be read; {found.unread[0].why if found.unread else 'add some'}"
        )
    return found


def open_corpus(data: Indexed, embedder: str, folder: Path) -> tuple[Retriever, Index]:
    """The retriever of the corpus, its index in the run folder brought up to date, and what that took."""
    from rag.retrieve import open_retriever

    return open_retriever(data.texts, embedder, data.retrieval, folder, data.gold)
