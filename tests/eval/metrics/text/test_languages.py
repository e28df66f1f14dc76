"""What works in each of the languages that the metrics know: a row of the table is a language, a column a property."""

from __future__ import annotations

import pytest

from eval.metrics.knowledge.match import match
from eval.metrics.knowledge.refusal import refuses
from eval.metrics.knowledge.yes_no import polarity
from eval.metrics.text.languages import LANGUAGES

TABLE = {
    # denied, and the other asserted; yes/no question, a sentence for yes, one for no; a refusal in general words
    "en": (
        "It uses HTTP, not MQTT.",
        "Is a visa required?",
        "A visa is required.",
        "No visa is needed.",
        "I don't know.",
    ),
    "ko": (
        "MQTT가 아니라 HTTP를 사용합니다.",
        "비자가 필요합니까?",
        "비자가 필요합니다.",
        "비자는 필요하지 않습니다.",
        "모르겠습니다.",
    ),
    "de": (
        "Kein MQTT, sondern HTTP.",
        "Ist ein Visum nötig?",
        "Ein Visum ist nötig.",
        "Ein Visum ist nicht nötig.",
        "Ich weiß es nicht.",
    ),
    "fr": (
        "Il utilise HTTP, pas MQTT.",
        "Faut-il un visa ?",
        "Il faut un visa.",
        "Il ne faut pas de visa.",
        "Je ne sais pas.",
    ),
    "es": (
        "No usa MQTT, sino HTTP.",
        "¿Se necesita visado?",
        "Se necesita visado.",
        "No se necesita visado.",
        "No lo sé.",
    ),
    "it": ("Non usa MQTT ma HTTP.", "Serve un visto?", "Serve un visto.", "Non serve un visto.", "Non lo so."),
    "pt": ("Não usa MQTT, mas HTTP.", "É preciso visto?", "É preciso visto.", "Não é preciso visto.", "Não sei."),
    "zh": ("不是MQTT，而是HTTP。", "需要签证吗？", "需要签证。", "不需要签证。", "我不知道。"),
    "ja": (
        "MQTTではなくHTTPです。",
        "ビザは必要ですか？",
        "ビザは必要です。",
        "ビザは必要ありません。",
        "わかりません。",
    ),
    "ru": ("Не MQTT, а HTTP.", "Нужна ли виза?", "Виза нужна.", "Виза не нужна.", "Я не знаю."),
    "ar": ("ليس MQTT، بل HTTP.", "هل التأشيرة ضرورية؟", "التأشيرة ضرورية.", "التأشيرة ليست ضرورية.", "لا أعرف."),
}


def test_the_table_has_every_language() -> None:
    assert list(TABLE) == list(LANGUAGES)


@pytest.mark.parametrize("code", TABLE)
def test_denials_polarity_and_refusals_are_read(code: str) -> None:
    denial, question, yes, no, refusal = TABLE[code]
    assert match(denial, ["HTTP"], "") == 1.0 and match(denial, ["MQTT"], "") == 0.0
    assert (polarity(yes, question), polarity(no, question)) == ("yes", "no")
    assert refuses(refusal, None) and not refuses(yes, None) and not refuses(denial, None)
