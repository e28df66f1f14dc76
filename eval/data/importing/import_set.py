"""`dataset import`: from a file of questions to the rows of a data set's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.data.importing.assemble import Assembled, assemble
from eval.data.importing.column_roles import is_header
from eval.data.importing.import_format import Named
from eval.data.importing.known_formats import choose
from eval.data.importing.source_files import read_source
from eval.data.importing.write_set import refuse_taken, split_text, write_set
from eval.data.init.proposal import Proposal, propose
from eval.data.init.settings_file import settings_text
from eval.errors import UserError
from eval.files import write_json
from eval.records import Example

TEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Import:
    """What an import wrote, and what it left out."""

    folder: Path
    form: str
    title: str
    rows: dict[str, int]
    """By split."""
    groups: int
    documents: int
    """That the file brought along."""
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    proposal: Proposal | None
    """The settings that were written; None where dataset.yaml was there."""


def import_set(
    file: Path,
    into: Path,
    *,
    form: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    test_share: float = TEST_SHARE,
    seed: int = 0,
    replace: bool = False,
    empty_is_unanswerable: bool = False,
) -> Import:
    """Write train.jsonl, test.jsonl, the documents that the file brings, and dataset.yaml where there is none.

    Raises UserError naming file, place and fix; then nothing is changed. import.json says what was found and left out.
    """
    refuse_taken(into, replace)
    source = read_source(file, sheet=sheet, is_header=lambda row: is_header(row) or _names(row, columns or {}))
    if not source.entries and source.document is None:
        raise UserError(f"{file}: no rows in it; write one question a row")
    name, chosen = choose(source, form)
    found = chosen.read(source, Named(dict(columns or {})))
    corpus = _corpus(into)
    assembled = assemble(found, corpus, test_share=test_share, seed=seed, empty_is_unanswerable=empty_is_unanswerable)
    rows = {split: len(held) for split, held in assembled.splits.items()}
    if not rows.get("train") or not rows.get("test"):
        raise UserError(
            f"{file}: {sum(rows.values())} usable rows about {_groups(assembled)} facts are too few to divide "
            f"into train and test; {(assembled.left_out or ['add rows'])[0]}"
        )
    files, proposal = _files(into, assembled, [d.id for d in corpus])
    write_set(into, files)
    notes = (*source.notes, *assembled.notes)
    done = Import(
        into,
        name,
        chosen.title,
        rows,
        _groups(assembled),
        len(assembled.contexts),
        notes,
        tuple(assembled.left_out),
        proposal,
    )
    write_json(into / "import.json", _record(file, done, assembled))
    return done


def _files(into: Path, assembled: Assembled, documents: list[str]) -> tuple[dict[str, str], Proposal | None]:
    files = {f"corpus/{path}": text for path, text in assembled.contexts.items()}
    files |= {f"{split}.jsonl": split_text(held) for split, held in assembled.splits.items()}
    if (into / "dataset.yaml").exists():
        return files, None
    proposal = propose(
        assembled.splits["train"], refusal=assembled.refusal, system=assembled.system,
        documents=[*documents, *assembled.contexts],
    )  # fmt: skip
    return files | {"dataset.yaml": settings_text(set_name(into), proposal)}, proposal


def set_name(folder: Path) -> str:
    """A name that dataset.yaml allows, from a folder's."""
    from eval.data.importing.grouping import slug

    plain = slug(folder.resolve().name)
    return plain if plain.isascii() and plain else "my-set"


def _corpus(into: Path) -> list[Any]:
    from rag.readers.documents import read_documents

    return read_documents(into / "corpus") if (into / "corpus").is_dir() else []


def _names(row: list[str], columns: Mapping[str, str]) -> bool:
    from eval.data.importing.column_roles import plain_name

    return bool(columns) and {plain_name(c) for c in columns.values()} <= {plain_name(c) for c in row}


def _all(assembled: Assembled) -> list[Example]:
    return [e for held in assembled.splits.values() for e in held]


def _groups(assembled: Assembled) -> int:
    return len({e.group for e in _all(assembled)})


def _record(file: Path, done: Import, assembled: Assembled) -> dict[str, Any]:
    return {
        "file": file.name, "format": done.form, "rows": done.rows, "groups": done.groups,
        "documents": sorted(assembled.contexts), "notes": list(done.notes), "left_out": list(done.left_out),
        "links": {name: asdict(link) for name, link in assembled.links.items()},
    }  # fmt: skip
