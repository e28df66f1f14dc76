"""`dataset init`: from a folder of documents, and questions if there are some, to a folder that `evaluate` takes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from eval.config import DecisionRule
from eval.data.importing.column_roles import is_header
from eval.data.importing.import_format import Named
from eval.data.importing.import_set import Import, import_set, set_name
from eval.data.importing.known_formats import choose
from eval.data.importing.source_files import READERS, read_source
from eval.data.init.proposal import Proposal
from eval.data.init.settings_file import settings_text
from eval.errors import UserError
from eval.files import write_json, write_text
from eval.stats.power import questions_needed

SECONDS_A_ROW = 20
"""That looking at a drafted question takes."""
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".ods")
BARE = Proposal(
    "en",
    'Answer the question in a few words. If you cannot tell, say "I don\'t know".',
    "I don't know",
    "match",
    None,
    (),
)
"""What dataset.yaml says where there are no questions to read it off."""


@dataclass(frozen=True, slots=True)
class Init:
    """What was made of a folder."""

    folder: Path
    documents: int
    words: int
    unread: tuple[str, ...]
    questions: Import | None
    wanted: int
    """Test questions that the verdict needs at the margin of dataset.yaml."""

    @property
    def test_rows(self) -> int:
        """Test questions that there are."""
        return self.questions.rows.get("test", 0) if self.questions else 0

    @property
    def hours(self) -> float:
        """Hours to review the questions that are wanted."""
        return round(self.wanted * SECONDS_A_ROW / 3600, 1)


def init_set(source: Path, into: Path | None = None, *, questions: Path | None = None, seed: int = 0) -> Init:
    """Copy what can be read into corpus/, import the questions, and write dataset.yaml and corpus.json.

    A folder that has a corpus/ is completed where it is. Raises UserError where nothing can be read, and where the
    target has a data set already.
    """
    if not source.is_dir():
        raise UserError(f"{source}: not a folder; name the folder of your documents")
    in_place = (source / "corpus").is_dir() and into is None
    folder = source if in_place else into or source.parent / f"{source.resolve().name}-set"
    if (folder / "dataset.yaml").exists():
        raise UserError(f"{folder / 'dataset.yaml'}: is there already; name another folder with --into, or edit it")
    if not in_place and folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: is there and not empty; name another folder with --into")
    asked = [questions] if questions is not None else find_questions(source)
    if len(asked) > 1:
        named = ", ".join(str(f) for f in asked)
        raise UserError(f"{source}: several files look like questions: {named}; name one with --questions")
    made_folder = not folder.exists()
    try:
        return _made(source, folder, asked[0] if asked else None, in_place, seed)
    except BaseException:
        if made_folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def find_questions(source: Path) -> list[Path]:
    """Files of a folder that hold questions with answers: tables with such columns, and test sets of other tools."""
    found = []
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        inside = file.relative_to(source)
        hidden = any(part.startswith((".", "~$")) for part in inside.parts)
        if not hidden and inside.parts[0] != "corpus" and file.suffix.lower() in (*TABLES, *READERS) and _asks(file):
            found.append(file)
    return found


def _asks(file: Path) -> bool:
    try:
        source = read_source(file, is_header=is_header)
        name, form = choose(source, None)
        if name == "table" and not (source.columns and is_header(source.columns)):
            return False
        rows = form.read(source, Named()).rows
    except UserError:
        return False
    return sum(bool(r.question and (r.answers or r.reply)) for r in rows) >= 2


def _made(source: Path, folder: Path, asked: Path | None, in_place: bool, seed: int) -> Init:
    from rag.readers.survey import survey

    corpus = folder / "corpus"
    leave = frozenset([asked]) if asked is not None else frozenset()
    found = survey(corpus) if in_place else survey(source, leave_out=leave)
    if not found.documents:
        why = found.unread[0].why if found.unread else "there is no file in it"
        raise UserError(f"{source}: no document in it that can be read ({why})")
    if in_place and found.unread:
        raise UserError(f"{found.unread[0].why} (`rag index --skip-unreadable` tries without such files)")
    if not in_place:
        unread = {u.file for u in found.unread}
        _copy(source, corpus, unread, leave)
    done = import_set(asked, folder, seed=seed) if asked is not None else None
    if done is None:
        write_text(folder / "dataset.yaml", settings_text(set_name(folder), BARE))
    write_json(folder / "corpus.json", found.manifest())
    words = sum(len(d.text.split()) for d in found.documents)
    wanted = questions_needed(2 * DecisionRule().margin)
    return Init(folder, len(found.documents), words, tuple(u.why for u in found.unread), done, wanted)


def _copy(source: Path, corpus: Path, unread: set[str], leave: frozenset[Path]) -> None:
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        inside = file.relative_to(source)
        hidden = any(part.startswith((".", "~$")) for part in inside.parts)
        if hidden or file in leave or inside.as_posix() in unread:
            continue
        target = corpus / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
