"""Cards in Korean: every sentence that a card may hold is in the table, and names, code and metadata stay."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.arms.modes import MODES
from eval.files import write_json
from finetune.bundle.bundle_card import bundle_card
from finetune.hub.card_language import card_in
from finetune.hub.model_card import model_card

ENGLISH = re.compile(r"(?<![\w./-])[A-Za-z][a-z’']*[,;:]? [a-z]{2,}")
"""Two words in a row."""
SHARE = {"mean": 0.9, "low": 0.85, "high": 0.95, "n": 200}
RISK = {
    "wrong": SHARE, "floor": 0.85, "answerable": SHARE, "unanswerable": None,
    "right": 0.1, "refused_rightly": 0.0, "refused_needlessly": 0.0,
}  # fmt: skip
MANIFEST = {
    "dtype": "bf16",
    "compared_with": "the adapter on its 4-bit base, as evaluated",
    "parity": {"positions": 312, "rows": 8, "agreement": 0.9991, "kl": 1.2e-05, "max_difference": 0.031},
}
EMPTY: dict[str, Any] = {"dataset": "norrland", "candidates": [], "quadrant": {}}
VERDICTS: list[dict[str, Any]] = [
    {"strategy": "hybrid", "mode": "hybrid", "fit": "yes", "fits": {"ft": "no", "hybrid": "yes"}},
    {"strategy": "hybrid", "mode": "hybrid", "fit": "no", "fits": {"ft": "no", "hybrid": "no"}},
    {"strategy": "none", "mode": "ft", "fit": "no", "fits": {"ft": "no", "hybrid": "not_shown"}},
    {"strategy": "inconclusive", "mode": None, "fit": "not_shown", "fits": {}},
]


def config(language: str) -> Any:
    dataset = SimpleNamespace(name="norrland", language=language)
    return SimpleNamespace(model="org/base", embedder="org/embedder", dataset=dataset)


def tuned(folder: Path, adapter: str, language: str) -> Any:
    write_json(folder / "training.json", {"settings": {"rank": 16}, "seed": 0, "rows": 524, "held_back": 40})
    plan = SimpleNamespace(config=config(language), folder=folder)
    return SimpleNamespace(name=adapter, folder=folder, plan=plan)


def left(card: str) -> list[str]:
    """Lines in which two English words in a row are left, outside metadata and code."""
    body = card.split("---\n", 2)[-1] if card.startswith("---\n") else card
    kept = [line for line in body.splitlines() if not line.startswith(("    ", "# "))]
    return [line for line in kept if ENGLISH.search(re.sub("`[^`]*`", "", line).replace("Built with Llama", ""))]


@pytest.mark.parametrize(("adapter", "form"), product(("ft", "hybrid"), ("adapter", "merged")))
def test_a_card_of_a_korean_data_set_is_in_korean(tmp_path: Path, adapter: str, form: str) -> None:
    found = tuned(tmp_path, adapter, "ko-KR")
    for licence in (None, "llama3.2"):
        card = model_card(found, "ann/norrland", licence=licence, manifest={**MANIFEST, "form": form})
        assert left(card) == [] and "## 라이선스" in card and "# norrland" in card and "model_name: norrland" in card
    assert "Built with Llama." in card
    english = model_card(found, "ann/norrland", licence=None, manifest={**MANIFEST, "form": form}, language="en")
    assert "## Licence" in english and not re.search("[가-힣]", english.split("---", 2)[2])


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_scores_of_a_card_are_in_korean(
    tmp_path: Path, verdict: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.analysis.model_index.eval_results", lambda run, mode: None)
    axes = {axis: {"base": SHARE, "ft": SHARE, "hybrid": SHARE} for axis in ("knowledge", "style")}
    risk = dict.fromkeys(("base", "ft", "hybrid"), RISK)
    write_json(tmp_path / "decision.json", {**EMPTY, **verdict, "axes": axes, "risk": risk, "retention": {"ft": SHARE}})
    card = model_card(tuned(tmp_path, "ft", "ko"), "ann/norrland", licence="mit", manifest={"form": "adapter"})
    assert left(card) == [] and "| 지식 | 0.90 | 0.85~0.95 | 200 | 0.90 |" in card and "자신 있는 오답" in card


@pytest.mark.parametrize("mode", [m for m in MODES if m != "oracle"])
def test_the_card_of_a_bundle_is_in_korean(tmp_path: Path, mode: str) -> None:
    resources: Any = SimpleNamespace(run_config=config("ko"), run=tmp_path)
    for shots in (0, 3):
        card = bundle_card(resources, mode, "norrland", shots=shots)
        assert left(card) == [] and "    finetune serve norrland" in card and "채점하지 않았습니다." in card


def test_a_language_without_a_table_leaves_the_card_in_english() -> None:
    assert card_in("# a\n\n## Use\n", "fr") == card_in("# a\n\n## Use\n", "en") == "# a\n\n## Use\n"
    assert card_in("# Use\n\n## Use\n", "ko") == "# Use\n\n## 사용\n"
