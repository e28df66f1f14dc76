from __future__ import annotations

from eval.metrics.style.topic_masking import common_words, distort, length, pieces, sentences


def test_a_sentence_is_the_same_alone_and_among_others() -> None:
    assert sentences("One is. Two are!\n\n- three\n4.5 Nm") == [
        "\nOne is.\n",
        "\nTwo are!\n",
        "\n- three\n",
        "\n4.5 Nm\n",
    ]
    assert sentences('He said "Stop." Go。行く') == ['\nHe said "Stop."\n', "\nGo。\n", "\n行く\n"]
    assert sentences(" \n ") == []


def test_pieces_are_equally_long_and_cover_the_text() -> None:
    assert pieces("a b c d e f g.", 3) == ["\na b c", "d e f", "e f g.\n"]
    assert pieces("a b c. d e f.", 3) == ["\na b c.\n", "\nd e f.\n"]
    assert pieces("a b", 3) == ["\na b\n"]
    assert pieces("不知道嗎", 2) == ["\n不知", "道嗎\n"]
    assert pieces("", 3) == []
    assert {length(p) for p in pieces("one two three four five six seven eight nine ten eleven", 4)} == {4}


def test_words_of_few_groups_and_names_are_no_way_of_writing() -> None:
    texts = [(f"g{i}", f"Kindly see the Heron {i}.") for i in range(30)] + [("h", "kindly pump pump pump")]
    assert common_words(texts) == {"kindly", "see", "the"}
    assert common_words(texts[:2]) == set()


def test_topic_is_blanked_and_the_way_of_writing_kept() -> None:
    text = "Kindly see TS-2: the Heron's pump, 5.5 Nm!\n"
    assert distort(text, {"kindly", "see", "the"}) == "Kindly see X-0: the Xx'x x, 0.0 Xx!\n"
    assert distort("보증은 2년", set()) == "x 0x"
