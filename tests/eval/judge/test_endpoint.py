"""Every way in which a judge can fail to answer, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import Any

import pytest
from pydantic import BaseModel

from eval.judge.endpoint import GIVE_UP_AFTER, RETRIES, Endpoint
from eval.judge.failure import JudgeFailure
from eval.judge.settings import JudgeSettings


class Verdict(BaseModel):
    verdict: int
    reason: str = ""


def ask(url: str, times: int = 1, timeout: float = 5.0, **settings: Any) -> list[tuple[str, str] | int]:
    """What each of several asks in a row came to: the verdict, or the failure's kind and detail."""

    async def run() -> list[tuple[str, str] | int]:
        found: list[tuple[str, str] | int] = []
        async with Endpoint(JudgeSettings(url, "m", timeout=timeout, **settings)) as endpoint:
            for _ in range(times):
                try:
                    found.append((await endpoint.ask("Is it?", Verdict)).verdict)
                except JudgeFailure as failure:
                    found.append((failure.kind, failure.detail))
        return found

    return asyncio.run(run())


@pytest.mark.parametrize(
    "content",
    [
        {"verdict": 1},
        '```json\n{"verdict": 1}\n```',
        '<think>{"verdict": 0}? No.</think>\n{"verdict": 1}',
        'Here you are: {"verdict": 1, "reason": "I can\'t see why not"} Anything else?',
    ],
)
def test_answer_is_read(judge: Any, content: Any) -> None:
    judge.answer = lambda prompt: content
    assert ask(judge.url) == [1]
    assert judge.headers[0]["path"] == "/v1/chat/completions"
    body = judge.asked[0]
    assert body["model"] == "m" and body["messages"] == [{"role": "user", "content": "Is it?"}]
    assert body["temperature"] == 0
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["verdict"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('{"verdict": ', "truncated"),
        ('{"verdict": 1, "reason": "because the rep', "truncated"),
        ('{"verdict": 1,', "truncated"),
        ('{"verdict" 1}', "invalid"),
        ('{"verdict": NaN}', "invalid"),
        ('{"verdict": "high"}', "invalid"),
        ('{"score": 3}', "invalid"),
        ("", "invalid"),
        ("lorem ipsum", "invalid"),
        (b"<html>502 Bad Gateway</html>", "invalid"),
        (b"\xff\xfe\x00", "invalid"),
        (b"[]", "invalid"),
        (b'{"choices": []}', "invalid"),
        (b'{"choices": [{"message": null}]}', "invalid"),
        (b'{"choices": [{"message": {"content": [{"type": "text"}]}}]}', "invalid"),
        ("I can't help with that.", "refusal"),
        ("I\u2019m sorry, but I cannot assist.", "refusal"),
        (b'{"choices": [{"message": {"content": null, "refusal": "No."}}]}', "refusal"),
        (b'{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}', "refusal"),
    ],
)
def test_bad_answer_is_named_and_not_asked_again(judge: Any, content: Any, kind: str) -> None:
    judge.answer = lambda prompt: content
    ((found, detail),) = ask(judge.url)  # type: ignore[misc]
    assert (found, bool(detail)) == (kind, True)
    assert len(judge.asked) == 1


def test_length_limit_without_json_is_truncated(judge: Any) -> None:
    judge.answer, judge.finish = lambda prompt: "Let me think about", "length"
    assert ask(judge.url)[0][0] == "truncated"  # type: ignore[index]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_status_is_tried_again_then_named(judge: Any, status: int) -> None:
    judge.answer = lambda prompt: status
    assert ask(judge.url) == [("http", f"HTTP {status}")]
    assert len(judge.asked) == RETRIES + 1


def test_passing_trouble_passes(judge: Any) -> None:
    judge.answer = lambda prompt: 429 if len(judge.asked) < RETRIES + 1 else {"verdict": 1}
    judge.retry_after = "0"
    assert ask(judge.url) == [1]


@pytest.mark.parametrize("status", [401, 403, 404, 400, 301])
def test_lasting_status_is_named_without_the_body(judge: Any, status: int) -> None:
    judge.answer = lambda prompt: status
    ((kind, detail),) = ask(judge.url)  # type: ignore[misc]
    assert kind == "http" and str(status) in detail and "sk-secret" not in detail
    assert len(judge.asked) == 1


def test_option_that_is_complained_of_is_left_out(judge: Any) -> None:
    def answer(prompt: str) -> Any:
        return 400 if "temperature" in judge.asked[-1] else {"verdict": 1}

    judge.answer = answer
    judge.error_body = b'{"error": "Unsupported value: temperature"}'
    assert ask(judge.url, times=2) == [1, 1]
    assert ["temperature" in a for a in judge.asked] == [True, False, False]


def test_option_is_left_out_of_calls_that_are_under_way_too(judge: Any) -> None:
    async def run() -> list[Verdict]:
        async with Endpoint(JudgeSettings(judge.url, "m")) as endpoint:
            return await asyncio.gather(*(endpoint.ask(str(i), Verdict) for i in range(3)))

    together, complained = threading.Barrier(3), set[str]()

    def answer(prompt: str) -> Any:
        if prompt in complained:
            return {"verdict": 1}
        complained.add(prompt)
        together.wait(timeout=5)  # nobody is answered before all have asked
        return 400

    judge.answer, judge.error_body = answer, b"response_format.type must be text"
    assert [v.verdict for v in asyncio.run(run())] == [1, 1, 1]
    assert ["response_format" in body for body in judge.asked] == [True] * 3 + [False] * 3


def test_late_reply_is_a_timeout(judge: Any) -> None:
    judge.answer = lambda prompt: 1.0
    assert ask(judge.url, timeout=0.2) == [("timeout", "no reply within 0.2 s")]
    assert len(judge.asked) == 1


def test_refused_connection_is_named(judge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.undo()
    assert ask(f"http://127.0.0.1:{port}/v1")[0][0] == "connection"  # type: ignore[index]


def test_many_failures_in_a_row_end_the_asking(judge: Any) -> None:
    async def run() -> tuple[list[bool], bool]:
        gave_up = []
        async with Endpoint(JudgeSettings(judge.url, "m")) as endpoint:
            for _ in range(GIVE_UP_AFTER):
                gave_up.append(endpoint.gave_up)
                with pytest.raises(JudgeFailure):
                    await endpoint.ask("?", Verdict)
            return gave_up, endpoint.gave_up

    judge.answer = lambda prompt: 404
    assert asyncio.run(run()) == ([False] * GIVE_UP_AFTER, True)
    judge.asked.clear()
    judge.answer = lambda prompt: 404 if len(judge.asked) % 2 else "lorem"
    assert len(ask(judge.url, times=GIVE_UP_AFTER * 2)) == GIVE_UP_AFTER * 2


def test_key_goes_into_the_header_alone(judge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judge.answer = lambda prompt: {"verdict": 1}
    monkeypatch.setenv("MY_KEY", "sk-mine")
    ask(judge.url, key_env="MY_KEY")
    assert judge.headers[0]["Authorization"] == "Bearer sk-mine"
    assert "sk-mine" not in json.dumps(judge.asked)
    ask(judge.url)
    assert "Authorization" not in judge.headers[1]


def test_proxy_of_the_environment_is_not_used_on_this_machine(judge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judge.answer = lambda prompt: {"verdict": 1}
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    assert ask(judge.url) == [1]
