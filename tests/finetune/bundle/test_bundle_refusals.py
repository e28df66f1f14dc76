"""What a bundle does not carry is refused before anything is written."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from eval.config import DatasetConfig
from eval.errors import UserError
from finetune.bundle.bundle_files import _check


def resources(run: Path, plugins: tuple[str, ...] = (), **retrieval: Any) -> Any:
    given = {"name": "made-up", "instruction": "Answer.", "retrieval": retrieval}
    config = DatasetConfig.model_validate(given)
    return cast(Any, SimpleNamespace(config=config, run=run, run_config=SimpleNamespace(plugins=list(plugins))))


@pytest.mark.parametrize(
    ("mode", "settings", "said"),
    [
        ("nearest", {}, "it looks its worked examples up among all training rows"),
        ("base", {"plugins": ("house.py",)}, "the run was made with plugins"),
        ("rag", {"store_url": "http://localhost:6333"}, "its index lies on http://localhost:6333"),
        ("rag", {}, "it reads the corpus without an index"),
    ],
)
def test_it_is_said_what_is_missing_and_how_to_serve_all_the_same(
    tmp_path: Path, mode: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=f"--mode {mode}: {said}.*finetune serve .* --api"):
        _check(resources(tmp_path, **settings), mode)


def test_a_mode_that_needs_no_more_than_its_files_passes(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    for mode in ("base", "ft", "rag", "hybrid", "structured"):
        _check(resources(tmp_path), mode)
