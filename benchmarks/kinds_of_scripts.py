"""Drawn corpora in Korean, Chinese and Japanese: pages of appliances and machines."""

from __future__ import annotations

from random import Random

from benchmarks.kinds_of_codes import Kind


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
