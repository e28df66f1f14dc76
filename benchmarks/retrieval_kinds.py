"""Corpora of one kind each, on which words or vectors alone fail: drawn from templates, but for the stories.

A kind is (texts by document id, questions with the id of the document that answers each). The stories were
written for this: customers' letters that share few words with the article that they ask for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

Kind = tuple[dict[str, str], list[tuple[str, str]]]


def sections(seed: int = 1) -> Kind:
    """Clauses told apart by number."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    heads = ["Travel rules", "Leave rules", "Purchasing", "Records", "Workplace safety", "Company cars"]
    subj = ["employees of grade {g}", "heads of department", "field staff", "apprentices in year {g}"]
    things = [
        "claim {v} euros a day",
        "take {v} hours of unpaid leave a year",
        "sign for orders up to {v} euros",
        "keep files for {v} months",
    ]
    asks = [
        "How much may they claim a day under clause {n}?",
        "What does clause {n} allow?",
        "According to {n}, what is the limit?",
        "Clause {n}: how many hours, euros or months?",
    ]
    nums = [f"{a}.{b}" for a in range(1, 16) for b in range(1, 9)]
    r.shuffle(nums)
    for i, n in enumerate(nums[:100]):
        t = r.choice(things).format(v=r.randint(11, 990))
        s = r.choice(subj).format(g=r.randint(1, 9))
        docs[f"c{i:03}.md"] = (
            f"# {r.choice(heads)}\n\nClause {n}. Subject to the agreement of the works council, {s} may {t}."
        )
        q.append((r.choice(asks).format(n=n), f"c{i:03}.md"))
    return docs, q


def errors(seed: int = 2) -> Kind:
    """Fault codes, asked for in other spellings, too."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    parts = ["feed pump", "main valve", "door latch", "drum motor", "heat exchanger", "inverter"]
    causes = ["is blocked", "reports no signal", "runs too hot", "draws too much current", "did not close in time"]
    fix = [
        "Switch off, wait {v} minutes and start again.",
        "Check the plug at X{v} and reset.",
        "Replace fuse F{v}.",
        "Clean the strainer and hold Reset for {v} seconds.",
    ]
    codes = [f"{p}{r.randint(1000, 9999)}" for p in ("E-", "F-", "ERR_", "W") for _ in range(25)]
    for i, c in enumerate(codes):
        docs[f"e{i:03}.md"] = (
            f"# Fault {c}\n\nThe display shows {c} when the {r.choice(parts)} {r.choice(causes)}. "
            f"{r.choice(fix).format(v=r.randint(2, 90))} Call service if {c} comes back."
        )
        n = r.choice([c, c.lower(), c.replace("-", " ").replace("_", " ")])
        q.append(
            (
                r.choice(
                    [
                        "My machine shows {n}, what should I do?",
                        "What does {n} mean?",
                        "How do I clear error {n} on the display?",
                    ]
                ).format(n=n),
                f"e{i:03}.md",
            )
        )
    return docs, q


def skus(seed: int = 3) -> Kind:
    """Articles with numbers that differ in one sign."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    seen: set[str] = set()
    for i in range(120):
        while True:
            s = f"{r.choice(['NV', 'NX', 'KT'])}-{r.choice([204, 205, 206, 214])}{r.randint(10, 99)}-{r.choice('ABCD')}"
            if s not in seen:
                seen.add(s)
                break
        docs[f"p{i:03}.md"] = (
            f"# Hose coupling {s}\n\nArticle {s}. Brass, thread G {r.choice(['1/2', '3/4', '1'])}, "
            f"rated for {r.randint(6, 40)} bar, packed in {r.choice([5, 10, 20, 50])}s. "
            "Replaces the coupling of the 2019 list."
        )
        q.append(
            (
                r.choice(
                    ["What pressure is {s} rated for?", "How many are in a pack of {s}?", "Thread of {s}?"]
                ).format(s=s),
                f"p{i:03}.md",
            )
        )
    return docs, q


def registrations(seed: int = 4) -> Kind:
    """Inspection reports told apart by the registration of an aircraft."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    L = "ABCDEFGHJKLMNOPRSTUVWXYZ"
    find = [
        "corrosion at the aft bulkhead",
        "a chafed fuel line behind the firewall",
        "play in the left aileron hinge",
        "a cracked exhaust bracket",
        "water in the static line",
        "a worn nose-wheel tyre",
        "an out-of-date fire bottle",
        "a loose seat rail",
    ]
    filler = [
        "The aircraft was presented clean and with its papers complete. ",
        "Daylight was good and the hangar heated. ",
        "The owner was present for the first hour. ",
        "Compression was taken warm on all cylinders. ",
        "The log agreed with the hour meter. ",
        "A borescope was used where the panels allow. ",
        "Torque seals were renewed throughout. ",
        "The inspector used checklist 14, issue 6. ",
    ]
    for i in range(80):
        reg = "G-" + "".join(r.choice(L) for _ in range(4))
        body = "".join(r.sample(filler, 5))
        a, b = r.sample(find, 2)
        docs[f"r{i:03}.md"] = (
            f"# Annual inspection report\n\nAircraft: {reg}. Type: Corvid {r.choice([120, 160, 180])}. "
            f"{body}The inspector found {a} and {b}. Both were put right before release. "
            f"Next inspection at {r.randint(900, 4000)} hours."
        )
        q.append(
            (
                r.choice(
                    [
                        "What was found at the annual inspection of {g}?",
                        "When is {g} due again, in hours?",
                        "Which defects did the inspector put right on {g}?",
                    ]
                ).format(g=reg),
                f"r{i:03}.md",
            )
        )
    return docs, q


def korean(seed: int = 5) -> Kind:
    """Korean pages of appliances."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    syl = "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추"
    names: set[str] = set()
    while len(names) < 80:
        names.add("".join(r.choice(syl) for _ in range(3)))
    kinds = ["공기청정기", "제습기", "전기밥솥", "선풍기", "가습기"]
    depts = ["생산부", "품질관리팀", "고객지원실", "물류센터"]
    for i, n in enumerate(sorted(names)):
        k = r.choice(kinds)
        v = r.randint(6, 60)
        w = r.randint(2, 29)
        docs[f"k{i:03}.md"] = (
            f"# {n} {k}\n\n{n} {k}는 출고일로부터 {v}개월 동안 무상으로 수리해 드립니다. "
            f"필터는 {w}주마다 갈아 주어야 하며, 고장 접수는 {r.choice(depts)}에서 받습니다. "
            f"소비 전력은 {r.randint(20, 900)}와트입니다."
        )
        q.append(
            (
                r.choice(
                    [
                        "{n} {k} 무상 수리 기간이 얼마나 되나요?",
                        "{n}의 필터 교체 주기를 알려 주세요.",
                        "{n} {k}가 고장 나면 어디에 접수하나요?",
                        "{n}은 전기를 얼마나 씁니까?",
                    ]
                ).format(n=n, k=k),
                f"k{i:03}.md",
            )
        )
    return docs, q


def chinese(seed: int = 6) -> Kind:
    """Chinese pages of machines."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    syl = "安博诚达恩飞光海佳康林明宁普青瑞盛泰威欣雅远泽"
    names: set[str] = set()
    while len(names) < 80:
        names.add("".join(r.choice(syl) for _ in range(2)))
    kinds = ["水泵", "风机", "阀门", "电机"]
    for i, n in enumerate(sorted(names)):
        k = r.choice(kinds)
        docs[f"z{i:03}.md"] = (
            f"# {n}牌{k}\n\n{n}牌{k}自出厂之日起保修{r.randint(6, 60)}个月。"
            f"润滑油每{r.randint(2, 29)}周更换一次,额定功率为{r.randint(20, 900)}瓦,"
            f"由{r.choice(['生产部', '质检科', '客服中心'])}负责。"
        )
        q.append(
            (
                r.choice(["{n}{k}的保修期有多长?", "{n}牌{k}多久换一次润滑油?", "哪个部门负责{n}{k}?"]).format(
                    n=n, k=k
                ),
                f"z{i:03}.md",
            )
        )
    return docs, q


def japanese(seed: int = 7) -> Kind:
    """Japanese pages of appliances."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    syl = "アイウエカキクケコサシスセタチテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
    names: set[str] = set()
    while len(names) < 80:
        names.add("".join(r.choice(syl) for _ in range(4)))
    kinds = ["掃除機", "炊飯器", "加湿器", "扇風機"]
    for i, n in enumerate(sorted(names)):
        k = r.choice(kinds)
        docs[f"j{i:03}.md"] = (
            f"# {k}「{n}」\n\n{n}はお買い上げの日から{r.randint(6, 60)}か月間、無料で修理いたします。"
            f"フィルターは{r.randint(2, 29)}週間ごとに交換してください。"
            f"故障の受付は{r.choice(['製造部', '品質管理課', 'お客様相談室'])}です。"
        )
        q.append(
            (
                r.choice(
                    [
                        "{n}の無料修理の期間はどれくらいですか。",
                        "{k}{n}のフィルターはいつ交換しますか。",
                        "{n}が壊れたらどこに連絡すればよいですか。",
                    ]
                ).format(n=n, k=k),
                f"j{i:03}.md",
            )
        )
    return docs, q


def policies(seed: int = 8) -> Kind:
    """Policies of a bank: ten units with eight topics each, asked for in other words."""
    r = Random(seed)
    docs: dict[str, str] = {}
    q: list[tuple[str, str]] = []
    units = [
        "Retail Lending",
        "Mortgage Servicing",
        "Private Banking",
        "Trade Finance",
        "Card Operations",
        "Treasury",
        "Branch Network",
        "Collections",
        "Corporate Credit",
        "Custody",
    ]
    topics = [
        (
            "Record keeping",
            "keeps customer files for {v} years after the relationship has ended",
            "How long does {u} have to hold on to files of former clients?",
        ),
        (
            "Gifts",
            "may accept presents of up to {v} dollars a year from one giver",
            "What is the most that somebody in {u} can be given by a supplier?",
        ),
        (
            "Complaints",
            "answers a complaint in writing within {v} business days",
            "By when must {u} reply to an unhappy customer?",
        ),
        (
            "Remote work",
            "lets staff work away from the office on {v} days a month",
            "How often may people in {u} work from home?",
        ),
        (
            "Limits of authority",
            "approves exposures up to {v} thousand dollars without the committee",
            "Up to which amount can {u} decide by itself?",
        ),
        (
            "Incident reports",
            "reports a breach of data to Compliance within {v} hours",
            "{u} lost a laptop with client data; how quickly must it tell Compliance?",
        ),
        (
            "Training",
            "completes {v} hours of instruction against money laundering a year",
            "How many hours of AML courses are due in {u} each year?",
        ),
        (
            "Access reviews",
            "goes through system rights every {v} weeks",
            "How frequently are user permissions checked in {u}?",
        ),
    ]
    for u in units:
        for h, t, a in topics:
            i = f"{u} {h}".lower().replace(" ", "-") + ".md"
            docs[i] = (
                f"# {h}: {u}\n\nThis policy is owned by the head of {u} and reviewed each January. "
                f"{u} {t.format(v=r.randint(2, 90))}. "
                "Exceptions need the written consent of the chief risk officer "
                "and are listed in the register of the unit."
            )
            q.append((a.format(u=u), i))
    return docs, q


def stories() -> Kind:
    """A shop's help pages, and long letters of its customers."""
    kept = json.loads((Path(__file__).parent / "stories.json").read_text(encoding="utf-8"))
    texts = {f"{name}.md": f"# {text.split('. ')[0]}\n\n{text}" for name, text in kept["articles"].items()}
    return texts, [(one["story"], f"{one['article']}.md") for one in kept["stories"]]


KINDS: dict[str, Callable[[], Kind]] = {
    "section numbers": sections, "fault codes": errors, "article numbers": skus, "registrations": registrations,
    "Korean": korean, "Chinese": chinese, "Japanese": japanese, "policies": policies, "customers' letters": stories,
}  # fmt: skip
