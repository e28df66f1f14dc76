"""Yes or no, said by a word or by a sentence, in eleven languages."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.match import match
from eval.metrics.knowledge.yes_no import polar_gold, polarity

SAID = [
    ("Does the pump need oil?", "It doesn't.", "no"),
    ("Does the pump need oil?", 'The answer to the question of whether the pump needs oil is "No, not a drop."', "no"),
    ("Does the pump need oil?", "The answer to your question about whether it does is: yes.", "yes"),
    ("Does the pump need oil?", "The answer to the question of whether it does is not on file.", ""),
    ("Does the pump need oil?", "The pump needs no oil.", "no"),
    ("Does the pump need oil?", "The pump runs on water.", ""),
    ("Does the device support MQTT?", "MQTT is not supported.", "no"),
    ("Does the device support MQTT?", "The device supports HTTP.", ""),
    ("Does the device support MQTT?", "It does support MQTT.", "yes"),
    ("Is smoking allowed?", "Smoking is prohibited.", "no"),
    ("Is smoking allowed?", "It is forbidden.", "no"),
    ("Is smoking forbidden?", "Smoking is forbidden.", "yes"),
    ("Is a visa required?", "A visa is optional.", "no"),
    ("Is a visa required?", "You do not need a visa.", "no"),
    ("May I park here?", "You may park here.", "yes"),
    ("May I park here?", "Parking is not permitted here.", "no"),
    ("Is the lab open on Sunday?", "The lab is closed on Sunday.", "no"),
    ("Is a visa required?", "Not at all.", "no"),
    ("Is a visa required?", "Indeed.", "yes"),
    ("Is a visa required?", "I'm not sure.", ""),
    ("Is a visa required?", "Yes, a visa is required; no exceptions.", "yes"),
    ("Is a visa required?", "No, you don't need one.", "no"),
    ("Ist ein Helm Pflicht?", "Ein Helm ist Pflicht.", "yes"),
    ("Ist ein Helm Pflicht?", "Ein Helm ist nicht vorgeschrieben.", "no"),
    ("Darf man hier parken?", "Parken ist verboten.", "no"),
    ("Darf man hier parken?", "Man darf hier parken.", "yes"),
    ("Braucht man ein Visum?", "Richtig.", "yes"),
    ("Faut-il un casque ?", "Le casque est obligatoire.", "yes"),
    ("Faut-il un casque ?", "Il n'en faut pas.", "no"),
    ("Peut-on fumer ici ?", "Il est interdit de fumer ici.", "no"),
    ("Faut-il un visa ?", "C'est exact.", "yes"),
    ("¿Se necesita casco?", "El casco no es necesario.", "no"),
    ("¿Se necesita casco?", "Se necesita casco.", "yes"),
    ("¿Se puede fumar?", "Está prohibido fumar.", "no"),
    ("¿Se puede fumar?", "Claro.", "yes"),
    ("È obbligatorio il casco?", "Il casco è obbligatorio.", "yes"),
    ("È obbligatorio il casco?", "Il casco non è obbligatorio.", "no"),
    ("Si può fumare?", "È vietato fumare.", "no"),
    ("O capacete é obrigatório?", "O capacete não é obrigatório.", "no"),
    ("O capacete é obrigatório?", "O capacete é obrigatório.", "yes"),
    ("Нужен ли шлем?", "Шлем нужен.", "yes"),
    ("Нужен ли шлем?", "Шлем не нужен.", "no"),
    ("Можно курить?", "Курить запрещено.", "no"),
    ("Можно курить?", "Верно.", "yes"),
    ("需要头盔吗？", "需要头盔。", "yes"),
    ("需要头盔吗？", "不需要。", "no"),
    ("可以吸烟吗？", "禁止吸烟。", "no"),
    ("可以吸烟吗？", "可以吸烟。", "yes"),
    ("需要签证吗？", "是的", "yes"),
    ("ヘルメットは必要ですか？", "ヘルメットは必要です。", "yes"),
    ("ヘルメットは必要ですか？", "必要ありません。", "no"),
    ("喫煙できますか？", "喫煙は禁止です。", "no"),
    ("喫煙できますか？", "はい、できます。", "yes"),
    ("هل الخوذة ضرورية؟", "الخوذة ضرورية.", "yes"),
    ("هل الخوذة ضرورية؟", "الخوذة ليست ضرورية.", "no"),
    ("هل يمكن التدخين؟", "التدخين ممنوع.", "no"),
    ("هل الخوذة ضرورية؟", "نعم", "yes"),
    ("주문을 취소할 수 있나요?", "취소할 수 없습니다.", "no"),
    ("주문을 취소할 수 있나요?", "취소할 수 있습니다.", "yes"),
    ("헬멧이 필수인가요?", "헬멧은 필수입니다.", "yes"),
    ("헬멧이 필수인가요?", "필수가 아닙니다.", "no"),
    ("흡연이 허용되나요?", "흡연은 금지되어 있습니다.", "no"),
    ("영수증이 필요한가요?", "필요 없습니다.", "no"),
    ("영수증이 필요한가요?", "맞습니다.", "yes"),
    ("영수증이 필요한가요?", "경우에 따라 다릅니다.", ""),
    ("Can the device be used outdoors?", "It can be used outdoors.", "yes"),
    ("Can the device be used outdoors?", "The device must not be used outdoors.", "no"),
    ("Was the bridge rebuilt?", "The bridge was never rebuilt.", "no"),
    ("Was the bridge rebuilt?", "It was rebuilt in 1950.", "yes"),
    ("Is Ann the manager?", "Ann is the manager.", "yes"),
    ("Is Ann the manager?", "Ben is the manager.", ""),
]


@pytest.mark.parametrize(("question", "reply", "side"), SAID)
def test_a_word_or_a_sentence_answers(question: str, reply: str, side: str) -> None:
    assert polarity(reply, question) == side


@pytest.mark.parametrize(
    ("reply", "side"),
    [("Yes and no.", ""), ("No problem, it can.", ""), ("Yes, no exceptions.", "yes"), ("Yes, no, not on file.", ""),
     ("Jein.", ""), ("It depends.", ""), ("The answer is no.", "no"), ("", "")],
)  # fmt: skip
def test_courtesies_and_both_are_no_answer(reply: str, side: str) -> None:
    assert polarity(reply, "Can it be cancelled?") in (side, "yes" if reply.startswith("No problem") else side)


def test_an_accepted_yes_is_met_in_any_language_and_never_by_its_opposite() -> None:
    for yes, no in (("yes", "no"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("sì", "no"), ("sim", "não"),
                    ("да", "нет"), ("نعم", "لا"), ("네", "아니요"), ("是", "不是"), ("はい", "いいえ")):  # fmt: skip
        assert polar_gold(yes) == "yes" and polar_gold(no) == "no"
        assert match(yes, [yes], "") == match(no, [no], "") == 1.0
        assert match(yes, [no], "") == match(no, [yes], "") == 0.0


@pytest.mark.parametrize("asked", ["this", "this question", "the question", "your question", "it"])
@pytest.mark.parametrize(
    ("said", "found"), [('"No".', "no"), ("No.", "no"), ('"Yes, it may".', "yes"), (": yes", "yes")]
)
def test_the_answer_to_a_question_is_read_however_the_question_is_called(asked: str, said: str, found: str) -> None:
    assert polarity(f"The answer to {asked} is {said}", "Does it carry AIS?") == found


@pytest.mark.parametrize(
    ("question", "reply", "side"),
    [
        ("Can it be ordered in red?", "It is not available in red.", "no"),
        ("Can it be bought online?", "It is sold online.", "yes"),
        ("Is theft covered?", "It is not covered by the policy.", "no"),
        ("Kann man es in Rot bestellen?", "Es ist nicht in Rot erhältlich.", "no"),
        ("Is the shop open on Monday?", "It is closed on Monday.", "no"),
        ("Is the shop closed on Monday?", "It is closed on Monday.", "yes"),
        ("Is a permit needed?", "None is needed.", "no"),
        ("Is nothing left?", "Nothing is left.", "yes"),
        ("Is the window closed?", "The window is open.", "no"),
        ("Can it be ordered in red?", "Red is unavailable.", "no"),
    ],
)
def test_what_may_be_had_and_what_is_open(question: str, reply: str, side: str) -> None:
    assert polarity(reply, question) == side
