"""The modes that run on request, on a tiny Llama."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.arms.modes import MODES
from eval.errors import UserError

pytestmark = pytest.mark.component

ON_REQUEST = [m.name for m in MODES.values() if m.on_request]


def test_they_run_where_they_are_named_and_each_does_what_it_says(
    make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path
) -> None:
    from eval.arms.resources import Resources
    from eval.pipeline.plan import plan_run
    from eval.pipeline.selection import left_to_ask, modes_for
    from eval.run import Options, evaluate

    folder = make_dataset()
    yaml = folder / "dataset.yaml"
    schema = "json: {schema: {type: object, required: [answer], properties: {answer: {enum: [a, b]}}, " + (
        "additionalProperties: false}}"
    )
    text = (
        yaml.read_text(encoding="utf-8").replace("json: {}", schema).replace("max_new_tokens: 8", "max_new_tokens: 40")
    )
    yaml.write_text(text.replace("    - cites: documents\n", ""), encoding="utf-8")
    train = folder / "train.jsonl"
    rows = [json.loads(line) for line in train.read_text(encoding="utf-8").splitlines()]
    rows = [row | {"reply": json.dumps({"answer": "a"})} for row in rows]
    train.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    plan = plan_run(folder, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    assert not set(ON_REQUEST) & set(modes_for(plan.dataset, []))
    assert all(name in left_to_ask(plan.dataset, [])[0] for name in ON_REQUEST)
    evaluate(plan, ON_REQUEST, Options(retention=False))
    for mode in ("structured", "rag-structured"):
        replies = [
            json.loads(x)["text"] for x in (tmp_path / "run/predictions" / f"{mode}.jsonl").read_text().splitlines()
        ]
        assert replies and all(json.loads(r)["answer"] in ("a", "b") for r in replies)

    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    example = plan.examples[0]
    shots = resources.nearest(example)
    assert len(shots) == 2 and set(shots) <= set(plan.dataset.train)
    city = next(w for w in example.question.replace("?", "").split() if w[0].isupper() and w != "What")
    assert city in shots[-1].question  # the nearest stands last
    whole = MODES["full"].build(resources, example)
    assert {p.document for p in whole.passages} == set(plan.dataset.documents)
    resources.close()


def test_without_a_grammar_it_is_said(make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path) -> None:
    from eval.arms.resources import Resources
    from eval.pipeline.plan import plan_run

    folder = make_dataset()
    yaml = folder / "dataset.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("    - json: {}\n", ""), encoding="utf-8")
    plan = plan_run(folder, model=str(tiny_model), embedder="all-minilm-l6-v2", out=tmp_path / "run")
    with pytest.raises(UserError, match="no check gives a grammar"):
        _ = Resources(plan.dataset, plan.config, plan.identity, plan.folder).grammar
