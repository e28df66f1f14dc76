"""A run on the tiny Llama with both adapters trained, which several tests publish and convert."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def tiny_run(tiny_model: Path, make_dataset: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Trains adapters of the harbours data set into a run folder: `tiny_run("ft", "hybrid")`."""

    def train(*adapters: str) -> Path:
        from eval.config import write_run_config
        from eval.plan import plan_run
        from eval.setup import Setup

        run = tmp_path / "run"
        plan = plan_run(make_dataset(), model=str(tiny_model), embedder="all-minilm-l6-v2", out=run)
        setup = Setup(plan.dataset, plan.config, plan.identity, plan.folder)
        for name in adapters:
            setup.train_adapter(name)  # type: ignore[arg-type]
        write_run_config(run / "config.yaml", plan.config)
        return run

    return train
