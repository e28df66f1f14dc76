"""Gates over the documents themselves: what of their files was not read, and texts that stand in the corpus twice."""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eval.data.gates.gate import SHOWN, Finding, Material, counted, gate, listed

if TYPE_CHECKING:
    from rag.readers.documents import Document

NEAR = 0.9
"""Of their runs of WORDS words, the share that two texts have in common to be nearly the same."""
WORDS = 4
SKETCH = 12
"""Two texts are compared when they share one of the SKETCH smallest hashes of their runs, as nearly all at NEAR do."""
NAMED = 8
"""So many documents of one text are named."""
LEAST = 12
"""Texts of fewer words are the same or not: one other word makes another text of them."""


@gate("unread-text")
def unread_text(material: Material) -> Iterator[Finding]:
    """Documents of which a part has no text, such as scanned pages among others, or holds text that is not shown."""
    gaps = [(d, gap) for d in material.documents for gap in d.gaps]
    for document, gap in gaps[:SHOWN]:
        yield Finding("unread-text", "warning", gap, _file(material, document))
    if more := gaps[SHOWN:]:
        yield Finding(
            "unread-text", "warning",
            f"and {counted(len(more), 'more document')} with pages without text: {listed([d.id for d, _ in more])}",
            material.file("corpus"),
        )  # fmt: skip
    if old := [d for d in material.documents if d.encoding]:
        shown = listed([f"{d.id} ({d.encoding})" for d in old])
        yield Finding(
            "unread-text", "note",
            f"{counted(len(old), 'document')} in an old encoding, by its letters: {shown}; save as UTF-8 what is wrong",
            material.file("corpus"),
        )  # fmt: skip
    hidden = [d for d in material.documents if d.hidden]
    if hidden:
        characters = sum(d.hidden for d in hidden)
        yield Finding(
            "unread-text", "note",
            f"{counted(characters, 'character')} that {counted(len(hidden), 'document')} hold but do not show are left "
            f"out: {listed([f'{d.id} ({d.hidden})' for d in hidden])}; show the text in the file if it should count",
            material.file("corpus"),
        )  # fmt: skip


@gate("copies")
def copies(material: Material) -> Iterator[Finding]:
    """Documents with one text, of which a prompt gets one, and documents that differ in no name or number."""
    gold = material.dataset.gold
    same = _same(material.documents)
    if same:
        named = [name for group in same for name in group[1:] if gold & set(group)]
        scored = "; retrieval of a gold document among them is scored by the id that the rows name" if named else ""
        yield Finding(
            "copies", "warning",
            f"{_groups(same)} with the same text, of which a prompt gets one: {_shown(same)}{scored}; keep one of each",
            material.file("corpus"),
        )  # fmt: skip
    near = _near([d for d in material.documents if not any(d.id in group[1:] for group in same)])
    if near:
        pairs = listed([f"{a} ~ {b}" for a, b in near])
        yield Finding(
            "copies", "warning",
            f"{counted(len(near), 'pair')} of documents with nearly the same text, the same names and numbers: "
            f"{pairs}; keep the one that holds, or they take each other's place in the prompt",
            material.file("corpus"),
        )  # fmt: skip


def _same(documents: Sequence[Document]) -> list[list[str]]:
    from rag.chunk import same_text

    groups: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        groups[same_text(document.text)].append(document.id)
    return [group for group in groups.values() if len(group) > 1]


def _near(documents: Sequence[Document]) -> list[tuple[str, str]]:
    runs: dict[str, frozenset[int]] = {}
    marks: dict[str, Counter[str]] = {}
    meeting: dict[int, list[str]] = defaultdict(list)
    for document in documents:
        words = re.findall(r"\w+", document.text)
        if len(words) < LEAST:
            continue
        plain = [word.casefold() for word in words]
        runs[document.id] = frozenset(_hash(plain[i : i + WORDS]) for i in range(len(plain) - WORDS + 1))
        marks[document.id] = Counter(word for word in words if any(c.isdigit() or c.isupper() for c in word))
        for value in sorted(runs[document.id])[:SKETCH]:
            meeting[value].append(document.id)
    pairs = {(a, b) for met in meeting.values() for i, a in enumerate(met) for b in met[i + 1 :]}
    return sorted(
        (a, b) for a, b in pairs
        if marks[a] == marks[b] and len(runs[a] & runs[b]) >= NEAR * len(runs[a] | runs[b])
    )  # fmt: skip


def _hash(words: Sequence[str]) -> int:
    return zlib.crc32(" ".join(words).encode())


def _groups(groups: Sequence[Sequence[str]]) -> str:
    documents = sum(map(len, groups))
    return f"{documents} documents are {counted(len(groups), 'group')}" if len(groups) > 1 else f"{documents} documents"


def _shown(groups: Sequence[Sequence[str]]) -> str:
    return listed([" = ".join([*g[:NAMED], *([f"{len(g) - NAMED} more"] if len(g) > NAMED else [])]) for g in groups])


def _file(material: Material, document: Document) -> str:
    return str(material.dataset.corpus / document.id)
