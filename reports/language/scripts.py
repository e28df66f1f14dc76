"""The texts of the page's scripts: what `say("...")` of dom.js is given, and the few words that are said by a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from reports.language.language import current_language
from reports.language.tables import read

SCRIPTS = ("dom.js", "filter.js", "list.js", "detail.js", "page.js", "changes.js")
NAMED = ("right", "wrong", "not scored", "no reply", "knowledge", "style")
"""What stands in tables of the scripts, and is said from there."""
SAID = re.compile(r'\bsay\("([^"]+)"')


def script_strings() -> Iterator[str]:
    """Every text of the scripts."""
    yield from NAMED
    for name in SCRIPTS:
        yield from SAID.findall(files("reports").joinpath("assets", name).read_text(encoding="utf-8"))


def script_texts() -> dict[str, str]:
    """English -> the language of the page; empty for English itself."""
    if current_language() == "en":
        return {}
    known = read(current_language())
    return {english: known[english] for english in script_strings() if english in known}
