"""What a model card says of its base, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune.base_names import base_id, is_local
from finetune.hub.model_card import base_licence, verdict_words


def test_a_folder_of_this_machine_is_told_by_its_name_alone(tmp_path: Path) -> None:
    assert base_id(str(tmp_path)) == tmp_path.name
    assert base_id("~/models/house-llama") == "house-llama"
    assert is_local("./house-llama")
    assert base_id("meta-llama/Llama-3.2-1B-Instruct") == "meta-llama/Llama-3.2-1B-Instruct"
    assert base_id("smollm2-135m-instruct") == "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.mark.parametrize(
    ("readme", "licence"),
    [
        ("---\nlicense: llama3.2\ntags: [a]\n---\n# Base\n", "llama3.2"),
        ("---\ntags: [a]\n---\n# Base\n\nlicense: mit\n", None),
        ("# Base\n", None),
        ("---\nlicense: [unclosed\n---\n", None),
    ],
)
def test_the_licence_is_the_one_of_the_bases_own_card(tmp_path: Path, readme: str, licence: str | None) -> None:
    (tmp_path / "README.md").write_text(readme)
    assert base_licence(str(tmp_path), tmp_path, None) == licence
    assert base_licence("smollm2-135m-instruct", tmp_path, None) == "apache-2.0"


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"strategy": "hybrid", "mode": "hybrid", "fit": "yes"}, "Hybrid"),
        (
            {"strategy": "hybrid", "mode": "hybrid", "fit": "no"},
            "Hybrid, the best of what was tried, not good enough yet",
        ),
        ({"strategy": "none", "mode": "ft", "fit": "no"}, "nothing tried is good enough (Fine-tuned comes nearest"),
        ({"strategy": "rag", "mode": "rag", "fit": "not_shown"}, "RAG; that it reaches the targets is not shown"),
        ({"strategy": "inconclusive", "mode": None, "fit": "not_shown"}, "inconclusive"),
    ],
)
def test_the_verdict_of_a_card_says_what_is_not_good_enough(decision: dict[str, str | None], said: str) -> None:
    assert verdict_words(decision).startswith(said)
