"""Number words and Chinese or Japanese numerals in digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from eval.metrics.text.sieve import Sieve, one_of

Replacement = str | Callable[[re.Match[str]], str]
_PARTS: dict[str, int] = {"fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The number words of a language."""

    atoms: dict[str, int]
    joint: str
    """What may stand between two atoms, as a pattern; compounds of one word are cut at it too."""
    fractions: tuple[tuple[str, Replacement], ...]
    """Patterns of fraction words and what they become."""


def _atoms(ones: str, tens: str, **more: int) -> dict[str, int]:
    """`ones` counts from zero (forms of one number parted by |), `tens` from 20 by tens."""
    found = {w: n for n, forms in enumerate(ones.split()) for w in forms.split("|")}
    found |= {w: 10 * n for n, forms in enumerate(tens.split(), 2) for w in forms.split("|")}
    return {w: n for w, n in (found | more).items() if w != "-"}


_EN = _atoms(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "twenty thirty forty|fourty fifty sixty seventy eighty ninety",
    hundred=100, thousand=10**3, million=10**6, billion=10**9, trillion=10**12,
)  # fmt: skip
_DE = _atoms(
    "null eins|ein zwei|zwo drei vier fünf|fuenf sechs|sech sieben|sieb acht neun zehn elf zwölf|zwoelf - - - - - - -",
    "zwanzig dreißig|dreissig vierzig fünfzig|fuenfzig sechzig siebzig achtzig neunzig",
    dreizehn=13, vierzehn=14, fünfzehn=15, fuenfzehn=15, sechzehn=16, siebzehn=17, achtzehn=18, neunzehn=19,
    hundert=100, tausend=10**3, million=10**6, millionen=10**6, milliarde=10**9, milliarden=10**9,
)  # fmt: skip
_FR = _atoms(
    "zéro - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize - - -",
    "vingt|vingts trente quarante cinquante soixante septante huitante|octante nonante",
    un=1, une=1, cent=100, cents=100, mille=10**3, million=10**6, millions=10**6, milliard=10**9, milliards=10**9,
)  # fmt: skip
_FR |= {"quatre-vingt": 80, "quatre-vingts": 80, "quatre vingt": 80, "quatre vingts": 80, "dix-sept": 17,
        "dix-huit": 18, "dix-neuf": 19}  # fmt: skip
_ES = _atoms(
    "cero uno|un|una|ún dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis|"
    "dieciseis "
    "diecisiete dieciocho diecinueve",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    veintiuno=21, veintiún=21, veintiuna=21, veintidós=22, veintidos=22, veintitrés=23, veintitres=23, veinticuatro=24,
    veinticinco=25, veintiséis=26, veintiseis=26, veintisiete=27, veintiocho=28, veintinueve=29, cien=100, ciento=100,
    doscientos=200, doscientas=200, trescientos=300, trescientas=300, cuatrocientos=400, cuatrocientas=400,
    quinientos=500, quinientas=500, seiscientos=600, seiscientas=600, setecientos=700, setecientas=700,
    ochocientos=800, ochocientas=800, novecientos=900, novecientas=900, mil=10**3, millón=10**6, millones=10**6,
)  # fmt: skip
_IT = _atoms(
    "zero uno|un|una due tre|tré quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove",
    "venti|vent trenta|trent quaranta|quarant cinquanta|cinquant sessanta|sessant settanta|settant ottanta|ottant "
    "novanta|novant",
    cento=100, cent=100, mille=10**3, mila=10**3, milione=10**6, milioni=10**6, miliardo=10**9, miliardi=10**9,
)  # fmt: skip
_PT = _atoms(
    "zero um|uma dois|duas três|tres quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze "
    "dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove",
    "vinte trinta quarenta cinquenta|cinqüenta sessenta setenta oitenta noventa",
    cem=100, cento=100, duzentos=200, duzentas=200, trezentos=300, trezentas=300, quatrocentos=400, quatrocentas=400,
    quinhentos=500, quinhentas=500, seiscentos=600, seiscentas=600, setecentos=700, setecentas=700, oitocentos=800,
    oitocentas=800, novecentos=900, novecentas=900, mil=10**3, milhão=10**6, milhões=10**6, bilhão=10**9, bilhões=10**9,
)  # fmt: skip
_RU = _atoms(
    "ноль|нуль один|одна|одно|одного|одной два|две|двух три|трёх|трех четыре|четырёх|четырех пять|пяти шесть|шести "
    "семь|семи восемь|восьми девять|девяти десять|десяти одиннадцать двенадцать|двенадцати тринадцать четырнадцать "
    "пятнадцать|пятнадцати шестнадцать семнадцать восемнадцать девятнадцать",
    "двадцать|двадцати тридцать|тридцати сорок|сорока пятьдесят|пятидесяти шестьдесят|шестидесяти семьдесят "
    "восемьдесят девяносто",
    сто=100, ста=100, двести=200, двухсот=200, триста=300, четыреста=400, пятьсот=500, шестьсот=600, семьсот=700,
    восемьсот=800, девятьсот=900, тысяча=10**3, тысячи=10**3, тысяч=10**3, тысячу=10**3, миллион=10**6,
    миллиона=10**6, миллионов=10**6, миллиард=10**9, миллиарда=10**9, миллиардов=10**9,
)  # fmt: skip
_AR = {"صفر": 0, "ثلاث": 3, "ثلاثة": 3, "أربع": 4, "أربعة": 4, "خمس": 5, "خمسة": 5, "ست": 6, "ستة": 6, "سبع": 7,
       "سبعة": 7, "ثمان": 8, "ثمانية": 8, "ثماني": 8, "تسع": 9, "تسعة": 9, "عشر": 10, "عشرة": 10, "عشرون": 20,
       "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "أربعون": 40, "أربعين": 40, "خمسون": 50, "خمسين": 50, "ستون": 60,
       "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90, "مئة": 100,
       "مائة": 100, "ألف": 1000, "آلاف": 1000, "مليون": 10**6, "ملايين": 10**6, "مليار": 10**9}  # fmt: skip

LEXICONS = {
    "en": Lexicon(_EN, r"(?:\s+and\s+|(?<=sand),\s+|(?<=lion),\s+|[\s-]+)", (
        (r"\b(?:one and a half|1\.? and a half)\b", "1 1/2"), (r"\b(\d+) and a half\b", r"\1 1/2"),
        (r"\b(?:an?|1) (hour|day|week|month|year|minute|mile|inch|litre|liter|metre|meter) and a half\b", r"1 1/2 \1s"),
        (r"\b(\d+) (hour|day|week|month|year|minute|mile|inche|litre|liter|metre|meter)s and a half\b", r"\1 1/2 \2s"),
        (
            r"\b(?:a|1) century\b",
                "100 years"), (
                    r"\ba hundred\b", "100"), (r"\ba thousand\b", "1000"), (r"\ba (million|billion)\b", r"1 \1"),
        (r"\b(?:a|one|1) and a quarter\b|"
         r"\b1 and a quarter\b", "1 1/4"), (r"\b(\d+) and (?:a|one|1) quarters?\b", r"\1 1/4"),
        (r"\b(?:3|three)[\s-]+(?:quarters?|"
         r"fourths?)\b", "3/4"), (r"\b(?:a|one|1)[\s-]+(?:quarter|fourth)\b(?! of (?:19|20)\d\d)", "1/4"),
        (r"\b(?:2|two)[\s-]+thirds?\b", "2/3"), (r"\b(?:a|one|1)[\s-]+third\b", "1/3"),
        (r"\b(?:a|one|1)[\s-]+(fifth|sixth|eighth|tenth)\b", lambda m: f"1/{_PARTS[m[1].lower()]}"),
        (r"\b(\d+)[\s-]+(fifth|sixth|eighth|tenth)s\b", lambda m: f"{m[1]}/{_PARTS[m[2].lower()]}"),
        (r"(?<!first )(?<!second )(?<!other )(?<!better )(?<!1st )(?<!2nd )\b(?:a|one|"
         r"1)?[\s-]*\bhalf(?: of)?(?: an?)?\b(?! past)(?!-(?!an?\b|hour|minute|inch|mile|day|year|liter|"
         r"litre))", " 1/2"),
        (r"\b(\d+) dozen\b", lambda m: str(12 * int(m[1]))), (r"\b(?:a|one) dozen\b", "12"), (r"\bdozen\b", "12"),
        (r"\b(\d+) point (\d+)\b", r"\1.\2"),
    )),
    "de": Lexicon(_DE, r"(?:\s*und\s*|[\s-]+|)", (
        (r"\b(?:anderthalb|eineinhalb|"
         r"einundeinhalb)\b", "1 1/2"), (r"\b(\w+)einhalb\b", lambda m: _einhalb(m[0], m[1])),
        (r"\b(?:drei|3) ?viertel\b", "3/4"), (r"\b(?:ein |1 )viertel\b", "1/4"), (r"\b(?:ein |1 )drittel\b", "1/3"),
        (r"\b(?:zwei|2) drittel\b",
            "2/3"), (r"\b(?:die )?hälfte\b|\bhalb(?:e[nrsm]?)?\b(?! \d)", "1/2"), (r"\b(\d+) komma (\d+)\b", r"\1,\2"),
    )),
    "fr": Lexicon(_FR, r"(?:[\s-]+et[\s-]+|[\s-]+)", (
        (r"\b(?:une?|1) (\w+) et demie?\b", r"1 1/2 \1"), (r"\b(\d+) (\w+) et demie?\b", r"\1 1/2 \2"),
        (r"\b(?:trois|3) quarts\b", "3/4"), (r"\b(?:un |1 )quart\b", "1/4"), (r"\b(?:un |1 )tiers\b", "1/3"),
        (
            r"\b(?:deux|2) tiers\b",
                "2/3"), (r"\b(?:la )?moitié\b|\bdemi(?:e|-)?(?=[\s-]|"
                         r"\b)", "1/2"), (r"\b(\d+) virgule (\d+)\b", r"\1,\2"),
    )),
    "es": Lexicon(_ES, r"(?:\s+y\s+|\s+)", (
        (r"\b(?:uno?|una|"
         r"1) (\w+) y medi[oa]\b",
             r"1 1/2 \1"), (r"\b(\d+) (\w+) y medi[oa]\b", r"\1 1/2 \2"), (r"\b(\d+) y medi[oa]\b", r"\1 1/2"),
        (r"\b(?:tres|3) cuartos\b|"
         r"\btres cuartas partes\b", "3/4"), (r"\b(?:un|1) cuarto\b|\b(?:una|la) cuarta parte\b", "1/4"),
        (
            r"\b(?:un|1) tercio\b",
                "1/3"), (r"\b(?:dos|2) tercios\b", "2/3"), (r"\b(?:la )?mitad\b|\bmedi[oa]\b(?= )", "1/2"),
    )),
    "it": Lexicon(_IT, r"(?:\s+e\s+|\s+|)", (
        (
            r"\b(\w+) e mezz[oa]\b",
                r"\1 1/2"), (
                    r"\b(?:tre|3) quarti\b", "3/4"), (r"\b(?:un|1) quarto\b", "1/4"), (r"\b(?:un|1) terzo\b", "1/3"),
        (r"\b(?:due|2) terzi\b", "2/3"), (r"\b(?:la )?metà\b|\bmezz[oa]\b|\bmezz'", "1/2 "),
    )),
    "pt": Lexicon(_PT, r"(?:\s+e\s+|\s+)", (
        (r"\b(?:três|3) quartos\b", "3/4"), (r"\b(?:um|1) quarto\b", "1/4"), (r"\b(?:um|1) terço\b", "1/3"),
        (r"\b(?:dois|2) terços\b",
            "2/3"), (r"\b(?:uma?|1) (\w+) e mei[oa]\b",
                r"1 1/2 \1"), (r"\b(\d+) (\w+) e "
                               r"mei[oa]\b", r"\1 1/2 \2"), (r"\b(?:a )?metade\b|\bmei[oa]\b(?= )", "1/2"),
    )),
    "ru": Lexicon(_RU, r"\s+", (
        (
            r"\bполтор[аы]\b",
                "1 1/2"), (r"\bтри четверти\b|"
                           r"\b3 четверти\b",
                               "3/4"), (r"\b(?:одна |1 )?четверть\b", "1/4"), (r"\b(?:одна |1 )?треть\b", "1/3"),
        (r"\b(?:две|2) трети\b", "2/3"), (r"\bполовин[аыу]\b|\bпол(?=часа|года|минуты)", "1/2 "),
    )),
    "ar": Lexicon(_AR, r"\s+و", ((r"\bنصف\b", "1/2"), (r"\bربع\b", "1/4"), (r"\bثلث\b", "1/3"))),
}  # fmt: skip
"""Each language's number words."""
_PLAIN = {
    "en": frozenset(("one", "hundred", "thousand", "million", "billion", "trillion")),
    "de": frozenset(("ein", "million", "millionen", "milliarde", "milliarden", "sech", "sieb", "hundert", "tausend")),
    "fr": frozenset(("un", "une", "cent", "cents", "mille", "million", "millions", "milliard", "milliards")),
    "es": frozenset(("un", "una", "ún", "mil", "millón", "millones")),
    "it": frozenset(("un", "una", "mille", "mila", "milione", "milioni", "miliardo", "miliardi", "vent", "cent")),
    "pt": frozenset(("um", "uma", "mil", "milhão", "milhões", "bilhão", "bilhões")),
    "ru": frozenset(("один", "одна", "одно", "одного", "одной", "тысяча", "тысячи", "тысяч", "тысячу", "миллион",
                     "миллиона", "миллионов", "миллиард", "миллиарда", "миллиардов")),
    "ar": frozenset(("ألف", "آلاف", "مليون", "ملايين", "مليار")),
}  # fmt: skip
"""Words that alone are an article or a scale behind digits, and so stay."""
_ONE = Sieve(
    r"(?<![\w-])(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bwhich )(?<!\beach )(?<!\bevery )(?<!\bno )(?<!\bany "
    r")(?<!\bfirst )"
    r"(?<!\bsecond )(?<!\blast )(?<!\bnext )(?<!\bother )(?<!\banother )(?<!\bonly )(?<!\bright )(?<!\bwrong "
    r")(?<!\bnew )"
    r"one(?![\w'-])(?! (?:of|who|that|which|can|must|should|may|is|was|has|would|will|day|another)\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=32)
def _runs(language: str) -> Sieve:
    lexicon = LEXICONS[language]
    atom = one_of(lexicon.atoms)
    return Sieve(rf"(?<![\w\-])(?:{atom})(?:{lexicon.joint}(?:{atom}))*(?![\w])", re.IGNORECASE)


@lru_cache(maxsize=32)
def _atom(language: str) -> re.Pattern[str]:
    return re.compile(one_of(LEXICONS[language].atoms), re.IGNORECASE)


@lru_cache(maxsize=32)
def _fractions(language: str) -> list[tuple[Sieve, Replacement]]:
    return [(Sieve(p, re.IGNORECASE), r) for p, r in LEXICONS[language].fractions]


@lru_cache(maxsize=64)
def _any_fraction(language: str) -> Sieve:
    return Sieve("|".join(f"(?:{p})" for p, _ in LEXICONS[language].fractions), re.IGNORECASE)


@lru_cache(maxsize=32768)
def in_digits(text: str, language: str = "en") -> str:
    """The text with number words of a language, fraction words and Chinese numerals as digits.

    Articles (`ein`, `un`), the pronoun `one` and scale words behind digits stay.
    """
    if not text.isascii():
        text = _cjk(text, language)
    if language not in LEXICONS:
        return text
    if "cent" in text or "ciento" in text:
        text = _PERCENT.sub("%", text)
    if language == "it":
        text = text.replace("centott", "cento ott")  # cento loses its vowel before otto and ottanta
    text = _runs(language).sub(lambda m: _run(m[0], language), text)
    if _any_fraction(language).may(text.casefold()):  # one look for some 24 patterns: most texts have none
        for pattern, replacement in _fractions(language):
            text = pattern.sub(replacement, text)
    return _ONE.sub("1", _A_BEFORE.sub("", text)) if language == "en" else text


_PERCENT = re.compile(r"\b(?:por ciento|por cento|per cento|per cent|pour cent)\b", re.IGNORECASE)
"""Before `ciento` is read as a hundred."""
_A_BEFORE = re.compile(r"\ba (?=\d{3,}\b)", re.IGNORECASE)
"""A 500 page book: the article of the page."""


def _run(run: str, language: str) -> str:
    """The run with its longest numerals from the left as digits."""
    lexicon, out, place = LEXICONS[language], "", 0
    found = list(_atom(language).finditer(run))
    while found:
        for n in range(len(found), 0, -1):
            values = [lexicon.atoms[m[0].casefold()] for m in found[:n]]
            number = number_of(values, language)
            if number is not None:
                break
        part = run[found[0].start() : found[n - 1].end()]
        keep = n == 1 and part.casefold() in _PLAIN[language]
        out += run[place : found[0].start()] + (part if keep else str(number))
        place, found = found[n - 1].end(), found[n:]
    return out + run[place:]


def number_of(values: list[int], language: str = "en") -> int | None:
    """The number that a row of number words says, by adding and multiplying; None when they say none."""
    total = section = 0
    scale = 10**15
    before = -1
    for i, v in enumerate(values):
        if v >= 1000:
            if v >= scale:
                return None
            total, section, scale = total + (section or 1) * v, 0, v
        elif v == 100:
            if section >= 100 or (section == 0 and i and before < 1000):
                return None
            section = (section or 1) * 100
        elif i == 0 or before >= 1000 or (section % 100 == 0 and section >= 100 and v < 100):
            section += v
        else:
            rest = section % 100
            ok = (v < 10 and rest >= 20 and rest % 10 == 0 and v > 0) or (
                language == "fr" and rest in (60, 80) and 10 <= v < 20
            )
            ok = ok or (language == "de" and 1 <= rest < 10 and v >= 20 and v % 10 == 0)
            if not ok:
                year = language == "en" and total == 0 and i == 1 and 13 <= section <= 20 and 10 <= v <= 99
                if not year:
                    return None
                section = section * 100
            section += v
        before = v
    return total + section


def _einhalb(whole: str, head: str) -> str:
    number = _DE.get(head.casefold().removesuffix("und"))
    return whole if number is None else f"{number} 1/2"


_CJK_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
    "壱": 1,
    "弐": 2,
    "参": 3,
}
_CJK_SMALL = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_CJK_LARGE = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
_CJK_ALL = "".join([*_CJK_DIGITS, *_CJK_SMALL, *_CJK_LARGE])
_COUNTED = (
    "年|个月|個月|か月|ヶ月|カ月|月|日|天|个|個|人|名|位|元|块|圆|円|台|件|本|枚|次|层|層|号|小时|小時|時間|分钟|"
    "分鐘|分間|"
    "分|秒|周|週|点|時|时|岁|歳|才|米|公里|千克|公斤|克|吨|升|度|倍|折|页|頁|章|条|つ|ドル|美元|欧元|歐元|ユーロ|キロ|"
    "メートル|グラム|リットル|パーセント|名|步|歩|冊|册|部|头|頭|羽|杯|箱|袋|瓶|套|组|組|批|场|場|节|門|门|座|所|"
    "校|片|根|支|把|篇|首|番|种|種|张|張|家|间|間|只|匹|辆|回|階|楼|成"
)
_CJK_RUN = re.compile(rf"(?<![{_CJK_ALL}\d])([{_CJK_ALL}]+)(?=(?:{_COUNTED})|[^\w]|$)")
_CJK_MIXED = re.compile(
    r"(?<![\d.,])((?:\d+(?:[.,]\d+)*\s?[十百千]?[万萬億亿兆]\s?|\d+(?:\.\d+)?\s?[百千](?![克米瓦卡帕赫伏焦升])\s?)+)(\d{1,4}(?![\d.,]))?"
)
_SHARE = re.compile(r"百分之\s?([\d.]+)")
_PART_OF = re.compile(r"(\d+)\s?(?:分之|分の|분의)\s?(\d+)")
_TENTHS_CJK = re.compile(r"(\d)成(?![\u3400-\u9fff])")
_HALF = re.compile(r"一半|半分|절반")
_AND_HALF = re.compile(r"(\d+)\s?(个|個)?(年|月|小时|小時|時間|点|時|日|天|시간|년)半")
_HALF_OF = re.compile(r"半(?=年|天|日|小时|小時|分钟|月|个月|個月)")


def _cjk(text: str, language: str) -> str:
    if not re.search(r"[\u3400-\u9fff분절]", text):
        return text
    text = re.sub(
        rf"百分之([{_CJK_ALL}]+)", lambda m: f"{_numeral(m[1])}%" if _numeral(m[1]) is not None else m[0], text
    )
    text = re.sub(
        rf"([{_CJK_ALL}]+)分[之の]([{_CJK_ALL}]+)",
        lambda m: m[0] if None in (_numeral(m[1]), _numeral(m[2])) else f"{_numeral(m[2])}/{_numeral(m[1])}", text,
    )  # fmt: skip
    text = _CJK_RUN.sub(lambda m: _in_digits(m, language), text)
    text = _TENTHS_CJK.sub(r"\g<1>0%", _SHARE.sub(r"\1%", text))
    text = _PART_OF.sub(r"\2/\1", text)
    text = _AND_HALF.sub(r"\1.5\2\3", text)
    text = _HALF_OF.sub("0.5", _HALF.sub("1/2", text))
    return _CJK_MIXED.sub(_mixed, text)


_KILO = re.compile("千[克米瓦卡帕赫伏焦升]")


def _in_digits(match: re.Match[str], language: str) -> str:
    """A run in digits; the kilo of a unit behind digits stays: 12 千克."""
    if (
        match[1] == "千"
        and _KILO.match(match.string, match.start())
        and match.string[: match.start()].rstrip()[-1:].isdigit()
    ):
        return match[0]
    number = _numeral(match[1], language)
    return match[0] if number is None else str(number)


def _numeral(text: str, language: str = "zh") -> int | None:
    """The number that a Chinese or Japanese numeral writes, by place (一百二十) or digit by digit (二〇一九)."""
    if all(c in _CJK_DIGITS for c in text):
        return int("".join(str(_CJK_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    last = 1
    for c in text:
        if c in _CJK_DIGITS:
            if digit:
                return None
            digit = _CJK_DIGITS[c]
            continue
        if c in _CJK_SMALL:
            last = _CJK_SMALL[c]
            section += (1 if digit is None else digit) * last
        else:
            last = _CJK_LARGE[c]
            total, section = total + (section + (digit or 0) or 1) * last, 0
        digit = None
    if digit and language == "zh" and last >= 100 and text[-2] not in "零〇十":
        digit *= last // 10  # 三百五 is 350
    return total + section + (digit or 0)


def _mixed(match: re.Match[str]) -> str:
    total = section = 0.0
    number: float | None = None
    for digits, scale in re.findall(r"(\d[\d,.]*)|([十百千万萬億亿兆])", match[1]):
        if digits:
            number = float(digits.replace(",", ""))
        elif scale in _CJK_SMALL:
            section, number = section + (1 if number is None else number) * _CJK_SMALL[scale], None
        else:
            total, section, number = total + (section + (number or 0) or 1) * _CJK_LARGE[scale], 0.0, None
    total += section + (number or 0) + float(match[2] or 0)
    return f"{round(total)}" if abs(total - round(total)) < 1e-6 else f"{total:.10g}"


_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = {w: n for n, w in enumerate(_ORDINAL_WORDS.split(), 1)}
_TENTHS = {
    t + "th": 10 * n
    for n, t in enumerate(("thirtie", "fortie", "fiftie", "sixtie", "seventie", "eightie", "ninetie"), 3)
}
_ORDINALS |= _TENTHS
_FOREIGN = """
erster erste erstes ersten premier première primero primera primo prima primeiro primeira, zweiter zweite zweites
zweiten deuxième, dritter dritte drittes dritten troisième tercero tercera tercer terzo terza terceiro terceira,
vierter vierte viertes vierten quatrième quarta, fünfter fünfte fünftes fünften cinquième quinto quinta,
sechster sechste sechstes sechsten sixième sexto sexta sesto sesta, siebter siebte siebtes siebten septième séptimo
séptima settimo settima, achter achtes achten huitième octavo octava ottavo ottava, neunter neunte neuntes neunten
neuvième noveno novena nono nona, zehnter zehnte zehntes zehnten dixième décimo décima decimo decima
"""
_ORDINALS |= {w: n for n, words in enumerate(_FOREIGN.replace("\n", " ").split(","), 1) for w in words.split()}
_ORDINAL_WORD = Sieve(
    r"(?<!\ba )(?<!\bone[ -])(?<!\b1 )(?<!\btwo[ -])(?<!\b2 )(?<!\bthree[ -])(?<!\bfour[ -])\b(?:(twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety)[\s-])?("
    + one_of(_ORDINALS)
    + r")\b(?!\s+(?:of\b(?! \w+ \d{4})|time\b))",
    re.IGNORECASE,
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SECOND = re.compile(r"(?:per|a|one|1|half a|/)\s*$", re.IGNORECASE)


@lru_cache(maxsize=32768)
def ordinals_as_digits(text: str) -> str:
    """The text with first, second, twenty-first as 1th, 2th, 21th; not a second of time, nor a quarter of a year."""
    return _ORDINAL_WORD.sub(_ordinal, text)


def _ordinal(match: re.Match[str]) -> str:
    n = _ORDINALS[match[2].lower()]
    if match[1]:
        return f"{_TENS[match[1].lower()] + n}th"
    if match[2].lower() == "second" and _SECOND.search(match.string[: match.start()]):
        return match[0]
    if (
        re.match(r"\s+(?:quarter|half|prize)", match.string[match.end() :], re.IGNORECASE)
        and "prize" not in match.string[match.end() :][:7]
    ):
        return match[0]
    return f"{n}th"
