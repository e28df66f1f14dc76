"""What one thing is to another: words of eleven languages that name the same relation, and which name different "
"ones."""

from __future__ import annotations

from functools import lru_cache

from eval.metrics.knowledge.alias import same_word, words

_GROUPS = (
    "buyer bought buys purchas- käufer- acquired acquirer own owns owned owner owners owning ownership "
    "proprietor proprietress belong- landlord landlady besitz- besaß eigentümer- inhaber- gehört gehören gehörte "
    "propriétaire- possède appartient dueñ- propietari- posee pertenece proprietari- possiede appartiene dono "
    "dona proprietári- possui pertence владе- хозяи- хозяй- принадлеж- 주인 소유 소유자 소유주 所有者 主人 拥有 "
    "持ち主 オーナー 所有 مالك مالكة يملك تملك صاحب صاحبة",
    "found founds founded founder founders founding cofounder cofounded creat- establish- gründ- gegründet "
    "fonda- fondé- fondò fundador- fundó fundou fundad- основа- 설립 설립자 창립 창립자 창업 创始人 创立 创办 "
    "創業者 創設者 設立 设立 مؤسس مؤسسة أسس أسست",
    "director- direct directs directed head heads headed chief lead leads led leader manager- manage manages "
    "managed run runs ran president presides chair- ceo boss chef principal headmaster headmistress warden "
    "landlord landlady leit- geschäftsführ- direktor- directeur directrice dirig- gerente presid- diretor- "
    "dirett- capo руковод- директор- глав- возглав- начальник- президент- председател- 대표 사장 회장 관장 원장 "
    "소장 교장 책임자 대표이사 总裁 经理 校长 院长 馆长 负责人 社長 館長 校長 代表 責任者 مدير مديرة رئيس رئيسة",
    "captain- skipper- lead leads led leader helm- kapitän- capitaine capitán capitana capitano capitão капитан- "
    "шкипер- 선장 船长 船長 قبطان ربان",
    "write writes wrote written writer author- pen penned creat- schrieb- geschrieben verfass- autor- "
    "schriftsteller- écri- auteur- escrib- escrit- scriss- scritt- escrev- напис- автор- писател- 저자 작가 "
    "지은이 作者 著者 作家 筆者 مؤلف مؤلفة كاتب كتب كتبت",
    "design- architect- build builds built builder- construct- creat- entworfen entwarf gebaut erbau- baute "
    "baumeister- arquitect- architett- arquitet- conçu- diseñ- progett- projet- construi- costru- спроект- "
    "архитектор- построи- строител- 설계 설계자 건축가 건설 시공 设计 设计师 建筑师 建造 修建 設計 設計者 建築家 "
    "建設 مصمم مهندس صمم بنى",
    "paint paints painted painter creat- gemalt malte malt maler- peint- pintó pintor- pintad- dipin- pittore "
    "pittrice нарисов- художник- 화가 画家 画 رسام رسم",
    "cook cooks cooked cooking chef koch köchin cuisinier- cocinero cocinera cuoco cuoca cozinheir- повар- "
    "요리사 셰프 厨师 主厨 料理長 シェフ طاه طباخ",
    "tenant- rents rented lessee leases leased mieter- locataire inquilin- арендатор- 임차인 세입자 租户 借主 "
    "مستأجر",
    "seller sells sold vendor vendors verkäufer- verkauf- vendeu- vendedor- venditore продав- 판매자 卖家 売り手 "
    "بائع",
    "buyer buys bought purchas- käufer- gekauft achet- comprador- compró comprat- acquirente покупател- 구매자 "
    "买家 買い手 مشتري",
    "wife husband spouse married marries frau ehemann ehefrau gatte gattin épou- mari esposo esposa marito "
    "moglie marido жена муж жен- 아내 남편 배우자 妻子 丈夫 妻 夫 زوج زوجة",
    "mother father parent parents mutter vater mère père madre padre mãe pai мать отец 어머니 아버지 母亲 父亲 "
    "母 父 أم أب",
    "son daughter child children sohn tochter fils fille hijo hija figlio figlia filho filha сын дочь 아들 딸 "
    "儿子 女儿 息子 娘 ابن ابنة",
    "brother sister sibling bruder schwester frère sœur hermano hermana fratello sorella irmão irmã брат сестра "
    "형제 자매 兄弟 姐妹 兄 弟 أخ أخت",
    "born birth birthplace geboren geburtsort né née naissance nació nacimiento nato nata nacque nascita nasceu "
    "nascimento родил- рожден- 태어- 출생- 出生 生まれ ولد ولدت",
    "die died dies death buried deathplace gestorben starb tod mort morte mourut décéd- murió muerte morto morta "
    "morì morreu умер- смерт- 사망- 去世 逝世 死去 توفي توفيت",
    "port harbour harbor haven moored heimathafen hafen puerto porto порт- 항구 선적항 모항 港 港口 母港 船籍港 "
    "ميناء",
    "headquarters headquartered seat sitz hauptsitz siège sede штаб- 본사 总部 本社 مقر",
    "capital seat hauptstadt capitale столиц- 수도 首都 عاصمة",
    "currency währung monnaie moneda valuta moeda валют- 통화 货币 通貨 عملة",
    "language sprache langue idioma lingua язык 언어 语言 言語 لغة",
    "population inhabitants einwohner- bevölkerung población popolazione população населени- 인구 人口 سكان",
    "area fläche superficie superfície площад- 면적 面积 面積 مساحة",
    "height tall high hoch haut höhe hauteur altura altezza высот- 높이 高度 高さ ارتفاع",
    "length long länge longueur longitud lunghezza comprimento длин- 길이 长度 長さ طول",
    "width wide breit anch- largh- breite largeur anchura larghezza largura ширин- 너비 폭 宽度 幅 عرض",
    "depth deep tief profond- tiefe profondeur profundidad profondità profundidade глубин- 깊이 深度 深さ عمق",
    "weight weigh- heavy schwer lourd pesad- wiegt gewicht poids pèse peso pesa вес весит 무게 重量 重さ وزن",
    "price cost- expensive teuer cher fee preis kostet kosten prix coûte precio cuesta prezzo costa preço custa "
    "цена стоит стоимость 가격 요금 价格 费用 値段 価格 料金 سعر",
    "colour color coloured colored farbe couleur colore цвет 색 색깔 颜色 色 لون",
    "open opens opened opening öffn- geöffnet eröffn- ouvre ouvert- abre abiert- apre apert- открыва- открыт- "
    "개장 개관 开门 开馆 開館 開店",
    "close closes closed closing schließ- geschlossen ferme fermé- cierra cerrad- chiude chius- fecha fechad- "
    "закрыва- закрыт- 폐장 폐관 关门 闭馆 閉館 閉店",
)  # fmt: skip
LEAST = 5
"""Words of one root share so many letters at least, where no group knows them: locat-ed, locat-ion."""


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """(whole words, beginnings of words), each with the numbers of its groups."""
    whole: dict[str, frozenset[int]] = {}
    begins: dict[str, frozenset[int]] = {}
    for number, group in enumerate(_GROUPS):
        for word in group.split():
            table, key = (begins, word[:-1]) if word.endswith("-") else (whole, word)
            table[key] = table.get(key, frozenset()) | {number}
    return whole, begins


@lru_cache(maxsize=16384)
def groups_of(word: str) -> frozenset[int]:
    """The numbers of the groups that a word, case aside, belongs to."""
    word = word.casefold()
    whole, begins = _table()
    found = whole.get(word, frozenset())
    for size in range(3, len(word) + 1):
        found |= begins.get(word[:size], frozenset())
    return found


@lru_cache(maxsize=65536)
def related(word: str, other: str) -> bool:
    """Whether two words name one relation: forms of one word, or of one group."""
    one, two = word.casefold(), other.casefold()
    if one == two or groups_of(one) & groups_of(two):
        return True
    if len(one) >= LEAST and len(two) >= LEAST and one[:LEAST] == two[:LEAST] and abs(len(one) - len(two)) <= LEAST:
        return True
    ours, theirs = words(one), words(two)
    return (
        len(ours) == 1
        and len(theirs) == 1
        and (same_word(ours[0], theirs[0], False) or same_word(theirs[0], ours[0], False))
    )
