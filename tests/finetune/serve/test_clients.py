"""A bundle behind the endpoint, asked by LangChain's and LlamaIndex's own clients; OpenAI's is in test_api.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import BaseModel, Field

pytestmark = pytest.mark.component

QUESTION = "How deep is the harbour of Arvik?"


class Depth(BaseModel):
    """How deep a harbour is."""

    metres: int = Field(ge=0, le=99)
    sea: bool


@pytest.fixture(scope="module")
def address(finished_run: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from finetune.bundle.bundle_files import write_bundle
    from finetune.bundle.open_bundle import open_bundle
    from finetune.serve.api import make_server

    bundle = write_bundle(finished_run, tmp_path_factory.mktemp("bundled") / "desk", "rag").folder
    server = make_server(open_bundle(bundle, model=str(tiny_model)), "127.0.0.1", 0, key="sesame")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def passages(address: str) -> list[dict[str, Any]]:
    """What the bundle retrieves, told by OpenAI's own client."""
    import openai

    client = openai.OpenAI(base_url=address, api_key="sesame", max_retries=0)
    made = client.chat.completions.create(model="rag", messages=[{"role": "user", "content": QUESTION}])
    return list(made.passages)  # type: ignore[attr-defined]


def test_langchain_gets_structured_output_and_streams(address: str) -> None:
    from langchain_openai import ChatOpenAI

    model: Any = ChatOpenAI(base_url=address, api_key="sesame", model="rag", max_retries=0, max_tokens=60)  # type: ignore
    found = model.with_structured_output(Depth).invoke(QUESTION)
    assert isinstance(found, Depth) and 0 <= found.metres <= 99
    whole = model.invoke(QUESTION)
    assert "".join(c.content for c in model.stream(QUESTION)) == whole.content
    assert whole.usage_metadata["output_tokens"] == whole.response_metadata["token_usage"]["completion_tokens"]


def citing(document: str) -> dict[str, Any]:
    """The form of a reply that can name this document alone."""
    source = {
        "type": "object", "properties": {"source": {"const": document}}, "required": ["source"],
        "additionalProperties": False,
    }  # fmt: skip
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": source}}


def test_langchain_keeps_passages_and_citations_of_responses(address: str) -> None:
    from langchain_openai import ChatOpenAI

    given = passages(address)
    form = citing(given[0]["document"])
    model: Any = ChatOpenAI(
        base_url=address,
        api_key="sesame",
        model="rag",
        max_retries=0,
        max_tokens=90,
        use_responses_api=True,  # type: ignore
    )
    made = model.invoke(QUESTION, response_format=form)
    search = next(block for block in made.content if block["type"] == "file_search_call")
    assert [(r["filename"], r["text"]) for r in search["results"]] == [(p["document"], p["text"]) for p in given]
    (text,) = (block for block in made.content if block["type"] == "text")
    document = json.loads(text["text"])["source"]
    assert document == given[0]["document"]
    assert [a["title"] if "title" in a else a["filename"] for a in text["annotations"]] == [document]


def test_llamaindex_keeps_passages_and_citations(address: str) -> None:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    given = passages(address)
    form = citing(given[0]["document"])
    model = OpenAILike(
        model="rag", api_base=address, api_key="sesame", is_chat_model=True, max_retries=0, max_tokens=60, temperature=0
    )
    made: Any = model.chat([ChatMessage(role="user", content=QUESTION)], response_format=form)
    assert [p["text"] for p in made.raw.passages] == [p["text"] for p in given]
    (mark,) = made.raw.choices[0].message.annotations
    start, end = mark.url_citation.start_index, mark.url_citation.end_index
    assert str(made.message.content)[start:end] == mark.url_citation.title == given[0]["document"]
    plain = model.chat([ChatMessage(role="user", content=QUESTION)])
    *_, last = model.stream_chat([ChatMessage(role="user", content=QUESTION)])
    assert last.message.content == plain.message.content


@pytest.mark.parametrize(
    ("change", "param"),
    [({"stream": True}, "stream"), ({"tools": [{"type": "file_search"}]}, "tools"), ({"input": []}, "input"),
     ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "messages[0].content")],
)  # fmt: skip
def test_what_a_response_does_not_do_is_refused(address: str, change: dict[str, Any], param: str) -> None:
    import openai

    client = openai.OpenAI(base_url=address, api_key="sesame", max_retries=0)
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(**({"model": "rag", "input": QUESTION} | change))
    assert error.value.param == param
