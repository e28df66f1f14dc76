"""Facts in running text: the X of Y is Z, X means Z, and sentences with one value to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from eval.data.drafting.fact import UNSPACED, Fact, finder, good_value, located, standalone
from eval.metrics.quantities.units import SPELLINGS

if TYPE_CHECKING:
    from rag.readers.documents import Document

_SENTENCE = re.compile(r"[^\s].*?(?:[.!?](?=\s+[\"“„(*「『]*[^\Wa-z\d_]|(?<=다\.)\s|\s*$)|[。！？])", re.DOTALL)
_RELATION = re.compile(
    r"^(?:(?P<lead>[^,]{3,40}?),? )?the (?P<attribute>[a-z][a-z-]*(?: [a-z][a-z-]*){0,3}) of (?:the )?"
    r"(?P<subject>(?:[a-z]+ )?(?-i:[A-Z0-9])[^,.;:]{1,50}?) (?:is|was|are|were|amounts to) (?P<value>[^,;:]{1,80})[.]$",
    re.IGNORECASE,
)
_MEANS = re.compile(
    r"^(?:the term |the code )?[\"“„*]*(?P<subject>[^\s\"”“*][^,.;:\"”“*]{1,40}?)[\"”“*]* (?:means|stands for|is short "
    r"for|bedeutet|steht für) (?P<value>[^,;:]{2,80})[.]$",
    re.IGNORECASE,
)
_OF = re.compile(
    r"^(?P<subject>[^.,은는]{1,30}?)의 (?P<attribute>[가-힣]+(?: [가-힣]+){0,2})[은는] "
    r"(?P<value>[^,]{1,40}?)(?<![보높움직줄쓰놓])(?:이다|입니다)\.$"
)
"""Korean for `the X of Y is Z`; some verbs end like its copula."""
_BADLY = re.compile(r"(?:a|an|the|not|only|still|now|being|that|to|by|why|how)\b", re.IGNORECASE)
_COUNTERS = (
    "개월|년|월|일|주|시간|분|초|만 ?원|억 ?원|원|명|인|개|회|번|층|호|대|권|장|쪽|점|배|도|퍼센트|미터|킬로그램|"
    "か月|ヶ月|カ月|个月|小时|時間|分|秒|名|人|円|元|万円|万元|年|日|天|台|件|回|階|层|公里|公斤|米"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WORDS = [re.escape(u) for u in SPELLINGS if re.fullmatch(r"[^\W\d_]+|°C|%", u)]
_UNITS = "|".join(sorted(_WORDS, key=len, reverse=True))
_MASKS = (
    re.compile(rf"\b\d{{1,2}}\.? (?:{_MONTHS}) \d{{4}}\b|\b\d{{4}}-\d\d-\d\d\b|\b\d\d?\.\d\d?\.\d{{4}}\b"),
    re.compile(r"(?<!\d)\d{4}년 ?\d{1,2}월(?: ?\d{1,2}일)?|(?<!\d)\d{4}年\d{1,2}月(?:\d{1,2}日)?"),
    re.compile(r"\b[A-Z]{2,6}-?\d[A-Za-z0-9_-]*"),
    re.compile(rf"(?<![A-Za-z0-9_.,-])\d[\d.,]*(?<![.,]) ?(?:{_COUNTERS})"),
    re.compile(rf"(?:(?:EUR|USD|GBP|CHF|€|\$|£) ?)?(?<![\w.,-])\d[\d.,]*(?<![.,])(?: ?(?:{_UNITS})(?![A-Za-z0-9_]))?"),
    re.compile(r"(?<=[a-z] )(?<!['’]s )[A-Z][a-zé-ÿ]+(?:[ -][A-Z][a-zé-ÿ]+)+\b"),
)
"""A date, a code, a quantity, a name of two words: what may be left out of a sentence."""


_VAGUE = re.compile(
    r"\b(?:that day|that was|it was|before,|until then|since then|as above|see below|me|I|mine)\b|"
    r"^\W*[^\s:]+(?: [^\s:]+){0,4}: "
)
"""What makes a sentence hang on the one before it; and a field, which is asked for by its key."""


@finder("sentence")
def find_relations(document: Document) -> Iterator[Fact]:
    """One fact a sentence of the form `the X of Y is Z` or `X means Z`."""
    for at, sentence in sentences(document.text):
        for pattern, attribute in ((_RELATION, ""), (_MEANS, "meaning"), (_OF, "")):
            match = pattern.match(sentence)
            if match is None or not standalone(match["subject"]) or " of " in match["subject"]:
                continue
            if pattern is _MEANS and (len(match["subject"].split()) > 4 or match["value"][0].isdigit()):
                continue  # "a quotation made on this list stands for 60 days" explains no word
            given = match.groupdict().get("attribute") or attribute
            if _BADLY.match(match["value"]):
                continue
            start, value = at + match.start("value"), match["value"]
            fact = located(document, "sentence", start, value, match["subject"], given, sentence=sentence)
            if fact is not None:
                yield fact


@finder("cloze")
def find_gaps(document: Document) -> Iterator[Fact]:
    """One fact a sentence with a single date, code, quantity or name; it is asked for by its gap."""
    for at, sentence in sentences(document.text):
        if not _of_good_length(sentence) or not standalone(sentence) or _VAGUE.search(sentence):
            continue
        if any(pattern.match(sentence) for pattern in (_RELATION, _MEANS, _OF)):
            continue
        found = list(_maskable(sentence))
        if len(found) == 1 and good_value(found[0][1]) and sentence.count(found[0][1]) == 1:
            start, value = found[0]
            yield Fact("cloze", document.id, document.title, at + start, value, "", "", sentence)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """(offset, sentence) of the running text; a line end in a paragraph is a blank. Headings and tables are none."""
    position = 0
    for block in re.split(r"(\n\s*\n)", text):
        lines = block.split("\n")
        running = not any(line.startswith("#") or " | " in line or line.startswith("|") for line in lines)
        itemised = any(re.match(r"\s*(?:[-*•]|\d+[.)])\s", line) for line in lines)
        if running and not itemised and block.strip():
            flat = block.replace("\n", " ")
            for match in _SENTENCE.finditer(flat):
                if "  " not in match[0]:
                    yield position + match.start(), match[0]
        position += len(block)


def _of_good_length(sentence: str) -> bool:
    """6 to 30 words; of scripts that join or do not divide words, two letters count as one, and 4 are enough."""
    joined = sum(ord(sign) >= UNSPACED for sign in sentence)
    return 4 <= joined / 2 <= 45 if joined > len(sentence) / 3 else 6 <= len(sentence.split()) <= 30


def _maskable(sentence: str) -> Iterator[tuple[int, str]]:
    taken: list[tuple[int, int]] = []
    for pattern in _MASKS:
        for match in pattern.finditer(sentence):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield match.start(), match[0]
