from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from eval.errors import UserError
from finetune.web.runtime import PACKAGES, fetch_runtime, runtime_folder


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("RAG_OR_FINETUNE_CACHE", str(cache))
    return cache


def test_without_the_scripts_one_line_tells_how_to_fetch_them() -> None:
    with pytest.raises(UserError, match=r"fetch them once, with npm: python -m finetune\.web\.runtime"):
        runtime_folder()


def test_without_npm_one_line_tells_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="npm is not on the path; install Node"):
        fetch_runtime()


def npm(folder: Path, script: str) -> None:
    file = folder / "npm"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_another_package_than_the_pinned_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_cache: Path
) -> None:
    forged = tmp_path / "forged.tgz"
    (tmp_path / "x").write_text("evil")
    with tarfile.open(forged, "w:gz") as archive:
        archive.add(tmp_path / "x", "package/dist/transformers.min.js")
    tools = tmp_path / "tools"
    tools.mkdir()
    npm(tools, f'while [ "$1" != --pack-destination ]; do shift; done; {shutil.which("cp")} {forged} "$2/"')
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(UserError, match=r"npm sent another @huggingface/transformers@.* nothing was installed"):
        fetch_runtime()
    assert not list(empty_cache.iterdir())


def test_what_npm_says_is_passed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm(tmp_path, "echo 'ENOTFOUND registry' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"npm cannot fetch @huggingface/transformers@.*ENOTFOUND registry"):
        fetch_runtime()


def test_a_changed_script_is_not_used(empty_cache: Path) -> None:
    from finetune.web import runtime

    folder = runtime._folder()
    folder.mkdir(parents=True)
    for package in PACKAGES:
        for name, _ in package.files.values():
            (folder / name).write_text("changed")
    with pytest.raises(UserError, match="fetch them once"):
        runtime_folder()
