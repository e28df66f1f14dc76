"""Whole prompts over a real socket, and `evaluate` asking this server in the place of the model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def server(finished_run: Path) -> Iterator[Any]:
    """The finished run behind an address, in float32, where close calls do not turn on the order of sums."""
    import torch

    from finetune.serve.api import make_server
    from finetune.serve.run_answers import open_service

    service = open_service(finished_run, "hybrid")
    server: Any = make_server(service, "127.0.0.1", 0)
    server.service = service
    service.load()
    service.resources.base.causal.float()
    service.resources.base.dtype = torch.float32
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(server: Any) -> Any:
    import openai

    return openai.OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="any", max_retries=0)


def resting(server: Any) -> Any:
    """What the server computes with, once its thread has left the weights: a call there ends after the last step."""
    import httpx

    httpx.post(f"http://127.0.0.1:{server.server_port}/tokenize", json={"prompt": "x"}, timeout=60).raise_for_status()
    return server.service.resources


def test_tokens_and_text_of_a_prompt_are_completed_alike(client: Any, server: Any) -> None:
    text = "<|im_start|>user\nHow deep is Arvik?<|im_end|>\n<|im_start|>assistant\n"
    tokens = server.service.resources.base.tokenizer.encode(text, add_special_tokens=False)
    asked = {"model": "ft", "max_tokens": 12, "temperature": 0}
    one, two = (client.completions.create(prompt=p, **asked) for p in (text, tokens))
    assert one.choices[0].text == two.choices[0].text
    assert one.usage.prompt_tokens == two.usage.prompt_tokens == len(tokens)
    assert one.usage.completion_tokens <= 12


def test_an_echo_gives_the_likelihood_of_each_token_of_the_prompt(client: Any, server: Any) -> None:
    from eval.model.likelihood import log_likelihoods

    base = server.service.resources.base
    tokens = base.tokenizer.encode("The harbour of Arvik", add_special_tokens=False)
    made = client.completions.create(model="ft", prompt=tokens, max_tokens=0, echo=True, logprobs=1)
    (own,) = log_likelihoods(base, "ft", [(tokens[:1], tokens[1:])])
    first, *others = made.choices[0].logprobs.token_logprobs
    assert first is None and others == pytest.approx(own, abs=1e-4)


@pytest.mark.parametrize(
    ("body", "param"),
    [({"prompt": []}, "prompt"), ({"prompt": [10**6]}, "prompt"), ({"prompt": "x" * 5000}, "prompt"),
     ({"prompt": "x", "model": "gpt"}, "model"), ({"prompt": "x", "max_tokens": 5, "echo": True}, "max_tokens")],
)  # fmt: skip
def test_what_is_wrong_with_a_request_is_named(body: dict[str, Any], param: str, client: Any) -> None:
    import openai

    with pytest.raises(openai.APIStatusError) as error:
        client.completions.create(**({"model": "base"} | body))
    assert error.value.body["param"] == param  # type: ignore[index]


def test_a_completion_is_held_to_a_schema_and_what_is_none_is_named(client: Any) -> None:
    import openai

    schema = {"type": "object", "properties": {"depth": {"enum": [3, 4]}}, "required": ["depth"],
              "additionalProperties": False}  # fmt: skip
    asked = {"model": "base", "prompt": "How deep is Arvik?", "max_tokens": 32, "temperature": 0}

    def held(response_format: Any) -> str:
        made = client.completions.create(**asked, extra_body={"response_format": response_format})
        return str(made.choices[0].text)

    assert held({"type": "json_schema", "json_schema": {"name": "r", "schema": schema}}) in (
        '{"depth":3}', '{"depth":4}',
    )  # fmt: skip
    assert held({"type": "json_object"}).startswith("{") and not held({"type": "text"}).startswith("{")
    for wrong in ({"type": "xml"}, {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "no"}}}):
        with pytest.raises(openai.BadRequestError) as error:
            held(wrong)
        assert error.value.body["param"] == "response_format"  # type: ignore[index]


def test_structured_modes_are_held_by_the_server_to_the_schema_of_the_checks(
    server: Any, finished_run: Path, tiny_model: Path, tmp_path: Path
) -> None:
    from eval.arms.predict import predict, read_predictions
    from eval.arms.resources import Resources
    from eval.config import Endpoint
    from eval.pipeline.plan import plan_run
    from eval.pipeline.run_config import read_run_config

    data = Path(read_run_config(finished_run / "config.yaml").dataset_path)
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    file = copy / "dataset.yaml"
    schema = {"type": "object", "required": ["source"], "properties": {"source": {"type": "string", "maxLength": 9}}}
    text = file.read_text().replace("json: {}", f"json: {{schema: {json.dumps(schema)}}}")
    file.write_text(text.replace("max_new_tokens: 8", "max_new_tokens: 48"))
    url = f"http://127.0.0.1:{server.server_port}/v1"
    endpoint = Endpoint(url=url, model="base", tokenizer=str(tiny_model))
    plan = plan_run(copy, model=None, embedder="all-minilm-l6-v2", out=tmp_path / "run", endpoint=endpoint)
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    predict(resources, "structured", plan.examples, plan.folder, plan.identity.predictions("structured"))
    whole = [p for p in read_predictions(plan.folder, "structured") if p.finish == "stop"]
    assert whole and all(isinstance(json.loads(p.text)["source"], str) for p in whole)
    seen = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert (seen["base, structured replies"], seen["base, structured prompts"]) == ("strict json_schema", "tokens")


def test_evaluate_asks_the_server_and_gets_the_replies_of_the_model_itself(
    server: Any, finished_run: Path, tiny_model: Path, tmp_path: Path
) -> None:
    from eval.config import Endpoint
    from eval.pipeline.plan import plan_run
    from eval.pipeline.run_config import read_run_config
    from eval.run import Options, evaluate

    data = _with_a_small_battery(Path(read_run_config(finished_run / "config.yaml").dataset_path), tmp_path / "data")
    url = f"http://127.0.0.1:{server.server_port}/v1"
    endpoint = Endpoint(url=url, model="base", adapters={"ft": "ft", "hybrid": "hybrid"}, tokenizer=str(tiny_model))
    modes = ["base", "rag", "ft", "hybrid"]
    plan = plan_run(data, model=None, embedder="all-minilm-l6-v2", out=tmp_path / "run", endpoint=endpoint)
    decision = evaluate(plan, modes, Options())
    assert decision.strategy and (tmp_path / "run" / "report.html").is_file()
    assert "sent as tokens" in json.loads((tmp_path / "run" / "environment.json").read_text())["prompts"]
    for mode in modes:
        rows = [json.loads(line) for line in (tmp_path / f"run/predictions/{mode}.jsonl").read_text().splitlines()]
        own = [resting(server).answer(mode, e.question)[0] for e in plan.examples]
        assert [r["text"] for r in rows] == own
    _check_retention(plan, resting(server))


def _with_a_small_battery(data: Path, copy: Path) -> Path:
    shutil.copytree(data, copy)
    rows: dict[str, list[dict[str, Any]]] = {
        "choice": [{"question": "Which is cold?", "options": ["ice", "a fire"], "gold": 0}],
        "pairs": [{"good": "Cats sleep.", "bad": "Cats sleeps.", "family": "agreement"}],
        "prose": [{"text": "It rained all day."}],
        "prompts": [{"kind": "unsafe", "text": "Harm."}, {"kind": "neutral", "text": "Hello."}],
    }
    (copy / "battery").mkdir()
    for name, lines in rows.items():
        (copy / "battery" / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with (copy / "dataset.yaml").open("a") as file:
        file.write("\nretention: {battery: battery}\n")
    return copy


def _check_retention(plan: Any, own: Any) -> None:
    """What was measured behind the address is what the weights there give when they are asked here."""
    from eval.retention.benchmark import read_battery
    from eval.retention.forgetting import read_rows, score_battery
    from eval.retention.weights import LoadedWeights

    battery = read_battery(plan.dataset.path / "battery")
    base = score_battery(LoadedWeights(own.base, None), battery, None)
    for mode, adapter in (("base", None), ("ft", "ft"), ("hybrid", "hybrid")):
        served = read_rows(plan.folder, mode, plan.identity, battery)
        here = score_battery(LoadedWeights(own.base, adapter), battery, base if adapter else None)
        assert served is not None and [r["metric"] for r in served] == ["choice", "pairs", "prose", "refusal", "drift"]
        assert [r["reply"] for r in served] == [r["reply"] for r in here]
        assert [r["value"] for r in served] == pytest.approx([r["value"] for r in here], abs=1e-4)
