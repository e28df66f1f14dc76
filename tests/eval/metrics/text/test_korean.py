"""Korean as people write it: the same answer with other endings, spacing and numerals, and what looks alike."""

from __future__ import annotations

import json

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.metric import METRICS, score_knowledge
from eval.metrics.quantities.quantity import quantities
from eval.metrics.text.korean import inflected
from eval.metrics.text.korean_numerals import numerals_as_digits
from eval.metrics.text.normalize import normalise

SAME = [
    ("수도는 서울입니다.", "서울"),
    ("서울이에요", "서울"),
    ("서울로 이전했습니다.", "서울"),
    ("파리에서 열렸습니다.", "파리"),
    ("담당자는 김민수 씨입니다.", "김민수"),
    ("김민수님에게 문의하세요.", "김민수"),
    ("학생들은 무료입니다.", "학생"),
    ("서울 특별시에 있습니다.", "서울특별시"),
    ("서울특별시에 있습니다.", "서울 특별시"),
    ("인공 지능을 씁니다.", "인공지능"),
    ("BMW는 독일 회사입니다.", "BMW"),
    ("모델은 TG-200A입니다.", "TG-200A"),
    ("ＢＭＷ입니다.", "BMW"),
    ("보증 기간은 삼십육 개월입니다.", "36개월"),
    ("36개월이에요", "36 개월"),
    ("두 달 동안 보관합니다.", "2개월"),
    ("삼만 오천 원입니다.", "35,000원"),
    ("3만 5천원", "35,000원"),
    ("３５，０００원", "3만 5천 원"),
    ("₩35,000", "35,000원"),
    ("1억 2천만 원입니다.", "120,000,000원"),
    ("직원은 서른두 명입니다.", "32명"),
    ("세 개를 씁니다.", "3개"),
    ("스무 살부터 가능합니다.", "20살"),
    ("무게는 십이 킬로그램이다.", "12 kg"),
    ("12킬로그램", "12kg"),
    ("오십 퍼센트입니다", "50%"),
    ("2025년 3월 3일입니다.", "2025-03-03"),
    ("2025. 3. 3.에 시작합니다.", "2025년 3월 3일"),
    ("이천이십오년 삼월 삼일", "2025년 3월 3일"),
    ("네, 가능합니다.", "예"),
    ("서울", "서울입니다."),
]
OTHER = [
    ("서울대입니다.", "서울"),
    ("서울시민입니다.", "서울"),
    ("사과입니다.", "사"),
    ("나이는 다릅니다.", "나"),
    ("바다입니다.", "바"),
    ("한국인입니다.", "한국"),
    ("부산입니다.", "서울"),
    ("35개월입니다.", "36개월"),
    ("36일입니다.", "36개월"),
    ("삼만 육천 원입니다.", "35,000원"),
    ("3만 5천 달러입니다.", "35,000원"),
    ("35,000원", "3만 5천 달러"),
    ("서른세 명입니다.", "32명"),
    ("세 개가 아니라 네 개입니다.", "13개"),
    ("2025년 3월 4일입니다.", "2025년 3월 3일"),
    ("아니요.", "예"),
    ("네, 아니요.", "예"),
]
NOT_STOOD_BY = [
    ("서울이 아닙니다.", "서울"),
    ("서울이 아니라 부산입니다.", "서울"),
    ("서울은 아니고 부산이에요.", "서울"),
    ("아마 서울일 것입니다.", "서울"),
    ("서울인 것 같습니다.", "서울"),
    ("서울일 수도 있습니다.", "서울"),
    ("서울 또는 부산입니다.", "서울"),
    ("서울이나 부산", "서울"),
    ("서울, 부산, 대구", "서울"),
    ("서울인지 모르겠습니다.", "서울"),
    ("36개월 또는 24개월", "36개월"),
]


@pytest.mark.parametrize(("given", "gold"), SAME)
@pytest.mark.parametrize("name", ["contains", "match"])
def test_the_same_answer_with_other_endings_spacing_or_numerals_counts(name: str, given: str, gold: str) -> None:
    assert METRICS[name](given, [gold]) == 1.0
    config = Knowledge(answer="$.answer")
    assert score_knowledge(config, json.dumps({"answer": given}), [gold], name=name) == 1.0


@pytest.mark.parametrize(("given", "gold"), OTHER)
@pytest.mark.parametrize("name", ["contains", "match", "exact"])
def test_another_word_or_number_does_not_count(name: str, given: str, gold: str) -> None:
    assert METRICS[name](given, [gold]) == 0.0


@pytest.mark.parametrize(("given", "gold"), NOT_STOOD_BY)
def test_what_is_denied_doubted_or_listed_does_not_match(given: str, gold: str) -> None:
    assert METRICS["match"](given, [gold]) == 0.0
    assert METRICS["match"]("부산이 아니라 서울입니다.", ["서울"]) == 1.0


def test_exact_and_f1_look_through_endings() -> None:
    assert METRICS["exact"]("서울입니다.", ["서울"]) == 1.0
    assert METRICS["exact"]("서울 특별시", ["서울특별시"]) == 1.0
    assert METRICS["exact"]("서울대", ["서울"]) == 0.0
    assert METRICS["f1"]("서울이 한국의 수도입니다", ["서울은 한국의 수도"]) == 1.0
    assert METRICS["f1"]("부산이 한국의 도시입니다", ["서울은 한국의 수도"]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("삼십 명", "30 명"),
        ("천구백팔십팔년", "1988 년"),
        ("이백오십", "250"),
        ("오월 오일", "5 월 5 일"),
        ("3.5만 명", "35000 명"),
        ("1조 원", "1000000000000 원"),
        ("열두 시", "12 시"),
        ("만 오천 원", "15000 원"),
        *((word, word) for word in ("사원", "사회", "이 분", "세대", "이천시", "사천", "만일", "제1조", "한국", "네",
          "일본", "한 시장", "한 개인", "구글", "열", "십자가", "천만에요")),
    ],
)  # fmt: skip
def test_numerals_become_digits_and_words_that_look_like_numerals_stay(text: str, expected: str) -> None:
    assert numerals_as_digits(text) == expected


def test_an_ending_must_fit_the_last_sound() -> None:
    for stem, fits, fits_not in (
        ("서울", "로", "으로"),
        ("부산", "으로", "로"),
        ("파리", "는", "은"),
        ("서울", "이", "가"),
    ):
        assert inflected(stem, stem + fits)
        assert not inflected(stem, stem + fits_not)


def test_decomposed_and_full_width_forms_are_the_same_text() -> None:
    import unicodedata

    for text in ("서울특별시 강남구", "한국어 ABC 123"):
        assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)
    assert normalise("ＡＢＣ　１２３") == normalise("abc 123")


def test_units_are_read_behind_endings() -> None:
    found = quantities("무게는 12킬로그램이고 가격은 3만 5천 원입니다")
    assert [(q.value, q.unit) for q in found] == [(12.0, "kg"), (35000.0, "₩")]
