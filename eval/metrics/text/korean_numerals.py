"""Korean numerals in digits: Sino-Korean, native with a counter, and mixed (3만 5천)."""

from __future__ import annotations

import re

from eval.metrics.text.korean import inflected

_ONES = {c: n for n, c in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_SMALL = {"십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}
_WORDS_TENS = "열 스물 서른 마흔 쉰 예순 일흔 여든 아흔"
_WORDS_ONES = "한 두 세 네 다섯 여섯 일곱 여덟 아홉"
_NATIVE_TENS = {w: 10 * n for n, w in enumerate(_WORDS_TENS.split(), 1)} | {"스무": 20}
_NATIVE_ONES = {w: n for n, w in enumerate(_WORDS_ONES.split(), 1)} | {
    "하나": 1, "둘": 2, "셋": 3, "넷": 4, "석": 3, "넉": 4,
}  # fmt: skip

_UNITS = (
    "킬로그램|밀리그램|그램|킬로미터|센티미터|밀리미터|미터|밀리리터|리터|퍼센트|프로|달러|유로|위안|엔|볼트|와트|톤|"
    "페이지|개월|주년|시간"
)
_COUNTED = rf"{_UNITS}|년|월|일|주|원|명|개|인|분|초|층|호|도|회|차|세|번|평|장|권|대|마리|쪽|건|곳|살"
_NATIVE_COUNTED = (
    "시간|마리|가지|그루|송이|켤레|군데|사람|차례|자루|번째|개|명|살|시|대|권|장|병|잔|번|달|채|곳|분|배|벌|척"
)
_NATIVE_GLUED = "시간|마리|가지|번째|개|명|살|번|달"
_ABOUT = re.compile("(?<=.)(?:쯤|정도|씩|간|짜리|후|전)$")
_TENS = "|".join(sorted(_NATIVE_TENS, key=len, reverse=True))
_ONE = "|".join(sorted(_NATIVE_ONES, key=len, reverse=True))
_NATIVE = re.compile(
    rf"(?<![가-힣])(?P<tens>{_TENS})?(?P<ones>{_ONE})?(?:(?P<gap>\s)?)(?P<rest>(?:{_NATIVE_COUNTED})[가-힣]*)"
)
_NATIVE_BARE = re.compile(
    rf"(?<![가-힣])(?P<tens>{_TENS})?(?P<ones>둘|셋|넷|다섯|여섯|일곱|여덟|아홉)(?P<end>[가-힣]*)"
)
_DIGIT = "[영공일이삼사오육칠팔구륙십백천만억조]"
_SINO = re.compile(
    rf"(?<![가-힣\d.])(?P<run>(?:{_DIGIT}*[만억]\s(?={_DIGIT}))*{_DIGIT}+)(?P<gap>\s?)(?P<rest>[가-힣]*)"
)
_MIXED = re.compile(
    r"(?<![가-힣\d.,])(?:\d+(?:\.\d+)?\s?[십백천]?\s?[만억조]\s?|\d+(?:\.\d+)?\s?[십백천](?![가-힣]*만)\s?)+(?:\d{1,4}(?![\d.]))?"
)
_DAY = re.compile(r"(\d\s?월\s?)([일이삼사오육칠팔구])일")
"""A day of one syllable is one only behind its month: 일일, 이일, 오일 are words of their own."""
_PART = re.compile(r"(\d+(?:\.\d+)?)|([십백천만억조])")
_MONTHS = re.compile(r"(?<![가-힣])(유|시)월(?=\s*(?:\d|[일이삼십])|에|은|이|의|부터|까지|\b)")


def numerals_as_digits(text: str) -> str:
    """The text with 삼십 명, 세 명, 3만 5천 원 as 30 명, 3 명, 35000 원; words that merely look like numerals stay."""
    text = _MONTHS.sub(lambda m: {"유": "6", "시": "10"}[m[1]] + "월", text)
    text = _MIXED.sub(_mixed, text)
    text = _NATIVE.sub(_native, text)
    text = _NATIVE_BARE.sub(_native_bare, text)
    return _DAY.sub(lambda m: f"{m[1]}{_ONES[m[2]]} 일", _SINO.sub(_sino, text))


def _is_unit(rest: str, among: str) -> bool:
    word = _ABOUT.sub("", rest)
    return any(inflected(u, word) for u in among.split("|"))


def _native(match: re.Match[str]) -> str:
    tens, ones, rest = match["tens"], match["ones"], match["rest"]
    if not (tens or ones) or not _is_unit(rest, _NATIVE_COUNTED if match["gap"] else _NATIVE_GLUED):
        return match[0]
    return f"{_NATIVE_TENS.get(tens, 0) + _NATIVE_ONES.get(ones, 0)} {rest}"


def _native_bare(match: re.Match[str]) -> str:
    word = (match["tens"] or "") + match["ones"]
    if match["end"] and not inflected(word, word + match["end"]):
        return match[0]
    return f"{_NATIVE_TENS.get(match['tens'], 0) + _NATIVE_ONES[match['ones']]} {match['end']}".rstrip()


def _sino(match: re.Match[str]) -> str:
    """The longest numeral of a run that a unit follows; without one, a numeral that is no other word."""
    run, gap, rest = match["run"], match["gap"], match["rest"]
    for n in range(len(run), 0, -1):
        value, behind = _value(run[:n]), run[n:] + rest if not gap or n == len(run) else run[n:]
        apart = bool(gap) and n == len(run)
        if value is not None and _is_unit(behind, _COUNTED) and _safe(run[:n], behind, apart):
            tail = "" if apart or not gap else gap + rest
            return f"{value} {behind}{tail}"
    value = _value(run)
    if value is not None and len(run) >= 2 and " " not in run and ("십" in run or len(run) >= 4):
        if gap or not rest:
            return f"{value}{gap}{rest}"
        if inflected(run, run + rest):
            return f"{value} {rest}"
    return match[0]


def _safe(numeral: str, unit: str, apart: bool) -> bool:
    """Whether a numeral before a unit is one: 사원, 일회, 이 분, 오도 are words of their own."""
    if len(numeral) > 1 or _is_unit(unit, "층"):
        return True
    long = _is_unit(unit, f"{_UNITS}|월|년")
    if numeral in _SMALL or numeral in _LARGE:
        return apart or long or _is_unit(unit, "원|명")
    return (long and (apart or not unit.startswith("년") or numeral != "이")) or (apart and _is_unit(unit, "원|초|주"))


def _value(numeral: str) -> int | None:
    """The number that a Sino-Korean numeral spells, or None when it spells none."""
    total = section = 0
    digit: int | None = None
    small, large = 10_000, 10**16
    for c in numeral:
        if c == " ":
            continue
        if c in _ONES:
            if digit is not None:
                return None
            digit = _ONES[c]
            continue
        scale = _SMALL.get(c) or _LARGE[c]
        if c in _SMALL:
            if scale >= small or digit == 0:
                return None
            section, small = section + (1 if digit is None else digit) * scale, scale
        else:
            if scale >= large:
                return None
            total, section = total + (section + (digit or 0) or 1) * scale, 0
            small, large = 10_000, scale
        digit = None
    return total + section + (digit or 0)


def _mixed(match: re.Match[str]) -> str:
    if (
        "조" in match[0]
        and not re.search(r"억", match[0])
        and not re.match(r"\s?(?:원|달러|엔|유로)", match.string[match.end() :])
    ):
        return match[0]
    total = section = 0.0
    number: float | None = None
    for digits, scale in _PART.findall(match[0]):
        if digits:
            number = float(digits)
        elif scale in _SMALL:
            section, number = section + (1 if number is None else number) * _SMALL[scale], None
        else:
            total, section, number = total + (section + (number or 0) or 1) * _LARGE[scale], 0.0, None
    total += section + (number or 0)
    tail = " " if match[0].endswith(" ") else ""
    return f"{total:.10g}" + tail if total < 1e10 else f"{round(total)}" + tail
