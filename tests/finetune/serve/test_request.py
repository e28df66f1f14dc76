from __future__ import annotations

from typing import Any

import pytest

from finetune.serve.request import ApiError, Turn, parse_request

ASK = {"model": "rag", "messages": [{"role": "user", "content": "How deep?"}]}


def test_defaults_are_those_of_the_evaluation() -> None:
    request = parse_request(ASK)
    assert (request.model, request.question, request.earlier, request.system) == ("rag", "How deep?", (), False)
    assert (request.temperature, request.top_p, request.max_tokens, request.stops) == (0, 1, None, ())
    assert (request.stream, request.usage, request.seed) == (False, False, None)


def test_everything_that_is_understood() -> None:
    request = parse_request({
        "messages": [
            {"role": "system", "content": "Be kind."}, {"role": "user", "content": "One?"},
            {"role": "assistant", "content": "Two."},
            {"role": "user", "content": [{"type": "text", "text": "Th"}, {"type": "text", "text": "ree?"}]},
        ],
        "stream": True, "stream_options": {"include_usage": True}, "max_completion_tokens": 7, "max_tokens": 9,
        "temperature": 0.5, "top_p": 0.9, "seed": 3, "stop": "\n", "user": "ann", "n": 1, "presence_penalty": 0,
        "frequency_penalty": None, "tools": [], "response_format": {"type": "text"},
    })  # fmt: skip
    assert (request.question, request.system, request.stream, request.usage) == ("Three?", True, True, True)
    assert request.earlier == (Turn("user", "One?"), Turn("assistant", "Two."))
    assert (request.max_tokens, request.temperature, request.top_p, request.seed) == (7, 0.5, 0.9, 3)
    assert request.stops == ("\n",)


@pytest.mark.parametrize(
    "change, param",
    [
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": ["x"]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"model": 3}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"seed": "x"}, "seed"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"n": 0}, "n"),
        ({"n": 17}, "n"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"logprobs": 2}, "logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"response_format": "json"}, "response_format"),
        ({"presence_penalty": 1}, "presence_penalty"),
    ],
)
def test_a_wrong_parameter_is_named(change: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_request(ASK | change)
    assert (caught.value.status, caught.value.param) == (400, param)
    assert caught.value.body()["error"]["type"] == "invalid_request_error"


def test_choices_likelihoods_and_the_form_of_the_reply() -> None:
    schema = {"type": "object", "properties": {"depth": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "depth", "schema": schema}}
    request = parse_request(ASK | {"n": 3, "logprobs": True, "top_logprobs": 2, "response_format": form})
    assert (request.choices, request.tops, request.schema) == (3, 2, schema)
    request = parse_request(ASK | {"logprobs": True, "response_format": {"type": "json_object"}})
    assert (request.choices, request.tops, request.schema) == (1, 0, {"type": "object"})
    request = parse_request(ASK | {"response_format": {"type": "text"}})
    assert (request.tops, request.schema) == (None, None)


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(ApiError):
        parse_request([ASK])
