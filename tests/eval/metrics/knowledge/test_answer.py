"""Where the answer is found in a reply that is JSON, more or less, or has a pattern in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.config import Knowledge
from eval.metrics.knowledge.answer import find_answer
from eval.metrics.knowledge.metric import score_knowledge

CASES = Path(__file__).parents[3] / "cases"
PLACES = [
    ("$.answer", '{"answer": "...", "source": "<file>"}\n{"answer": "Köln"}', "Köln"),
    ("$.answer", '{"answer":"\\ud83d\\ude00 ok","s":', "😀 ok"),
    ("$.answer", '{"answer":"Z\\u00f', "Z"),
    ("$.answer", '{"source": "59.md", "ans', ""),
    ("$.answer", '{"source": "59.md"', ""),
    ("$.answer", '{"answer": 59', "59"),
    ("$.answer", '{"answer": ["red", "gre', "red, gre"),
    ("$.items[1].name", '{"items":[{"name":"valve"},{"name":"pump"}]}', "pump"),
    ("$.items.1.name", '{"items":[{"name":"valve"},{"name":"pu', "pu"),
    ("$.items.5.name", '{"items":[{"name":"valve"}]}', ""),
    ("$.0.answer", '[{"answer":"x"}]', "x"),
    ("$.answer", '{"answer":"first","answer":"second"}', "first"),
    ("/Answer: (.*)/", "Answer: <answer>\nAnswer: 5 m\nx", "5 m"),
    ("$.answer", '<think>hm {"answer": "q"}', ""),
    ("$.answer", 'hm {"answer": "q"}</think>{"answer": "z"}', "z"),
    ("$.a.b", '{"a":{"c":1}}', ""),
    ("$.answer", "{'answer': 'it's here', 'source': 'x'}", "it's here"),
    ("$.answer", '{"answer": null}', ""),
    ("$.answer", '{"answer": true, "s"', "yes"),
    ("$.answer", '{"answer": "say \\"hi', 'say "hi'),
    (
        "$.answer",
        '<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>{"answer":"y"}<|return|>',
        "y",
    ),
]


@pytest.mark.parametrize(("path", "reply", "expected"), PLACES)
def test_the_answer_is_found_or_empty(path: str, reply: str, expected: str) -> None:
    assert find_answer(reply, path).text == expected


@pytest.mark.parametrize("name", ["json_cases", "json_path_cases"])
def test_the_cases_hold(name: str) -> None:
    for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        config = Knowledge(metric=case.get("metric", "match"), answer=case["path"])
        assert bool(score_knowledge(config, case["reply"], case["answers"])) is case["right"], case
