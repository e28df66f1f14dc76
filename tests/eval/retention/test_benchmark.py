import json
from collections import Counter
from pathlib import Path

import pytest

from eval.errors import UserError
from eval.retention.benchmark import FILES, find_battery, read_battery

BATTERY = read_battery(find_battery(None, Path()))


def test_gold_options_stand_equally_often_in_each_place() -> None:
    for options in (2, 4):
        places = Counter(c["gold"] for c in BATTERY.choice if len(c["options"]) == options)
        assert set(places) == set(range(options))
        assert max(places.values()) - min(places.values()) <= 1


def test_every_question_has_two_or_four_different_options() -> None:
    assert all(len(set(c["options"])) == len(c["options"]) in (2, 4) for c in BATTERY.choice)


def test_no_item_stands_twice() -> None:
    for texts in (
        [c["question"] for c in BATTERY.choice],
        [p[side] for p in BATTERY.pairs for side in ("good", "bad")],
        [p["text"] for p in BATTERY.prose],
        [p["text"] for p in BATTERY.prompts],
    ):
        assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_paragraphs_have_about_120_words() -> None:
    assert all(90 <= len(p["text"].split()) <= 150 for p in BATTERY.prose)


def test_the_families_of_pairs_are_equally_large() -> None:
    assert set(Counter(p["family"] for p in BATTERY.pairs).values()) == {10}


def test_a_row_that_lacks_a_key_is_named(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / f"{name}.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "pairs.jsonl").write_text(json.dumps({"good": "a", "bad": "b"}) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"pairs\.jsonl:1: key 'family'"):
        read_battery(tmp_path)


def test_a_gold_place_beyond_the_options_is_named(tmp_path: Path) -> None:
    row = {"question": "q", "options": ["a", "b"], "gold": 2}
    (tmp_path / "choice.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"choice\.jsonl:1: key 'gold'"):
        read_battery(tmp_path)


def test_an_absent_battery_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"retention\.battery"):
        read_battery(find_battery("nowhere", tmp_path))


def test_a_battery_below_the_data_set_wins(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert find_battery("mine", tmp_path) == tmp_path / "mine"
    assert find_battery("/elsewhere", tmp_path) == Path("/elsewhere")
