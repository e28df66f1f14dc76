"""Which facts are kept: what stands there once, contradicts nothing, and can be asked alone. Every loss is counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.data.drafting.fact import UNSPACED, Fact

if TYPE_CHECKING:
    from rag.readers.documents import Document


@dataclass(frozen=True, slots=True)
class FilteredFacts:
    """The facts that can be asked for, and what became of the others."""

    facts: list[Fact]
    dropped: dict[str, int]
    """How many were dropped, by reason."""
    contradictions: list[str]
    """Attributes of one subject with several values, each with its places."""


def filter_facts(facts: Sequence[Fact], documents: Sequence[Document]) -> FilteredFacts:
    """Facts whose span stands, whose value is the only one for its question, and that another one does not repeat."""
    texts = {d.id: d.text for d in documents}
    flat = "\n".join(" ".join(d.text.casefold().split()) for d in documents)
    dropped: Counter[str] = Counter()
    values: dict[tuple[str, str, str], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    kept: list[Fact] = []
    for fact in facts:
        if texts[fact.document][fact.start : fact.end] != fact.value:
            dropped["its span does not stand in the document"] += 1
        elif fact.origin == "cloze" and _times(fact.value, flat) != 1:
            dropped["the value of its gap stands elsewhere, too"] += 1
        elif fact.origin == "cloze" and _times(fact.sentence, flat) != 1:
            dropped["its sentence stands elsewhere, too"] += 1
        elif fact.origin not in ("faq", "written") and _plain(fact.value) in _plain(
            f"{fact.subject} {fact.attribute} {fact.title}"
        ):
            dropped["its question would say the answer"] += 1
        else:
            kept.append(fact)
            values[_key(fact)][_plain(fact.value)].append(fact)
    contradictions = []
    once: list[Fact] = []
    for key, found in values.items():
        if len(found) > 1 and key[1:] != ("", ""):
            facts_of = [f for held in found.values() for f in held]
            dropped["another value stands for the same question"] += len(facts_of)
            shown = "; ".join(f"'{held[0].value}' ({held[0].document})" for held in found.values())
            contradictions.append(f"{facts_of[0].attribute} of {facts_of[0].subject}: {shown}")
            continue
        first = [held[0] for held in found.values()]
        dropped["the same stands there twice"] += sum(len(held) - 1 for held in found.values())
        once += first
    order = {id(f): i for i, f in enumerate(kept)}
    return FilteredFacts(
        sorted(once, key=lambda f: order[id(f)]), {k: n for k, n in dropped.items() if n}, contradictions
    )


def _key(fact: Fact) -> tuple[str, str, str]:
    """Facts of one key answer one question: of tables and fields, within documents of one title."""
    if fact.origin in ("cloze", "faq", "written"):
        return _plain(fact.sentence), "", ""
    place = "" if fact.origin == "sentence" else _plain(fact.title)
    return place, _plain(fact.subject), _plain(fact.attribute)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _times(value: str, flat: str) -> int:
    """How often a value stands there as whole words; behind letters of scripts without blanks anything may follow."""
    pattern = re.escape(" ".join(value.casefold().split()))
    before = r"(?<!\w)" if ord(value[0]) < UNSPACED else ""
    after = r"(?!\w)" if ord(value[-1]) < UNSPACED else ""
    return len(re.findall(f"{before}{pattern}{after}", flat))
