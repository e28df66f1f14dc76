"""`finetune export RUN --web OUT`: a folder with the chat page and all that it needs: model, passages, scripts."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import write_bytes, write_json, write_text
from finetune.export.atomic_folders import MANIFEST, appearing, folder_bytes
from finetune.web.build import check_installed, session_logits
from finetune.web.onnx_export import Exported, export_weights
from finetune.web.runtime import runtime_folder

if TYPE_CHECKING:
    from eval.arms.resources import Resources

FORM = "web"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; worker-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""Nothing but the page's own server may be asked for anything, and nothing may be sent elsewhere."""


@dataclass(frozen=True, slots=True)
class Site:
    """A written chat page."""

    folder: Path
    model: Exported
    embedder: dict[str, Any]
    """How the question is embedded in the page; empty where nothing is retrieved."""
    bytes: int

    def sentence(self) -> str:
        """The figures for people."""
        found = self.embedder
        search = (
            f"\nembedder as ONNX, {found['form']}: {100 * found['same_passages']:.1f} % of {found['questions']} "
            "questions find the same passages in the same order"
            if found
            else ""
        )
        return f"{self.model.sentence()}{search}\n{self.bytes / 1e6:.0f} MB in all"


def export_web(run: Path, out: Path, mode: str | None = None, wanted: str | None = None) -> Site:
    """Write the chat page of a mode (by default the verdict's) into the folder `out`, which appears whole.

    Raises UserError when `out` is something else, or when what the export needs is not installed.
    """
    from finetune.serve.run_answers import open_service

    check_installed()
    scripts = runtime_folder()
    if out.exists() and not is_site(out):
        raise UserError(f"{out}: exists and is no chat page; name another folder with --web")
    service = open_service(run, mode)
    resources, mode = service.resources, service.default
    model = export_weights(resources, mode, wanted, run / "onnx" / mode)
    with appearing(out) as folder:
        shutil.copytree(scripts, folder / "runtime")
        shutil.copytree(model.folder, folder / "models" / "chat", ignore=shutil.ignore_patterns(MANIFEST))
        embedder = _write_search(resources, folder) if MODES[mode].retrieves else {}
        _write_app(resources, mode, model, embedder, folder)
        _write_page(resources, mode, folder)
        size = folder_bytes(folder)
        write_json(folder / MANIFEST, {
            "form": FORM, "mode": mode, "data": resources.config.name, "dtype": model.form, "bytes": size,
            "parity": model.parity.record(), "embedder": embedder,
        })  # fmt: skip
    return Site(out, model, embedder, size)


def is_site(folder: Path) -> bool:
    """Whether a folder holds a chat page that `export_web` wrote."""
    from eval.files import read_json

    file = folder / MANIFEST
    return file.is_file() and read_json(file).get("form") == FORM


def _write_search(resources: Resources, folder: Path) -> dict[str, Any]:
    from finetune.web.embedder import export_embedder, passage_vectors

    rows, vectors = resources.retriever.contents(), passage_vectors(resources)
    write_json(folder / "passages.json", [[document, position, text.strip()] for document, position, text in rows])
    write_bytes(folder / "vectors.bin", vectors.astype("<f4").tobytes())  # exact: they lie on a grid of 2^-20
    questions = list(dict.fromkeys(e.question for e in resources.dataset.test))
    return export_embedder(resources, folder / "models" / "embedder", questions)


def _write_app(resources: Resources, mode: str, model: Exported, embedder: dict[str, Any], folder: Path) -> None:
    from eval.model.generate import stop_tokens
    from finetune.web.build import FORMS
    from finetune.web.page_prompt import frame, logits_check, samples

    before, after = frame(resources, mode)
    tried = samples(resources, mode)
    file = FORMS[model.form].file
    write_json(folder / "app.json", {
        "mode": mode, "file": file, "before": before, "after": after, "samples": tried,
        "stops": sorted(stop_tokens(resources.base)), "max_new_tokens": resources.limits.reply,
        "least": resources.limits.least,
        "context": int(getattr(resources.base.causal.config, "max_position_embeddings", 0) or 0),
        "answer": resources.config.knowledge.answer, "retrieves": MODES[mode].retrieves,
        "top_k": resources.config.retrieval.top_k, "embedder": embedder,
    })  # fmt: skip
    logits = session_logits(folder / "models" / "chat" / "onnx" / f"{file}.onnx")
    write_json(folder / "check.json", logits_check(tried[0]["tokens"], logits))


def _write_page(resources: Resources, mode: str, folder: Path) -> None:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    page = environment.from_string(_asset("chat.html")).render(
        dataset=resources.config.name, label=MODES[mode].label, policy=POLICY
    )
    write_text(folder / "index.html", page)
    for name in ("chat.css", "chat.js", "answer.js", "worker.js"):
        write_text(folder / name, _asset(name))


def _asset(name: str) -> str:
    return files("finetune.web").joinpath(name).read_text(encoding="utf-8")
