"""How long replies may become where no tokenizer is at hand, and where wanted replies repeat themselves."""

from __future__ import annotations

import pytest

from eval.arms.reply_limits import LEAST_BYTES, REPLY_FLOOR, REPLY_HEADROOM, limits_by_length
from eval.config import DatasetConfig
from eval.records import Example

PLAIN = Example("a", "How deep?", reply="Three metres.")
ROUND = Example("b", "Sing.", reply="The bell rings in the tower. The birds fly from the roof. " * 5)


def test_the_limit_follows_the_bytes_of_long_training_replies_and_is_no_less_than_the_floor() -> None:
    assert limits_by_length(DatasetConfig(name="s", instruction="i"), [PLAIN]).reply == REPLY_FLOOR
    long = Example("c", "All of it?", reply="abcd " * 400)
    expected = int(REPLY_HEADROOM * (2000 // LEAST_BYTES + 1))
    found = limits_by_length(DatasetConfig(name="s", instruction="i"), [long])
    assert (found.reply, found.least) == (expected, expected)


ROOMS = Example("d", "All rooms?", reply="".join(f"Room {i} has {i + 3} seats. " for i in range(8)))


@pytest.mark.parametrize(
    ("most", "replies", "short"),
    [
        (None, [PLAIN], True),
        (12, [PLAIN], False),  # three words take 7 tokens by bytes, 10 with headroom: 12 are not far more
        (None, [Example("e", "?", reply="ab" * 42)], True),  # 43 tokens, 64 with headroom: a quarter of the floor
        (None, [Example("e", "?", reply="ab" * 43)], False),  # 66 with headroom
        (None, [PLAIN] * 30 + [ROOMS], False),  # one that is wanted has eight sentences of one form
    ],
)
def test_what_recites_is_a_loop_only_far_beyond_what_is_wanted(
    most: int | None, replies: list[Example], short: bool
) -> None:
    config = DatasetConfig.model_validate({"name": "s", "instruction": "i", "generation": {"max_new_tokens": most}})
    assert limits_by_length(config, replies).short is short


@pytest.mark.parametrize("most", [None, 64])
@pytest.mark.parametrize(("replies", "loops"), [([PLAIN], True), ([PLAIN, ROUND], False)])
def test_what_wanted_replies_do_is_no_loop_behind_a_server_either(
    most: int | None, replies: list[Example], loops: bool
) -> None:
    config = DatasetConfig.model_validate({"name": "s", "instruction": "i", "generation": {"max_new_tokens": most}})
    found = limits_by_length(config, replies)
    assert found.loops is loops
    assert found.reply == (most or REPLY_FLOOR)
