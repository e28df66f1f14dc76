"""The embedder as ONNX, from tokens to the unit vector, so that a browser finds the passages that Python finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import write_json
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.arms.resources import Resources

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
SAME = 0.99
"""Share of questions that must get the very same passages in the same order."""
FILES = {"fp16": "model_fp16", "fp32": "model"}
"""Smallest first."""


def export_embedder(resources: Resources, folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Write the run's embedder to folder/onnx/ with its tokenizer, in the smallest form that finds the same passages.

    Returns what the page needs to know, and the agreement. Raises UserError when no form agrees.
    """
    from finetune.web.graph import load_whole, save, store_half

    embedder = resources.embedder
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    whole = folder / "onnx" / "whole.onnx"
    say("exporting the embedder")
    _trace(embedder, whole)
    embedder.tokenizer.save_pretrained(folder)
    write_json(folder / "config.json", {"model_type": str(embedder.model[0].auto_model.config.model_type)})
    expected = _nearest(resources, questions)
    for form, name in FILES.items():
        model = load_whole(whole)
        if form == "fp16":
            store_half(model)
        file = folder / "onnx" / f"{name}.onnx"
        save(model, file)
        found = _search(resources, embed_with(file, embedder), questions)
        same = sum(a == b for a, b in zip(found, expected, strict=True)) / len(questions)
        if same >= SAME:
            break
        file.unlink()
        file.with_name(f"{file.name}_data").unlink()
    else:
        raise UserError(
            f"--embedder {resources.run_config.embedder}: as ONNX it finds other passages ({same:.3f} the same)"
        )
    for left in folder.glob("onnx/whole.onnx*"):
        left.unlink()
    return {
        "file": name, "form": form, "prompt": embedder.question_prompt, "longest": embedder.longest,
        "same_passages": round(same, 4), "questions": len(questions),
    }  # fmt: skip


def embed_with(file: Path, embedder: Any) -> Any:
    """questions -> unit vectors, float32 (questions, dimensions), by the ONNX file, one at a time as the page does."""
    import numpy as np
    import onnxruntime as ort

    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]

    def embed(questions: Sequence[str]) -> Any:
        rows = []
        for question in questions:
            made = embedder.tokenizer(
                [embedder.question_prompt + question], truncation=True, max_length=embedder.longest, return_tensors="np"
            )
            made.setdefault("token_type_ids", np.zeros_like(made["input_ids"]))
            rows.append(session.run(None, {n: made[n].astype(np.int64) for n in names})[0][0])
        return np.stack(rows)

    return embed


def _trace(embedder: Any, file: Path) -> None:
    import contextlib
    import io
    import logging
    import warnings

    import torch

    class Whole(torch.nn.Module):
        """Tokens in, unit vector out."""

        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
            vectors = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    model = embedder.model.cpu().eval()
    model.to(torch.float32)
    # Three tensors: one that is given twice would be taken for one input.
    sample = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in INPUTS)
    size = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole(model), sample, str(file), input_names=list(INPUTS),
            output_names=["sentence_embedding"], dynamic_shapes=(size, size, size), dynamo=True, verbose=False,
            external_data=True, opset_version=20,
        )  # fmt: skip


def passage_vectors(resources: Resources) -> Any:
    """Vectors of all passages that the page may show; raises UserError where the retriever has none."""
    found = getattr(resources.retriever, "vectors", None)
    if found is None:
        name = resources.config.retrieval.method
        raise UserError(f"retrieval.method: the chat page finds passages by their vectors, and '{name}' has none")
    return found()


def _nearest(resources: Resources, questions: Sequence[str]) -> list[list[tuple[str, int]]]:
    """The names of the passages that the run's own vectors bring; says where the run itself finds them otherwise."""
    passage_vectors(resources)  # raises where there are none
    method = resources.config.retrieval.method
    if method != "dense":
        say(f"the page finds passages by their vectors alone; the run finds them by {method} retrieval")
    by_vectors: Any = getattr(resources.retriever, "by_vectors", None)
    found = (by_vectors() if by_vectors else resources.retriever).retrieve(questions)
    return [_names(passages) for passages in found]


def _search(resources: Resources, embed: Any, questions: Sequence[str]) -> list[list[tuple[str, int]]]:
    """The names of the passages that the page would show: cosine over all chunks, ties by document and position."""
    import numpy as np

    rows, vectors = resources.retriever.contents(), passage_vectors(resources)
    scores = embed(questions).astype(np.float64) @ vectors.T
    k = resources.config.retrieval.top_k
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return [[rows[i][:2] for i in best] for best in order]


def _names(passages: Sequence[Any]) -> list[tuple[str, int]]:
    return [(p.document, p.position) for p in passages]
