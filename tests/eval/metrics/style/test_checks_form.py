from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.metrics.style.run_checks import build_checks


def passes(check: dict[str, Any], reply: str) -> bool:
    (built,) = build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    return built.fails(reply) == ""


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ({"case": "upper"}, "STOP AT 5 M!", "STOP at 5"),
        ({"case": "lower"}, "stop at 5 m", "Stop"),
        ({"case": "lower"}, "정지 5", "정지 A"),
        ({"case": "title"}, "The Care of Pumps", "The care of Pumps"),
        ({"case": "title"}, "Of Pumps", "of Pumps"),
        ({"case": "sentence"}, "The cap of the Merrow holds. It is new.", "the cap holds."),
        ({"case": "sentence"}, "Yes. (It is.)", "Yes. it is."),
        ({"case": "sentence"}, "Hugh Strand", "The Cap Of The Pump"),
        ({"case": "sentence"}, "STOP", "sTOP"),
        ({"capital_words": {"max": 1}}, "The TS sheet, A or I", "The TS and NATO sheet"),
        ({"punctuation": {"ban": ["comma"]}}, "one; two", "一、二"),
        ({"punctuation": {"ban": ["exclamation", "emoji"]}}, "Done.", "Done 🎉"),
        ({"punctuation": {"ban": ["dash"]}}, "on-call", "it — well"),
        ({"punctuation": {"ban": ["emoji"]}}, "25 °C ± 1 © Tidewell", "fine ✅"),
        ({"starts_with": "Answer:"}, "\nAnswer: 5", "The Answer: 5"),
        ({"starts_with": ["Yes", "No"]}, "No, it is not", "Maybe"),
        ({"starts_with": {"text": "But", "paragraph": 2}}, "One.\n\n But two.", "But one.\n\nTwo."),
        ({"starts_with": {"text": "But", "paragraph": 2}}, "One.\n\nBut", "But"),
        ({"ends_with": "Regards, the desk"}, "5 m. Regards, the desk \r\n", "Regards, the desk."),
        ({"ends_with": "cafe\u0301"}, "caf\u00e9", "cafe"),
        ({"one_of": ["yes", "no"]}, "yes\n", "yes."),
        ({"preamble": "none"}, "The cap takes 5 Nm.", "Sure! The cap takes 5 Nm."),
        ({"preamble": "none"}, "Certainly.", "Certainly, the cap takes 5 Nm."),
        ({"preamble": "none"}, "Sure-footed goats climb.", "**Of course!** Goats climb."),
        ({"preamble": "none"}, "Here the pump stops: turn it.", "Here is the answer you need: 5 Nm"),
        ({"preamble": "none"}, "Hire a boat.", "Hi! It is 5."),
        ({"preamble": "none"}, "네, 2년입니다.", "물론입니다! 2년입니다."),
        ({"preamble": "none"}, "Sicher ist, dass er hält.", "Gerne! Hier ist er."),
        (
            {"closing": "none"},
            "Let me know the date by Monday. It is 5 Nm.",
            "It is 5 Nm. Let me know if you need more!",
        ),
        ({"closing": "none"}, "Ask the desk if you have any doubt.", "It is 5. I hope this helps! 😊"),
        ({"closing": "none"}, "2년입니다.", "2년입니다. 도움이 되었으면 좋겠습니다."),
        ({"quotes": "whole"}, '"It holds."', 'It "holds".'),
        ({"quotes": "whole"}, "«Oui»", '"'),
        ({"quotes": "none"}, '"It" holds', '"It holds"'),
        ({"placeholders": {"min": 2}}, "Dear [name], on [date]", "Dear [name], see [1] and [here](x.md)"),
        ({"placeholders": {"max": 0}}, "a[0] = [1, 2]", "Dear [your name]"),
    ],
)
def test_a_form_holds_or_not(check: dict[str, Any], good: str, bad: str) -> None:
    assert passes(check, good)
    assert not passes(check, bad)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"case": "camel"}, "expected upper or lower or title or sentence"),
        ({"case": ["upper"]}, "expected upper"),
        ({"punctuation": {"ban": ["commas"]}}, "unknown sign 'commas'"),
        ({"punctuation": ["comma"]}, "expected a mapping with ban"),
        ({"punctuation": {}}, "expected a text or a list of texts"),
        ({"starts_with": {"text": "a", "paragraph": 0}}, "counts from 1"),
        ({"starts_with": {"paragraph": 2}}, "expected a text or a list of texts"),
        ({"ends_with": []}, "expected a text or a list of texts"),
        ({"preamble": True}, "expected none"),
        ({"quotes": "some"}, "expected whole or none"),
        ({"placeholders": 3}, "expected a mapping"),
    ],
)
def test_arguments_are_refused_with_the_fix(check: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        build_checks([check], documents=(), refusal=None, where="x/dataset.yaml", folder=Path())
    assert said in str(caught.value)
