"""Folders that appear whole or not at all, and the run that they come from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.arms.modes import MODES
from eval.errors import UserError
from eval.files import read_json, whole_folder
from eval.strategies import ADAPTERS, Adapter

if TYPE_CHECKING:
    from eval.pipeline.plan import Plan

MANIFEST = "manifest.json"
"""In every folder that a merge or an export writes: what it was made from, agreement and size."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A finished adapter of a run, as `evaluate` would use it."""

    plan: Plan
    name: Adapter
    folder: Path

    @property
    def fingerprint(self) -> str:
        """What the adapter was trained from, as a name."""
        return self.plan.identity.adapter(self.name)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """As `eval.files.whole_folder`, and everybody may read what is in it."""
    with whole_folder(folder) as temporary:
        yield temporary
        for path in temporary.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


@contextmanager
def quiet() -> Iterator[None]:
    """No notes of the libraries that write files: they name the temporary folder, by loggers of many names."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def open_tuned(run: Path, adapter: str | None) -> Tuned:
    """The named adapter of a run folder, or the one that its verdict names; raises UserError when there is none."""
    from eval.pipeline.plan import plan_again

    if not (run / "config.yaml").is_file():
        raise UserError(f"{run}: no run folder (it would hold a config.yaml); make one with: evaluate")
    name = _name(run, adapter)
    plan = plan_again(run)
    alike = plan.like(0, name)  # trained on another machine, it can be taken from this one all the same
    if not alike:
        raise UserError(
            f"{plan.adapter_folder(0, name)}: no such adapter; train it with: "
            f"finetune train {plan.config.dataset_path} --adapter {name} --out {run}"
        )
    known = plan.identity.with_adapter(name, alike[0].name.partition("-")[2])
    return Tuned(replace(plan, identity=known), name, alike[0])


def _name(run: Path, adapter: str | None) -> Adapter:
    known = ", ".join(ADAPTERS)
    if adapter is None:
        file = run / "decision.json"
        decision = read_json(file) if file.is_file() else {"mode": None}
        mode = str(decision["mode"]) if decision.get("strategy") != "none" else ""
        name = MODES[mode].adapter if mode in MODES else None
        if name is None:
            raise UserError(f"{run}: no verdict that names an adapter; choose one with --adapter: {known}")
        return name
    if adapter not in ADAPTERS:
        raise UserError(f"--adapter {adapter}: no such adapter; known: {known}")
    return adapter
