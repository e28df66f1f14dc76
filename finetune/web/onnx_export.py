"""`finetune export RUN --onnx`: a mode's model as ONNX, in the smallest number format that says the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json
from eval.terminal.progress import say
from finetune.export.atomic_folders import MANIFEST, appearing, folder_bytes
from finetune.export.head_size import head_size
from finetune.export.parity import MOST_KL, Parity, held_out_rows, measure, remembered
from finetune.web.build import FORMS, Form, check_installed

if TYPE_CHECKING:
    from eval.arms.resources import Resources

FORMAT = 1
"""Raised whenever the same weights would be exported differently."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An ONNX folder and how well it agrees with the merged model."""

    folder: Path
    mode: str
    form: str
    parity: Parity
    tried: dict[str, Parity]
    """The forms that were tried before and did not agree."""
    bytes: int

    def sentence(self) -> str:
        """The figures for people."""
        return f"{self.mode} as ONNX, {self.form}, {self.bytes / 1e6:.0f} MB: {self.parity.sentence()}"


def export_onnx(run: Path, mode: str | None = None, wanted: str | None = None, out: Path | None = None) -> Exported:
    """Export the weights of a mode (by default the verdict's) to `out`, by default RUN/onnx/<mode>.

    Without `wanted` the smallest of q4, int8, fp16 and fp32 whose most likely tokens agree. What is already there from
    the same weights is kept. Raises UserError, and leaves nothing behind, when no form agrees.
    """
    from finetune.serve.run_answers import open_service

    check_installed()
    if wanted is not None and wanted not in FORMS:
        raise UserError(f"--form {wanted}: no such number format; known: {', '.join(FORMS)}")
    service = open_service(run, mode)
    return export_weights(service.resources, service.default, wanted, out or run / "onnx" / service.default)


def export_weights(resources: Resources, mode: str, wanted: str | None, folder: Path) -> Exported:
    """`export_onnx` for a run that is already open."""
    name = _fingerprint(resources, mode, wanted)
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise UserError(f"{folder}: exists and is no exported model; name another folder with --out")
    if (folder / MANIFEST).is_file() and (manifest := read_json(folder / MANIFEST))["fingerprint"] == name:
        return _known(folder, manifest)
    with appearing(folder) as temporary:
        manifest = _export(resources, mode, wanted, temporary) | {"fingerprint": name}
        write_json(temporary / MANIFEST, manifest)
    return _known(folder, manifest)


def _fingerprint(resources: Resources, mode: str, wanted: str | None) -> str:
    adapter = MODES[mode].adapter
    return fingerprint(
        "onnx", FORMAT, resources.identity.model, resources.identity.adapter(adapter) if adapter else "", wanted,
        [f.name for f in FORMS.values()], mode,
    )  # fmt: skip


def _known(folder: Path, manifest: dict[str, Any]) -> Exported:
    tried = {form: Parity(**figures) for form, figures in manifest["tried"].items()}
    return Exported(
        folder, manifest["mode"], manifest["dtype"], Parity(**manifest["parity"]), tried, manifest["bytes"]
    )  # fmt: skip


def _export(resources: Resources, mode: str, wanted: str | None, folder: Path) -> dict[str, Any]:
    from finetune.export.logits import adapter_logits
    from finetune.web.build import session_logits

    rows = held_out_rows(resources, mode)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        plain = Path(name) / "plain"
        reference = _plain(resources, mode, plain)
        form, parity, tried = _choose(Path(name), plain, reference, rows, wanted, folder)
    size = folder_bytes(folder)
    file = folder / "onnx" / f"{form.file}.onnx"
    adapter = MODES[mode].adapter
    evaluated = measure(adapter_logits(resources.base, adapter), session_logits(file), rows)
    return {
        "form": "onnx",
        "mode": mode,
        "dtype": form.name,
        "bytes": size,
        "compared_with": "the same weights in float32",
        "parity": parity.record(),
        "tried": {name: p.record() for name, p in tried.items()},
        "parity_with_the_evaluated_model": evaluated.record(),
    }


def _plain(resources: Resources, mode: str, folder: Path) -> Callable[..., Any]:
    """Write the mode's weights as a plain float32 folder; returns its logits, which are kept for all forms."""
    from finetune.export.logits import load_plain, model_logits
    from finetune.export.merge import save_merged

    adapter = MODES[mode].adapter
    if adapter:
        resources.load_adapter(adapter)
    folder.mkdir()
    save_merged(resources.base, adapter or "", folder, "fp32")
    return remembered(model_logits(load_plain(folder)))


def _choose(
    work: Path, plain: Path, reference: Callable[..., Any], rows: Sequence[Any], wanted: str | None, folder: Path
) -> tuple[Form, Parity, dict[str, Parity]]:
    """Write the first form that agrees, or the one that is asked for, into `folder`."""
    import shutil

    from finetune.web.build import build_graph, describe, load_graph, session_logits, write_form

    say("building the ONNX graph")
    graph = build_graph(plain, work / "graph")
    for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(plain / name, folder / name)
    if (plain / "chat_template.jinja").is_file():
        shutil.copyfile(plain / "chat_template.jinja", folder / "chat_template.jinja")
    size = head_size(read_json(plain / "config.json"))
    tried: dict[str, Parity] = {}
    for form in [FORMS[wanted]] if wanted else FORMS.values():
        file = write_form(load_graph(graph, size), form, folder)
        parity = measure(reference, session_logits(file), rows)
        say(f"{form.name}: {parity.sentence()}")
        if parity.agreement >= form.agreement and parity.kl <= MOST_KL:
            describe(folder, form)
            return form, parity, tried
        tried[form.name] = parity
        shutil.rmtree(folder / "onnx")
    figures = "; ".join(f"{name}: {p.sentence()}" for name, p in tried.items())
    raise UserError(f"no number format says the same as the weights it was made from ({figures}); nothing was written")
