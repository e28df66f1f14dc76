"""A run's adapter as a GGUF file for llama.cpp and Ollama, proven by reading it back."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError, need
from eval.files import file_digest, write_json, write_text
from eval.strategies import Adapter
from eval.terminal.progress import say
from finetune.data.row import Row
from finetune.export import llamacpp
from finetune.export.atomic_folders import MANIFEST, Tuned, appearing, open_tuned, quiet
from finetune.export.merge import merge
from finetune.export.parity import LEAST_AGREEMENT, MOST_KL, Parity, check, held_out_rows, measure, remembered

if TYPE_CHECKING:
    from eval.arms.resources import Resources

FORMS = ("f32", "f16", "q8_0", "q4_0", "q4_k_m")
LIMITS = {
    "f32": (LEAST_AGREEMENT, MOST_KL),
    "f16": (LEAST_AGREEMENT, MOST_KL),
    "q8_0": (0.97, 0.05),
    "q4_0": (0.85, 0.5),
    "q4_k_m": (0.85, 0.5),
}
"""form -> least agreement, most KL in nats. The quantised forms' are alarms for a broken file, not a promise."""

QUANTIZE = "llama-quantize"


@dataclass(frozen=True, slots=True)
class Exported:
    """One file of an export, and how well it agrees with the merged model."""

    file: Path
    form: str
    size: int
    """Bytes."""
    parity: Parity


def export_gguf(
    run: Path, out: Path | None = None, *, adapter: str | None = None, forms: Sequence[str] = ("f16", "q8_0")
) -> list[Exported]:
    """Write an adapter's merged model as GGUF files with a Modelfile, by default into RUN/gguf/<adapter>.

    Each file is read back by transformers and compared with the merged model; raises UserError, and leaves nothing,
    when one disagrees.
    """
    need("gguf", why="finetune export --gguf")
    for form in forms:
        if form not in FORMS:
            raise UserError(f"--form {form}: no such form; known: {', '.join(FORMS)}")
    if "q4_k_m" in forms and not shutil.which(QUANTIZE):
        raise UserError(f"--form q4_k_m: is written by llama.cpp's {QUANTIZE}, which is not on the path")
    tuned = open_tuned(run, adapter)
    folder = out or run / "gguf" / tuned.name
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise UserError(f"{folder}: exists and is no export; name another folder with --out")
    return _export(tuned, merge(run, adapter=tuned.name).folder, folder, tuple(dict.fromkeys(forms)))


def _export(tuned: Tuned, merged: Path, folder: Path, forms: Sequence[str]) -> list[Exported]:
    from eval.arms.resources import Resources
    from finetune.export.logits import load_plain, model_logits

    plan = tuned.plan
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    rows = held_out_rows(resources, tuned.name)
    model = load_plain(merged)
    reference = remembered(model_logits(model))
    name = f"{plan.config.dataset.name}-{tuned.name}"
    exported: list[Exported] = []
    with appearing(folder) as temporary:
        for form in forms:
            file = temporary / f"{name}-{form}.gguf"
            say(f"writing {folder / file.name}")
            with quiet():
                _write(merged, file, form, name)
            parity = measure(reference, model_logits(load_plain(temporary, gguf_file=file.name)), rows)
            least, most = LIMITS[form]
            check(parity, f"the GGUF file ({form})", agreement=least, kl=most)
            exported.append(Exported(folder / file.name, form, file.stat().st_size, parity))
        first = temporary / exported[0].file.name
        _check_tokens(first, resources, rows)
        replies = (
            llamacpp.compare(first, model, resources.base, rows, resources.limits.reply)
            if llamacpp.installed()
            else None
        )
        if replies:
            say(f"{first.name}: {replies.sentence()}")
        write_text(temporary / "Modelfile", _modelfile(exported[-1].file.name, resources, tuned.name))
        write_json(temporary / MANIFEST, _manifest(tuned, temporary, exported, replies))
    return exported


def _write(merged: Path, file: Path, form: str, name: str) -> None:
    from finetune.export.gguf_file import write_gguf

    if form != "q4_k_m":
        write_gguf(merged, file, form, name=name)
        return
    whole = file.with_suffix(".f16")
    write_gguf(merged, whole, "f16", name=name)
    done = subprocess.run([QUANTIZE, str(whole), str(file), "Q4_K_M"], capture_output=True, text=True)
    whole.unlink()
    if done.returncode or not file.is_file():
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(f"{QUANTIZE} failed: {said}")


def _check_tokens(file: Path, resources: Resources, rows: Sequence[Row]) -> None:
    """Raise UserError unless the file's tokenizer, read back, cuts the held-out texts into the same tokens."""
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    for row in rows:
        text = resources.base.tokenizer.decode(list(row.tokens))
        if tokenizer.encode(text, add_special_tokens=False) != list(row.tokens):
            raise UserError(
                f"{file.name}: the tokenizer read back cuts a held-out text differently; nothing was written"
            )


def _modelfile(weights: str, resources: Resources, adapter: Adapter) -> str:
    from eval.model.generate import stop_tokens
    from finetune.export.gguf_tokens import adds_bos
    from finetune.export.modelfile import modelfile

    tokenizer = resources.base.tokenizer
    return modelfile(
        weights, tokenizer, resources.config.instruction, adapter, longest=resources.limits.most,
        stops=[tokenizer.convert_ids_to_tokens(i) for i in sorted(stop_tokens(resources.base))],
        bos=tokenizer.bos_token if adds_bos(tokenizer) else "",
    )  # fmt: skip


def _manifest(
    tuned: Tuned, folder: Path, exported: Sequence[Exported], replies: llamacpp.Replies | None
) -> dict[str, Any]:
    return {
        "form": "gguf",
        "adapter": tuned.name,
        "fingerprint": tuned.fingerprint,
        "base_fingerprint": tuned.plan.identity.model,
        "data": tuned.plan.config.dataset.name,
        "compared_with": "the merged model, by transformers' GGUF reader",
        "llama_cpp": asdict(replies) if replies else "not installed: pip install xllamacpp",
        "files": {
            e.file.name: {
                "form": e.form,
                "bytes": e.size,
                "sha256": file_digest(folder / e.file.name),
                "parity": e.parity.record(),
            }
            for e in exported
        },
    }
