"""Imported rows as rows of a data set: answers, documents, groups and splits found, and what was left out said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eval.data.importing.asked_language import asked_language, refusal_in
from eval.data.importing.choices import with_listed_options, with_named_options
from eval.data.importing.grouping import fact_groups, slug, split_groups
from eval.data.importing.import_format import Context, Found, Imported
from eval.data.importing.linking import ENOUGH, Link, Linker
from eval.data.importing.repeated_questions import merged
from eval.data.importing.reply_answers import stands_in, with_answers
from eval.data.importing.source_lines import without_sources
from eval.metrics.knowledge.choice import named_options
from eval.metrics.knowledge.choice_options import options, with_options
from eval.metrics.knowledge.claims import is_paragraph
from eval.records import Example

if TYPE_CHECKING:
    from rag.readers.documents import Document


@dataclass(frozen=True, slots=True)
class Assembled:
    """Rows ready to be written, and what the user should know."""

    splits: dict[str, list[Example]]
    contexts: dict[str, str]
    """Documents to write, by their path below corpus/."""
    links: dict[str, Link]
    """By row id, the documents that were found by the answer."""
    notes: list[str]
    left_out: list[str]
    """Rows that are not in the data set, each with its place and the reason."""
    answer_key: str | None
    """The key of a JSON reply that holds the answer."""
    system: str
    """The instruction that most rows were asked under."""
    refusal: str


def assemble(
    found: Found, corpus: Sequence[Document], *, test_share: float, seed: int, empty_is_unanswerable: bool = False
) -> Assembled:
    """Rows with ids, answers, documents, groups and splits; no group is in two splits, and nothing goes in silence."""
    notes = list(found.notes)
    rows, left_out = _usable(found.rows, empty_is_unanswerable)
    rows = merged(rows, notes, left_out)
    rows, more, key = with_answers(with_listed_options(with_named_options(rows, notes)))
    notes += more
    named = [without_sources(row) for row in rows]
    if sourced := sum(a != b for a, b in zip(rows, named, strict=True)):
        notes.append(f"{sourced} answers name their source; it stands in the reply, and not in the accepted answer")
    rows = named
    linker = Linker(corpus)
    contexts, homes = _documents([c for row in rows for c in row.contexts] + list(found.contexts), linker)
    examples, links = _examples(rows, linker, homes, notes)
    groups = fact_groups(examples)
    examples = [replace(e, group=g) for e, g in zip(examples, groups, strict=True)]
    splits = _splits(examples, [row.split for row in rows], test_share, seed, notes)
    refusals = Counter(row.reply for row in rows if not row.answerable and row.reply)
    refusal = refusals.most_common(1)[0][0] if refusals else refusal_in(asked_language(examples))
    splits = {name: [_with_reply(e, refusal) for e in held] for name, held in splits.items()}
    systems = Counter(row.system for row in rows if row.system)
    if len(systems) > 1:
        notes.append(f"rows have {len(systems)} different instructions; the most frequent one stands in dataset.yaml")
    return Assembled(
        splits, contexts, links, notes, left_out, key, systems.most_common(1)[0][0] if systems else "", refusal
    )


def _usable(rows: Sequence[Imported], empty_is_unanswerable: bool) -> tuple[list[Imported], list[str]]:
    kept: list[Imported] = []
    left: list[str] = []
    for row in rows:
        if not row.question:
            left.append(f"{row.where}: no question")
        elif row.answerable and not row.answers and not row.reply:
            if empty_is_unanswerable:
                kept.append(replace(row, answerable=False))
            else:
                left.append(f"{row.where}: no answer; with --empty-is-unanswerable such rows count as unanswerable")
        elif not row.answerable and row.answers:
            kept.append(replace(row, answers=(), reply=row.reply or row.answers[0]))
        else:
            kept.append(row)
    return kept, left


def _documents(contexts: Sequence[Context], linker: Linker) -> tuple[dict[str, str], dict[str, str]]:
    """(documents to write by path, document of each context's text): those in the corpus stay where they are."""
    parts: dict[str, list[str]] = {}
    homes: dict[str, str] = {}
    titles: dict[str, str] = {}
    for context in contexts:
        if not context.text or context.text in homes:
            continue
        there = linker.holding(context.text)
        if there is None:
            name = slug(context.name) or f"passage-{len(parts) + 1:04}"
            there = f"imported/{name}.md"
            parts.setdefault(there, []).append(context.text)
            titles.setdefault(there, context.title)
        homes[context.text] = there
    heads = {path: f"# {title}\n\n" if title else "" for path, title in titles.items()}
    return {path: heads[path] + "\n\n".join(texts) + "\n" for path, texts in parts.items()}, homes


def _examples(
    rows: Sequence[Imported], linker: Linker, homes: dict[str, str], notes: list[str]
) -> tuple[list[Example], dict[str, Link]]:
    taken: set[str] = set()
    examples: list[Example] = []
    links: dict[str, Link] = {}
    counts: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        name = row.id if row.id and row.id not in taken else f"q{number}"
        while name in taken:
            name += "-2"
        counts["renamed"] += bool(row.id) and row.id != name
        taken.add(name)
        documents = tuple(dict.fromkeys(homes[c.text] for c in row.contexts if c.text in homes))
        if not documents and row.documents:
            named = [linker.named(n) for n in row.documents]
            documents = tuple(dict.fromkeys(d for found in named for d in found))
            counts["unknown"] += not all(named)
        if not documents and row.answerable and (cited := linker.cited(row.reply)):
            documents = (cited,)
            counts["cited"] += 1
        if not documents and row.answerable and (link := linker.find(row.question, row.answers)):
            links[name] = link
            counts["linked"] += link.confidence >= ENOUGH
            documents = (link.document,) if link.confidence >= ENOUGH else ()
        counts["without"] += row.answerable and not documents
        counts["apart"] += bool(row.reply and row.answers and not any(stands_in(a, row.reply) for a in row.answers))
        question, metric = _with_options(row)
        examples.append(
            Example(name, question, row.answers, row.reply, documents, row.group, row.answerable, row.tags, metric)
        )
    notes += _notes_on(counts, len(rows))
    return examples, links


def _with_options(row: Imported) -> tuple[str, str]:
    """(question with its options behind it, metric): one of choice is scored as one, paragraphs by their sentences."""
    if len(row.options) < 2:
        return row.question, row.metric or ("claims" if row.answers and all(map(is_paragraph, row.answers)) else "")
    question = row.question if options(row.question) else with_options(row.question, row.options)
    choice = row.answers and all(named_options(answer, options(question)) for answer in row.answers)
    return question, row.metric or ("choice" if choice else "")


def _notes_on(counts: Counter[str], rows: int) -> list[str]:
    lines = (
        ("renamed", "rows got another id: theirs was taken"),
        ("unknown", "rows name a document that the corpus does not have under that name"),
        ("cited", "rows name a document of the corpus in their reply, which was taken for theirs"),
        ("linked", f"rows were linked to a document by finding the answer in it (confidence of {ENOUGH} or more)"),
        ("without", "answerable rows have no document: without one, retrieval cannot be scored on them"),
        ("apart", "replies do not hold their accepted answer word for word"),
    )
    return [f"{counts[key]} of {rows} {text}" for key, text in lines if counts[key]]


def _splits(
    examples: Sequence[Example], given: Sequence[str], share: float, seed: int, notes: list[str]
) -> dict[str, list[Example]]:
    """Rows by split: as the file has them where it has more than one, else drawn by group."""
    names = set(given)
    if names <= {"train", "dev", "test"} and len(names) > 1:
        given = ["test" if s == "dev" and "test" not in names else s for s in given]
    else:
        if names - {""}:
            notes.append(f"the file has one split; rows were divided again, {share:.0%} of them for the test")
        given = split_groups([e.group for e in examples], share, seed)
    rank = {"train": 0, "dev": 1, "test": 2}
    lowest: dict[str, str] = {}
    for example, split in zip(examples, given, strict=True):
        known = lowest.setdefault(example.group, split)
        lowest[example.group] = min(known, split, key=lambda s: rank[s])
    moved = sum(lowest[e.group] != s for e, s in zip(examples, given, strict=True))
    if moved:
        notes.append(f"{moved} rows moved to the split that already asks about their fact, train before test")
    found: dict[str, list[Example]] = {}
    for example in examples:
        found.setdefault(lowest[example.group], []).append(example)
    return found


def _with_reply(example: Example, refusal: str) -> Example:
    if example.reply:
        return example
    return replace(example, reply=example.answers[0] if example.answers else refusal)
