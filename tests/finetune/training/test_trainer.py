"""What every trainer must do, ours and one of a plugin."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from eval.plugins import load_plugins
from finetune.adapter import is_complete, read_training, served_name
from finetune.data.rows import planned
from finetune.data.training_rows import training_rows
from finetune.training.local_trainer import TRAINERS
from finetune.training.tracking import read_history
from finetune.training.train_adapter import train_adapter
from finetune.training.training_state import Watchers, train_settings

pytestmark = pytest.mark.component

PLUGIN = Path(__file__).parents[2] / "plugins" / "served_trainer.py"


@pytest.fixture
def make_resources(tiny_model: Path, make_dataset: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    """Makes the parts of a run whose `finetune` has these settings."""

    def make(**finetune: Any) -> Any:
        from eval.arms.resources import Resources
        from eval.pipeline.plan import plan_run

        load_plugins([PLUGIN])
        data = make_dataset()
        values = {"epochs": 1, "corpus_epochs": 0, "rank": 4, "batch_size": 4} | finetune
        head, _, rest = (data / "dataset.yaml").read_text(encoding="utf-8").partition("finetune: ")
        (data / "dataset.yaml").write_text(f"{head}finetune: {json.dumps(values)}\n{rest.partition(chr(10))[2]}")
        plan = plan_run(data, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
        return Resources(plan.dataset, plan.config, plan.identity, plan.folder)

    return make


@pytest.mark.parametrize("name", ["local", "served"])
def test_rows_become_an_adapter_folder_and_again_the_same(
    name: str, make_resources: Callable[..., Any], tmp_path: Path
) -> None:
    resources = make_resources()
    trainer = TRAINERS[name].make(resources)
    rows, _ = training_rows(resources, "ft")
    settings = train_settings(resources.run_config, "ft")
    lines: list[Any] = []

    def fit() -> Any:
        return trainer.fit("ft", rows, [], settings, tmp_path / "checkpoint", Watchers(line=lines.append))

    progress = fit()
    steps = planned(rows, settings)
    assert progress.step == progress.kept == len(steps) == len(lines) > 1
    assert progress.tokens == sum(len(rows[i].tokens) for step in steps for i in step)
    assert [step for step, _ in progress.losses] == list(range(1, len(steps) + 1))
    assert all(math.isfinite(loss) for _, loss in progress.losses)
    made_on = trainer.made_on()
    assert made_on["base_weights"] and json.loads(json.dumps(made_on)) == made_on

    folder = tmp_path / "adapters" / "ft-1"
    trainer.save("ft", folder, {"what": "for", "base_model": "someone/llama", **made_on}, progress.history)
    assert is_complete(folder) and [f.name for f in folder.parent.iterdir()] == [folder.name]
    assert read_training(folder).items() >= {"what": "for", **made_on}.items()
    assert [line["step"] for line in read_history(folder)] == [line["step"] for line in progress.history]
    assert bool(served_name(folder)) is not any(folder.glob("*.safetensors"))

    trainer.drop("ft")
    (tmp_path / "checkpoint").unlink(missing_ok=True)
    assert fit().losses == progress.losses


def test_an_adapter_that_a_server_has_is_not_taken_for_weights(make_resources: Callable[..., Any]) -> None:
    resources = make_resources(trainer="served")
    folder = train_adapter(resources, "ft")
    assert served_name(folder) == f"ft:{len(training_rows(resources, 'ft')[0])}-rows"
    assert not resources.loaded
    with pytest.raises(UserError, match=r"is served as 'ft:.*set generation.generator"):
        resources.load_adapter("ft")


def test_a_trainer_that_there_is_not_is_named_with_those_that_there_are(make_resources: Callable[..., Any]) -> None:
    with pytest.raises(UserError, match=r"key 'finetune.trainer': unknown name 'cloud'; known: local"):
        make_resources(trainer="cloud")
