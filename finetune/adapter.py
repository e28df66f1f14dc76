"""Adapter folders: PEFT's own files, and beside them what they were trained from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import read_json, refuse_pointers, whole_folder, write_json
from finetune.base_names import base_id
from finetune.training.tracking import Line, write_history

if TYPE_CHECKING:
    from eval.analysis.training_health import Health
    from eval.model.base import Base

MANIFEST = "training.json"
PULLED = "manifest.json"
"""What `finetune pull` leaves in a folder, and training does not."""


def is_complete(folder: Path) -> bool:
    """Whether an adapter folder holds a finished adapter; folders appear whole, so the manifest is proof."""
    return (folder / MANIFEST).is_file()


def failure_file(folder: Path) -> Path:
    """Where it is kept that an adapter's training ended without one: beside the folder that it would have had."""
    return folder.with_name(f".{folder.name}.failure.json")


def write_failure(folder: Path, message: str, health: Health) -> None:
    """Keep why there is no adapter, so that the same training is not tried again; removing the file does that."""
    write_json(failure_file(folder), {"message": message, "health": asdict(health)})


def read_failure(folder: Path) -> dict[str, Any] | None:
    """What `write_failure` kept; None where there is nothing."""
    file = failure_file(folder)
    return dict(read_json(file)) if file.is_file() else None


def save_adapter(base: Base, name: str, folder: Path, manifest: dict[str, Any], history: Sequence[Line] = ()) -> None:
    """Write the adapter `name` of the loaded base as a PEFT folder with manifest and history; it appears whole.

    Plain `PeftModel.from_pretrained(base, folder)` loads it. Of full fine-tuning it is a model folder instead.
    """
    with whole_folder(folder) as temporary:
        if base.full:
            _save_model(base, name, temporary)
        else:
            _save_peft(base, name, temporary, str(manifest["base_model"]))
        write_history(temporary, history)
        write_json(temporary / MANIFEST, manifest)


def _save_peft(base: Base, name: str, folder: Path, model: str) -> None:
    base.peft.save_pretrained(str(folder), selected_adapters=[name])
    nested = folder / name  # PEFT nests every adapter that is not called "default"
    for file in nested.iterdir():
        file.rename(folder / file.name)
    nested.rmdir()
    config = read_json(folder / "adapter_config.json")  # where PEFT names the base by its path on this machine
    write_json(folder / "adapter_config.json", config | {"base_model_name_or_path": base_id(model)})
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty model card


def save_served(served: str, folder: Path, manifest: dict[str, Any], history: Sequence[Line] = ()) -> None:
    """Write the folder of an adapter that a server has under the name `served`; it appears whole."""
    with whole_folder(folder) as temporary:
        write_history(temporary, history)
        write_json(temporary / MANIFEST, {**manifest, "served": served})


def served_name(folder: Path) -> str:
    """Under which name a server has an adapter; empty where its weights lie in the folder."""
    return str(read_training(folder).get("served", ""))


def _save_model(base: Base, name: str, folder: Path) -> None:
    with base.weights(name) as model:
        model.save_pretrained(str(folder))
    base.tokenizer.save_pretrained(str(folder))


def read_manifest(folder: Path, *, base: str, prompt: str, weights: str | None = None) -> dict[str, Any]:
    """The manifest of an adapter that was trained on this base with this prompt; raises UserError when it was not.

    `weights` is how the base is held here (`eval.model.quantization`), which must be how it was held then.
    """
    refuse_pointers(folder)
    manifest = read_training(folder)
    for key, expected, what in (("base", base, "another base model"), ("prompt", prompt, "another prompt")):
        if manifest[key] != expected:
            raise UserError(f"{folder}: the adapter was trained with {what}; remove the folder to train it again")
    held = manifest.get("base_weights", "nf4")
    if weights and held != weights and not is_pulled(folder):
        raise UserError(
            f"{folder}: the adapter was trained on a base held as {held}, and here it is {weights}; remove the folder "
            "to train it again"
        )
    return manifest


def is_pulled(folder: Path) -> bool:
    """Whether `finetune pull` brought an adapter here, so that it may have been trained in another arithmetic."""
    return (folder / PULLED).is_file()


def read_training(folder: Path) -> dict[str, Any]:
    """What an adapter's training.json says."""
    return dict(read_json(folder / MANIFEST))
