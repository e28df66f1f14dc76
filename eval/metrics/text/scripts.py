"""Names in scripts that are written without blanks: Chinese, Japanese and Thai."""

from __future__ import annotations

import re

from eval.metrics.text.notation import written

_HAN, _KANA = r"\u3400-\u9fff", r"\u3040-\u30ff"
_SCRIPT = re.compile(rf"[{_HAN}{_KANA}\u0e00-\u0e7f]+")
_KATAKANA = re.compile(r"[\u30a0-\u30ff]")
_KANJI = re.compile(rf"[{_HAN}]")
LONGEST = 12
"""A longer answer is a phrase, whose words may stand in another order."""
_OFFICE = re.compile("(?<=..)(?:市|省|县|縣|都|府|県|区|區|先生|女士|小姐|さん|さま|様|氏|君)$")
_FIRM = re.compile("^(?:株式会社|有限会社|合同会社)|(?:株式会社|有限会社|股份有限公司|有限责任公司|有限公司)$")
_OTHER = re.compile(
    "[东東西南北中]?(?:路|街)|都庁|府庁|県庁|市役所|站|駅|港|桥|橋|線|线|湾|灣|大学|大學|公司|酒店|银行|銀行|大道|机场|機場|空港|ホテル|大厦|通り"
)
"""With one of these behind it, a place names another thing: 上海路 is a road."""
_TITLE = re.compile("[氏様君殿課部社係店市都府県区町村駅先主担専支本副会代教室所長工営製]")
"""What goes on behind a Japanese name in kanji: a title, a kind of place, an office."""
_BEFORE = frozenset(
    "在是为為于於到从從由和与與及有叫名用去往向位即的了地址市省国國社者長长员員氏被给給让讓对對称稱、，"
)
"""Characters before a name that belong to the sentence."""


def stands_unspaced(given: str, answer: str, question: str) -> bool | None:
    """Whether a name in a script without blanks stands in a text as a word of its own; None for any other answer.

    There is no dictionary here: a neighbour in the same run of katakana, a kanji before a Japanese name, and a suffix
    that makes a street or a company of a place show that the name is part of a longer one.
    """
    if answer.isascii():
        return None
    answer, given = written(answer).strip(" 。.、"), written(given)
    if len(answer) > LONGEST or _SCRIPT.fullmatch(answer) is None:
        return None
    forms = dict.fromkeys(f for f in (answer, _OFFICE.sub("", answer), _FIRM.sub("", answer), _long(answer)) if f)
    japanese = re.search(r"[\u3040-\u30ff]", question + given) is not None
    return any(_borders(given, m, question, japanese) for f in forms for m in re.finditer(re.escape(f), given))


def _long(answer: str) -> str:
    """A word of katakana with the long mark at its end, or without: サーバー is サーバ."""
    if len(answer) < 3 or not all(map(_KATAKANA.match, answer)):
        return answer
    return answer.removesuffix("ー") if answer.endswith("ー") else answer + "ー"


_WHO = re.compile("谁|誰|哪位|什么人|何人|姓名|名字")
_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇"
    "吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛阎閻段雷龙龍史陶贺賀顾顧毛郝龚龔邵万錢钱严嚴武戴莫孔向汤"
)
_BEHIND_NAME = frozenset(
    "是在的和与與跟及同为為于於将將被已也都就才曾还還又说說讲講写寫做担擔负負主经經副总總工老先女教医醫博局部长長校院士师師生员員氏君们們"
    "等不没沒有会會能可要从從到对對向把给給让讓由因所而但则則或去来來住出开開创創建设設提签簽批管领領带帶监監指接收入进進加参參获獲得赢贏"
    "取当當作属屬称稱叫名姓本此今年月日号號一二三四五六七八九十了着過过用以想知发發买買卖賣打拿找看见見选選成拥擁记記完处處站"
)
"""Characters that may stand behind a name of two: a title, a verb, a particle."""


def _goes_on(behind: str) -> bool:
    """Whether a Chinese name of two characters has a third: 李明 in 李明远."""
    if behind[:1] == "生":  # born, or a part of the name
        return behind[1:2] not in ("于", "於", "前")
    return _KANJI.match(behind) is not None and behind[0] not in _BEHIND_NAME


def _borders(text: str, match: re.Match[str], question: str, japanese: bool) -> bool:
    before, behind, name = text[: match.start()][-1:], text[match.end() :], match[0]
    if "\u0e00" <= name[0] <= "\u0e7f":
        return True
    if _KATAKANA.match(name[0]) and _KATAKANA.match(before) and before != "・":
        return False
    if _KATAKANA.match(name[-1]) and _KATAKANA.match(behind) and behind[:1] != "・":
        return False
    other = _OTHER.match(behind)
    if other and other[0] not in question:
        return False
    if (
        japanese
        and _KANJI.match(name[-1])
        and _KANJI.match(behind)
        and not _TITLE.match(behind)
        and behind[0] not in question
    ):
        return False
    if not japanese and len(name) == 2 and _WHO.search(question) and name[0] in _SURNAMES and _goes_on(behind):
        return False
    if len(name) == 1 and (_KANJI.match(before) or _KANJI.match(behind)) and before not in _BEFORE:
        return False
    if _KANJI.match(name[0]) and _KANJI.match(before) and before not in _BEFORE and before not in question:
        return not japanese and before not in "东東南西北新"
    return True
