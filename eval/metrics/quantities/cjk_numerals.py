"""Chinese and Japanese numerals in digits."""

from __future__ import annotations

import re

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
    "校|片|根|支|把|篇|首|番|种|種|张|張|家|间|間|只|匹|辆|回|階|楼|成|割"
)
_CJK_RUN = re.compile(rf"(?<![{_CJK_ALL}\d])([{_CJK_ALL}]+)(?=(?:{_COUNTED})|[^\w]|$|[到至][{_CJK_ALL}\d])")
_CJK_MIXED = re.compile(
    r"(?<![\d.,])((?:\d+(?:[.,]\d+)*\s?[十百千]?[万萬億亿兆]\s?|\d+(?:\.\d+)?\s?[百千](?![克米瓦卡帕赫伏焦升])\s?)+)(\d{1,4}(?![\d.,]))?"
)
_SHARE = re.compile(r"百分之\s?([\d.]+)")
_PART_OF = re.compile(r"(\d+)\s?(?:分之|分の|분의)\s?(\d+)")
_TENTHS_CJK = re.compile(
    r"(\d)(?:成(?![\u3400-\u9fff])|成(?=的|以上|以下|左右|多)|割(?![\u3400-\u9fff\d])|割(?=以上|以下|引|程度|増|減))"
)
_HUNDREDTHS = re.compile(r"(\d)割(\d)分")
_HALF = re.compile(r"一半|半分|절반")
_AND_HALF = re.compile(r"(\d+)\s?(个|個)?(年|月|小时|小時|時間|日|天|시간|년)半")
_PIECE_AND_HALF = re.compile(r"(\d+)[个個]半(?=(小|钟|鐘|月|星|世))")
_KOREAN_HALF = re.compile(r"(\d+)\s?(시간|년|개월)\s?반(?![가-힣]{2,}경|대)")
_HALF_OF = re.compile(r"半(?=年|天|日|小时|小時|分钟|月|个月|個月)")


def cjk_in_digits(text: str, language: str) -> str:
    """The text with Chinese and Japanese numerals as digits."""
    if not re.search(r"[\u3400-\u9fff분절반]", text):
        return text
    text = re.sub(
        rf"百分之([{_CJK_ALL}]+)", lambda m: f"{_numeral(m[1])}%" if _numeral(m[1]) is not None else m[0], text
    )
    text = re.sub(
        rf"([{_CJK_ALL}]+)分[之の]([{_CJK_ALL}]+)",
        lambda m: m[0] if None in (_numeral(m[1]), _numeral(m[2])) else f"{_numeral(m[2])}/{_numeral(m[1])}", text,
    )  # fmt: skip
    text = _CJK_RUN.sub(lambda m: _in_digits(m, language), text)
    text = _HUNDREDTHS.sub(r"\1\2%", _SHARE.sub(r"\1%", text))
    text = _TENTHS_CJK.sub(r"\g<1>0%", text)
    text = _PART_OF.sub(r"\2/\1", text)
    text = _AND_HALF.sub(r"\1.5\2\3", text)
    text = _PIECE_AND_HALF.sub(lambda m: f"{m[1]}.5" + ("" if m[2] in "小钟鐘" else "个"), text)
    text = _KOREAN_HALF.sub(r"\1.5\2", text)
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
