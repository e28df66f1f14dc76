"""`evaluate --check`: all gates on data sets, one line a finding, nothing written, trained or fetched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from eval.config import RunConfig
from eval.dataset import load_dataset
from eval.errors import UserError
from eval.gates import Finding, Material, check_material, counted


def check_datasets(
    paths: Sequence[Path], *, model: str, seed: int = 0, limit: int | None = None, out: Path | None = None
) -> None:
    """Print the findings on each data set and their number; raises UserError at the end when one is an error."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # a check fetches no model
    wrong = []
    for path in paths:
        findings = check_dataset(path, model=model, seed=seed, limit=limit, out=out)
        for finding in findings:
            print(finding.line())
        counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
        told = ", ".join(counted(n, s) for s, n in counts.items() if n)
        print(f"{path}: {told or 'nothing found'}")
        if counts["error"]:
            wrong.append(str(path))
    if wrong:
        raise UserError(f"{', '.join(wrong)}: mend the errors above before anything is trained")


def check_dataset(
    path: Path, *, model: str, seed: int = 0, limit: int | None = None, out: Path | None = None
) -> list[Finding]:
    """The findings of all gates on one data set, errors first; the model is asked only when there are no errors."""
    from eval.gate_known import ask_base
    from eval.plan import choose_examples

    dataset = load_dataset(path)
    findings = check_material(Material(dataset, choose_examples(dataset.test, limit, seed)))
    if any(f.severity == "error" for f in findings):
        return findings
    config = RunConfig(dataset_path=str(path), model=model, seed=seed, limit=limit, dataset=dataset.config)
    return [*findings, *ask_base(dataset, config, out or Path("runs") / dataset.config.name)]
