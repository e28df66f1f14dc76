"""Questions that the corpus cannot answer, by construction: an attribute that is not given, a subject that is none."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from eval.data.drafting.fact import Fact

if TYPE_CHECKING:
    from rag.readers.documents import Document

LOOKED_AT = 20
"""Passages that a search for the question must show to hold nothing of it."""


def unanswerable(facts: Sequence[Fact], documents: Sequence[Document], wanted: int, seed: int) -> list[Fact]:
    """Up to `wanted` facts without a value, each checked by searching the corpus for its subject and attribute."""
    from rag.lexical.terms import terms
    from rag.lexical.word_index import WordIndex

    drawn = random.Random(f"unanswerable {seed}")
    lines = [line for d in documents for line in _passages(d)]
    search = WordIndex.of([terms(line) for line in lines])
    texts = {d.id: d.text for d in documents}
    candidates = [
        *_absent_attributes(facts),
        *_absent_in_documents(facts, texts),
        *_absent_subjects(facts, "\n".join(lines).casefold()),
    ]
    drawn.shuffle(candidates)
    kept: list[Fact] = []
    used: set[tuple[str, str]] = set()
    for fact in candidates:
        if len(kept) == wanted:
            break
        if (fact.title, fact.subject) in used:
            continue
        near = search.nearest(f"{fact.subject} {fact.attribute}", LOOKED_AT)
        if not any(_states(lines[i], fact) for i in near):
            used.add((fact.title, fact.subject))
            kept.append(fact)
    return kept


def _absent_attributes(facts: Sequence[Fact]) -> list[Fact]:
    """A subject's questions for attributes that others of its kind have and it has not."""
    found: list[Fact] = []
    known: dict[str, set[str]] = defaultdict(set)
    sample: dict[str, Fact] = {}
    for fact in facts:
        if fact.origin == "sentence" and fact.attribute != "meaning":
            known[fact.subject].add(fact.attribute.casefold())
            sample.setdefault(fact.subject, fact)
    holders = Counter(attribute for attributes in known.values() for attribute in attributes)
    for subject, attributes in known.items():
        absent = [a for a, n in holders.items() if n >= 2 and a not in attributes]
        found += [replace(sample[subject], attribute=a, value="", start=0) for a in absent]
    return found


def _absent_in_documents(facts: Sequence[Fact], texts: Mapping[str, str]) -> list[Fact]:
    """Questions of one document asked of another, which has not a word of their attribute or of their subject."""
    found: list[Fact] = []
    fields = [f for f in facts if f.origin == "field"]
    cells = [f for f in facts if f.origin == "table"]
    for here, other in zip(fields, _shifted(fields), strict=True):
        if here.document != other.document and not _words(other.attribute) & _words(texts[here.document]):
            found.append(replace(here, attribute=other.attribute, value="", start=0))
    for here, other in zip(cells, _shifted(cells), strict=True):
        if here.document != other.document and not _words(other.subject) & _words(texts[here.document]):
            found.append(replace(here, subject=other.subject, value="", start=0))
    return found


def _shifted(facts: list[Fact]) -> list[Fact]:
    """The facts moved by half their number: beside each stands one of another document, as a rule."""
    half = len(facts) // 2
    return facts[half:] + facts[:half]


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if len(w) > 2}


def _absent_subjects(facts: Sequence[Fact], text: str) -> list[Fact]:
    """Questions after subjects whose names are made of halves of two others and stand nowhere."""
    named = [f for f in facts if f.origin in ("sentence", "table") and re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", f.subject)]
    found = []
    for one, other in zip(named, named[1:] + named[:1], strict=True):
        name = f"{one.subject.split()[0]} {other.subject.split()[1]}"
        if name.casefold() not in text and one.attribute:
            found.append(replace(one, subject=name, value="", start=0))
    return found


def _states(passage: str, fact: Fact) -> bool:
    """Whether a passage could answer: it names the subject and the attribute."""
    words = _words(passage)
    subject, attribute = _words(fact.subject), _words(fact.attribute)
    named = _words(fact.title) <= words if fact.origin in ("table", "field") else True
    return named and bool(subject) and subject <= words and bool(attribute & (words - _words(fact.title)))


def _passages(document: Document) -> list[str]:
    """The document in blocks, each behind its title."""
    return [f"{document.title}\n{block}" for block in re.split(r"\n\s*\n", document.text) if block.strip()]
