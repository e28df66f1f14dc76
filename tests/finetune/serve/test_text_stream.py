from __future__ import annotations

import pytest

from finetune.serve.text_stream import TextStream


def sent(steps: list[str], stops: list[str] = []) -> list[str]:  # noqa: B006
    stream = TextStream(stops)
    pieces = []
    for whole in steps:
        pieces.append(stream.grow(whole))
        if stream.stopped:
            break
    return [*pieces, stream.finish(whole)]


def test_pieces_join_to_the_reply_without_blanks_around_it() -> None:
    assert sent([" ", " It", " It is", " It is\n", " It is\n\n"]) == ["", "It", " is", "", "", ""]


def test_blanks_inside_are_sent_with_what_follows_them() -> None:
    assert sent(["a", "a ", "a  b"]) == ["a", "", "  b", ""]


def test_an_unfinished_character_waits_and_a_broken_one_is_sent_at_the_end() -> None:
    assert sent(["na\ufffd", "na\u00ef", "na\u00efve"]) == ["na", "\u00ef", "ve", ""]
    assert sent(["a", "a\ufffd"]) == ["a", "", "\ufffd"]


@pytest.mark.parametrize(
    "stop, pieces",
    [
        ("</s>", ["one", "", "", "", ""]),
        ("two", ["one", "<", "/", "s>", ""]),
        ("/", ["one", "<", "", ""]),
        ("\n", ["one", "<", "/", "s> two", ""]),
    ],
)
def test_a_stop_text_and_what_may_become_one_is_never_sent(stop: str, pieces: list[str]) -> None:
    assert sent(["one", "one<", "one</", "one</s> two"], [stop]) == pieces


def test_the_first_of_several_stop_texts_cuts() -> None:
    assert "".join(sent(["a b c d"], ["d", "b"])) == "a"


def test_a_begun_stop_text_that_never_ends_is_part_of_the_reply() -> None:
    assert sent(["a<", "a</"], ["</s>"]) == ["a", "", "</"]
