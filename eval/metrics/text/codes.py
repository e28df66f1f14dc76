"""Codes: answers in which every sign counts, such as C++, AB-1234, --no-cache, /etc/app, 2.4.1-rc1, HF_HOME, plan B."""

from __future__ import annotations

import re
from functools import lru_cache

from eval.metrics.text.notation import written

_L = r"A-Za-z0-9À-ÖØ-öø-ɏ"
_INNER = re.compile(
    r"[A-Za-z0-9]_[A-Za-z0-9]|_[A-Za-z]|[\\/]\w|\w[\\/]|@|^\.[A-Za-z]|\w\.[A-Za-z]\w|[a-z]{2}\.[a-z]$|^--?[A-Za-z]|\s--?[A-Za-z]|::|"
    r"->|=>|"
    r"^[^\w\s]{1,3}$|^[#$&*~^|<>=!+%-]|[A-Za-z0-9][+#*]{1,2}$|[A-Za-z]-$|[|<>=&^~`{}]|^[A-Z][+-]$"
)
"""Signs that make a text of one or a few words a code."""
_MIXED = re.compile(r"(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[A-Za-z0-9][\w.-]*[A-Za-z0-9]")
_VERSION = re.compile(r"(?:v\d+(?:\.\d+)+|\d+(?:\.\d+){2,})(?:[-+.][\w.+-]+)?|\d+\.\d+-[A-Za-z][\w.]*", re.IGNORECASE)
_ZEROS = re.compile(r"0\d[\d -]*")
_PHONE = re.compile(r"(?:\+|00|\(0|0)[\d\s()/.-]{6,}\d")
_CAMEL = re.compile(r"(?:[A-Z][a-z]+){3,}|[a-z]+(?:[A-Z][a-z]+)+|[a-z]+[A-Z]\w*|[a-z]\w*\(\)")
_KEYS = re.compile(r"(?:ctrl|strg|alt|shift|cmd|command|option|win|fn|esc)(?:\s?[+-]\s?\w+)+", re.IGNORECASE)
_UPPER_NUMBER = re.compile(r"[A-Z]{1,5}\s\d+[A-Za-z]?")
_NAMED = re.compile(
    r"\b(?:package|library|module|branch|image|service|repo\w*|plugin|container|host\w*|identifier|slug|Paket|"
    r"Modul|paquet|paquete|"
    r"pacchetto|pacote)\b|пакет|패키지|모듈|软件包|模块|パッケージ|モジュール",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    r"\b(?:versi[oó]n\w*|firmware|release|build|Fassung|versione|versão)\b|верси|버전|펌웨어|"
    r"版本|バージョン",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[A-Z]")
_NUMERAL = re.compile(r"\d+(?:st|nd|rd|th|s)|[A-Za-z]+\d{4}|\d+[/:.-]\d+|\d+")
_WORDS_ALONE = re.compile(
    r"(?!(?:git|pip|npm|docker|sudo|cd|ls|kubectl|make|apt|curl)\s)(?:[A-Z][a-z]+|[a-z]+)(?: (?:[A-Z][a-z]+|[a-z]+))*"
)
"""Words with no sign, digit or inner capital: never a code."""
_ALIASES = {
    "c++": (
        "cpp", "c plus plus"), "c#": ("csharp", "c sharp"), "f#": ("fsharp", "f sharp"), ".net": ("dotnet", "dot net"),
            "!=": ("≠", "<>"), ">=": ("≥",), "<=": ("≤",)}  # fmt: skip


@lru_cache(maxsize=16384)
def is_code(answer: str, question: str = "") -> bool:
    """Whether an accepted answer is a code, compared whole and not as words: never a quantity with its unit."""
    text = written(answer).strip().strip("`'\"").strip()
    if _WORDS_ALONE.fullmatch(text):
        return False
    if not text or len(text.split()) > 6 or (text.endswith((".", "!", "?")) and len(text.split()) > 3):
        return False
    if _PHONE.fullmatch(text) or _VERSION.fullmatch(text) or _ZEROS.fullmatch(text) or _KEYS.fullmatch(text):
        return True
    if re.fullmatch(r"\d+\.\d+", text) and _RELEASE.search(question):
        return True
    if re.fullmatch(r"[a-z]+(?:-[a-z]+)+", text) and _NAMED.search(question):
        return True
    if re.fullmatch(r"[$€£₩¥]?[-+−(]*[$€£₩¥]?\d.*", text) and not re.match(r"\d+[A-Za-z]+-?\d|\d+x\d", text):
        return False
    if len(text.split()) == 1:
        if _LETTER.fullmatch(text) or _CAMEL.fullmatch(text):
            return True
        if _MIXED.fullmatch(text) and not _NUMERAL.fullmatch(text) and not re.fullmatch(r"\d[\d.,]*[^\W\d_]+", text):
            return "-" not in text or (
                re.search(r"\d", text) is not None and not re.fullmatch(r"[a-z]{4,}-\d+|\d+-[a-z-]+", text)
            )
        return (
            _INNER.search(text) is not None and not re.fullmatch(r"[^\W\d_]+(?:/[^\W\d_]+)+", text) and not _plain(text)
        )
    if _UPPER_NUMBER.fullmatch(text) or re.fullmatch(r"[A-Za-z]+ ?\d+[+#*]", text):
        return True
    return (
        re.search(
            r"(?:^|\s)--?[A-Za-z][\w-]*|[\\/]\w+[\\/.]|\w_\w|^(?:git|pip|npm|docker|sudo|cd|ls|kubectl|make|apt|"
            r"curl)\s",
            text,
        )
        is not None
    )


def _plain(text: str) -> bool:
    """Whether the signs of one word are mere writing: Ph.D, e.g, rock'n'roll, and initials."""
    return re.fullmatch(
        r"(?:[^\W\d_]\.)+[^\W\d_]?\.?|[^\W\d_]{1,3}\.[^\W\d_]{1,3}\.?|[^\w\s]?[^\W\d_]+[?!]?", text
    ) is not None and not text.startswith((".", "#", "-", "/", "@", "_", "$"))


def stands(text: str, code: str) -> bool:
    """Whether a code stands in a text by itself, not inside a longer one; case and marks of emphasis aside."""
    text, code = written(text), written(code).strip().strip("`'\"").strip()
    text = re.sub(r"(?<!\*)\*{2,3}(?=\S)|(?<=\S)\*{2,3}(?!\*)", " ", text) if "*" not in code else text
    if _PHONE.fullmatch(code):
        return _phone(text, code)
    if _LETTER.fullmatch(code):
        return _letter(text, code)
    folded = text.casefold()
    # What every form of the code has; compiling their patterns costs 3 ms.
    runs = _RUN.findall(_OPENING.sub("", code.casefold()))
    if all(run in folded for run in runs) and any(p.search(text) for p in _patterns(code)):
        return True
    return any(_word(a).search(text) for a in _aliases(code))


def _aliases(code: str) -> tuple[str, ...]:
    if len(code) == 2 and code[0].isupper() and code[1] in "+-":  # a grade
        return (f"{code[0]} {'plus' if code[1] == '+' else 'minus'}",)
    return _ALIASES.get(code.casefold(), ())


def names_version(text: str, code: str, question: str) -> bool:
    """Whether a text names a version that is accepted as v2: `version 2`, or the number alone where it is asked for."""
    version = _SHORT_VERSION.fullmatch(code)
    if version is None:
        return False
    number = version[1]
    if _RELEASE.search(question) and text.strip(" .*`") == number:
        return True
    return any(m[1] == number for m in _SAID_VERSION.finditer(written(text)))


_SHORT_VERSION = re.compile(r"[vV]\.?\s?(\d+)")
_SAID_VERSION = re.compile(
    r"(?:\bversi[oó]n\w*|\bversione|\bversão|\bFassung|\brelease|верси\w*|버전|版本|バージョン)"
    r"[\s:*`]{0,3}(?:(?:is|ist|est|es|è|é|은|는|이|是|为|は)\s?)?[\s:*`v]{0,3}(\d+)(?![\w]*[.,]?\d)",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?:toml|ya?ml|json|md|txt|csv|tsv|py|js|ts|html?|xml|ini|cfg|conf|log|sh|bat|pdf|docx?|xlsx?|"
    r"pptx?|png|jpe?g|svg|sql|db|zip|rs|go|java|c|h|cpp|rb|php|css|lock|env|properties)",
    re.IGNORECASE,
)
"""The name of a file, which may stand behind its folder."""
_RUN = re.compile(r"[a-z]+|\d+")
_OPENING = re.compile(r"^\w+://|^v(?=\d)")
"""What forms of a code leave out."""


def _word(alias: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![{_L}]){re.escape(alias)}(?![{_L}])", re.IGNORECASE)


@lru_cache(maxsize=16384)
def _patterns(code: str) -> tuple[re.Pattern[str], ...]:
    forms = [code]
    bare = re.sub(r"^\w+://", "", code)
    if bare != code:
        forms.append(bare)
    if code.startswith("--"):
        forms.append(code.lstrip("-").replace("-", " "))
    if turned := re.fullmatch(r"([A-Z]{2,5})[\s-]?(\d+)", code):
        forms.append(f"{turned[2]} {turned[1]}")
    version = _VERSION.fullmatch(code) is not None or re.fullmatch(r"\d+\.\d+", code) is not None
    if version:
        forms.append(code[1:] if code[0] in "vV" else f"v{code}")
    return tuple(_pattern(f, version) for f in forms)


def _pattern(code: str, version: bool) -> re.Pattern[str]:
    """The code with what may not stand beside it: letters, digits, and signs that join it to more of them."""
    loose = (
        re.fullmatch(
            r"[A-Za-z]+[\s_-]?\d+|[A-Za-z]{1,5}-\d+(?:-\d+)*|[A-Za-z]+\d+[A-Za-z]?|[A-Z]{1,5} \d+[A-Za-z]?", code
        )
        is not None
    )
    body = re.escape(code)
    if loose:
        parts = re.findall(r"[A-Za-z]+|\d+", code)
        body = r"[\s_-]?".join(map(re.escape, parts))
    elif re.fullmatch(r"\d+x\d+", code):
        body = r"\s?[x×]\s?".join(code.split("x"))
    else:
        body = re.sub(r"(?:\\ )+", r"\\s+", body)
    first, last = code[0], code[-1]
    ip = re.fullmatch(r"\d+(?:\.\d+){3}", code) is not None
    path = "/" in code or "\\" in code
    apart = r"(?<![A-Za-z0-9][.@])" if _FILE.fullmatch(code) else r"(?<![A-Za-z0-9][./\\@])"
    head = rf"(?<![{_L}_])"
    if first.isalnum():
        head += rf"(?<![{_L}][-+_])" + ("" if ip or path else apart) + r"(?<![\w)]::)(?<!--)(?<!\s-)"
        head = head.replace("(?<!\\s-)", "") if code[0].isdigit() else head
        if "@" in code:
            head = rf"(?<![{_L}_.+-])"
    else:
        head = rf"(?<![{_L}_{re.escape(first)}{'' if first != '.' else re.escape('.')}])" + (
            "" if first != "-" else r"(?<!\w)"
        )
        if re.fullmatch(r"[^\w\s]+", code):
            head = r"(?<![^\w\s`'\"(.,:])"
    if re.fullmatch(r"[^\w\s]+", code):
        tail = r"(?![^\w\s`'\").,:;])"
    elif last.isalnum():
        inner = r"[-.@_/\\:+#]" if not ip else r"[-.@_+#]"
        hyphen = (
            rf"(?!{inner}[{_L}])"
            if version or re.search(r"[a-z]", code) or path
            else rf"(?![.@_/\\:+#][{_L}]|-(?:[A-Z0-9]|[a-z]{{1,2}}\b))"
        )
        tail = rf"(?![{_L}_])(?![+#]){hyphen}"
        if path:
            tail += r"(?!/[\w])"
    else:
        tail = rf"(?![{re.escape(last)}])" + ("" if last in "+#" else rf"(?![{_L}])")
    flags = 0 if re.search(r"^-[A-Za-z]$", code) else re.IGNORECASE
    return re.compile(head + body + tail, flags)


def _phone(text: str, code: str) -> bool:
    wanted = _digits_of(code)
    return any(_digits_of(m[0]) == wanted for m in re.finditer(r"(?:\+|\(?0)[\d\s()/.-]{5,}\d", text))


def _digits_of(number: str) -> str:
    digits = re.sub(r"\(0\)", "", number) if number.lstrip().startswith(("+", "00")) else number
    digits = re.sub(r"[^\d+]", "", digits)
    return re.sub(r"^00", "+", digits)


def _letter(text: str, letter: str) -> bool:
    """A letter that stands alone: no article, no initial, no part of C++, A-12 or AB."""
    if text.strip().strip("().*`'\"").casefold() == letter.casefold():
        return True
    if (
        re.search(rf"(?<![{_L}_])(?<![{_L}][-'’+&/.]){letter}(?![{_L}_])(?![-+#&'’/*][{_L}+#]?)(?!\.[{_L}])", text)
        is None
    ):
        return False
    for m in re.finditer(rf"(?<![{_L}_])(?<![{_L}][-'’+&/.]){letter}(?![{_L}_])(?![-+#&'’/*])(?!\.[{_L}])", text):
        behind = text[m.end() :]
        article = (
            letter in "AI"
            and re.match(r"\s+[a-z]", behind)
            and not re.match(r"\s+(?:is|and|or|was|with|because)\b", behind)
        )
        if not article:
            return True
    return False
