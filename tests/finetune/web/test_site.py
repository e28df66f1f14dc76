"""The chat page's folder: the prompt, the passages and the check that the browser will hold itself to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


@pytest.fixture(scope="module")
def service(finished_run: Path) -> Any:
    from finetune.serve.run_answers import open_service

    return open_service(finished_run, "hybrid")


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_prompt_is_that_of_the_evaluation(chat_page: Path, service: Any) -> None:
    from eval.arms.modes import MODES
    from eval.arms.prompt import render

    app = read(chat_page, "app.json")
    tokenizer = service.resources.base.tokenizer
    for example in service.resources.dataset.test:
        prompt = MODES["hybrid"].build(service.resources, example)
        joined = app["before"] + prompt.messages[-1]["content"] + app["after"]
        assert tokenizer.encode(joined, add_special_tokens=False) == render(tokenizer, prompt.messages)
    assert (app["mode"], app["retrieves"], app["top_k"], app["max_new_tokens"]) == ("hybrid", True, 2, 8)
    assert app["stops"] == [2]
    assert len(app["samples"]) == 4


def test_passages_and_vectors_are_those_of_the_index(chat_page: Path, service: Any) -> None:
    import numpy as np

    passages = read(chat_page, "passages.json")
    vectors = np.fromfile(chat_page / "vectors.bin", dtype="<f4").reshape(len(passages), -1)
    questions = [e.question for e in service.resources.dataset.test]
    asked = service.resources.retriever.embedder.embed_questions(questions).astype(np.float64)
    for vector, found in zip(asked, service.resources.retriever.retrieve(questions), strict=True):
        scores = vectors.astype(np.float64) @ vector
        best = np.argsort(-scores, kind="stable")[:2]
        assert [tuple(passages[i][:2]) for i in best] == [(p.document, p.position) for p in found]
        assert [float(scores[i]) for i in best] == [p.score for p in found]  # to the last bit


def test_the_embedder_as_onnx_gives_the_vectors_of_torch(chat_page: Path, service: Any) -> None:
    import numpy as np

    from finetune.web.embedder import embed_with

    app = read(chat_page, "app.json")
    embedder = service.resources.retriever.embedder
    texts = ["How deep is Arvik?", "x", "the harbour master of Belmo " * 100]
    file = chat_page / "models" / "embedder" / "onnx" / f"{app['embedder']['file']}.onnx"
    made = embed_with(file, embedder)(texts)
    assert (np.sum(made * embedder.embed_questions(texts), axis=1) > 0.9999).all()
    assert app["embedder"]["same_passages"] >= 0.99 and app["embedder"]["questions"] == 8


def test_the_check_holds_what_torch_computes(chat_page: Path, finished_run: Path, service: Any, tmp_path: Path) -> None:
    import numpy as np

    from finetune.export.logits import load_plain, model_logits
    from finetune.export.merge import save_merged

    check = read(chat_page, "check.json")
    assert 64 <= len(check["tokens"]) <= 128
    service.resources.load_adapter("hybrid")
    save_merged(service.resources.base, "hybrid", tmp_path, "fp32")
    rows = model_logits(load_plain(tmp_path))([*check["tokens"], 0], 1)
    # A random model's best two tokens may be a rounding apart, and which is first differs by machine.
    best = np.take_along_axis(rows, np.array(check["best"])[:, None], axis=1)[:, 0]
    np.testing.assert_allclose(best, rows.max(-1), atol=0.01)
    np.testing.assert_allclose(rows[:, check["watched"]], check["logits"], atol=0.01)
    assert check["spread"] == pytest.approx(rows.std(), rel=0.01)


def test_everything_is_in_the_folder(chat_page: Path) -> None:
    from finetune.web.runtime import PACKAGES

    names = {name for p in PACKAGES for name, _ in p.files.values()}
    assert {p.name for p in (chat_page / "runtime").iterdir()} == names
    page = (chat_page / "index.html").read_text()
    assert "connect-src 'self'" in page.replace("&#39;", "'") and "http://" not in page and "https://" not in page
    assert read(chat_page, "manifest.json")["form"] == "web"


def test_another_folder_is_not_overwritten(finished_run: Path, tmp_path: Path) -> None:
    from finetune.web.site import export_web

    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(UserError, match="exists and is no chat page"):
        export_web(finished_run, tmp_path, "hybrid")
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_short_prompt_is_checked_on_64_tokens_all_the_same() -> None:
    import numpy as np

    from finetune.web.page_prompt import logits_check

    def logits(tokens: list[int], start: int) -> Any:
        return np.eye(50)[tokens[:-1]]

    check = logits_check([7, 8, 9], logits)
    assert len(check["tokens"]) == 96 and check["best"] == check["tokens"]
