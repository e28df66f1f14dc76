"""llama.cpp's own server, on a GGUF file of our writing, asked by `evaluate` in the place of the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def llama(merging_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the tiny Llama behind llama.cpp; two prompts at once, 1,024 tokens each."""
    xllamacpp = pytest.importorskip("xllamacpp")
    from finetune.export.gguf_file import write_gguf

    file = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    write_gguf(merging_model, file, "f16", name="tiny")
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx, params.n_parallel, params.port, params.n_gpu_layers, params.verbosity = 2048, 2, 0, 0, -1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


def test_prompts_go_as_our_tokens_and_are_counted_alike(
    llama: str, merging_model: Path, make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    from eval.arms.modes import MODES
    from eval.arms.predict import predict, read_predictions
    from eval.arms.prompt import render
    from eval.arms.resources import Resources
    from eval.config import Endpoint
    from eval.errors import UserError
    from eval.pipeline.plan import plan_run

    endpoint = Endpoint(url=llama, model="tiny", tokenizer=str(merging_model))
    plan = plan_run(
        make_dataset(), model=None, embedder="all-minilm-l6-v2", out=tmp_path / "run", endpoint=endpoint
    )  # fmt: skip
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    predict(resources, "base", plan.examples, plan.folder, plan.identity.predictions("base"))
    made = read_predictions(plan.folder, "base")
    own = [len(render(resources.tokenizer, MODES["base"].build(resources, e).messages)) for e in plan.examples]
    assert [p.tokens_in for p in made] == own
    assert all(p.tokens_out <= 8 for p in made)
    known: dict[str, Any] = json.loads((plan.folder / "endpoint" / "servers.json").read_text())["base"]
    assert (known["form"], known["server"]["kind"], known["server"]["context"]) == ("tokens", "llama.cpp", 1024)
    assert known["asked twice"].endswith(" of 8 replies differ, alone from in a crowd")
    long = [MODES["base"].build(resources, plan.examples[0])]
    long[0] = type(long[0])(({"role": "user", "content": "x" * 1100},))
    with pytest.raises(UserError, match="the server reads 1024"):
        resources.generator.begin("base", None, long)
