"""What the chat page shows of a reply, by the page's own script in a real browser."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytestmark = pytest.mark.browser

JSON = '{"answer": "3 m", "source": "arvik.md", "list": ["a", 2], "in": {"depth": 0}, "none": null}'


@pytest.fixture(scope="module")
def call(chromium: Any) -> Any:
    source = (
        files("finetune.web").joinpath("answer.js").read_text(encoding="utf-8").replace("export function", "function")
    )
    page = chromium.new_page()
    yield lambda name, *given: page.evaluate(f"(given) => {{ {source}; return {name}(...given); }}", list(given))
    page.close()


@pytest.mark.parametrize(
    ("reply", "where", "answer"),
    [
        (JSON, "$.answer", "3 m"), (f"```json\n{JSON}\n```", "$.answer", "3 m"), (JSON, "$.list", "a, 2"),
        (JSON, "$.list[1]", "2"), (JSON, "$.in.depth", "0"), (JSON, "$.none", None), (JSON, "$.in", None),
        (JSON, "$.missing.answer", None), (JSON, "$.constructor", None), (JSON[:-1], "$.answer", None),
        ("3 m", "$.answer", None), (JSON, None, None), ("Antwort: 3 m \nQuelle: a", "/Antwort: (.*)/", "3 m"),
        ("3 m", "/Antwort: (.*)/", None), ("3 m", "/(?P<x>3)/", None),
    ],
)  # fmt: skip
def test_the_answer_is_read_where_the_data_set_says(call: Any, reply: str, where: Any, answer: Any) -> None:
    assert call("answerIn", reply, where) == answer


def test_sources_are_documents_that_were_given_and_are_named(call: Any) -> None:
    given = ["belmo.md", "arvik.md", "corda.md", "arvik.md", "안내서.txt"]
    assert call("sourcesIn", "see 안내서.txt, arvik.md and belmo.md; not dora.md", given) == [
        "안내서.txt", "arvik.md", "belmo.md",
    ]  # fmt: skip
    assert call("sourcesIn", "nothing", given) == []


WORKER = """
const post = (type, values) => self.postMessage({ type, ...values });
self.onmessage = ({ data }) => {
  if (data.type === "start") post("ready", { device: "wasm", submits: 0, threads: 1, check: "made up", adapter: "" });
  if (data.type !== "ask") return;
  post("passages", { passages: [{ document: "arvik.md", position: 0, text: "It is 3 m deep.", score: 0.9 }] });
  post("text", { text: data.question });
  post("done", { text: data.question, tokens: 3, seconds: 1, submits: 0, stopped: false });
};
"""
"""In the place of the model: it says what it is asked, so that the page alone is looked at."""


def test_the_page_shows_answer_and_source_and_keeps_the_raw_reply(chromium: Any, tmp_path: Path) -> None:
    from jinja2 import Environment

    from finetune.serve.pages import make_page_server
    from finetune.web.site import POLICY

    web = files("finetune.web")
    page_text = Environment(autoescape=True).from_string(web.joinpath("chat.html").read_text(encoding="utf-8"))
    (tmp_path / "index.html").write_text(page_text.render(dataset="harbours", label="RAG", policy=POLICY))
    for name in ("chat.css", "chat.js", "answer.js"):
        (tmp_path / name).write_text(web.joinpath(name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "worker.js").write_text(WORKER)
    (tmp_path / "app.json").write_text(json.dumps({"samples": [], "answer": "$.answer"}))
    server = make_page_server(tmp_path, "127.0.0.1", 0)
    Thread(target=server.serve_forever, daemon=True).start()
    page, errors = chromium.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    for question in (JSON, "just words"):
        page.locator("#question:not([disabled])").fill(question)
        page.keyboard.press("Enter")
        page.locator("article[aria-busy=false]").last.locator(".meta").wait_for()
    first, second = page.locator("article").all()
    assert (
        first.locator(".answer").inner_text() == "3 m" and first.locator(".source").inner_text() == "Source: arvik.md"
    )
    assert not first.locator(".reply").is_visible()
    first.get_by_text("The reply as it was written").click()
    assert first.locator(".reply").is_visible() and first.locator(".reply").inner_text() == JSON
    assert second.locator(".reply").inner_text() == "just words" and second.locator(".answer").count() == 0
    assert page.locator("#said").text_content() == "Answer: just words" and errors == []
    page.close()
    server.shutdown()
    server.server_close()
