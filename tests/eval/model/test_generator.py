"""What every generator must do, ours and one of a plugin."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.modes import MODES
from eval.model.generator import GENERATORS
from eval.plugins import load_plugins

pytestmark = pytest.mark.component

PLUGIN = Path(__file__).parents[2] / "plugins" / "echo_generator.py"


@pytest.fixture
def resources(tiny_model: Path, make_dataset: Callable[..., Path], tmp_path: Path) -> Any:
    from eval.arms.resources import Resources
    from eval.pipeline.plan import plan_run

    plan = plan_run(make_dataset(), model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    return Resources(plan.dataset, plan.config, plan.identity, plan.folder)


@pytest.mark.parametrize("name", ["local", "echo"])
def test_every_prompt_is_completed_once_in_the_planned_batches_and_again_the_same(name: str, resources: Any) -> None:
    load_plugins([PLUGIN])
    generator = GENERATORS[name].make(resources)
    prompts = [MODES["base"].build(resources, e) for e in resources.dataset.test]
    answering = generator.begin("base", None, prompts)
    batches = answering.plan()
    assert sorted(i for batch in batches for i in batch) == list(range(len(prompts)))
    assert json.loads(json.dumps(answering.made_on())) == answering.made_on()
    made = {number: replies for number, replies, _ in answering.complete(batches, list(range(len(batches))))}
    assert {number: len(replies) for number, replies in made.items()} == dict(enumerate(map(len, batches)))
    last = len(batches) - 1
    ((number, again, seconds),) = generator.begin("base", None, prompts).complete(batches, [last])
    assert (number, [c.text for c in again]) == (last, [c.text for c in made[last]])
    assert seconds >= 0 and all(c.finish in ("stop", "length", "loop") for c in again)
