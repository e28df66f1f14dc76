"""A real vLLM on the CPU, in an environment of its own: `VLLM_PYTHON=ENV/bin/python pytest -m vllm`."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

VLLM = os.environ.get("VLLM_PYTHON", "")
STARTS_WITHIN = 600.0

pytestmark = [pytest.mark.vllm, pytest.mark.skipif(not VLLM, reason="VLLM_PYTHON names no python with vllm")]


@pytest.fixture(scope="module")
def model() -> Path:
    """The real SmolLM2: a random model writes bytes that are no text, which servers cut in other places."""
    from eval.config import DEFAULT_MODEL
    from eval.model.model_files import locate_model

    return locate_model(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def adapter(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random adapter, strong enough to change replies and weak enough to leave them text."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(4)
    folder = tmp_path_factory.mktemp("adapter") / "ft-random"
    lora = LoraConfig(r=8, lora_alpha=8, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), lora).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model behind vLLM, in float32."""
    import httpx

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True", "HF_HUB_OFFLINE": "1",
                "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}  # fmt: skip
    command = [VLLM, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model), "--served-model-name", "tiny",
               "--dtype", "float32", "--enforce-eager", "--enable-lora", "--max-lora-rank", "8", "--max-model-len",
               "2048", "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip
    log = tmp_path_factory.mktemp("vllm") / "log.txt"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | settings
    server = subprocess.Popen(command, env=environment, stdout=log.open("w"), stderr=subprocess.STDOUT)
    found, end = f"http://127.0.0.1:{port}", time.monotonic() + STARTS_WITHIN
    try:
        while time.monotonic() < end:
            assert server.poll() is None, log.read_text()[-3000:]
            try:
                if httpx.get(f"{found}/health", timeout=5).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(1)
        yield f"{found}/v1"
    finally:
        server.terminate()
        server.wait(60)


def test_base_and_adapter_answer_there_as_here_and_their_likelihoods_are_the_same(
    url: str, model: Path, adapter: Path, make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    import httpx

    from eval.arms.modes import MODES
    from eval.arms.predict import predict, read_predictions
    from eval.arms.prompt import render
    from eval.arms.resources import Resources
    from eval.config import Endpoint
    from eval.model.generate import generate_batches, plan_batches
    from eval.model.likelihood_rows import split
    from eval.pipeline.plan import plan_run
    from eval.retention.weights import LoadedWeights

    def resources_of(out: str, **where: Any) -> Any:
        plan = plan_run(data, embedder="all-minilm-l6-v2", out=tmp_path / out, **where)
        return plan, Resources(plan.dataset, plan.config, plan.identity, plan.folder)

    data = make_dataset()
    endpoint = Endpoint(url=url, model="tiny", adapters={"ft": str(adapter)}, tokenizer=str(model))
    plan, served = resources_of("served", model=None, endpoint=endpoint)
    _, here = resources_of("here", model=str(model), dtype="float32")
    here.base.load_adapter("ft", adapter)
    for mode, name in (("base", None), ("ft", "ft")):
        predict(served, mode, plan.examples, plan.folder, plan.identity.predictions(mode))
        prompts = [render(here.tokenizer, MODES[mode].build(here, e).messages) for e in plan.examples]
        batches = plan_batches(here.base, prompts, here.limits)
        made = generate_batches(here.base, name, prompts, batches, limits=here.limits)
        own = {i: c.text for b, cs in zip(batches, made, strict=True) for i, c in zip(b, cs, strict=True)}
        theirs = [p.text for p in read_predictions(plan.folder, mode)]
        assert sum(own[i] == text for i, text in enumerate(theirs)) >= 0.95 * len(theirs)
        rows = [split(here.tokenizer, "ab", " c"), split(here.tokenizer, "", "The harbour of Arvik is deep.")]
        for a, b in zip(
            served.weights(name).log_likelihoods(rows),
            LoadedWeights(here.base, name).log_likelihoods(rows),
            strict=True,
        ):
            assert a == pytest.approx(b, abs=1e-3)
    names = [m["id"] for m in httpx.get(f"{url}/models").json()["data"]]
    assert len(names) == 2 and names[0] == "tiny"
