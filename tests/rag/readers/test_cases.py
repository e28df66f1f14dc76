"""Small inputs, each of which was once read wrongly, and what is right of each."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.data.dataset import load_dataset
from eval.data.gates.gate import Material, check_material
from eval.errors import UserError
from rag.readers.documents import Document, read_documents

CASES = Path(__file__).resolve().parents[2] / "cases"

TABLE = "Model | Torque | Warranty\nAldor | 35 Nm | 59 months\n"

RIGHT: list[tuple[str, str, list[str], list[str]]] = [
    ("declared-1252.html", "Größe", ["Größe 5 €"], []),
    ("form.pdf", "", ["Warranty: 59 months"], []),
    ("front.md", "Aldor handbook", ["# Aldor", "The warranty is 59 months."], ["tags", "---", "2024-03-01"]),
    ("headers.pdf", "headers", ["Section 0: The part 0 weighs 10 kg.", "part 5 weighs 15 kg"], ["Page 1 of 6"]),
    ("hyphen.pdf", "hyphen", ["warranty", "forty-two", "maintenance", "serial number", "FX-2210"], ["war-", "FX-\n"]),
    ("ligature.pdf", "ligature", ["The office file for the effort is flagged"], ["ﬃ", "ﬁ"]),
    ("mixed-scan.pdf", "mixed-scan", ["Cover page of the Dunmor manual."], []),
    ("sup.html", "Pump", ["10^3 m^3 a day"], ["11 months"]),
    ("table.docx", "Pump manual", [TABLE + "Brevik |  | 24 months\n"], []),
    ("table.pdf", "Pump data", [TABLE + "Brevik | 12 Nm |\nCorvo | 48 Nm | 24 months"], []),
]  # fmt: skip


def read(name: str, folder: Path) -> Document:
    folder.mkdir()
    shutil.copy(CASES / "documents" / name, folder / name)
    (document,) = read_documents(folder)
    return document


@pytest.mark.parametrize(("name", "title", "holds", "lacks"), RIGHT)
def test_a_document_is_read_as_a_person_reads_it(
    tmp_path: Path, name: str, title: str, holds: list[str], lacks: list[str]
) -> None:
    document = read(name, tmp_path / "corpus")
    assert title in ("", document.title)
    for text in holds:
        assert text in document.text
    for text in lacks:
        assert text not in document.text
        assert text not in document.title


def test_every_case_is_tried() -> None:
    assert {name for name, *_ in RIGHT} | {"lfs.md"} == {p.name for p in (CASES / "documents").iterdir()}


def test_a_pointer_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lfs\.md: is a Git LFS pointer, not the file itself; run `git lfs pull`"):
        read("lfs.md", tmp_path / "corpus")


def test_scanned_pages_among_others_are_named(tmp_path: Path) -> None:
    (gap,) = read("mixed-scan.pdf", tmp_path / "corpus").gaps
    assert gap.startswith("3 of 4 pages have no text (page 2, 3, 4)")


def test_the_running_header_of_a_word_file_is_not_its_title(tmp_path: Path) -> None:
    document = read("table.docx", tmp_path / "corpus")
    assert document.text.count("HEADER Norrland") == 1
    assert document.text.index("HEADER Norrland") > document.text.index("Brevik")


def test_sets_are_read_or_refused_in_one_line() -> None:
    sets = CASES / "sets"
    with pytest.raises(UserError, match=r"corpus/pumps/aldor\.md: is a Git LFS pointer.*git lfs pull"):
        load_dataset(sets / "lfs-gold-document")
    with pytest.raises(UserError, match=r"dataset\.yaml: line 6: key 'knowledge' stands there twice, first on line 4"):
        load_dataset(sets / "yaml-key-twice")
    assert load_dataset(sets / "yaml-1e-3").config.finetune.learning_rate == 2e-4
    named = load_dataset(sets / "nfd-file-name")
    assert any(not unicodedata.is_normalized("NFC", p.name) for p in (sets / "nfd-file-name").rglob("*.md")) or any(
        not name.isascii() for name in named.documents
    )
    assert named.train[0].documents[0] in named.documents


def test_copies_are_named() -> None:
    data = load_dataset(CASES / "sets" / "copies-of-a-document")
    (finding,) = (f for f in check_material(Material(data)) if f.gate == "copies")
    assert (finding.severity, "copy0.md = copy1.md = copy2.md" in finding.message) == ("warning", True)


@pytest.mark.component
def test_a_prompt_gets_one_copy(minilm: Any, tmp_path: Path) -> None:
    from eval.config import Retrieval
    from rag.chunk import same_text
    from rag.index import build_index
    from rag.retrievers.dense import DenseRetriever

    data = load_dataset(CASES / "sets" / "copies-of-a-document")
    index = build_index(read_documents(data.corpus), minilm, Retrieval(), tmp_path, lambda n: None)
    for passages in DenseRetriever(index.store, minilm, 4, preferred=data.gold).retrieve(
        [e.question for e in data.train]
    ):
        assert len(passages) == len({same_text(p.text) for p in passages}) == 4
        assert not any(p.document.startswith("copy") for p in passages)  # a gold document has their text


def _with_method(name: str, method: str) -> Any:
    data = load_dataset(CASES / "sets" / name)
    retrieval = data.config.retrieval.model_copy(update={"method": method})
    return replace(data, config=data.config.model_copy(update={"retrieval": retrieval}))


@pytest.mark.component
@pytest.mark.parametrize("name", ["korean-default-embedder", "section-numbers"])
def test_an_embedder_that_finds_too_little_is_named(name: str) -> None:
    from eval.data.gates.embedder import check_retrieval

    found = check_retrieval(_with_method(name, "dense"), "all-minilm-l6-v2")
    assert all(f.severity == "warning" and "--embedder" in f.message for f in found)
    assert any("plain word search (BM25) 100 %" in f.message for f in found)
    assert any("language 'ko'" in f.message for f in found) == (name == "korean-default-embedder")


@pytest.mark.component
@pytest.mark.parametrize("name", ["korean-default-embedder", "section-numbers"])
def test_the_default_finds_what_words_find(name: str, tmp_path: Path) -> None:
    from rag.retrieve import open_retriever

    data = load_dataset(CASES / "sets" / name)
    retriever, _ = open_retriever(data.texts, "all-minilm-l6-v2", data.config.retrieval, tmp_path, data.gold)
    asked = [*data.train, *data.test]
    passages = retriever.retrieve([e.question for e in asked])
    hits = [set(e.documents) <= {p.document for p in found} for e, found in zip(asked, passages, strict=True)]
    assert sum(hits) / len(hits) >= 0.98
