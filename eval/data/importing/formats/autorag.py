"""AutoRAG: qa.parquet with `query`, `retrieval_gt` and `generation_gt`, and corpus.parquet beside it."""

from __future__ import annotations

from typing import Any

from eval.data.importing.import_format import Context, Entry, Found, Imported, Named, Source, importer, one, texts
from eval.data.importing.source_files import read_source
from eval.errors import UserError


def _fits(source: Source) -> bool:
    return {"query", "retrieval_gt", "generation_gt"} <= source.shared_keys()


@importer("autorag", "AutoRAG's qa.parquet", _fits)
def read_autorag(source: Source, named: Named) -> Found:
    """One row a query; the passages that it names are taken from corpus.parquet in the same folder."""
    beside = source.path if source.path.is_dir() else source.path.parent
    corpus = beside / "corpus.parquet"
    passages: dict[str, Context] = {}
    if corpus.is_file():
        for entry in read_source(corpus, is_header=lambda row: False).entries:
            passages[one(entry.values.get("doc_id"))] = _context(entry)
    rows = [_row(entry, passages, str(corpus)) for entry in source.entries]
    named_by_rows = {c.text for row in rows for c in row.contexts}
    others = tuple(c for c in passages.values() if c.text not in named_by_rows)
    notes = () if corpus.is_file() else (f"no {corpus.name} beside it: the passages that rows name are not there",)
    return Found(tuple(rows), notes, others)


def _context(entry: Entry) -> Context:
    path = one(entry.values.get("path"))
    return Context(one(entry.values.get("contents")), name=path)


def _row(entry: Entry, passages: dict[str, Context], corpus: str) -> Imported:
    values = entry.values
    wanted = texts(_flat(values["retrieval_gt"]))
    if passages and (missing := [doc for doc in wanted if doc not in passages]):
        raise UserError(f"{entry.where}: passage '{missing[0]}' is not in {corpus}; put both files of one set together")
    return Imported(
        entry.where, one(values["query"]), texts(values["generation_gt"]), id=one(values.get("qid")),
        contexts=tuple(passages[doc] for doc in wanted if doc in passages), split=entry.split,
    )  # fmt: skip


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return [value]
    return [item for part in value for item in _flat(part)]
