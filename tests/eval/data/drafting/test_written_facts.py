"""Questions that a served model writes: only answers that stand in the corpus count; the tested model writes none."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from eval.config import DatasetConfig, Endpoint
from eval.data.dataset import load_dataset
from eval.data.drafting.draft_set import draft_set, read_spans
from eval.data.drafting.written_facts import JOURNAL, refuse_same_model, refuse_tested_writer
from eval.errors import UserError

PUMPS = ["Aldor", "Brevik", "Corvo", "Dunmor", "Elvas", "Farsund", "Gorlen", "Hatley"]
Say = Callable[[str], str]


class Server:
    """A chat completions server that replies by a function of the prompt."""

    def __init__(self) -> None:
        self.say: Say = lambda prompt: ""
        self.asked: list[str] = []
        self.fail_after = 10**9
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = body["messages"][0]["content"]
                outer.asked.append(prompt)
                ok = len(outer.asked) <= outer.fail_after and self.path == "/v1/chat/completions"
                content = {"choices": [{"message": {"role": "assistant", "content": outer.say(prompt)}}]}
                data = json.dumps(content if ok else {"error": "no"}).encode()
                self.send_response(200 if ok else 401)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.endpoint = Endpoint(url=url, model="writer-7b", concurrency=1)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    for i, pump in enumerate(PUMPS):
        text = f"# {pump}\n\nThe {pump} pump came to the yard when the old quay was rebuilt. It lifts {12 + i} metres. "
        text += "The crew of the harbour has looked after pumps like it for some seasons now. " * 3
        text += f"\n\n- Weight: {30 + i} kg\n"
        (tmp_path / "corpus" / f"{pump.lower()}.md").write_text(text, encoding="utf-8")
    (tmp_path / "dataset.yaml").write_text(
        "name: pumps\ninstruction: Answer.\nrefusal: Not on file\n", encoding="utf-8"
    )
    return tmp_path


def honest(prompt: str) -> str:
    """What a good writer and reader says."""
    lifts = re.search(r"lifts (\d+ metres)", prompt)
    if prompt.startswith("Read"):
        pump = re.search(r"The (\w+) pump", prompt)
        assert pump is not None and lifts is not None
        return f'Sure: {{"question": "How high does the {pump[1]} bring water?", "answer": "{lifts[1]}"}}'
    asked = re.search(r"does the (\w+) bring", prompt)
    assert asked is not None
    return lifts[1] if lifts and f"The {asked[1]} pump" in prompt else "not stated"


def test_written_questions_have_answers_that_stand_in_the_corpus(folder: Path, server: Server) -> None:
    server.say = honest
    done = draft_set(folder, rows=16, writer=server.endpoint)
    assert done.origins["written"] == len(PUMPS)
    data = load_dataset(folder)
    texts, spans = {d.id: d.text for d in data.texts}, read_spans(folder)
    written = [row for row in (*data.train, *data.test) if "written" in row.tags]
    assert {row.question for row in written} == {f"How high does the {pump} bring water?" for pump in PUMPS}
    for row in written:
        span = spans[row.id]
        assert texts[span["document"]][span["start"] : span["end"]] == row.answers[0]
    assert json.loads((folder / "draft.json").read_text("utf-8"))["writer"]["model"] == "writer-7b"
    assert len(server.asked) == 3 * len(PUMPS)  # each passage: written about, read, and read beside another one


def test_the_same_draft_asks_nothing_twice_and_goes_on_where_it_was(folder: Path, server: Server) -> None:
    server.say, server.fail_after = honest, 5
    with pytest.raises(UserError, match=r"HTTP 401.*the same command goes on"):
        draft_set(folder, rows=16, writer=server.endpoint)
    assert not (folder / "train.jsonl").exists()
    assert len((folder / JOURNAL).read_text("utf-8").splitlines()) == 5
    server.fail_after = 10**9
    before = len(server.asked)
    draft_set(folder, rows=16, writer=server.endpoint)
    assert len(server.asked) - before == 3 * len(PUMPS) - 5
    first, before = (folder / "test.jsonl").read_bytes(), len(server.asked)
    draft_set(folder, rows=16, writer=server.endpoint, replace=True)
    assert ((folder / "test.jsonl").read_bytes(), len(server.asked)) == (first, before)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ('{"question": "How high does the {p} bring water?", "answer": "99 metres"}', "does not stand in the passage"),
        ('{"question": "What does this text say of {p}?", "answer": "{m}"}', "does not stand alone"),
        ('{"question": "How high is it that it lifts?", "answer": "{m}"}', "does not find the answer"),
        ('{"question": "Does the {p} lift {m} of water?", "answer": "{m}"}', "would say the answer"),
        ('{"question": "When the old quay was rebuilt came what {p}?", "answer": "{m}"}', "copies the passage"),
        ('{"question": "Wie hoch hebt die {p} das Wasser im Hafen?", "answer": "{m}"}', "in another language"),
        ("I cannot help with that.", "is not a question with an answer"),
    ],
)  # fmt: skip
def test_what_a_writer_gets_wrong_is_dropped_and_counted(folder: Path, server: Server, wrong: str, reason: str) -> None:
    def say(prompt: str) -> str:
        if not prompt.startswith("Read"):
            return "not stated"
        pump, lifts = re.search(r"The (\w+) pump", prompt), re.search(r"lifts (\d+ metres)", prompt)
        assert pump is not None and lifts is not None
        return wrong.replace("{p}", pump[1]).replace("{m}", lifts[1])

    server.say = say
    done = draft_set(folder, rows=16, writer=server.endpoint)
    assert "written" not in done.origins
    assert {count for why, count in done.dropped.items() if reason in why} == {len(PUMPS)}


def test_an_answer_that_the_writer_knows_anyway_is_no_question(folder: Path, server: Server) -> None:
    def say(prompt: str) -> str:
        if prompt.startswith("Read"):
            return honest(prompt)
        asked = re.search(r"does the (\w+) bring", prompt)
        assert asked is not None
        return f"{12 + PUMPS.index(asked[1])} metres"

    server.say = say
    done = draft_set(folder, rows=16, writer=server.endpoint)
    assert done.dropped["the writer gives the answer without the passage"] == len(PUMPS)


def test_the_tested_model_writes_no_questions(folder: Path, server: Server) -> None:
    tested = DatasetConfig(
        name="a", instruction="b", endpoint=Endpoint(url="http://10.0.0.1:8000/v1", model="Org/Writer-7B")
    )
    with pytest.raises(UserError, match="is the model under test"):
        refuse_same_model(server.endpoint, tested)
    server.say = honest
    draft_set(folder, rows=16, writer=server.endpoint)
    refuse_tested_writer(folder, "smollm2-135m-instruct", None)
    with pytest.raises(UserError, match=r"were written by .*writer-7b, the model under test"):
        refuse_tested_writer(folder, "/models/writer-7b", None)
    with pytest.raises(UserError, match="the model under test"):
        refuse_tested_writer(folder, "x", server.endpoint)
