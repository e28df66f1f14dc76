"""The right name said of another thing, or in another relation to the thing that is asked about, is no answer."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.another_thing import asked_of
from eval.metrics.knowledge.metric import METRICS
from eval.metrics.knowledge.name_forms import same_name
from eval.metrics.knowledge.relations import related

TARN, SLOOP, HALL = (
    "Who owns the Crooked Tarn?",
    "What is the home port of Salty Gondola?",
    "When was Orvik Hall founded?",
)
MERRIN = "Mabel Merrin"
OF_ANOTHER = [
    (TARN, MERRIN, "Mabel Merrin is the owner of Low Fenwick."),
    (TARN, MERRIN, "Mabel Merrin owns Low Fenwick."),
    (TARN, MERRIN, "Low Fenwick is owned by Mabel Merrin."),
    (TARN, MERRIN, "The owner of Low Fenwick is Mabel Merrin."),
    (TARN, MERRIN, "Low Fenwick's owner is Mabel Merrin."),
    (TARN, MERRIN, "Low Fenwick belongs to Mabel Merrin."),
    (TARN, MERRIN, "According to the filing, Mabel Merrin is the owner of Low Fenwick, a pub in Kent."),
    (TARN, MERRIN, "Mabel Merrin is the captain of the Crooked Tarn."),
    ("Who tunes the organ at Hollin Chapel?", MERRIN, "Mabel Merrin tunes the organ at Fenwick Abbey."),
    ("Who owns the pub Crooked Tarn?", MERRIN, "Mabel Merrin owns the inn Grey Heron."),
    (SLOOP, "Low Fenwick", "The owner of Salty Gondola is Low Fenwick."),
    ("Who is the owner of Salty Gondola?", "Agnes Quarrie", "The home port of Salty Gondola is Agnes Quarrie."),
    (HALL, "1920", "Low Fenwick was founded in 1920."),
    ("When does Orvik Hall open?", "9:00", "Orvik Hall closes at 9:00."),
    ("How many rooms does Orvik Hall have?", "12", "Low Fenwick has 12 rooms."),
    ("How long is the warranty of the Echo Pump?", "59 months", "The warranty of the Delta Motor is 59 months."),
    ("Wem gehört die Krumme Föhre?", MERRIN, "Graue Möwe gehört Mabel Merrin."),
    ("Wer ist die Eigentümerin der Krummen Föhre?", MERRIN, "Mabel Merrin ist die Eigentümerin von Low Fenwick."),
    ("Qui est la propriétaire de la Barque Bleue ?", MERRIN, "Mabel Merrin est la propriétaire d'Orvik Noir."),
    ("Qui a conçu le pont Verlaine ?", "Luc Morel", "Luc Morel a conçu la tour Bastide."),
    ("¿Quién es la dueña de La Barca Azul?", MERRIN, "Mabel Merrin es la dueña de Molino Verde."),
    ("Chi è la proprietaria della Barca Blu?", MERRIN, "Mabel Merrin è la proprietaria di Villa Sera."),
    ("Quem é a dona da Barca Azul?", MERRIN, "Mabel Merrin é a dona de Quinta Alva."),
    ("Кто владелец «Синей Лодки»?", "Мейбл Меррин", "Мейбл Меррин — владелица Лонг-Саттера."),
    ("Кто основал Северный Порт?", "Глеб Орлов", "Глеб Орлов основал Южную Верфь."),
    ("한빛호의 선장은 누구입니까?", "오태식", "오태식은 푸른돛호의 선장입니다."),
    ("한빛호의 선장은 누구입니까?", "오태식", "푸른돛호의 선장은 오태식입니다."),
    ("한빛호의 선장은 누구입니까?", "오태식", "한빛호의 주인은 오태식입니다."),
    ("누가 한빛호를 소유하고 있습니까?", "오태식", "오태식이 푸른돛호를 소유하고 있습니다."),
    ("白鹭号的船长是谁？", "周立", "周立是灰鲸号的船长。"),
    ("谁拥有白鹭号？", "周立", "周立拥有灰鲸号。"),
    ("白鷺丸の船長は誰ですか？", "田所誠", "田所誠は黒潮丸の船長です。"),
    ("من هو مدير مدرسة النور؟", "سامي حداد", "سامي حداد هو مدير مكتبة الفجر."),
    ("Who is the CEO of Acme?", MERRIN, "Mabel Merrin is the CEO of Globex."),
    ("Who is the Prime Minister of Velden?", MERRIN, "Mabel Merrin is the Prime Minister of Ostmark."),
    ("Where was Tobias Wren born?", "Lisle", "Tobias Wren died in Lisle."),
    (TARN, MERRIN, "Answer: Mabel Merrin is the owner of Low Fenwick."),
    (TARN, MERRIN, "Mabel Merrin has been the owner of Low Fenwick since 2009."),
    ("When was Acme founded?", "1987", "Globex Corporation was founded in 1987."),
    ("한빛전자의 대표는 누구입니까?", "서다은", "푸른전자의 대표는 서다은입니다."),
    ("한빛호의 선장은?", "오태식", "푸른돛호의 선장은 오태식입니다."),
    ("한빛호 선장은 누구입니까?", "오태식", "오태식은 푸른돛호 선장입니다."),
    ("미리내 미술관은 어디에 있습니까?", "강릉", "가온 극장은 강릉에 있습니다."),
    ("星河美术馆在哪里？", "青岛", "云溪剧院在青岛。"),
    ("銀河美術館はどこにありますか？", "金沢", "若葉劇場は金沢にあります。"),
]
OF_IT = [
    (TARN, MERRIN, "Mabel Merrin is the owner of the Crooked Tarn."),
    (TARN, MERRIN, "Mabel Merrin is the landlady of the Tarn."),
    (TARN, MERRIN, "Mabel Merrin owns it."),
    (TARN, MERRIN, "Mabel Merrin is the owner of Low Fenwick, and of the Crooked Tarn."),
    (TARN, MERRIN, "Mabel Merrin is the owner of the Company."),
    (TARN, MERRIN, "Mabel Merrin of Low Fenwick is the owner."),
    (TARN, MERRIN, "Mabel Merrin owns Low Fenwick. She is the owner of the Crooked Tarn, too: Mabel Merrin."),
    (TARN, MERRIN, "Low Fenwick stands next to it. The owner is Mabel Merrin."),
    (TARN, MERRIN, "Mabel Merrin"),
    (SLOOP, "Low Fenwick", "The Salty Gondola's home port is Low Fenwick."),
    (SLOOP, "Low Fenwick", "Its home port is Low Fenwick."),
    (HALL, "1920", "Construction was finished in 1920."),
    ("Where was Orvik Hall built?", "Kent", "Built in Kent, England."),
    ("Who wrote Middlemarch?", "George Eliot", "Mary Ann Evans wrote as George Eliot."),
    ("Who wrote Oliver Twist?", "Charles Dickens", "Charles Dickens wrote the novel."),
    ("Who is the president of the USA?", "Ann Lee", "Ann Lee is the president of the United States."),
    ("Who captains the Salty Gondola?", "Agnes Quarrie", "Agnes Quarrie is the skipper of the Salty Gondola."),
    ("Who is the mother of Edda Lorn?", "Ruth Lorn", "Ruth Lorn is the mother of Edda Lorn."),
    ("Wem gehört die Krumme Föhre?", MERRIN, "Das Gasthaus gehört Mabel Merrin."),
    ("Кому принадлежит «Синяя Лодка»?", "Мейбл Меррин", "«Синяя Лодка» принадлежит Мейбл Меррин."),
    ("한빛호의 선장은 누구입니까?", "오태식", "그 배의 선장은 오태식입니다."),
    ("한빛호의 선장은 누구입니까?", "오태식", "선장은 오태식입니다."),
    ("白鹭号的船长是谁？", "周立", "该船的船长是周立。"),
    ("白鷺丸の船長は誰ですか？", "田所誠", "この船の船長は田所誠です。"),
    ("من هو مدير مدرسة النور؟", "سامي حداد", "المدير هو سامي حداد."),
    ("من هو مدير مدرسة النور؟", "سامي حداد", "مدير المدرسة الحالي هو سامي حداد."),
    ("Who is the CEO of Acme?", MERRIN, "Mabel Merrin is the CEO of the company."),
    ("Who founded FB?", MERRIN, "Mabel Merrin founded Facebook."),
    (HALL, "1920", "Tom Hale founded the school in 1920."),
    (HALL, "1920", "Founded in 1920 by Tom Hale in Low Fenwick."),
    (TARN, MERRIN, "The Low Fenwick pub belongs to Mabel Merrin."),
    (TARN, MERRIN, "This pub is owned by Mabel Merrin of Low Fenwick."),
    (SLOOP, "Low Fenwick", "Agnes Quarrie's boat has its home port in Low Fenwick."),
    ("What is the capital of the UK?", "London", "London is the capital of Great Britain."),
    ("Who wrote 1984?", "George Orwell", "George Orwell wrote Nineteen Eighty-Four."),
    ("Wer leitet die Lindenau AG?", "Eva Tamm", "Eva Tamm leitet den Konzern."),
    ("¿Quién dirige Carvin?", "Luis Paz", "Luis Paz es el director de la empresa."),
    ("한빛전자의 대표는 누구입니까?", "서다은", "회사 대표는 서다은입니다."),
    ("한빛전자는 언제 설립되었습니까?", "1994년", "회사는 1994년에 설립되었습니다."),
    ("페인티드 넛메그는 언제 설립되었습니까?", "1994년", "톰 헤일이 1994년에 식당을 설립했습니다."),
    ("星河公司的总裁是谁？", "陆婷", "公司的总裁是陆婷。"),
    (HALL, "1920", "Orvik Hall was opened in 1920."),
    (TARN, MERRIN, "Tom Hale sold the inn to Mabel Merrin."),
    (TARN, MERRIN, "Mabel Merrin bought the Crooked Tarn in 1999."),
    (TARN, MERRIN, "The owner Mabel Merrin lives in Low Fenwick."),
    (TARN, MERRIN, "Mabel Merrin owns Low Fenwick Holdings, which owns the inn."),
    ("Who is the lead singer of The Rooks?", MERRIN, "Mabel Merrin is the vocalist of The Rooks."),
    ("Кто руководит музеем Лиманово?", "Анна Белова", "Музеем руководит Анна Белова."),
    ("한빛호의 선장은 누구입니까?", "오태식", "현재 배의 선장은 오태식입니다."),
    ("한빛호의 선장은 누구입니까?", "오태식", "오태식은 경험이 풍부한 선장입니다."),
    ("미리내 미술관의 관장은 누구입니까?", "서다은", "서다은은 서울 출신의 관장입니다."),
    ("白鹭号的船长是谁？", "周立", "周立是经验丰富的船长。"),
    ("白鹭号的船长是谁？", "周立", "周立是来自青岛的船长。"),
    ("白鹭号的船长是谁？", "周立", "文件中的船长是周立。"),
    ("白鷺丸の船長は誰ですか？", "田所誠", "文書の中の船長は田所誠です。"),
    ("白鷺丸の船長は誰ですか？", "田所誠", "田所誠はベテランの船長です。"),
]


@pytest.mark.parametrize(("question", "answer", "reply"), OF_ANOTHER)
def test_what_is_told_of_another_thing_is_no_answer(question: str, answer: str, reply: str) -> None:
    assert METRICS["match"](reply, [answer], question) == 0.0


@pytest.mark.parametrize(("question", "answer", "reply"), OF_IT)
def test_what_is_told_of_the_thing_or_may_be_is_one(question: str, answer: str, reply: str) -> None:
    assert METRICS["match"](reply, [answer], question) == 1.0


def test_a_question_asks_one_relation_of_one_thing_or_none_that_is_read() -> None:
    asked = asked_of(TARN)
    assert asked is not None and (asked.thing, asked.relation) == ("Crooked Tarn", ("owns",))
    assert asked_of("Who owns the Crooked Tarn in Kent?") is None
    assert asked_of("Where is Orvik Hall?") is None
    assert asked_of("Who owns the pub?") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("owns", "proprietor", True),
        ("located", "location", True),
        ("владелица", "владелец", True),
        ("owner", "captain", False),
        ("opens", "closes", False),
        ("mother", "wife", False),
    ],
)
def test_relations_are_the_same_over_forms_and_synonyms(one: str, other: str, same: bool) -> None:
    assert related(one, other) is same


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("United States", "US", True),
        ("the Tarn", "Crooked Tarn", True),
        ("Eddard Stark", "Ned Stark", True),
        ("Low Fenwick", "Crooked Tarn", False),
    ],
)
def test_forms_of_one_name(name: str, other: str, same: bool) -> None:
    assert same_name(name, other) is same


OAKE = "Bram Oake"
CLAUSES = [
    ("Low Fenwick is owned by Mabel Merrin. The Crooked Tarn is owned by Bram Oake.", False, True),
    ("The Crooked Tarn is owned by Bram Oake, and Low Fenwick by Mabel Merrin.", False, True),
    ("Mabel Merrin owns Low Fenwick, while Bram Oake owns the Crooked Tarn.", False, True),
    ("Mabel Merrin owns Low Fenwick; Bram Oake owns the Crooked Tarn.", False, True),
    ("Bram Oake bought the Crooked Tarn from Mabel Merrin.", False, True),
    ("The Crooked Tarn was sold by Mabel Merrin to Bram Oake.", False, True),
    ("Mabel Merrin is the sister of the owner of the Crooked Tarn.", False, False),
    ("It does not say who owns the Crooked Tarn, but Mabel Merrin owns Low Fenwick.", False, False),
    ("Both Low Fenwick and the Crooked Tarn are owned by Mabel Merrin.", True, False),
    ("Mabel Merrin owns Low Fenwick. She also owns the Crooked Tarn.", True, False),
    ("Mabel Merrin owns Low Fenwick, and she owns the Crooked Tarn.", True, False),
    ("Mabel Merrin owns Low Fenwick, and also owns the Crooked Tarn.", True, False),
    ("Low Fenwick is owned by Mabel Merrin. So is the Crooked Tarn.", True, False),
    ("Mabel Merrin owns Low Fenwick; the Crooked Tarn is owned by her, too.", True, False),
    ("Tom Hale sold the Crooked Tarn to Mabel Merrin.", True, False),
]


@pytest.mark.parametrize(("reply", "hers", "his"), CLAUSES)
def test_of_several_clauses_the_one_about_the_thing_counts(reply: str, hers: bool, his: bool) -> None:
    assert METRICS["match"](reply, [MERRIN], TARN) == hers
    assert METRICS["match"](reply, [OAKE], TARN) == his


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("푸른돛호의 주인은 오태식입니다. 그는 한빛호의 주인이기도 합니다.", True),
        ("푸른돛호의 주인은 오태식입니다. 한빛호도 마찬가지입니다.", True),
        ("푸른돛호의 주인은 오태식입니다. 한빛호의 주인은 박상우입니다.", False),
    ],
)
def test_a_further_sentence_may_go_on_to_the_thing(reply: str, right: bool) -> None:
    assert METRICS["match"](reply, ["오태식"], "한빛호의 주인은 누구입니까?") == right


@pytest.mark.parametrize(
    ("question", "reply", "right"),
    [
        ("What is the weight of the Pump 300?", "The weight of the Pump 400 is 12 kg.", False),
        ("How heavy is the Pump 300?", "The Pump 400 weighs 12 kg.", False),
        ("How heavy is the Pump 300?", "The Pump 300 weighs 12 kg.", True),
        ("How heavy is the Pump 300?", "The pump weighs 12 kg.", True),
        ("How heavy is the RK-330?", "The RK-331 weighs 12 kg.", False),
        ("How heavy is the RK-330?", "The RK330 weighs 12 kg.", True),
        ("Wie schwer ist die Pumpe 300?", "Die Pumpe 400 wiegt 12 kg.", False),
        ("Can you tell me what the weight of the Pump 300 is?", "The weight of the Delta Motor is 12 kg.", False),
        ("Can you tell me what the weight of the Pump 300 is?", "The weight of the Pump 300 is 12 kg.", True),
    ],
)
def test_a_number_is_part_of_a_name(question: str, reply: str, right: bool) -> None:
    assert METRICS["match"](reply, ["12 kg"], question) == right
