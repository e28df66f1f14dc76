"""Files that appear whole or not at all, and fingerprints that name what they depend on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.errors import UserError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text to a temporary neighbour and rename it onto `path`."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes to a temporary neighbour and rename it onto `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary neighbour that becomes `folder`, in place of what stood there; after an error nothing is left."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield temporary
        temporary.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON that ends in a newline; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Parse a JSON file that one of our own steps wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def fingerprint(*parts: Any) -> str:
    """A 16-digit hexadecimal name of JSON-able values: equal values, equal name, in every process."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


POINTERS = {
    b"version https://git-lfs.github.com/spec/": ("a Git LFS pointer", "git lfs pull"),
    b"version https://hawser.github.com/spec/": ("a Git LFS pointer", "git lfs pull"),
    b"/annex/objects/": ("a git-annex pointer", "git annex get ."),
}
"""How the small files begin that stand for others, what they are, and the command that fetches what they stand for."""

POINTER_BYTES = 1024
"""A pointer is smaller, by the specification of Git LFS."""


def refuse_pointer(path: Path) -> None:
    """Raise UserError where a file only stands for one that was not fetched: a pointer of Git LFS or git-annex."""
    with path.open("rb") as stream:
        head = stream.read(64)
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, (what, command) in POINTERS.items():
        if head.startswith(start):
            raise UserError(f"{path}: is {what}, not the file itself; run `{command}` in its repository")


def refuse_pointers(folder: Path) -> None:
    """`refuse_pointer` for every file of a folder and of the folders in it; hidden ones aside."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and file.stat().st_size < POINTER_BYTES:
            refuse_pointer(file)


def texts_of(value: object) -> Iterator[str]:
    """All texts of a JSON value, names of keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
