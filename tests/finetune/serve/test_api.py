"""The endpoint over a real socket, asked by OpenAI's own client and by hand."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def server(finished_run: Path) -> Iterator[Any]:
    from finetune.serve.api import make_server
    from finetune.serve.run_answers import open_service

    service = open_service(finished_run, "hybrid")
    server: Any = make_server(service, "127.0.0.1", 0)
    server.service = service
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


def predicted(run: Path, mode: str) -> list[tuple[str, dict[str, Any]]]:
    questions = {e["id"]: e["question"] for e in read_lines(run / "examples.jsonl")}
    return [(questions[p["id"]], p) for p in read_lines(run / "predictions" / f"{mode}.jsonl")]


def read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def ask(question: str) -> list[Any]:
    return [{"role": "user", "content": question}]


def test_the_modes_of_the_run_are_the_models(client: Any) -> None:
    assert [m.id for m in client.models.list()] == ["hybrid", "base", "fewshot", "rag", "rag-fewshot", "ft"]
    assert client.models.retrieve("rag").owned_by == "rag-or-finetune"


@pytest.mark.parametrize("mode", ["base", "rag", "ft", "hybrid"])
def test_replies_are_those_that_were_evaluated(client: Any, server: Any, finished_run: Path, mode: str) -> None:
    exact(server)
    question, prediction = predicted(finished_run, mode)[1]
    made = client.chat.completions.create(model=mode, messages=ask(question))
    own, passages = resting(server).answer(mode, question)
    choice = made.choices[0]
    assert (choice.message.content, made.model, choice.message.role) == (own, mode, "assistant")
    assert (choice.finish_reason, made.usage.completion_tokens) == ("length", 8)
    assert made.usage.prompt_tokens == prediction["tokens_in"]
    assert made.usage.total_tokens == made.usage.prompt_tokens + 8
    assert [p["document"] for p in made.passages] == [p.document for p in passages]
    assert [p["text"] for p in made.passages] == [p["text"] for p in prediction["passages"]]


def resting(server: Any) -> Any:
    """What the server computes with, once its thread has left the weights: a call there ends after the last step."""
    import httpx

    httpx.post(f"http://127.0.0.1:{server.server_port}/tokenize", json={"prompt": "x"}, timeout=60).raise_for_status()
    return server.service.resources


def exact(server: Any) -> None:
    """In float32, where a random model's close calls do not turn on the order of sums."""
    import torch

    server.service.load()
    base = server.service.resources.base
    if base.dtype != torch.float32:
        base.causal.float()
        base.dtype = torch.float32


def test_a_stream_is_the_same_reply_in_pieces(client: Any, server: Any) -> None:
    whole = client.chat.completions.create(model="rag", messages=ask("How deep is Arvik?"), max_tokens=20)
    chunks = list(
        client.chat.completions.create(
            model="rag",
            messages=ask("How deep is Arvik?"),
            max_tokens=20,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    pieces = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert sum(map(bool, pieces)) > 5
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == whole.choices[0].finish_reason
    assert chunks[-1].usage == whole.usage and not chunks[-1].choices
    assert len({c.id for c in chunks}) == 1


def test_no_usage_is_streamed_unless_asked_for(client: Any) -> None:
    chunks = list(client.chat.completions.create(model="base", messages=ask("Hm?"), stream=True))
    assert all(c.choices and c.usage is None for c in chunks)


def test_the_default_mode_answers_where_no_model_is_named(server: Any) -> None:
    status, body = post(server, {"messages": ask("How deep is Arvik?")})
    assert (status, body["model"]) == (200, "hybrid")


def test_a_stop_text_ends_the_reply_before_it(client: Any) -> None:
    whole = client.chat.completions.create(model="base", messages=ask("How?"), max_tokens=30).choices[0]
    stop = whole.message.content[3:5]
    cut = client.chat.completions.create(model="base", messages=ask("How?"), max_tokens=30, stop=[stop]).choices[0]
    assert cut.message.content == whole.message.content[: whole.message.content.index(stop)].rstrip()
    assert cut.finish_reason == "stop"


def test_sampling_follows_the_seed_and_the_temperature(client: Any) -> None:
    def draw(**options: Any) -> str:
        made = client.chat.completions.create(model="base", messages=ask("How?"), max_tokens=20, **options)
        return str(made.choices[0].message.content)

    assert draw(temperature=1.5, seed=5) == draw(temperature=1.5, seed=5)
    assert len({draw(temperature=1.5, seed=s) for s in range(4)}) == 4
    assert draw(temperature=1.5, top_p=1e-9, seed=5) == draw()


def test_earlier_turns_stand_in_the_prompt_and_a_system_prompt_does_not(client: Any) -> None:
    alone = client.chat.completions.create(model="base", messages=ask("Why?"))
    earlier = [*ask("How?"), {"role": "assistant", "content": "So."}, *ask("Why?")]
    longer = client.chat.completions.create(model="base", messages=earlier)
    # The byte-level tokenizer takes one token a byte of the turns, and one for each mark of a turn.
    turns = "user\nQuestion: How?\n" + "assistant\nSo.\n"
    assert longer.usage.prompt_tokens - alone.usage.prompt_tokens == len(turns) + 4
    system = [{"role": "system", "content": "Be brief."}, *ask("Why?")]
    same = client.chat.completions.create(model="base", messages=system)
    assert same.usage == alone.usage
    assert "system prompt was not used" in same.notes[0] and alone.notes == []


def test_errors_are_objects_that_the_client_raises(client: Any) -> None:
    import openai

    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-9", messages=ask("How?"))
    assert unknown.value.code == "model_not_found" and "hybrid" in str(unknown.value)
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model="base", messages=ask("How?"), n=17)
    assert wrong.value.param == "n"
    with pytest.raises(openai.BadRequestError) as long:
        client.chat.completions.create(model="base", messages=ask("How?" * 1100))
    assert long.value.code == "context_length_exceeded"
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="base", input="x")


SCHEMA = {
    "type": "object", "required": ["depth", "sea"], "additionalProperties": False,
    "properties": {"depth": {"type": "integer", "minimum": 0, "maximum": 99}, "sea": {"enum": ["Skarn", "none"]}},
}  # fmt: skip


@pytest.mark.parametrize("temperature", [0, 1.5])
def test_a_reply_is_held_to_a_json_schema(client: Any, temperature: float) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "harbour", "schema": SCHEMA, "strict": True}}
    made = client.chat.completions.create(
        model="base", messages=ask("How deep is Arvik?"), response_format=form, max_tokens=60, temperature=temperature
    )
    read = json.loads(made.choices[0].message.content)
    assert 0 <= read["depth"] <= 99 and read["sea"] in ("Skarn", "none") and made.choices[0].finish_reason == "stop"
    assert "was not evaluated" in made.notes[0]
    free = client.chat.completions.create(model="base", messages=ask("How deep is Arvik?"), max_tokens=60)
    assert not free.choices[0].message.content.startswith("{")


def test_a_schema_of_which_no_grammar_can_be_made_is_refused(client: Any) -> None:
    import openai

    form: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "colour"}}}
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model="base", messages=ask("How?"), response_format=form)
    assert error.value.param == "response_format" and "no grammar can be made" in str(error.value)


def test_choices_are_drawn_each_for_itself(client: Any) -> None:
    asked = {"model": "base", "messages": ask("How?"), "max_tokens": 12, "seed": 4, "temperature": 1.5}
    made = client.chat.completions.create(n=3, **asked)
    texts = [c.message.content for c in made.choices]
    assert [c.index for c in made.choices] == [0, 1, 2] and len(set(texts)) == 3
    alone = [client.chat.completions.create(**(asked | {"seed": 4 + i})).choices[0].message.content for i in range(3)]
    assert texts == alone
    assert made.usage.completion_tokens <= 36
    streamed = ["", "", ""]
    for chunk in client.chat.completions.create(n=3, stream=True, **asked):
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert streamed == texts


def test_likelihoods_are_those_of_the_model(client: Any, server: Any) -> None:
    from eval.arms.modes import MODES
    from eval.arms.prompt import render
    from eval.model.likelihood import log_likelihoods
    from eval.records import Example

    exact(server)
    asked = {"model": "ft", "messages": ask("How deep?"), "max_tokens": 6, "logprobs": True, "top_logprobs": 3}
    made = client.chat.completions.create(**asked)
    tokens = made.choices[0].logprobs.content
    resources = resting(server)
    prompt = render(resources.base.tokenizer, MODES["ft"].build(resources, Example("q", "How deep?")).messages)
    written = resources.base.tokenizer.encode("".join(t.token for t in tokens), add_special_tokens=False)
    (own,) = log_likelihoods(resources.base, "ft", [(prompt, written)])
    assert len(tokens) == 6 and [t.logprob for t in tokens] == pytest.approx(own, abs=1e-3)
    assert all(t.top_logprobs[0].logprob == pytest.approx(t.logprob) and len(t.top_logprobs) == 3 for t in tokens)
    streamed = client.chat.completions.create(stream=True, **asked)
    logs = [t.token for c in streamed if c.choices[0].logprobs for t in c.choices[0].logprobs.content]
    assert logs == [t.token for t in tokens]


def test_clients_at_once_share_steps_and_get_the_replies_that_they_get_alone(client: Any, server: Any) -> None:
    exact(server)
    questions = [f"How {'very ' * i}deep is Arvik?" for i in range(8)]

    def text(question: str) -> str:
        asked = client.chat.completions.create(model="ft", messages=ask(question), max_tokens=24)
        return str(asked.choices[0].message.content)

    def metric(name: str) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        connection.request("GET", "/metrics")
        found = connection.getresponse().read().decode()
        return next(
            float(line.split()[-1]) for line in found.splitlines() if line.startswith(f"rag_or_finetune_{name} ")
        )

    first, rows = metric("steps"), metric("steps_rows")
    alone = [text(q) for q in questions]
    steps = metric("steps")
    assert metric("steps_rows") - rows == steps - first
    assert metric("replies_running") == metric("requests_waiting") == 0
    together: dict[str, str] = {}
    threads = [Thread(target=lambda q=q: together.update({q: text(q)})) for q in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[q] for q in questions] == alone
    assert metric("steps") - steps < steps - first  # the same replies in fewer steps than one after the other


def post(server: Any, body: Any, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", "/v1/chat/completions", data, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    read = json.loads(answer.read())
    assert "Access-Control-Allow-Origin" not in answer.headers
    connection.close()
    return answer.status, read


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "rebound.example"}, 403),
        ({"Origin": "http://other.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_web_page_of_another_site_gets_nothing(server: Any, headers: dict[str, str], status: int) -> None:
    assert post(server, {"messages": ask("How?")}, **headers)[0] == status


def test_a_body_that_is_not_json_is_said_to_be(server: Any) -> None:
    status, body = post(server, b"{")
    assert (status, body["error"]["message"]) == (400, "the body is not valid JSON")


def test_a_client_that_leaves_frees_the_model(client: Any) -> None:
    for mode in ("hybrid", "base"):
        stream = client.chat.completions.create(model=mode, messages=ask("How?"), max_tokens=2000, stream=True)
        next(iter(stream))
        stream.close()
    assert client.chat.completions.create(model="ft", messages=ask("How?")).usage.completion_tokens


def test_two_clients_at_once_get_the_replies_of_their_modes(client: Any) -> None:
    def text(mode: str) -> str:
        made = client.chat.completions.create(model=mode, messages=ask("How deep is Arvik?"), max_tokens=40)
        return str(made.choices[0].message.content)

    alone = {mode: text(mode) for mode in ("base", "ft", "hybrid")}
    together: dict[str, str] = {}
    threads = [Thread(target=lambda m=mode: together.update({m: text(m)})) for mode in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_a_run_that_cannot_answer_is_told_in_one_line(finished_run: Path, tmp_path: Path) -> None:
    from finetune.serve.run_answers import open_service

    with pytest.raises(UserError, match="no run folder"):
        open_service(tmp_path, None)
    with pytest.raises(UserError, match="no verdict that names a mode"):
        open_service(finished_run, None)
    with pytest.raises(UserError, match="--mode oracle: it is given the gold passages"):
        open_service(finished_run, "oracle")
    with pytest.raises(UserError, match="--mode turbo: no such mode"):
        open_service(finished_run, "turbo")
    bare = tmp_path / "bare"
    shutil.copytree(finished_run, bare, ignore=shutil.ignore_patterns("ft-*", ".lock"))
    with pytest.raises(UserError, match=r"--mode ft: .* is not there"):
        open_service(bare, "ft")
    assert "ft" not in open_service(bare, "hybrid").modes


def test_the_command_serves_until_interrupted(finished_run: Path, forks: Any, tmp_path: Path) -> None:
    import openai

    code = "import sys; from finetune.cli import main; sys.stdout.reconfigure(line_buffering=True); main()"
    out, err = tmp_path / "out", tmp_path / "err"
    done = forks.start(code, "serve", finished_run, "--api", "--mode", "ft", "--port", "0", said=out, errors=err)
    while len(lines := out.read_text(encoding="utf-8").splitlines(keepends=True)) < 2 or not lines[1].endswith("\n"):
        assert done.poll() is None, err.read_text(encoding="utf-8")
        time.sleep(0.05)
    first, second = lines[:2]
    assert first.startswith("answering by ft")
    address = second.split(": ")[1].split(" ")[0]
    client = openai.OpenAI(base_url=address, api_key="any", max_retries=0)
    assert client.chat.completions.create(model="ft", messages=ask("How?")).choices[0].finish_reason
    os.kill(done.pid, signal.SIGINT)
    assert done.wait(60) == 0  # taking torch down takes a while on a busy machine
    assert "Traceback" not in err.read_text(encoding="utf-8")
