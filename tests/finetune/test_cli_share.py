"""The options of `export` mean the same for every form."""

from __future__ import annotations

import pytest

from eval.errors import UserError
from finetune.cli_share import _weights


@pytest.mark.parametrize(
    ("adapter", "mode", "found"),
    [
        (None, None, (None, None)), ("ft", None, ("ft", "ft")), ("hybrid", None, ("hybrid", "hybrid")),
        (None, "hybrid", ("hybrid", "hybrid")), ("ft", "ft", ("ft", "ft")), (None, "rag", (None, "rag")),
    ],
)  # fmt: skip
def test_adapter_and_mode_name_the_same_weights(adapter: str, mode: str, found: tuple[str, str]) -> None:
    assert _weights(adapter, mode) == found


@pytest.mark.parametrize(
    ("adapter", "mode", "said"),
    [("ft", "hybrid", "not what --mode hybrid answers with, which is hybrid"), (None, "turbo", "no such mode"),
     ("ft", "base", "not what --mode base answers with, which is the base")],
)  # fmt: skip
def test_two_that_differ_are_refused(adapter: str, mode: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _weights(adapter, mode)
