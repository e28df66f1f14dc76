"""The same as `another_thing.py` for Korean, Chinese, Japanese and Arabic, which do not mark names by capitals.

What stands in the place of the question's thing is taken for another one where it shares no two letters with it and is
neither a pronoun nor a common noun such as `the company`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from eval.metrics.knowledge.relations import groups_of

_NOT_LATIN = re.compile(r"[\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff가-힣]")
_Q = {
    "ko": (
        r"(?P<thing>[^?,]{2,30}?)의? (?P<what>\S{1,10}?)(?:은|는|이|가)? ?(?:누구|무엇|뭐|어디|언제|얼마|몇)\S*",
        r"(?P<thing>[^?,]{2,30}?)의 (?P<what>\S{1,10}?)(?:은|는|이|가)",
        r"(?:누가 )?(?P<thing>[^?,]{2,30}?)(?:을|를) (?:누가 )?(?P<what>[가-힣]{2,4}?)(?:하|했|한|합)\S*(?: \S+)?",
        r"(?P<thing>[^?,]{2,30}?)(?:은|는|이|가) (?:어디|언제|얼마|몇)\S*(?: \S+)?? (?P<what>있|[가-힣]{2})\S*",
    ),
    "zh": (
        r"(?P<thing>[^？?，]{2,20}?)的(?P<what>[^？?，的]{1,6}?)(?:是|叫|在|为|有)?"
        r"(?:谁|誰|什么|哪\w{0,2}|多少|几\w?|何时|何人|何地)",
        r"(?:是)?谁(?P<what>拥有|创立|创办|设计|建造|写|画|管理)了?(?P<thing>[^？?，]{2,20}?)(?:的)?",
        r"(?P<thing>[^？?，]{2,20}?)(?P<what>在|位于)(?:哪\w{0,2}|什么地方|何处)",
        r"(?P<thing>[^？?，]{2,20}?)是?(?:什么时候|何时|哪一?年|几时)(?P<what>\w{2})的?",
    ),
    "ja": (
        r"(?P<thing>[^？?、]{2,25}?)の(?P<what>[^？?、の]{1,8}?)は(?:、)?(?:誰|だれ|何|どこ|いつ|いくら|どの\w+)\w{0,6}",
        r"(?P<thing>[^？?、]{2,25}?)を(?P<what>所有|設立|創業|設計|建設|管理|経営)\w{0,8}(?:は|のは)(?:誰|だれ)\w{0,4}",
        r"(?P<thing>[^？?、]{2,25}?)は(?:どこ|いつ|何年)[にで]?(?P<what>あり|\w{2})\w*",
    ),
    "ar": (
        r"(?:من|ما) (?:هو |هي )?(?P<what>[\u0600-\u06ff]{3,12}) (?P<thing>[^؟?،]{3,40}?)",
        r"أين (?P<what>يقع|تقع|يوجد|توجد) (?P<thing>[^؟?،]{3,40}?)",
    ),
}
_S = {
    "ko": (
        r"(?P<thing>[^,]{2,30}?)의? (?P<what>[^\s,]{1,10}?)(?:은|는|이|가) (?P<said>.+)",
        r"(?P<said>[^,]+?)(?:은|는|이|가) (?P<thing>[^,]{2,30}?)의? "
        r"(?P<what>\S{1,10}?)(?:입니다|이다|이에요|예요|이며|임)?",
        r"(?P<said>[^,]+?)(?:은|는|이|가) (?P<thing>[^,]{2,30}?)(?:을|를) "
        r"(?P<what>[가-힣]{2,4}?)(?:하|했|한|합)\S*(?: \S+)?",
        r"(?P<thing>(?:(?!의 )[^,]){2,30}?)(?:은|는) (?P<said>(?:(?![을를] )[^,])+?) (?P<what>있|[가-힣]{2})\S*",
    ),
    "zh": (
        r"(?P<thing>[^，,]{2,20}?)的(?P<what>[^，,的]{1,6}?)(?:是|叫|为|在)(?P<said>.+)",
        r"(?P<said>[^，,]+?)(?:是|为)(?P<thing>[^，,]{2,20}?)的(?P<what>[^，,的]{1,6})",
        r"(?P<said>[^，,]+?)(?P<what>拥有|创立|创办|设计|建造|写|画|管理)了?(?P<thing>[^，,]{2,20})",
        r"(?P<thing>[^，,]{2,20}?)(?P<what>在|位于)(?P<said>.+)",
        r"(?P<thing>[^，,]{2,20}?)[于在是](?P<said>.+?)"
        r"(?P<what>成立|建成|建立|开业|开放|出版|发布|创立|启用|落成)[的了]?",
    ),
    "ja": (
        r"(?P<thing>[^、]{2,25}?)の(?P<what>[^、の]{1,8}?)は、?(?P<said>.+)",
        r"(?P<said>[^、]+?)は、?(?P<thing>[^、]{2,25}?)の(?P<what>[^、の]{1,8}?)(?:です|だ|である|でした)?",
        r"(?P<said>[^、]+?)[はが]、?(?P<thing>[^、]{2,25}?)を(?P<what>所有|設立|創業|設計|建設|管理|経営)\w{0,8}",
        r"(?P<thing>[^、]{2,25}?)は、?(?P<said>.+?)[にで](?P<what>あり|\w{2})\w*",
    ),
    "ar": (
        r"(?P<what>[\u0600-\u06ff]{3,12}) (?P<thing>[^،]{3,40}?) (?:هو|هي|:) ?(?P<said>.+)",
        r"(?P<said>[^،]+?) (?:هو|هي) (?P<what>[\u0600-\u06ff]{3,12}) (?P<thing>[^،]{3,40})",
        r"(?P<what>يقع|تقع|يوجد|توجد) (?P<thing>[^،]{3,40}?) في (?P<said>.+)",
    ),
}
_QUESTIONS = {code: tuple(re.compile(rf"{p}\W*") for p in patterns) for code, patterns in _Q.items()}
_STATEMENTS = {code: tuple(re.compile(rf"\W*{p}\W*") for p in patterns) for code, patterns in _S.items()}
_COMMON = re.compile(
    r"^(?:이|그|저|본|해당|우리|동|그녀|그들|이것|그것|이곳|그곳|여기|여기서|자신|현재|지금|당시|현|당사|저희)(?:\s|$)|"
    r"^(?:\S*(?:[은는한된운인]|새|옛|큰|첫|두|세)\s)?(?:회사|기업|업체|식당|가게|호텔|여관|배|선박|건물|학교|병원|박물관|책|소설|작품|영화|나라|국가|도시|마을|단체|기관|제품|법인|본관|본사|매장|사무실|대리점|도서관|미술관|극장|공장|센터|재단|협회|"
    r"프로젝트|사람|분)$|"
    r"^(?:来自|出身|住在|出生|从|在|位于|最|很|非常|有)|"
    r"^[这那该此其它他她本贵我你您]|"
    r"^(?:公司|企业|集团|学校|大学|医院|餐厅|饭店|酒店|旅馆|商店|船|船只|建筑|博物馆|图书馆|美术馆|体育馆|音乐厅|办公室|分公司|总公司|总部|工厂|加工厂|俱乐部|委员会|基金会|工作室|实验室|餐馆|书|小说|作品|电影|国家|城市|村庄|机构|产品|项目)$|"
    r"^(?:[この其彼当同本]|これ|それ|そこ|ここ|その|あの|我々)|"
    r"^(?:会社|企業|学校|大学|病院|店|ホテル|レストラン|旅館|船|建物|博物館|本|小説|作品|映画|国|都市|町|村|機関|製品|プロジェクト|人)$|"
    r"^(?:هذ|ذلك|تلك|هو|هي)|^ال\S+$"
)
"""Pronouns and what begins with one; common nouns; in Arabic a single word with the article."""
_PRONOUN = re.compile(r"^(?:그|그녀|그들|이|그도|역시|같)|^[他她它这那同其]|^(?:彼|それ|同)|^(?:هو|هي|نفس)")


@dataclass(frozen=True, slots=True)
class _Frame:
    thing: str
    what: str
    said: str = ""


@lru_cache(maxsize=4096)
def _asked(question: str) -> tuple[str, _Frame] | None:
    if not _NOT_LATIN.search(question):
        return None
    for code, patterns in _QUESTIONS.items():
        for pattern in patterns:
            if found := pattern.fullmatch(question.strip()):
                return code, _Frame(found["thing"].strip(), found["what"].strip())
    return None


def tells_of_another(sentence: str, question: str, answers: Iterable[str]) -> bool:
    """Whether a sentence tells the question's relation of another thing, or another known relation of the same."""
    asked = _asked(question)
    if asked is None:
        return False
    code, wanted = asked
    golds = [a.strip(" .。") for a in answers]
    told = [f for f in _frames(code, sentence) if _is_read(f, wanted) and not any(_alike(g, f.thing) for g in golds)]
    if not told or any(_alike(g, wanted.thing) for g in golds):
        return False
    return all(_is_another(frame, wanted, golds, code) for frame in told)


def without_others(sentence: str, question: str, answers: Iterable[str]) -> str:
    """A sentence, or nothing of it where it tells of another thing."""
    return "" if tells_of_another(sentence, question, answers) else sentence


def goes_on(sentence: str, question: str, answers: Iterable[str]) -> bool:
    """Whether a sentence speaks of the thing that is asked about, and may take its answer from another sentence."""
    asked = _asked(question)
    if asked is None or asked[1].thing not in sentence:
        return False
    told = [f for f in _frames(asked[0], sentence) if f.what == asked[1].what and f.thing == asked[1].thing]
    return not told or any(map(_PRONOUN.search, (f.said for f in told)))


def _is_read(told: _Frame, wanted: _Frame) -> bool:
    """Whether a way to part a sentence finds a relation that is known or asked for."""
    return told.what == wanted.what or bool(groups_of(wanted.what) and groups_of(told.what))


def _frames(code: str, sentence: str) -> Iterator[_Frame]:
    for pattern in _STATEMENTS[code]:
        if found := pattern.fullmatch(sentence.strip()):
            yield _Frame(found["thing"].strip(), found["what"].strip(), found["said"].strip())


def _is_another(told: _Frame, wanted: _Frame, golds: list[str], code: str) -> bool:
    if not any(_alike(g, told.said) for g in golds):
        return False
    ours, theirs = groups_of(wanted.what), groups_of(told.what)
    differs = bool(ours and theirs) and not ours & theirs
    if _is_same(told.thing, wanted.thing, code):
        return differs and told.what not in wanted.what and wanted.what not in told.what
    if _COMMON.search(told.thing) or _alike(told.said, wanted.thing) or not _of_a_kind(told.thing, wanted.thing, code):
        return False
    return told.what == wanted.what or bool(ours & theirs) or differs


_BODY = {
    "ko": re.compile(
        r"(?:호|관|원|점|사|교|회|역|항|섬|산|강|시|군|극장|대학|병원|은행|식당|호텔|센터|타워|재단|협회|상사|전자|물산|공방|농장|목장|"
        r"출판|신문|다리)$"
    ),
    "zh": re.compile(r"[院馆店号厂社校会园司库桥塔站港岛山河湖城镇村区市县省国行心团厅楼寺]$"),
    "ja": re.compile(r"(?:[館院店社校丸号橋塔駅港島山川湖城町村市県国会園寺場学行部]|ホテル|センター|タワー)$"),
}
"""How the names of ships, houses and places end."""
_NO_NAME = re.compile(r"[신은는한된운인의중내상후전쪽측적급간]$")
"""How a Korean word ends that is no name perhaps: of Seoul's origin (출신), experienced (풍부한)."""
_FOREIGN = re.compile(
    r"[阿艾安奥巴贝比彼波伯博布查达戴德登迪蒂多厄恩尔法菲费芬弗夫福盖戈哥格哈海汉赫亨霍基吉加贾杰卡凯坎康科克肯库拉莱兰朗劳勒雷里利林琳卢鲁"
    r"伦罗洛马玛迈麦曼梅门米姆莫默穆纳娜奈内尼诺帕潘佩彭皮普奇乔琼萨塞桑瑟森沙舍圣史斯苏索塔泰坦汤特提图托瓦万威韦维温沃乌伍西希夏谢辛休雅"
    r"亚扬耶伊因英尤约泽扎茨]"
)
"""Characters that Chinese writes foreign names with."""
_KATAKANA = re.compile(r"[\u30a0-\u30ff]+")


def _of_a_kind(name: str, other: str, code: str) -> bool:
    """Whether what stands in the place of a name looks like one as that does, and not like `experienced`."""
    if code == "ar" or (code == "ko" and " " in other):
        if " " not in name:
            return False
        return code == "ar" or _ends_alike(name, other, code)
    return _ends_alike(name, other, code)


def _ends_alike(name: str, other: str, code: str) -> bool:
    body = _BODY[code]
    if name[-1] == other[-1] or (body.search(name) and body.search(other)):
        return True
    if body.search(other) or body.search(name):
        return False
    if code == "ko":
        return not any(map(_NO_NAME.search, name.split()))
    if code == "ja":
        return _KATAKANA.fullmatch(name) is not None and _KATAKANA.fullmatch(other) is not None
    return 2 * len(_FOREIGN.findall(name)) > len(name)


_SUFFIX = {
    "ko": re.compile(
        r"(?:전자|상사|물산|공방|농장|목장|호텔|병원|은행|식당|극장|센터|재단|협회|대학교?|미술관|박물관|도서관|"
        "[호관원점사])$"
    ),
    "zh": re.compile(r"(?:公司|集团|大学|学院|医院|银行|酒店|餐厅|剧院|美术馆|博物馆|图书馆|中心|[院馆店号厂社校会])$"),
    "ja": re.compile(r"(?:美術館|博物館|図書館|劇場|大学|病院|銀行|ホテル|センター|[館院店社校丸号])$"),
}


def _is_same(name: str, other: str, code: str) -> bool:
    """Whether two names may be of one thing; what they end with as so many do (전자, 公司, 丸) tells nothing."""
    suffix = _SUFFIX.get(code)
    ends = [suffix.search(n) for n in (name, other)] if suffix else [None, None]
    if ends[0] and ends[1] and ends[0][0] == ends[1][0]:
        stems = [name[: ends[0].start()].strip(), other[: ends[1].start()].strip()]
        if min(map(len, stems)) >= 2:
            return _alike(*stems)
    return _alike(name, other)


def _alike(name: str, other: str) -> bool:
    """Whether two names share two letters in a row, blanks aside, or one holds the other."""
    one, two = "".join(name.split()), "".join(other.split())
    return one in two or two in one or not _pairs(name).isdisjoint(_pairs(other))


_ARABIC = re.compile(r"[\u0600-\u06ff]")
_ARTICLE = re.compile(r"\bال(?=\w{2})")


def _pairs(name: str) -> frozenset[str]:
    size = 3 if _ARABIC.search(name) else 2
    return frozenset(w[i : i + size] for w in _ARTICLE.sub("", name).split() for i in range(len(w) - size + 1))
