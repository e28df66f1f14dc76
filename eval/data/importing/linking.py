"""Which document holds a row's answer: where the answer stands among the words of the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.readers.documents import Document

ENOUGH = 0.4
"""The lowest confidence that a link is made with."""
AROUND = 300
"""Characters on each side of the answer in which words of the question count."""
OCCURRENCES = 40
"""Places of an answer in one document that are looked at."""


@dataclass(frozen=True, slots=True)
class Link:
    """The document that most likely holds an answer."""

    document: str
    confidence: float
    """In [0, 1]: the share of the question's words near the answer, by rarity, times the lead over the next one."""
    answer: str
    """The accepted answer that was found."""


class Linker:
    """Finds answers in the documents of one corpus."""

    def __init__(self, documents: Sequence[Document]) -> None:
        from rag.lexical.terms import terms

        self._terms = terms
        self._ids = [d.id for d in documents]
        self._texts = [" ".join(d.text.casefold().split()) for d in documents]
        self._titles = [set(terms(f"{d.title} {d.id}")) for d in documents]
        held = Counter(t for d in documents for t in set(terms(d.text)))
        self._weights = {t: math.log(1 + len(documents) / n) for t, n in held.items()}
        self._by_text = {text: document for document, text in zip(self._ids, self._texts, strict=True)}

    def find(self, question: str, answers: Sequence[str]) -> Link | None:
        """The best document; None where no accepted answer stands in any."""
        wanted = {t: self._weights.get(t, 0.0) for t in self._terms(question)}
        total = sum(wanted.values()) or 1.0
        scores: dict[str, tuple[float, str]] = {}
        for answer in answers:
            pattern = _pattern(answer)
            first = " ".join(answer.casefold().split())
            for i, text in enumerate(self._texts):
                if first in text and (score := self._score(i, text, pattern, wanted)) is not None:
                    best = scores.get(self._ids[i])
                    if best is None or score / total > best[0]:
                        scores[self._ids[i]] = (score / total, answer)
        if not scores:
            return None
        ranked = sorted(scores, key=lambda d: (-scores[d][0], d))
        most, chosen = scores[ranked[0]]
        second = scores[ranked[1]][0] if len(ranked) > 1 else 0.0
        lead = most / (most + second) if most + second else 1.0 / len(ranked)
        return Link(ranked[0], round(most * lead, 3), chosen)

    def holding(self, passage: str) -> str | None:
        """The document that holds a whole passage, blanks and case aside; None where there is none."""
        wanted = " ".join(passage.casefold().split())
        if wanted in self._by_text:
            return self._by_text[wanted]
        return next((i for i, text in zip(self._ids, self._texts, strict=True) if wanted and wanted in text), None)

    def cited(self, reply: str) -> str | None:
        """The document whose id stands in a reply; None where there is none, or more than one."""
        found = [d for d in self._ids if len(d) > 3 and re.search(rf"(?<![\w/.-]){re.escape(d)}(?![\w/-])", reply)]
        return found[0] if len(found) == 1 else None

    def named(self, name: str) -> tuple[str, ...]:
        """The documents that a file calls so: by id, path, or name with or without ending, or all that `*` stands for.

        Several names may be divided by commas or semicolons. Empty where a name is not known, or not clear.
        """
        whole = self._one(name)
        if whole:
            return whole
        parts = [p for p in re.split(r"[;,\n]", name) if p.strip()]
        found = [self._one(p) for p in parts] if len(parts) > 1 else []
        return tuple(dict.fromkeys(d for one in found for d in one)) if all(found) else ()

    def _one(self, name: str) -> tuple[str, ...]:
        wanted = name.strip().replace("\\", "/").casefold()
        for same in (str, _file_name, _stem):
            found = [d for d in self._ids if same(d.casefold()) == same(wanted)]
            if len(found) == 1:
                return (found[0],)
        if "*" in wanted:
            return tuple(d for d in self._ids if fnmatchcase(_file_name(d.casefold()), wanted))
        return ()

    def _score(self, i: int, text: str, pattern: re.Pattern[str], wanted: dict[str, float]) -> float | None:
        best = None
        for n, match in enumerate(pattern.finditer(text)):
            if n == OCCURRENCES:
                break
            near = set(self._terms(text[max(0, match.start() - AROUND) : match.end() + AROUND])) | self._titles[i]
            score = sum(weight for term, weight in wanted.items() if term in near)
            best = score if best is None else max(best, score)
        return best


def _file_name(document: str) -> str:
    return document.rsplit("/", 1)[-1]


def _stem(document: str) -> str:
    return _file_name(document).rsplit(".", 1)[0]


def _pattern(answer: str) -> re.Pattern[str]:
    """The answer as whole words; letters of languages without blanks need none around them."""
    text = re.escape(" ".join(answer.casefold().split()))
    return re.compile(text if ord(answer.strip()[:1] or "x") >= 0x0E00 else rf"(?<!\w){text}(?!\w)")
