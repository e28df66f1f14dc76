"""`dataset draft`: from a folder with a corpus to one with questions, each answer with its place."""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import Endpoint, read_dataset_config
from eval.data.drafting.fact import FINDERS, Fact
from eval.data.drafting.fact_filter import FilteredFacts, filter_facts
from eval.data.drafting.same_facts import shared_keys
from eval.data.drafting.styled_replies import read_examples, shaped, shapes
from eval.data.drafting.unanswerable import unanswerable
from eval.data.drafting.wordings import ask
from eval.data.drafting.written_facts import READ, WRITE, Writer, refuse_same_model, written_facts
from eval.data.importing.grouping import fact_groups, slug, split_groups
from eval.data.importing.write_set import refuse_taken, split_text, write_set
from eval.errors import UserError
from eval.files import write_json
from eval.records import Example

if TYPE_CHECKING:
    from rag.readers.documents import Document

MODULES = ("find_tables", "find_fields", "find_sentences")
"""Importing them registers their ways to find facts."""
ROWS = 400
UNANSWERABLE = 0.15
DRAFTED = "drafted"
"""The tag that all drafted rows have."""
NOTES = "draft.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was drafted, and what was not."""

    folder: Path
    rows: dict[str, int]
    groups: int
    origins: dict[str, int]
    found: int
    dropped: dict[str, int]
    contradictions: tuple[str, ...]
    uncovered: tuple[str, ...]
    """Documents that no question asks about."""
    documents: int
    styled: bool
    """Whether replies have the shape of examples."""


def draft_set(
    folder: Path,
    *,
    rows: int = ROWS,
    seed: int = 0,
    examples: Path | None = None,
    test_share: float = 0.5,
    replace: bool = False,
    writer: Endpoint | None = None,
) -> Draft:
    """Write train.jsonl, test.jsonl and draft.json; the same corpus, settings and seed give the same files.

    With a `writer` half of the questions are written by that model, about facts that stand in the corpus.
    Raises UserError where there is no corpus or no dataset.yaml, and where too few facts are found.
    """
    refuse_taken(folder, replace)
    config = read_dataset_config(folder / "dataset.yaml")
    documents = _documents(folder)
    for module in MODULES:
        importlib.import_module(f"eval.data.drafting.{module}")
    found = [fact for document in documents for _, find in FINDERS.items() for fact in find(document)]
    lost: dict[str, int] = {}
    if writer is not None:
        refuse_same_model(writer, config)
        written, lost = written_facts(documents, Writer(writer, folder), config, rows // 2, seed)
        found = [*written, *found]
    filtered = filter_facts(found, documents)
    filtered = replace_fields(filtered, dropped={**filtered.dropped, **lost})
    chosen = _spread(filtered.facts, rows, seed)
    missing = unanswerable(filtered.facts, documents, round(UNANSWERABLE * len(chosen)), seed) if config.refusal else []
    shape, refused = shapes(read_examples(examples)) if examples is not None else ("", "")
    drafted = _rows([*chosen, *missing], config.language, seed, shape, refused or config.refusal or "")
    if len({e.group for e, _ in drafted}) < 4:
        raise UserError(f"{folder}: {len(drafted)} facts found in {len(documents)} documents; write questions")
    splits = split_groups([e.group for e, _ in drafted], test_share, seed)
    by_split = {s: [e for (e, _), at in zip(drafted, splits, strict=True) if at == s] for s in ("train", "test")}
    _write(folder, {f"{name}.jsonl": split_text(held) for name, held in by_split.items()}, bool(shape))
    done = _summary(folder, by_split, [f for _, f in drafted], filtered, documents, len(found), bool(shape))
    notes = _notes(done, drafted, seed)
    if writer is not None:
        notes["writer"] = {"url": writer.url, "model": writer.model, "prompts": [WRITE, READ]}
    write_json(folder / NOTES, notes)
    return done


def _write(folder: Path, files: dict[str, str], styled: bool) -> None:
    try:
        write_set(folder, files)
    except UserError as error:
        if styled or "style.checks" not in str(error):
            raise
        raise UserError(
            f"{folder}: drafted replies are the answers alone, and {str(error).partition(': ')[2].split(';')[0]}; "
            "give 5 to 20 replies as they should look with --examples FILE"
        ) from None


def _documents(folder: Path) -> list[Document]:
    from rag.readers.documents import read_documents

    if not (folder / "corpus").is_dir():
        raise UserError(f"{folder}: has no corpus/ to draft from; see: dataset init")
    return read_documents(folder / "corpus")


def _spread(facts: Sequence[Fact], wanted: int, seed: int) -> list[Fact]:
    """Facts drawn in turn from each kind of each document, so that no long table asks most questions."""
    drawn = random.Random(f"spread {seed}")
    heaps: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        heaps[fact.document, fact.origin].append(fact)
    for heap in heaps.values():
        drawn.shuffle(heap)
    order = sorted(heaps)
    drawn.shuffle(order)
    chosen: list[Fact] = []
    while heaps and len(chosen) < wanted:
        for key in list(order):
            if key in heaps and len(chosen) < wanted:
                chosen.append(heaps[key].pop())
                if not heaps[key]:
                    del heaps[key]
    return sorted(chosen, key=lambda f: (f.document, f.start, f.origin))


def _rows(facts: Sequence[Fact], language: str, seed: int, shape: str, refusal: str) -> list[tuple[Example, Fact]]:
    drawn = random.Random(f"wordings {seed}")
    rows: list[tuple[Example, Fact]] = []
    names: Counter[str] = Counter()
    asked: set[str] = set()
    for fact in facts:
        question = ask(fact, language, drawn.randrange(1000))
        if question in asked:
            continue
        asked.add(question)
        stem = fact.document.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        name = slug(f"{stem} {fact.subject if fact.origin == 'table' else ''} {fact.attribute or fact.value}", 70)
        names[name] += 1
        name += f"-{names[name]}" if names[name] > 1 else ""
        known = bool(fact.value)
        example = Example(
            name if known else f"no-{name}", question, (fact.value,) if known else (),
            shaped(shape, fact.value, fact.document) if known else refusal, (fact.document,) if known else (),
            answerable=known, tags=(DRAFTED, fact.origin), metric=fact.metric,
        )  # fmt: skip
        rows.append((example, fact))
    groups = fact_groups([_with_line(e, f) for e, f in rows], shared_keys([f for _, f in rows]))
    return [(replace_fields(e, group=g), f) for (e, f), g in zip(rows, groups, strict=True)]


def _with_line(example: Example, fact: Fact) -> Example:
    """Facts of one value in one document are one fact to whoever learns it; absent ones belong to their subject."""
    return example if fact.value else replace_fields(example, group=f"no {slug(fact.title)} {slug(fact.subject)}")


def _summary(
    folder: Path, by_split: dict[str, list[Example]], facts: Sequence[Fact], filtered: FilteredFacts,
    documents: Sequence[Document], found: int, styled: bool,
) -> Draft:  # fmt: skip
    covered = {f.document for f in facts if f.value}
    origins = Counter(f.origin if f.value else "unanswerable" for f in facts)
    return Draft(
        folder, {s: len(rows) for s, rows in by_split.items()},
        len({e.group for rows in by_split.values() for e in rows}),
        dict(origins), found, filtered.dropped, tuple(filtered.contradictions),
        tuple(d.id for d in documents if d.id not in covered), len(documents), styled,
    )  # fmt: skip


def _notes(done: Draft, drafted: Sequence[tuple[Example, Fact]], seed: int) -> dict[str, Any]:
    return {
        "seed": seed, "regime": "facts held out: no fact of the test is trained on", "rows": done.rows,
        "groups": done.groups,
        "origins": done.origins, "facts_found": done.found, "dropped": done.dropped,
        "contradictions": list(done.contradictions), "documents_without_question": list(done.uncovered),
        "spans": {
            e.id: {"document": f.document, "start": f.start, "end": f.end, "value": f.value, "origin": f.origin}
            for e, f in drafted if f.value
        },
    }  # fmt: skip


def read_spans(folder: Path) -> dict[str, dict[str, Any]]:
    """By row id, the place of each drafted answer; empty where nothing was drafted."""
    try:
        notes = json.loads((folder / NOTES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    spans: dict[str, dict[str, Any]] = notes["spans"]
    return spans
