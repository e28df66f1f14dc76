"""SQuAD 1.1 and 2.0, and KorQuAD 1.0: articles with paragraphs, each with questions on it; also in their flat form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.data.importing.import_format import Context, Found, Imported, Named, Source, importer, one, texts
from eval.data.importing.source_files import split_named


def _fits(source: Source) -> bool:
    document = source.document
    nested = isinstance(document, dict) and isinstance(document.get("data"), list)
    if nested and any("paragraphs" in a for a in document["data"] if isinstance(a, dict)):
        return True
    return {"context", "question", "answers"} <= source.shared_keys() and any(
        isinstance(e.values["answers"], dict) for e in source.entries
    )


@importer("squad", "SQuAD or KorQuAD JSON", _fits)
def read_squad(source: Source, named: Named) -> Found:
    """One row a question; its group is the fact, that is the place of the answer in its paragraph."""
    if isinstance(source.document, dict) and "data" in source.document:
        return Found(tuple(_nested(source)))
    return Found(tuple(_flat(source)))


def _nested(source: Source) -> list[Imported]:
    rows = []
    split = split_named(source.path.stem)
    for a, article in enumerate(source.document["data"]):
        title = one(article.get("title")).replace("_", " ")
        for p, paragraph in enumerate(article.get("paragraphs", ())):
            for q, asked in enumerate(paragraph.get("qas", ())):
                where = f"{source.path}:data[{a}].paragraphs[{p}].qas[{q}]"
                context = Context(one(paragraph.get("context")), title, title)
                rows.append(
                    _row(where, asked, asked.get("answers", ()), context, bool(asked.get("is_impossible")), split)
                )
    return rows


def _flat(source: Source) -> list[Imported]:
    rows = []
    for entry in source.entries:
        values = entry.values
        found = values["answers"] or {}
        answers = [{"text": t} for t in texts(found.get("text"))]
        title = one(values.get("title")).replace("_", " ")
        context = Context(one(values.get("context")), title, title)
        rows.append(_row(entry.where, values, answers, context, not answers, entry.split))
    return rows


def _row(
    where: str, asked: Mapping[str, Any], answers: Any, context: Context, impossible: bool, split: str
) -> Imported:
    return Imported(
        where, " ".join(one(asked.get("question")).split()), () if impossible else texts(list(answers)),
        id=one(asked.get("id")), contexts=(context,), answerable=not impossible, split=split,
    )  # fmt: skip
