"""Structured modes behind an address: which servers hold replies to a schema, and what becomes of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.modes import MODES
from eval.config import Endpoint
from eval.errors import UserError
from eval.pipeline.graph import Skipped

pytestmark = pytest.mark.component

SCHEMA = {"type": "object", "required": ["answer"], "properties": {"answer": {"type": "string"}}}
STRICT = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}
OBJECT = {"type": "json_object"}
Answer = Callable[..., list[str]]


@pytest.fixture
def data(make_dataset: Callable[..., Path]) -> Path:
    """The harbours, whose replies are objects of the schema."""
    folder = make_dataset()
    file = folder / "dataset.yaml"
    file.write_text(file.read_text().replace("json: {}", f"json: {{schema: {json.dumps(SCHEMA)}}}"))
    return folder


@pytest.fixture
def opened(scripted: Any, data: Path, tmp_path: Path) -> Callable[..., Any]:
    """Gives the run's resources and plan."""

    def opened_(**settings: Any) -> Any:
        from eval.arms.resources import Resources
        from eval.pipeline.plan import plan_run

        endpoint = Endpoint(url=scripted.url, model="base", **settings)
        plan = plan_run(data, model=None, embedder="all-minilm-l6-v2", out=tmp_path / "run", endpoint=endpoint)
        return Resources(plan.dataset, plan.config, plan.identity, plan.folder), plan

    return opened_


@pytest.fixture
def answer(opened: Callable[..., Any]) -> Answer:
    """Answers a mode into the run folder and returns the replies."""

    def answer_(mode: str = "structured", **settings: Any) -> list[str]:
        from eval.arms.predict import predict, read_predictions

        resources, plan = opened(**settings)
        predict(resources, mode, plan.examples, plan.folder, plan.identity.predictions(mode))
        return [p.text for p in read_predictions(plan.folder, mode)]

    return answer_


def holding(*kinds: str, strict: bool = True) -> Callable[[Any, dict[str, Any]], bool]:
    """A server that follows these types of response_format, and names the field where it is asked for another."""

    def fault(handler: Any, body: dict[str, Any]) -> bool:
        wanted = body.get("response_format")
        if not wanted:
            return False
        inner = wanted.get("json_schema", {})
        if wanted["type"] not in kinds or (inner.get("strict") and not strict):
            handler.say(400, {"error": {"message": "Invalid value for response_format", "param": "response_format"}})
            return True
        fields = inner.get("schema", {}).get("properties", {"x": {"enum": [1]}})
        right = handler.right(body)
        text = json.dumps({name: of.get("enum", ["a"])[0] for name, of in fields.items()})
        choice = right["choices"][0]
        choice["message" if "message" in choice else "text"] = {"content": text} if "message" in choice else text
        handler.say(200, right)
        return True

    return fault


def kept(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "run" / "environment.json").read_text())


def test_the_schema_of_the_checks_goes_with_every_question_of_structured_modes_alone(
    scripted: Any, answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted.faults.append(holding("json_schema"))
    assert answer() == ['{"answer": "a"}'] * 8
    assert [body.get("response_format") for body in scripted.seen[-8:]] == [STRICT] * 8
    assert kept(tmp_path)["base, structured replies"] == "strict json_schema"
    meta = json.loads((tmp_path / "run" / "predictions" / "structured.meta.json").read_text())
    assert meta["made_on"]["held by"] == "strict json_schema"
    before = len(scripted.seen)
    answer("base")
    assert all("response_format" not in body for body in scripted.seen[before:])
    assert "warning" not in capsys.readouterr().err


def test_a_server_that_takes_only_loose_schemas_or_any_object_is_asked_for_these(
    scripted: Any, answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted.faults.append(holding("json_schema", strict=False))
    answer()
    assert kept(tmp_path)["base, structured replies"] == "json_schema"
    assert "strict" not in scripted.seen[-1]["response_format"]["json_schema"]
    scripted.faults[:] = [holding("json_object")]
    (tmp_path / "run" / "predictions" / "structured.jsonl").unlink()
    assert answer() == ['{"x": 1}'] * 8
    assert [body["response_format"] for body in scripted.seen[-8:]] == [OBJECT] * 8
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("warning")]
    assert line.endswith(
        "takes no JSON schema, so structured modes are held to any JSON object (response_format json_object)"
    )


def test_once_replies_are_there_the_next_mode_is_asked_for_in_the_same_way(
    scripted: Any, answer: Answer, opened: Any
) -> None:
    scripted.faults.append(holding("json_object"))
    answer()
    scripted.faults[:] = [holding("json_schema", "json_object")]
    resources, plan = opened()
    prompts = [MODES["base"].build(resources, example) for example in plan.examples]
    next_mode = resources.generator.begin("rag-structured", None, prompts)
    before = len(scripted.seen)
    list(next_mode.complete(next_mode.plan(), range(8)))
    assert [body["response_format"] for body in scripted.seen[before:]] == [OBJECT] * 8


@pytest.mark.parametrize("how", ["refuses", "ignores", "fails"])
def test_a_server_that_holds_nothing_has_the_mode_left_out_with_the_reason(
    how: str, scripted: Any, fault: Any, answer: Answer, tmp_path: Path
) -> None:
    plain = fault.altered(lambda a: a["choices"][0]["message"].update(content="Fine, thanks."))
    faults = {"refuses": fault.status(400), "ignores": plain, "fails": fault.status(500)}
    scripted.faults.append(
        lambda h, b: bool(b.keys() & {"response_format", "json_schema"}) and faults[how](h, b)
    )  # fmt: skip
    said = {"refuses": "HTTP 400", "ignores": "taken and not followed", "fails": "HTTP 500"}[how]
    with pytest.raises(
        Skipped, match=f"mode structured: .* holds replies to no JSON schema .strict json_schema: {said};"
    ):
        answer()
    assert not any((tmp_path / "run").glob("predictions/*structured*"))
    assert len(answer("base")) == 8
    scripted.faults[:] = [holding("json_schema")]
    assert answer() == ['{"answer": "a"}'] * 8  # it is asked anew


def test_a_schema_of_the_data_set_that_the_server_refuses_falls_back(
    scripted: Any, answer: Answer, tmp_path: Path
) -> None:
    def picky(handler: Any, body: dict[str, Any]) -> bool:
        if "answer" not in json.dumps(body.get("response_format", "")):
            return False
        handler.say(400, {"error": {"message": "schema not supported"}})
        return True

    scripted.faults += [picky, holding("json_schema", "json_object")]
    assert answer() == ['{"x": 1}'] * 8
    assert kept(tmp_path)["base, structured replies"] == "json_object"


def test_completions_that_are_held_to_nothing_are_asked_for_as_messages(
    scripted: Any, answer: Answer, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted.completions = True
    held = holding("json_schema")
    scripted.faults.append(lambda h, b: "messages" in b and held(h, b))
    assert answer(tokenizer=str(tiny_model)) == ['{"answer": "a"}'] * 8
    seen = kept(tmp_path)
    assert (seen["base, structured replies"], seen["base, structured prompts"]) == ("strict json_schema", "messages")
    assert "sent as tokens" in seen["prompts"]
    assert "prompts of structured modes go as messages" in capsys.readouterr().err


def test_what_replies_are_held_to_is_part_of_their_fingerprint_and_of_no_other(
    scripted: Any, data: Path, tmp_path: Path
) -> None:
    from eval.pipeline.plan import plan_run

    def identity() -> Any:
        endpoint = Endpoint(url=scripted.url, model="base")
        return plan_run(data, model=None, embedder="all-minilm-l6-v2", out=tmp_path / "r", endpoint=endpoint).identity

    before, file = identity(), data / "dataset.yaml"
    file.write_text(
        file.read_text().replace('"answer": {"type": "string"}', '"answer": {"type": ["string", "number"]}')
    )
    after = identity()
    assert before.predictions("structured") != after.predictions("structured")
    assert before.predictions("rag-structured") != after.predictions("rag-structured")
    assert before.predictions("rag") == after.predictions("rag")


def test_without_a_check_of_json_the_mode_is_one_line(scripted: Any, data: Path) -> None:
    from eval.data.dataset import load_dataset
    from eval.pipeline.selection import modes_for

    endpoint = Endpoint(url=scripted.url, model="base")
    assert modes_for(load_dataset(data), ["rag-structured"], endpoint) == ["base", "rag-structured"]
    file = data / "dataset.yaml"
    lines = [x for x in file.read_text().splitlines() if "json:" not in x]
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(UserError, match="--mode structured: no check is of json"):
        modes_for(load_dataset(data), ["structured"], endpoint)
