"""Candidates in a new order: by a service, and by a cross-encoder of random weights."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.errors import UserError
from rag.retrievers.rerank import open_reranker, rerank
from rag.retrievers.rows import Rows

ROWS = [("a", 0, "one"), ("b", 0, "three"), ("c", 0, "fifteen"), ("d", 0, "eleven.")]


class Store:
    def contents(self) -> list[tuple[str, int, str]]:
        return ROWS


class ByLength(BaseHTTPRequestHandler):
    """Ranks by the length of documents, and gives its results out of order."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        scores = [{"index": i, "relevance_score": len(d)} for i, d in enumerate(asked["documents"])]
        body = json.dumps({"results": scores[::-1]} if asked["query"] else {"error": "empty"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), ByLength)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/rerank"
    server.shutdown()


def test_a_service_orders_and_equal_scores_rank_by_document(service: str) -> None:
    reranker, store = open_reranker(service), Store()
    assert reranker is not None
    (found,) = rerank(reranker, ["?"], [(np.array([3, 0, 2, 1]), np.zeros(4))], Rows(store))  # type: ignore[arg-type]
    assert (found[0].tolist(), found[1].tolist()) == ([2, 3, 1, 0], [7.0, 7.0, 5.0, 3.0])
    with pytest.raises(UserError, match=r"retrieval\.rerank: http.* gives no scores"):
        reranker("", ["one"])


def test_none_is_none_and_a_wrong_name_is_said() -> None:
    assert open_reranker("none") is None
    with pytest.raises(UserError, match="no such folder"):
        open_reranker("./nowhere")


@pytest.mark.component
def test_a_cross_encoder_scores_as_the_model_itself(minilm: Any, tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(minilm.tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=16, max_position_embeddings=64, num_labels=1)  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(tmp_path)
    minilm.tokenizer.save_pretrained(tmp_path)
    reranker = open_reranker(str(tmp_path))
    assert reranker is not None
    texts = ["Ships sail.", "Tea is made with hot water."]
    with torch.inference_mode():
        logits = [float(model(**minilm.tokenizer("Tea?", t, return_tensors="pt")).logits[0, 0]) for t in texts]
    found = np.asarray(reranker("Tea?", texts))
    assert np.argsort(found).tolist() == np.argsort(logits).tolist()
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-np.array(logits))), atol=1e-4)
