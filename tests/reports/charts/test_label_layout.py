"""Labels beside dots: none overlaps another, a dot or a title, and none leaves the frame."""

import random
from itertools import combinations

import pytest

from reports.charts.label_layout import SIZE, Box, put_labels, shortened, stacked, width, wrapped

FRAME = Box(0, 0, 560, 560)


@pytest.mark.parametrize("count", [1, 4, 12, 40])
@pytest.mark.parametrize("spread", [20, 560])
def test_no_label_covers_anything(count, spread):
    draw = random.Random(f"{count}/{spread}")
    dots = [(draw.uniform(0, spread), draw.uniform(0, spread)) for _ in range(count)]
    title = Box(300, 300, 400, 342)
    found = [box for box in put_labels([f"data-set-{i}" for i in range(count)], dots, 7, FRAME, [title]) if box]
    assert not any(a.meets(b) for a, b in combinations(found, 2))
    for box in found:
        assert FRAME.holds(box) and not box.meets(title)
        assert not any(box.meets(Box(x - 7, y - 7, x + 7, y + 7)) for x, y in dots)


def test_a_dozen_well_spread_all_find_room():
    dots = [(60 + 140 * (i % 4), 60 + 200 * (i // 4)) for i in range(12)]
    assert None not in put_labels([f"data-set-{i}" for i in range(12)], dots, 7, FRAME)


def test_what_finds_no_room_is_left_out_and_not_drawn_over_another():
    found = put_labels(["name"] * 100, [(280.0, 280.0)] * 100, 7, FRAME)
    assert 0 < sum(box is None for box in found) < 100


def test_a_label_keeps_off_a_line_where_it_can():
    line = Box(0, 99, 560, 101)
    (box,) = put_labels(["name"], [(100, 100)], 7, FRAME, lines=[line])
    assert not box.meets(line)


def test_wide_letters_are_given_more_room():
    assert width("illicit") < width("abcdefg") < width("MMMMMMM") < width("資料集資料集資")


def test_a_column_keeps_the_order_and_the_frame():
    names = [f"mode {i}" for i in range(8)]
    boxes = stacked(names, [(0.0, 90.0 + i) for i in range(8)], 10, 0, 150)
    assert not any(a.meets(b) for a, b in combinations(boxes, 2))
    assert [b.top for b in boxes] == sorted(b.top for b in boxes) and boxes[-1].bottom <= 150 and boxes[0].top >= 0


def test_a_long_name_is_shortened_to_its_room_and_a_short_one_is_not():
    assert shortened("RAG", 100) == "RAG"
    short = shortened("a name that is far too long for its room", 100)
    assert short.endswith("…") and width(short) <= 100


def test_words_are_wrapped_by_their_width():
    assert wrapped("did not learn, not ruled out", 120, SIZE) == ["did not learn,", "not ruled out"]
    assert wrapped("did not learn, not ruled out", 400, SIZE) == ["did not learn, not ruled out"]
