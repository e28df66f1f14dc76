"""Files that only stand for others, and names and encodings in another form."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.data.dataset import load_dataset
from eval.data.jsonl import likely_encoding, read_utf8
from eval.errors import UserError
from eval.model.model_files import locate_model
from rag.embed import locate_embedder
from rag.readers.documents import list_documents

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4a' * 32}\nsize 12345\n"
SAYS = "is a Git LFS pointer, not the file itself; run `git lfs pull` in its repository"

Make = Callable[..., Path]


@pytest.mark.parametrize("name", ["dataset.yaml", "train.jsonl", "test.jsonl", "corpus/arvik.md", "corpus/b/c.pdf",
                                  "corpus/d.docx", "corpus/rows.jsonl", "corpus/e.html"])  # fmt: skip
@pytest.mark.parametrize("text", [POINTER, POINTER.replace("\n", "\r\n"), "\ufeff" + POINTER])
def test_a_pointer_in_a_data_set_is_an_error(make_dataset: Make, name: str, text: str) -> None:
    folder = make_dataset(**{name: text})
    with pytest.raises(UserError) as caught:
        load_dataset(folder)
    assert str(caught.value) == f"{folder / name}: {SAYS}"


def test_git_annex_is_known_too_and_a_text_about_lfs_is_a_document(make_dataset: Make) -> None:
    folder = make_dataset(**{"corpus/lfs.md": f"A pointer looks so:\n\n{POINTER}"})
    assert "lfs.md" in load_dataset(folder).documents
    (folder / "corpus" / "lfs.md").write_text("/annex/objects/SHA256E-s31390--f50d7ac4c6b9031379986b.md\n")
    with pytest.raises(UserError, match=r"lfs\.md: is a git-annex pointer.*git annex get"):
        load_dataset(folder)


@pytest.mark.parametrize(
    "name", ["config.json", "model.safetensors", "tokenizer.json", "model.gguf", "1_Pooling/config.json"]
)
def test_a_pointer_in_a_model_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(POINTER)
    for locate in (locate_model, locate_embedder):
        with pytest.raises(UserError) as caught:
            locate(str(tmp_path))
        assert str(caught.value) == f"{tmp_path / name}: {SAYS}"


@pytest.mark.parametrize("name", ["펌프-알도르.md", "Größe.md", "ベアリング.md", "café/menü.md"])
@pytest.mark.parametrize("forms", [("NFD", "NFC"), ("NFC", "NFD"), ("NFD", "NFD")])
def test_names_are_compared_in_one_unicode_form(make_dataset: Make, name: str, forms: tuple[str, str]) -> None:
    on_disk, in_row = (unicodedata.normalize(form, name) for form in forms)
    folder = make_dataset(**{f"corpus/{on_disk}": "# Pump\n\nText."})
    text = (folder / "test.jsonl").read_text(encoding="utf-8").replace('"arvik.md"', f'"{in_row}"')
    (folder / "test.jsonl").write_text(text, encoding="utf-8")
    data = load_dataset(folder)
    assert data.test[0].documents == (unicodedata.normalize("NFC", name),)
    assert unicodedata.normalize("NFC", name) in data.documents


def test_groups_and_ids_in_two_forms_are_the_same(make_dataset: Make) -> None:
    folder = make_dataset()
    for split, form in (("train", "NFC"), ("test", "NFD")):
        file = folder / f"{split}.jsonl"
        group = unicodedata.normalize(form, "größe")
        fact = {"train": "depth", "test": "berths"}[split]
        file.write_text(file.read_text(encoding="utf-8").replace(f'"arvik-{fact}"', f'"{group}"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"test\.jsonl:1: group 'größe' is also in .*train\.jsonl:1"):
        load_dataset(folder)


def test_two_files_whose_names_differ_in_form_alone_are_refused(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / unicodedata.normalize(form, "ä.md")).write_text("x")
    if len(list(tmp_path.iterdir())) == 2:  # not so on file systems that compare names as we do
        with pytest.raises(UserError, match="is taken by"):
            list_documents(tmp_path)
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_declares_the_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.md"
    file.write_bytes("Größe: 5 €\r\n한국".encode(encoding))
    assert read_utf8(file) == "Größe: 5 €\n한국"


@pytest.mark.parametrize(
    ("text", "encoding", "likely"),
    [
        ("Zürich über größe", "cp1252", "windows-1252"), ("保証期間は24ヶ月です", "shift_jis", "shift_jis"),
        ("보증 기간은 24개월입니다", "cp949", "cp949"), ("保修期为二十四个月", "gb18030", "gb18030"),
        ("Гарантия на насос", "cp1251", "windows-1251"), ("hi there", "utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_an_undeclared_encoding_is_an_error_that_names_the_likely_one(
    tmp_path: Path, text: str, encoding: str, likely: str
) -> None:
    assert likely_encoding(text.encode(encoding)) == likely
    if encoding.startswith("utf"):
        return
    file = tmp_path / "a.md"
    file.write_bytes(b"ok\n" + text.encode(encoding))
    with pytest.raises(
        UserError, match=rf"a\.md:2: not UTF-8 at byte \d+; save the file as UTF-8 \(it looks like {likely}\)"
    ):
        read_utf8(file)
