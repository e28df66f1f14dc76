"""Zip archives that are opened with care: office files, e-books and workbooks are all of this kind."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

LARGEST = 512 * 2**20
"""Bytes that an archive may hold unpacked."""
RATIO = 200
"""How many times its packed size a part of more than a megabyte may be; XML of long tables reaches 60."""
SMALL = 2**20
ENTRIES = 20_000


class ArchiveError(Exception):
    """Why an archive is not opened, as the end of a sentence about the file, with the remedy."""


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """The archive of a file; raises ArchiveError where it is none, is protected, or would explode when unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            check(archive)
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ArchiveError(damaged(file, error)) from None
    except (KeyError, ElementTree.ParseError, RuntimeError) as error:
        raise ArchiveError(damaged(file, error)) from None


def check(archive: zipfile.ZipFile) -> None:
    """Raise ArchiveError unless the archive's own figures say that it can be unpacked in memory."""
    parts = archive.infolist()
    if len(parts) > ENTRIES:
        raise ArchiveError(f"holds {len(parts)} parts, more than {ENTRIES}; take it out of the corpus, or split it")
    total = sum(part.file_size for part in parts)
    if total > LARGEST:
        raise ArchiveError(
            f"would unpack to {total / 2**20:,.0f} MiB, more than {LARGEST // 2**20}; take it out, or split it"
        )
    for part in parts:
        if part.flag_bits & 0x1:
            raise ArchiveError("is protected by a password; save it without one")
        if part.file_size > SMALL and part.file_size > RATIO * max(part.compress_size, 1):
            ratio = part.file_size // max(part.compress_size, 1)
            raise ArchiveError(f"has a part that unpacks to {ratio} times its size; take it out, or save it again")


def damaged(file: Path, error: Exception) -> str:
    """What a file is that does not open as an archive, by how it begins."""
    with file.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return (
            "is protected by a password, or in the format of before 2007; save it again without password, as a new one"
        )
    if head.startswith(b"%PDF"):
        return "is a PDF by its content; rename it to .pdf"
    if not head.startswith(b"PK"):
        return "is not what its ending says; rename it, or save it again"
    return (
        "is damaged; save it again"
        if not isinstance(error, KeyError)
        else "lacks a part that its kind has; save it again"
    )


def part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    """A part of the archive as XML; None where it has no such part."""
    try:
        data = archive.read(name)
    except KeyError:
        return None
    if b"<!ENTITY" in data:
        raise ArchiveError("declares entities in its XML, which office programs do not; save it again")
    return ElementTree.fromstring(data)
