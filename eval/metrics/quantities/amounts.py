"""One number in text with its sign, scale, currency and unit."""

from __future__ import annotations

import re

from eval.metrics.quantities.bounds import falls
from eval.metrics.quantities.record import COUNTERS, Quantity
from eval.metrics.quantities.units import CASED, MONEY, SPELLINGS, UNITS
from eval.metrics.text.korean import HANGUL
from eval.metrics.text.sieve import one_of

COMMA = frozenset(("de", "fr", "es", "it", "pt", "nl", "sv", "ru"))
"""Languages that write 1.234,5: a comma before the decimals, a point or a blank between thousands."""
_LETTER = r"A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
_CURRENCY = (
    r"US\$|A\$|C\$|HK\$|R\$|[$€£₩¥₹₽₺฿]|(?<![A-Za-z])(?:USD|EUR|GBP|JPY|CNY|RMB|KRW|INR|CHF|Rs\.?|人民币)(?![A-Za-z])"
)
_DIGITS = (
    r"\d{1,2}(?:,\d\d)+,\d{3}(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:[ ,.'’]\d{3})+(?![\d])(?:[.,]\d+)?"
    r"|\d+(?:[.,]\d+)?|(?<!\.)[.,]\d+"
)
AMOUNT = re.compile(
    rf"(?:(?<![{_LETTER}_\d])|"
    rf"(?<=\d[x×]))(?<![{_LETTER}_][-.])(?<!\d[.,])(?P<sign>(?<![\w)%°$€£])[-+](?=[^\s]))?(?P<open>\()?(?P<cur>(?:{_CURRENCY})\s{{0,3}})?"
    rf"(?P<open2>\()?(?P<sign2>[-+])?(?P<number>{_DIGITS})"
    r"(?P<fraction>\s+\d+/\d+(?![\d/])|/\d+(?![\d/]))?"
    r"(?:(?P<power>\s?(?:[×x*·]\s?10\^|[eE](?=[-+]?\d))|\^)(?P<exponent>[-+]?\d{1,3}))?"
    rf"(?![\d]|[.,/]\d|_|-\d+[{_LETTER}]*-)"
)
_MINUS = re.compile(
    r"(?:\b(?:minus|negative|(?<!au )(?<!du )moins|(?<!al )(?<!lo )(?<!por lo )menos|(?<!al)meno)|минус|마이너스|"
    r"영하|负|零下|マイナス|ناقص)\s*$",
    re.IGNORECASE,
)
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "tausend": 1e3, "tsd.": 1e3, "tsd": 1e3, "mille": 1e3, "mil": 1e3,
    "mila": 1e3, "тыс.": 1e3, "тыс": 1e3, "тысяч": 1e3, "тысячи": 1e3, "тысяча": 1e3, "ألف": 1e3, "آلاف": 1e3,
    "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "crore": 1e7, "crores": 1e7,
    "million": 1e6,
        "millions": 1e6, "millionen": 1e6, "mio.": 1e6, "mio": 1e6, "mn": 1e6, "mln": 1e6, "mln.": 1e6, "mm": 1e6,
    "millón": 1e6,
        "millones": 1e6, "millon": 1e6, "milione": 1e6, "milioni": 1e6, "milhão": 1e6, "milhões": 1e6, "mi": 1e6,
    "млн": 1e6, "млн.": 1e6, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "مليون": 1e6, "ملايين": 1e6, "m": 1e6,
    "billion": 1e9,
        "billions": 1e9, "bn": 1e9, "bn.": 1e9, "b": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mrd.": 1e9, "mrd": 1e9,
    "milliard": 1e9, "milliards": 1e9, "md": 1e9, "mds": 1e9, "miliardo": 1e9, "miliardi": 1e9, "mld": 1e9, "mld.": 1e9,
    "bilhão": 1e9, "bilhões": 1e9, "mil millones": 1e9, "mil milhões": 1e9, "bi": 1e9,
    "млрд": 1e9, "млрд.": 1e9, "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "مليار": 1e9,
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "billionen": 1e12, "трлн": 1e12,
    "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "兆": 1e12, "만": 1e4, "억": 1e8, "조": 1e12, "천": 1e3,
}  # fmt: skip
_ONLY_MONEY = frozenset(("m", "mm", "mi", "bi", "b", "md"))
"""Scale words that mean something else behind a number without a currency, unless they are glued to it (`3.2B`)."""
_SCALE = re.compile(
    rf"\s?-?(?P<s>{one_of(_SCALES)})(?![{_LETTER}])",
    re.IGNORECASE,
)
_ADJECTIVES = (
    r"(?:(?:business|working|calendar|full|consecutive|us|u\.s\.|american|whole|metric|"
    r"volle[nrs]?|ganze[nrs]?|de|di|of an?|of)[\s-]+|d')?"
)
_UNIT = re.compile(
    rf"\s?-?\s?{_ADJECTIVES}(?P<u>{one_of(SPELLINGS)})",
    re.IGNORECASE,
)
_PER = re.compile(r"\s?(?:/|per\b|a\b|an\b|pro\b|je\b|par\b|por\b|al\b|в\b|every\b|each\b|p)\s?", re.IGNORECASE)
_SHORT_UNITS = "in a d j y s t v n go to mo ha an mal std mi no ko с в г т м ч л д"
_SHORT = frozenset(_SHORT_UNITS.split())
"""Units that are also words: not before another word."""
_RATE = {"gbps": ("gbit", "s"), "mbps": ("mbit", "s"), "kbps": ("kbit", "s"), "tbps": ("tbit", "s"), "kph": ("km", "h"),
         "kmh": ("km", "h"), "mph": ("mile", "h"), "fps": ("ft", "s")}  # fmt: skip
_RATE_RE = re.compile(rf"\s?({'|'.join(_RATE)})(?![{_LETTER}])", re.IGNORECASE)
_GB_RATE = re.compile(r"\s?([KMGTkmgt])b(?=/s)")
"""10 Gb/s is gigabits, 10 GB/s gigabytes."""
_WORD = re.compile(rf"\s?-?(?P<w>[{_LETTER}]+|[\u0e00-\u0e7f]+|[가-힣]+|[\u3040-\u30ff\u3400-\u9fff])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|ème|er|ère|º|ª)(?![^\W\d_])", re.IGNORECASE)
_SMALL_WORDS = "x × to and or by of in on at for from is are was were the a an per und oder bis von et ou à de y o e i"
_SMALL = frozenset(_SMALL_WORDS.split())


def amount(match: re.Match[str], text: str, language: str) -> Quantity:
    """The quantity at a hit of `AMOUNT`, with the unit that stands behind it."""
    start, end = match.span()
    values, step = _values(match, language)
    if not values:
        return Quantity(read_number(match["number"], language)[0][0], start=start, end=end, step=step, raw=match[0])
    currency = (match["cur"] or "").strip().casefold()
    unit = SPELLINGS.get(currency, "")
    scale = 1.0
    if match["open2"] and text[end : end + 1] == ")":
        closed, end = True, end + 1
    else:
        closed = False
    if behind := _SCALE.match(text, end):
        word, glued = behind["s"].casefold(), not behind[0][0].isspace()
        unit_behind = _UNIT.match(text, end)
        longer = (
            unit_behind is not None
            and len(unit_behind["u"]) > len(word)
            and not unit_behind["u"].casefold().startswith(word + " ")
        )
        money = bool(unit) or (glued and behind["s"] in ("B", "M", "Md")) or _money_behind(text, behind.end())
        if not longer and (word not in _ONLY_MONEY or money) and not (word == "k" and not glued):
            scale, end = _SCALES[word], behind.end()
    ordinal = _ORDINAL.match(text, end) if scale == 1.0 and not unit else None
    word, per = "", ""
    if text[max(0, start - 1) : start] == "第" and not unit:
        unit, start = "ordinal", start - 1
        if noun := _WORD.match(text, end):
            word, end = COUNTERS.get(noun["w"], noun["w"]), noun.end()
    elif ordinal and "." not in match["number"]:
        unit, end = "ordinal", ordinal.end()
        if noun := _WORD.match(text, end):
            word = _singular(noun["w"].casefold())
    elif not unit or not unit.strip():
        unit, word, per, end = _unit_behind(text, end)
    else:
        _, _, per, end = _per_behind(text, end, unit)
        if (
            (again := _UNIT.match(text, end))
            and SPELLINGS[again["u"].casefold()] in MONEY
            and not text[again.end() :][:1].isalpha()
        ):
            end = again.end()
    unit, per = _year_or_gram(unit, per, match["number"], text[match.end() : end]) if scale == 1.0 else (unit, per)
    negative = (match["sign"] or match["sign2"] or "").strip() == "-"
    brackets = None if closed else (match["open"] or match["open2"]) and re.match(r"\s?(?:\w+\s?)?\)", text[end:])
    closed = closed or (bool(brackets) and (bool(currency) or scale > 1))
    if minus := _MINUS.search(text[:start]):
        negative, start = True, minus.start()
    sign = -1 if negative or closed else 1
    if brackets:
        end += brackets.end()
    values = tuple(sign * v * scale for v in values)
    return Quantity(
        values[0], unit, word, per=per, others=values[1:], step=step * scale, start=start, end=end, raw=text[start:end],
        falls=falls(text, start, end),
    )  # fmt: skip


def _year_or_gram(unit: str, per: str, number: str, spelled: str) -> tuple[str, str]:
    """(unit, per), none behind the number of a year; Russian г. stands for a year and, behind others, for a gram."""
    russian = spelled.strip(" .") == "г"
    if (unit == "year" or russian) and re.fullmatch(r"(?:1\d|20)\d\d", number):
        return "", ""
    return ("g" if russian else unit), per


def _money_behind(text: str, place: int) -> bool:
    unit = _UNIT.match(text, place)
    return unit is not None and SPELLINGS[unit["u"].casefold()] in MONEY


def read_number(number: str, language: str = "en") -> tuple[tuple[float, ...], float]:
    """(the values that a number in digits may mean, the likeliest first; the value of one in its last place).

    Only a single point or comma before exactly three digits is unclear; the language says which comes first.
    """
    bare = re.sub(r"[ '’]", "", number)
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        decimal = "," if bare.rfind(",") > bare.rfind(".") else "."
        if bare.count(decimal) > 1:
            decimal = ""
        bare = re.sub(rf"[.,](?<!{re.escape(decimal) or 'x'})", "", bare).replace(",", ".")
    elif points > 1 or commas > 1:
        bare = re.sub(r"[.,]", "", bare)
    elif points or commas:
        sign = "." if points else ","
        head, tail = bare.split(sign)
        grouped, split = float(f"{head}{tail}"), float(f"{head or 0}.{tail}")
        if len(tail) == 3 and 1 <= len(head) <= 3 and not head.startswith("0") and number == bare:
            thousands = (sign == ",") != (language in COMMA)
            values = (grouped, split) if thousands else (split, grouped)
            return values, 1.0 if thousands else 1e-3
        return (split,), 10.0 ** -len(tail)
    decimals = len(bare.partition(".")[2])
    return (float(bare),), 10.0**-decimals


def _unit_behind(text: str, place: int) -> tuple[str, str, str, int]:
    """(unit, word, per, end) of what stands behind a number."""
    if rate := _RATE_RE.match(text, place):
        unit, per = _RATE[rate[1].casefold()]
        return unit, "", per, rate.end()
    if gigabits := _GB_RATE.match(text, place):
        return _per_behind(text, gigabits.end(), f"{gigabits[1].lower()}bit")
    if (found := _UNIT.match(text, place)) and _is_unit(found, text):
        return _per_behind(text, found.end(), CASED.get(found["u"]) or SPELLINGS[found["u"].casefold()])
    if kelvin := re.match(r"\s?K\b", text[place:]):
        return "k", "", "", place + kelvin.end()
    if degree := re.match(r"\s?C\b(?![+#])", text[place:]):
        return "°c", "", "", place + degree.end()
    if word := _WORD.match(text, place):
        named = word["w"].casefold()
        if named in _SMALL:
            return "", "", "", place
        if HANGUL.match(named):
            named = next(
                (c for c in sorted(COUNTERS, key=len, reverse=True) if HANGUL.match(c) and named.startswith(c)), named
            )
        return "", COUNTERS.get(named, _singular(named)), "", word.end() if named in COUNTERS else place
    return "", "", "", place


def _is_unit(found: re.Match[str], text: str) -> bool:
    """Whether what looks like a unit is one: no beginning of a longer word, no `in the`, no `a` before a noun."""
    key, behind = found["u"].casefold(), text[found.end() : found.end() + 1]
    if (
        key[-1].isalpha()
        and not _open_script(key[-1])
        and (behind.isalpha() or behind == "_")
        and not _open_script(behind)
    ):
        return False
    if key == '"' and text[: found.start()].count('"') % 2:
        return False  # it closes a quotation
    apart = found[0][:1].isspace()
    if apart and (
        key in ('"', "'") or (key in _SHORT and found["u"].islower() and re.match(r"\s+[^\W\d_]", text[found.end() :]))
    ):
        return False
    if key in ("go", "mo", "ko", "to"):
        return found["u"][0].isupper()
    return key != "k" or found["u"] == "K"


def _open_script(c: str) -> bool:
    """Whether words of a script run on without blanks, or with endings glued to them."""
    return "\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff" or "가" <= c <= "힣"


def _per_behind(text: str, place: int, unit: str) -> tuple[str, str, str, int]:
    if (link := _PER.match(text, place)) and (found := _UNIT.match(text, link.end())):
        per = SPELLINGS[found["u"].casefold()]
        behind = text[found.end() : found.end() + 1]
        if not (behind.isalpha() and not _open_script(behind)) and UNITS[per].dimension in (
            "time",
            "length",
            "volume",
            "area",
            "mass",
        ):
            return unit, "", per, found.end()
    return unit, "", "", place


def _singular(word: str) -> str:
    return word if len(word) < 4 else word.removesuffix("s")


def _values(match: re.Match[str], language: str) -> tuple[tuple[float, ...], float]:
    """(what the digits, their fraction and their power may mean; the value of one in the last place); () by zero."""
    values, step = read_number(match["number"], language)
    if fraction := match["fraction"]:
        top, bottom = (
            (int(n) for n in fraction.strip().strip("/").split("/"))
            if "/" in fraction.strip()[1:]
            else (None, int(fraction[1:]))
        )
        if bottom == 0:
            return (), step
        values = tuple(v + top / bottom for v in values) if top is not None else tuple(v / bottom for v in values)
        step = 0.0
    if match["power"]:
        exponent = int(match["exponent"])
        ten = 10.0**exponent
        values = tuple(
            v**exponent if match["power"] == "^" and abs(v) < 1e6 and abs(exponent) < 40 else v * ten for v in values
        )
        step *= ten
    return values, step
