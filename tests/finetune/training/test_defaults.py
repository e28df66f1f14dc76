"""Settings by rule, against the published formula worked out apart and the rates of other publications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.config import Finetune
from eval.errors import UserError
from finetune.training.defaults import batch_size, hidden_size, learning_rate, resolved, rows_of_text, text_tokens

WIDTHS = {"135M": 576, "1B": 2048, "3B": 3072, "8B": 4096, "70B": 8192}
"""Of SmolLM2 and Llama 3."""


@pytest.mark.parametrize(
    ("size", "lora", "full"),
    [  # 5e-4 x (2000 / width)^0.781 and a tenth of it, by a pocket calculator
        ("135M", 1.3e-3, 1.3e-4), ("1B", 4.9e-4, 4.9e-5), ("3B", 3.6e-4, 3.6e-5), ("8B", 2.9e-4, 2.9e-5),
        ("70B", 1.7e-4, 1.7e-5),
    ],
)  # fmt: skip
def test_the_rate_falls_with_the_width_as_published(size: str, lora: float, full: float) -> None:
    assert learning_rate(WIDTHS[size], "lora") == learning_rate(WIDTHS[size], "qlora") == lora
    assert learning_rate(WIDTHS[size], "full") == full


def test_the_rates_are_near_what_others_use() -> None:
    """QLoRA (arXiv:2305.14314): 2e-4 at 7B and 13B (4096, 5120 wide), 1e-4 at 33B and 65B (6656, 8192)."""
    for width, theirs in ((4096, 2e-4), (5120, 2e-4), (6656, 1e-4), (8192, 1e-4)):
        assert theirs <= learning_rate(width, "qlora") < 2.1 * theirs


def test_a_model_narrower_than_any_that_was_fitted_gets_no_larger_rate() -> None:
    assert learning_rate(16, "lora") == learning_rate(512, "lora") == 1.4e-3


def config_at(folder: Path, values: dict[str, Any]) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("values", "width"),
    [
        ({"hidden_size": 4096}, 4096),
        ({"n_embd": 768, "model_type": "gpt2"}, 768),
        ({"d_model": 1024, "model_type": "mpt"}, 1024),
        ({"text_config": {"hidden_size": 2560}, "vision_config": {"hidden_size": 1152}}, 2560),
        ({"hidden_size": 99, "text_config": {"hidden_size": 5120}}, 5120),
        ({"thinker_config": {"text_config": {"hidden_size": 3584}}}, 3584),
        ({"model_type": "unheard-of"}, None),
    ],
)  # fmt: skip
def test_the_width_is_that_of_the_text_part(tmp_path: Path, values: dict[str, Any], width: int | None) -> None:
    assert hidden_size(config_at(tmp_path / "model", values)) == width


def test_what_is_set_stays_and_what_is_open_follows_from_the_model(tmp_path: Path) -> None:
    wide = config_at(tmp_path / "wide", {"hidden_size": 4096})
    found = resolved(Finetune(), wide, 1000)
    assert (found.learning_rate, found.batch_size, found.text_tokens) == (2.9e-4, 8, 512)
    kept = Finetune(learning_rate=1e-5, batch_size=2, text_tokens=64)
    assert resolved(kept, wide, 1000) == kept
    assert resolved(Finetune(method="full"), wide, 1000).learning_rate == 2.9e-5


def test_a_model_of_unknown_width_needs_a_rate(tmp_path: Path) -> None:
    unknown = config_at(tmp_path / "model", {})
    with pytest.raises(UserError, match=r"--model odd: .*config.json .*set finetune.learning_rate in dataset.yaml"):
        resolved(Finetune(), unknown, 10, name="odd")
    assert resolved(Finetune(learning_rate=1e-4), unknown, 10).learning_rate == 1e-4


def test_few_rows_get_small_batches() -> None:
    assert batch_size(50, 3) == 4  # 150 replies: 19 steps of 8, 38 of 4
    assert batch_size(266, 3) == 4  # 798 replies: just under 100 steps of 8
    assert batch_size(267, 3) == 8


@pytest.mark.parametrize("width", [576, 1024, 1536, 4096])
def test_an_epoch_of_the_corpus_has_about_as_many_steps_at_every_width(width: int) -> None:
    tokens = text_tokens(width)
    assert tokens * rows_of_text(8, tokens) == 2048
    assert (text_tokens(576), rows_of_text(8, 128)) == (128, 16)
