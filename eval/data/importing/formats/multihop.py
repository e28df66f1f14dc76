"""HotpotQA, 2WikiMultihopQA and MuSiQue: each question with titled paragraphs, of which some hold the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.data.importing.import_format import Context, Found, Imported, Named, Source, importer, one, texts


def _fits(source: Source) -> bool:
    return bool(source.entries) and all(
        _paragraphs(e.values) and "question" in e.values and "answer" in e.values for e in source.entries
    )


@importer("multihop", "questions with titled paragraphs (HotpotQA, MuSiQue)", _fits)
def read_multihop(source: Source, named: Named) -> Found:
    """One row a question; its documents are the paragraphs that the file calls supporting, the others distract."""
    rows, others = [], []
    for entry in source.entries:
        values = entry.values
        paragraphs, supporting = _paragraphs(values), _supporting(values)
        gold = [c for c in paragraphs if c.title in supporting]
        others += [c for c in paragraphs if c.title not in supporting]
        answers = (*texts(values["answer"]), *texts(values.get("answer_aliases")))
        rows.append(
            Imported(
                entry.where, one(values["question"]), tuple(dict.fromkeys(answers)),
                id=one(values.get("_id") or values.get("id")), contexts=tuple(gold),
                answerable=values.get("answerable", True) is not False,
                tags=texts(values.get("type")), split=entry.split,
            )
        )  # fmt: skip
    return Found(tuple(rows), contexts=tuple(others))


def _paragraphs(values: Mapping[str, Any]) -> list[Context]:
    """Titled texts, in any of three shapes: [[title, [sentence]]], {title: [], sentences: [[]]}, [{title, text}]."""
    held = values.get("context", values.get("paragraphs"))
    if isinstance(held, Mapping) and {"title", "sentences"} <= held.keys():
        held = list(zip(held["title"], held["sentences"], strict=False))
    if not isinstance(held, (list, tuple)) or not held:
        return []
    pairs = [_pair(paragraph) for paragraph in held]
    return [Context(text, title, title) for title, text in pairs if title and text] if all(t for t, _ in pairs) else []


def _pair(paragraph: Any) -> tuple[str, str]:
    if isinstance(paragraph, Mapping):
        return one(paragraph.get("title")), one(paragraph.get("paragraph_text") or paragraph.get("text"))
    if isinstance(paragraph, (list, tuple)) and len(paragraph) == 2 and isinstance(paragraph[1], (list, tuple)):
        return one(paragraph[0]), " ".join("".join(map(str, paragraph[1])).split())
    return "", ""


def _supporting(values: Mapping[str, Any]) -> frozenset[str]:
    facts = values.get("supporting_facts", ())
    if isinstance(facts, Mapping):
        return frozenset(texts(facts.get("title")))
    named = {one(fact[0]) for fact in facts if isinstance(fact, (list, tuple)) and fact}
    held = values.get("paragraphs") or ()
    flagged = {one(p.get("title")) for p in held if isinstance(p, Mapping) and p.get("is_supporting")}
    return frozenset(named | flagged)
