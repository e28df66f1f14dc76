"""The real SmolLM2-135M as a GGUF file of our own writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model

TEXT = (
    "A tide gauge measures the height of the sea against a fixed mark on land. The oldest ones were staffs that a "
    "keeper read by eye every 15 minutes; from 1831 on, a float in a well moved a pen over paper. Today a radar "
    "sensor hangs over the water and sends 24 readings an hour, with an error of about 3 mm, to an office that may "
    "be 1,200 km away."
)


def test_f16_says_what_the_model_says_and_cuts_text_alike(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from eval.config import DEFAULT_MODEL
    from eval.model.model_files import locate_model
    from finetune.data.row import Row
    from finetune.export.gguf_file import write_gguf
    from finetune.export.logits import load_plain, model_logits
    from finetune.export.parity import measure

    folder = locate_model(DEFAULT_MODEL)
    write_gguf(folder, tmp_path / "m.gguf", "f16", name="smollm2")
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    back: Any = AutoTokenizer.from_pretrained(tmp_path, gguf_file="m.gguf")
    tokens = tokenizer.encode(TEXT)
    assert len(tokens) > 90
    assert back.encode(TEXT) == tokens
    assert back.chat_template == tokenizer.chat_template
    parity = measure(
        model_logits(load_plain(folder)),
        model_logits(load_plain(tmp_path, gguf_file="m.gguf")),
        [Row(tuple(tokens), 1, "text")],
    )
    assert parity.agreement >= 0.99, parity
    assert parity.kl < 1e-4, parity
