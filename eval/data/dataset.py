"""A data set's folder, read and checked: nothing later meets a row that is not as the contract says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from eval.config import DatasetConfig, read_dataset_config
from eval.data.bundled import BUNDLED
from eval.data.jsonl import nfc
from eval.data.split_rows import read_split
from eval.data.splits import Row, check_splits
from eval.errors import UserError
from eval.files import file_digest, fingerprint
from eval.metrics.knowledge.metric import METRICS
from eval.metrics.sql.sqlite import find_database, run_query
from eval.records import Example
from eval.score import check_reference_replies, row_checks

if TYPE_CHECKING:
    from rag.readers.documents import Document

DEMO = "tidewell"


@dataclass(frozen=True)
class Dataset:
    """One checked data set."""

    path: Path
    config: DatasetConfig
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    """Empty when there is no dev.jsonl."""
    test: tuple[Example, ...]
    documents: tuple[str, ...]
    """Ids of the corpus, sorted; empty when there is no corpus folder."""

    @property
    def corpus(self) -> Path:
        """The folder of the documents."""
        return self.path / "corpus"

    @cached_property
    def texts(self) -> list[Document]:
        """The documents of the corpus, read once; raises UserError naming the first one that cannot be read."""
        from rag.readers.documents import read_documents

        return read_documents(self.corpus) if self.documents else []

    @cached_property
    def corpus_digest(self) -> str:
        """A name of the corpus files' contents and of how they are read; empty when there is no corpus."""
        from rag.readers.documents import READING

        if not self.documents:
            return ""
        files = sorted(p for p in self.corpus.rglob("*") if p.is_file() and not _hidden(p.relative_to(self.corpus)))
        return fingerprint(READING, [(nfc(p.relative_to(self.corpus).as_posix()), file_digest(p)) for p in files])

    @cached_property
    def gold(self) -> frozenset[str]:
        """Ids of all documents that a row names as holding its answer."""
        return frozenset(name for e in (*self.train, *self.dev, *self.test) for name in e.documents)

    @cached_property
    def digests(self) -> dict[str, str]:
        """SHA-256 of dataset.yaml and of each split, by file name."""
        names = ("dataset.yaml", "train.jsonl", "dev.jsonl", "test.jsonl")
        return {name: file_digest(self.path / name) for name in names if (self.path / name).is_file()}


def load_dataset(path: Path, *, test: bool = True) -> Dataset:
    """Read and check a data set folder; raises UserError naming file, line or key, what is wrong and the fix.

    Without `test` the test split is neither opened nor looked for, and is empty.
    The documents' text is not read before `Dataset.texts` is asked for.
    """
    config = _read_config(path)
    documents = _list_corpus(path / "corpus")
    names = [
        "train.jsonl",
        *(["dev.jsonl"] if (path / "dev.jsonl").exists() else []),
        *(["test.jsonl"] if test else []),
    ]
    splits = {name: read_split(path / name, config, documents) for name in names}
    check_splits(splits)
    train, dev, asked = (
        tuple(row.example for row in splits.get(name, ())) for name in ("train.jsonl", "dev.jsonl", "test.jsonl")
    )
    _check_database(config, path, [row for rows in splits.values() for row in rows])
    check_reference_replies(config, train, documents, path)
    row_checks(config, [*train, *dev, *asked], documents, path)  # raises for one that cannot be built
    return Dataset(path, config, train, dev, asked, documents)


def check_corpus(dataset: Dataset) -> None:
    """Read every document; raises UserError naming the first one that cannot be read or has no text."""
    _ = dataset.texts


def resolve_dataset(name_or_path: str | None) -> Path:
    """The folder of a data set: a path, or a name below datasets/, here or beside this package; None: the bundled one.

    Raises UserError that lists the data sets there are.
    """
    name = name_or_path or DEMO
    homes = [Path("datasets"), BUNDLED]
    places = [home / name for home in homes]
    for folder in [Path(name).expanduser(), *places] if name_or_path else places:
        if folder.is_dir():
            return folder
    if Path(name).is_file():
        raise UserError(
            f"{name}: is a file; name the data set's folder, or make one: dataset import {name} --into FOLDER"
        )
    there = {p.parent.name: None for home in homes for p in sorted(home.glob("*/dataset.yaml"))}
    known = f"there is {', '.join(there)}" if there else "there is none in datasets/"
    raise UserError(f"{name}: no such data set; {known}; name one of them or a folder")


def _read_config(path: Path) -> DatasetConfig:
    if not path.is_dir():
        raise UserError(f"{path}: not a folder; name a data set's folder")
    config = read_dataset_config(path / "dataset.yaml")
    _check_names(config, path / "dataset.yaml")
    retrieval = config.retrieval
    if retrieval.overlap_tokens >= retrieval.chunk_tokens:
        raise UserError(
            f"{path / 'dataset.yaml'}: key 'retrieval.overlap_tokens' is {retrieval.overlap_tokens}, "
            f"not below chunk_tokens ({retrieval.chunk_tokens}); lower it"
        )
    return config


def _check_names(config: DatasetConfig, file: Path) -> None:
    """What is chosen by name must be there, be it ours or a plugin's."""
    from rag.retrieve import RETRIEVERS, STORES

    chosen: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("knowledge.metric", config.knowledge.metric, (*METRICS, "semantic", "sql")),
        ("retrieval.method", config.retrieval.method, RETRIEVERS),
        ("retrieval.store", config.retrieval.store, STORES),
    )
    for key, name, known in chosen:
        if name not in known and not (key == "retrieval.method" and ":" in name):
            raise UserError(f"{file}: key '{key}': unknown name '{name}'; known: {', '.join(known)}")


def _list_corpus(corpus: Path) -> tuple[str, ...]:
    from rag.readers.documents import list_documents

    return tuple(list_documents(corpus)) if corpus.exists() or corpus.is_symlink() else ()


def _check_database(config: DatasetConfig, path: Path, rows: Sequence[Row]) -> None:
    """Raise UserError unless the metric `sql` has its database, and every accepted query runs on it."""
    name, key = config.knowledge.database, f"{path / 'dataset.yaml'}: key 'knowledge.database'"
    if config.knowledge.metric != "sql":
        if name is not None:
            raise UserError(f"{key}: is for the metric sql, not for {config.knowledge.metric}; remove one of the two")
        return
    if name is None:
        raise UserError(
            f"{path / 'dataset.yaml'}: missing key 'knowledge.database', the SQLite file of metric sql; add it"
        )
    try:
        database = find_database(path, name)
    except ValueError as error:
        raise UserError(f"{key}: {error}") from None
    for row in rows:
        for query in row.example.answers:
            if fault := run_query(database, query).fault:
                raise UserError(
                    f"{row.where}: key 'answers': the accepted query {fault}; fix it: {' '.join(query.split())}"
                )


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)
