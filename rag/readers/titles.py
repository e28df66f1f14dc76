"""What a document is called: its own title, else a heading, else its first line, else the file's name.

A line that many documents share, a page number or a mark of confidentiality names none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEAD = 6
"""Lines from the top of a text in which a title is looked for."""
LONGEST = 80
"""A first line of more characters is no title."""
LONGEST_GIVEN = 200
"""What is given as title or marked up as a heading may be longer, to so many characters."""

_PAGE = re.compile(
    r"\W*(?:(?:page|seite|blatt|sheet|p\.?|pp\.?|pg\.?|página|pagina|strona|стр\.?|страница|頁|ページ|页|페이지|쪽|第)\s*)?"
    r"(?:\d+|[ivxl]+)\s*(?:頁|ページ|页|페이지|쪽)?\s*(?:(?:of|von|de|di|sur|из|/|\||共|中)\s*\d+\s*(?:頁|ページ|页|페이지|쪽)?)?\W*",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"\W*(?:(?:strictly|company|highly)\s+)?(?:confidential|vertraulich|streng vertraulich|confidentiel|confidencial|"
    r"internal(?: use only)?|for internal use only|nur für den internen gebrauch|proprietary|draft|entwurf|final|"
    r"all rights reserved|table of contents|contents|inhalt|"
    r"inhaltsverzeichnis|대외비|기밀|목차|社外秘|目次|机密|目录)\W*"
    r"|\W*(?:©|\(c\)|copyright)\b.*|https?://\S+|www\.\S+",
    re.IGNORECASE,
)
_GENERIC_TEXT = (
    "untitled unbenannt anonymous unspecified unknown title titel document dokument document1 dokument1 microsoft "
    "word new tab index home page powerpoint presentation präsentation slide 1 presentation1 print layout 1 제목 없음 "
    "無題 无标题"
)
_GENERIC = frozenset(_GENERIC_TEXT.split())
_FILE = re.compile(
    r".+\.(?:docx?|dotx?|pdf|indd|qxd|xlsx?|pptx?|tex|dvi|rtf|odt|txt|md|html?|pages|eps|ai|cdr|fm)$", re.I
)
_SEPARATOR = re.compile(r"\s+[|–—·•»›:-]+\s+|\s*[|»›]\s*")
_ITEM = re.compile(r"^[•·▪‣◦*-]\s| \| ")
"""The item of a list, or the row of a table."""
_RULE = re.compile(r"\W*")


@dataclass(frozen=True, slots=True)
class Names:
    """What one document may be called, each list best first."""

    given: tuple[str, ...]
    """By its metadata."""
    headings: tuple[str, ...]
    top: tuple[str, ...]
    """The first lines of its text, without marks of headings; see `top_lines`."""
    file: str
    """The file's name without ending."""
    body: int
    """A hash of the text, by which copies count once."""


def choose_titles(all_names: Sequence[Names]) -> list[str]:
    """The title of each document of a corpus, in order; none is empty."""
    once = list({names.body: names for names in all_names}.values())
    shared = _common(once, lambda n: {_key(t) for t in (*n.given, *n.headings, *n.top)})
    ends = _common(once, lambda n: {_key(part) for title in n.given for part in _ends(title)})
    return [_choose(names, shared, ends) for names in all_names]


def top_lines(text: str) -> tuple[str, ...]:
    """The first HEAD lines of a text that are not empty, without the marks of a Markdown heading."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(line.lstrip("#").strip() for line in lines if line)[:HEAD]


def sensible(title: str, file: str) -> bool:
    """Whether a program's metadata are a person's title: not the name of the file, of the program or of nothing."""
    plain = title.strip().strip("()[]").casefold()
    if not any(c.isalpha() for c in plain) or set(plain.split()) <= _GENERIC or len(title) > LONGEST_GIVEN:
        return False
    if plain.startswith("microsoft word - ") or _FILE.fullmatch(plain) or re.fullmatch(r"\S*[_\d/\\]\S*", plain):
        return False
    return re.sub(r"[\W_]+", " ", plain) != re.sub(r"[\W_]+", " ", file.casefold())


def is_page_mark(line: str) -> bool:
    """Whether a line is a page number: 3, - 3 -, Page 3 of 4, Seite 3, 第3页."""
    return bool(re.search(r"\d", line)) and bool(_PAGE.fullmatch(line.strip()))


def _choose(names: Names, shared: frozenset[str], ends: frozenset[str]) -> str:
    for title in names.given:
        title = _without(title, ends)
        if _telling(title) and _key(title) not in shared:
            return title
    for title in names.headings:
        if len(title) <= LONGEST_GIVEN and _telling(title) and _key(title) not in shared:
            return title
    for line, below in zip(names.top, [*names.top[1:], ""], strict=True):
        if _telling(line) and _key(line) not in shared:
            return line if _is_heading(line, below) else names.file
    return names.file


def _common(once: Sequence[Names], keys: Callable[[Names], set[str]]) -> frozenset[str]:
    """What three documents share, or two of no more than four."""
    counts = Counter(key for names in once for key in keys(names))
    least = 3 if len(once) > 4 else 2
    return frozenset(key for key, count in counts.items() if count >= least)


def _ends(title: str) -> list[str]:
    """The first and the last part of a title that separators divide; empty where there are none."""
    parts = [part for part in _SEPARATOR.split(title) if part]
    return [parts[0], parts[-1]] if len(parts) > 1 else []


def _without(title: str, ends: frozenset[str]) -> str:
    """The title without a first or last part that other titles share, such as the name of the site."""
    parts = _ends(title)
    if parts and _key(parts[1]) in ends:
        title = title[: title.rindex(parts[1])].rstrip(" \t|–—·•»›:-")
    elif parts and _key(parts[0]) in ends:
        title = title[title.index(parts[0]) + len(parts[0]) :].lstrip(" \t|–—·•»›:-")
    return title


def _telling(line: str) -> bool:
    generic = set(line.casefold().strip("()[]").split()) <= _GENERIC
    return not (generic or _PAGE.fullmatch(line) or _STAMP.fullmatch(line) or _RULE.fullmatch(line))


def _is_heading(line: str, below: str) -> bool:
    """Short, no item or row, and neither a sentence of running text nor the beginning of one that goes on below."""
    sentence = re.search(r"[.!?。！？]$", line) and (len(line.split()) > 3 or re.search(r"[。！？]$", line))
    return len(line) <= LONGEST and not sentence and not _ITEM.search(line) and not below[:1].islower()


def _key(line: str) -> str:
    return " ".join(line.casefold().split())
