"""Number and fraction words of eight languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Replacement = str | Callable[[re.Match[str]], str]
_GERMAN_PARTS = {"fünftel": 5, "sechstel": 6, "achtel": 8, "zehntel": 10}
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
        (
            r"\b(?:1|one) (?:in|out of) (\d{1,2})\b(?!\s*(?:of\b|th\b|minutes|hours|days|weeks|months|years|[./:]\d))",
                r"1/\1"),
        (r"\b(\d{1,2}) out of (?:every )?(\d{1,3})\b", r"\1/\2"),
        (r"\b(\d+) dozen\b", lambda m: str(12 * int(m[1]))), (r"\b(?:a|one) dozen\b", "12"), (r"\bdozen\b", "12"),
        (r"\b(\d+) point (\d+)\b", r"\1.\2"),
    )),
    "de": Lexicon(_DE, r"(?:\s*und\s*|[\s-]+|)", (
        (r"\beine?[nm]? (?=(?:Sekunde|Minute|Stunde|Tag|Woche|Monat|Jahr|Meter|Kilometer|Liter|Tonne)\b)", "1 "),
        (r"\b(?:anderthalb|eineinhalb|"
         r"einundeinhalb)\b", "1 1/2"), (r"\b(\w+)einhalb\b", lambda m: _einhalb(m[0], m[1])),
        (r"\b(?:drei|3) ?viertel\b", "3/4"), (r"\b(?:ein |1 )viertel\b", "1/4"), (r"\b(?:ein |1 )drittel\b", "1/3"),
        (
            r"\b(ein|zwei|drei|vier|fünf|\d) ?(fünftel|sechstel|achtel|zehntel)\b",
                lambda m: f"{_DE.get(m[1].lower(), m[1])}/{_GERMAN_PARTS[m[2].lower()]}"),
        (r"\b(?:zwei|2) drittel\b",
            "2/3"), (r"\b(?:die )?hälfte\b|\bhalb(?:e[nrsm]?)?\b(?! \d)", "1/2"), (r"\b(\d+) komma (\d+)\b", r"\1,\2"),
    )),
    "fr": Lexicon(_FR, r"(?:[\s-]+et[\s-]+|[\s-]+)", (
        (r"\bune? (?=(?:seconde|minute|heure|jour|semaine|mois|an|année|mètre|kilomètre|litre)\b(?! et demi))", "1 "),
        (r"\b(?:une?|1) (\w+) et demie?\b", r"1 1/2 \1"), (r"\b(\d+) (\w+) et demie?\b", r"\1 1/2 \2"),
        (r"\b(?:trois|3) quarts\b", "3/4"), (r"\b(?:un |1 )quart\b", "1/4"), (r"\b(?:un |1 )tiers\b", "1/3"),
        (
            r"\b(?:deux|2) tiers\b",
                "2/3"), (r"\b(?:la )?moitié\b|\bdemi(?:e|-)?(?=[\s-]|"
                         r"\b)", "1/2"), (r"\b(\d+) virgule (\d+)\b", r"\1,\2"),
    )),
    "es": Lexicon(_ES, r"(?:\s+y\s+|\s+)", (
        (r"\buna? (?=(?:segundo|minuto|hora|día|semana|mes|año|metro|kilómetro|litro|tonelada)\b(?! y medi))", "1 "),
        (r"\b(?:uno?|una|"
         r"1) (\w+) y medi[oa]\b",
             r"1 1/2 \1"), (r"\b(\d+) (\w+) y medi[oa]\b", r"\1 1/2 \2"), (r"\b(\d+) y medi[oa]\b", r"\1 1/2"),
        (r"\b(hora|día|semana|mes|año|kilo|kilómetro|litro|metro) y medi[oa]\b", r"1 1/2 \1"),
        (r"\b(?:tres|3) cuartos\b|"
         r"\btres cuartas partes\b", "3/4"), (r"\b(?:un|1) cuarto\b|\b(?:una|la) cuarta parte\b", "1/4"),
        (
            r"\b(?:un|1) tercio\b",
                "1/3"), (r"\b(?:dos|2) tercios\b", "2/3"), (r"\b(?:la )?mitad\b|\bmedi[oa]\b(?= )", "1/2"),
    )),
    "it": Lexicon(_IT, r"(?:\s+e\s+|\s+|)", (
        (r"\b(?:una? |un')(?=(?:secondo|minuto|ora|giorno|settimana|mese|anno|metro|chilometro)\b(?! e mezz))", "1 "),
        (
            r"\b(?:un'|una |un |1 )?(ora|giorno|settimana|mese|anno|chilo|chilometro|litro|metro) e mezz[oa]\b",
                r"1 1/2 \1"),
        (r"\b(?:uma |1 )?hora e meia\b", "1 1/2 ora"), (r"\b(\d+) (\w+) e mezz[oa]\b", r"\1 1/2 \2"),
        (
            r"\b(\w+) e mezz[oa]\b",
                r"\1 1/2"), (
                    r"\b(?:tre|3) quarti\b", "3/4"), (r"\b(?:un|1) quarto\b", "1/4"), (r"\b(?:un|1) terzo\b", "1/3"),
        (r"\b(?:due|2) terzi\b", "2/3"), (r"\b(?:la )?metà\b|\bmezz[oa]\b|\bmezz'", "1/2 "),
    )),
    "pt": Lexicon(_PT, r"(?:\s+e\s+|\s+)", (
        (r"\buma? (?=(?:segundo|minuto|hora|dia|semana|mês|ano|metro|quilômetro|litro|tonelada)\b(?! e mei))", "1 "),
        (r"\b(?<!\d )(?:uma |um |1 )?(hora|dia|semana|mês|ano|quilo|quilômetro|litro|metro) e mei[oa]\b", r"1 1/2 \1"),
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
    "ar": Lexicon(_AR, r"\s+و", (
        (r"(?<!\d )\b(ساعة|يوم|أسبوع|شهر|سنة|عام) و ?نصف\b", r"1 1/2 \1"), (r"\b(\d+) (\w+) و ?نصف\b", r"\1 1/2 \2"),
        (r"\bنصف\b", "1/2"), (r"\bربع\b", "1/4"), (r"\bثلث\b", "1/3"))),
}  # fmt: skip
"""Each language's number words."""
PLAIN = {
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


def _einhalb(whole: str, head: str) -> str:
    number = _DE.get(head.casefold().removesuffix("und"))
    return whole if number is None else f"{number} 1/2"
