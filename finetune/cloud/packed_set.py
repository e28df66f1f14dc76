"""A data set as one file, for our own trainer elsewhere: all that training reads, and no test question."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from finetune.cloud.chat_rows import ChatRows, tokens_of

if TYPE_CHECKING:
    from eval.arms.resources import Resources
    from eval.strategies import Adapter

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file, so that the same data set is the same bytes."""
SPLITS = ("train.jsonl", "dev.jsonl")


def packed_set(resources: Resources, adapter: Adapter) -> ChatRows:
    """The data set in a ZIP archive: dataset.yaml, the training rows and the corpus.

    A data set has test questions, so one of no meaning stands in their place; training reads none of them.
    """
    dataset = resources.dataset
    files = {"dataset.yaml": (dataset.path / "dataset.yaml").read_bytes()}
    files |= {n: (dataset.path / n).read_bytes() for n in SPLITS if (dataset.path / n).is_file()}
    files["test.jsonl"] = _stand_in(files["train.jsonl"])
    for name in dataset.documents:
        files[f"corpus/{name}"] = (dataset.corpus / name).read_bytes()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    texts = [dataset.config.instruction, *(d.text for d in dataset.texts)]
    texts += [text for e in (*dataset.train, *dataset.dev) for text in (e.question, e.reply)]
    return ChatRows(
        data.getvalue(), len(dataset.train), tuple(texts), tokens_of(resources, texts), "",
        "dataset.yaml, the training rows and the whole corpus; no test question",
    )  # fmt: skip


def _stand_in(train: bytes) -> bytes:
    """A test row of the same form as the first training row, asking nothing."""
    first = next(line for line in train.decode("utf-8-sig").splitlines() if line.strip())
    row = json.loads(first) | {"id": "stand-in", "group": "stand-in", "question": "(stands in for test questions)"}
    return json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"
