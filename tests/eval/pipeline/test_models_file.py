"""Several models by flags or by a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.errors import UserError
from eval.pipeline.models_file import named_models, read_models


def test_models_of_flags_get_names_of_their_own() -> None:
    found = named_models(["meta/Llama-8B", "http://127.0.0.1:8000/v1#qwen/q 2"])
    assert [c.name for c in found] == ["Llama-8B", "q-2"]
    assert found[1].endpoint and found[1].endpoint.model == "qwen/q 2"
    with pytest.raises(UserError, match="two models are called 'x'"):
        named_models(["a/x", "b/x"])


def test_a_file_names_models_endpoints_and_prices(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    (tmp_path / "mine.yaml").write_text("currency: EUR\n")
    file.write_text(
        "models:\n  - {name: small, model: a/x, prices: mine.yaml}\n"
        "  - {name: large, endpoint: {url: 'http://127.0.0.1:1/v1', model: b/x}}\n"
    )
    small, large = read_models(file)
    assert (small.model, small.prices) == ("a/x", tmp_path / "mine.yaml")
    assert large.endpoint and large.endpoint.label == "http://127.0.0.1:1/v1#b/x"


@pytest.mark.parametrize(
    ("text", "message"),
    [("models: []\n", "models"), ("models: [{name: a}]\n", "'a' needs a model or an endpoint, and not both"),
     ("models: [{name: a, endpoint: {url: ftp://x, model: b}}]\n", "not an http")],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_one_line(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        read_models(file)
