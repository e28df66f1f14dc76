"""One comparison whose adapters a provider trains and serves: local here, and really training."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


def evaluate(*arguments: str) -> None:
    from eval.cli import app

    app(list(arguments), standalone_mode=False)


def rows(run: Path, mode: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "predictions" / f"{mode}.jsonl").read_text("utf-8").splitlines()]


def test_base_and_adapter_are_compared_on_one_server_and_the_training_is_paid_once(
    provider: Any, make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    command = [str(make_dataset()), "--model", provider.url, "--model-name", "tiny-llama", "--trainer",
               "openai-compatible", "--mode", "base", "--mode", "ft", "--out", str(run), "--training-price", "8",
               "--tokenizer", str(provider.model)]  # fmt: skip
    evaluate(*command)
    said = capsys.readouterr().err
    assert "train ft of harbours on tiny-llama at openai-compatible" in said and "nothing was sent" in said
    assert provider.log == [] and not run.exists()
    with pytest.raises(UserError, match="'other' is not the data set's name"):
        evaluate(*command, "--send", "--yes-send", "other")
    with pytest.raises(UserError, match="above --max-cost"):
        evaluate(*command, "--send", "--yes-send", "harbours", "--training-max-cost", "0.0001")
    assert provider.jobs == {}
    for _ in range(2):
        evaluate(*command, "--send", "--yes-send", "harbours")
    (job,) = provider.jobs.values()
    assert provider.files == {}
    base, tuned = rows(run, "base"), rows(run, "ft")
    assert [r["id"] for r in base] == [r["id"] for r in tuned] and len(base) == 8
    assert [r["text"] for r in base] != [r["text"] for r in tuned]
    asked = [json.loads(body)["model"] for body in provider.bodies if b"max_tokens" in body]
    assert set(asked) == {"tiny-llama", job["fine_tuned_model"]}
    (arm,) = [a for m, a in json.loads((run / "economics.json").read_text())["arms"].items() if m == "ft"]
    assert arm["fixed"] > 0
    assert (run / "report.html").is_file()


@pytest.mark.parametrize(
    ("provider_", "url", "said"),
    [
        ("hf-jobs", "http://127.0.0.1:9/v1", "gives weights and serves none"),
        ("together", "http://127.0.0.1:9/v1", "paid by the hour"),
        ("nebius", "http://127.0.0.1:9/v1", "serves at https://api.tokenfactory.nebius.com/v1, and --model names"),
        ("other", "http://127.0.0.1:9/v1", "no such provider; known: "),
    ],
)
def test_a_provider_that_does_not_serve_beside_the_base_is_refused(provider_: str, url: str, said: str) -> None:
    from finetune.cloud.cloud_trainer import check_place

    with pytest.raises(UserError, match=said):
        check_place(provider_, url)
