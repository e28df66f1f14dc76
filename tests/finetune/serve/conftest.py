"""A finished run of a tiny Llama, for the tests of serving and exporting."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """The run folder of the harbours in four modes; its verdict is inconclusive, with eight questions."""
    sys.path.insert(0, str(Path(__file__).parent.parent.parent))
    import conftest

    from eval.plan import plan_run
    from eval.run import Options, evaluate

    folder = tmp_path_factory.mktemp("tiny-run")
    for name, content in conftest._harbours("harbours").items():
        file = folder / "harbours" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    plan = plan_run(folder / "harbours", model=str(tiny_model), embedder="all-minilm-l6-v2", out=folder / "run")
    evaluate(plan, ["base", "rag", "ft", "hybrid"], Options(retention=False))
    return folder / "run"
