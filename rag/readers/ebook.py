"""EPUB books: the chapters in their reading order, each an HTML page."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from eval.data.jsonl import decode
from rag.readers.archive import ArchiveError, opened, part
from rag.readers.markup import html_text
from rag.readers.reading import Reading
from rag.readers.xml_names import local_name


def read_ebook(file: Path) -> Reading:
    """The text of an EPUB; raises ArchiveError where it is damaged or its text is encrypted."""
    with opened(file) as archive:
        container = part(archive, "META-INF/container.xml")
        place = next((e.get("full-path") for e in _named(container, "rootfile")), None)
        package = part(archive, place) if place else None
        if place is None or package is None:
            raise ArchiveError("is no e-book by its content; export it again as EPUB")
        encryption = part(archive, "META-INF/encryption.xml")
        items = {e.get("id"): e for e in _named(package, "item")}
        texts: list[str] = []
        for ref in _named(package, "itemref"):
            item = items.get(ref.get("idref"))
            if item is None or ref.get("linear") == "no" or "html" not in (item.get("media-type") or ""):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(item.get("href") or "")))
            if encryption is not None and any(e.get("URI") == path for e in _named(encryption, "CipherReference")):
                raise ArchiveError("is protected against copying; use a copy without protection")
            texts.append(html_text(decode(archive.read(path), file)).text)
        title = next((" ".join((e.text or "").split()) for e in _named(package, "title")), "")
    return Reading("\n\n".join(text for text in texts if text), (title,) if title else ())


def _named(root: Element | None, name: str) -> list[Element]:
    return [] if root is None else [e for e in root.iter() if local_name(e) == name]
