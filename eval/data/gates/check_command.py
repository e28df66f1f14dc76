"""`evaluate --check`: all gates on data sets, one line a finding, nothing written, trained or fetched."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.config import DEFAULT_EMBEDDER, Dtype, with_template
from eval.data.dataset import load_dataset
from eval.data.gates.gate import Finding, Material, check_material, counted
from eval.errors import UserError
from eval.pipeline.run_config import RunConfig
from eval.terminal.command_line import one_document, print_json


def check_datasets(
    paths: Sequence[Path],
    *,
    model: str,
    embedder: str = DEFAULT_EMBEDDER,
    dtype: Dtype = "auto",
    template: Mapping[str, Any] | None = None,
    seed: int = 0,
    limit: int | None = None,
    out: Path | None = None,
    json: bool = False,
    ask: bool = False,
) -> None:
    """Print the findings on each data set and their number; raises UserError at the end when one is an error.

    With `json`, one document: {dataset, findings} for one data set, a list of such for several.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # a check fetches no model
    found: dict[Path, list[Finding]] = {}
    for path in paths:
        with one_document(json):
            found[path] = check_dataset(
                path, model=model, embedder=embedder, dtype=dtype, template=template, seed=seed, limit=limit, out=out,
                ask=ask,
            )  # fmt: skip
        if not json:
            _print_findings(path, found[path], ask=ask)
    if json:
        documents: list[Any] = [{"dataset": str(p), "findings": [asdict(f) for f in fs]} for p, fs in found.items()]
        print_json(documents if len(documents) > 1 else documents[0])
    wrong = [str(path) for path, findings in found.items() if any(f.severity == "error" for f in findings)]
    if wrong:
        raise UserError(f"{', '.join(wrong)}: fix the errors above before anything is trained")


def _print_findings(path: Path, findings: Sequence[Finding], *, ask: bool) -> None:
    for finding in findings:
        print(finding.line())
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
    found = ", ".join(counted(n, s) for s, n in counts.items() if n)
    rest = "" if ask else "; the embedder and the base were not asked (--check --ask)"
    print(f"{path}: {found or 'nothing found'}{rest}")


def check_dataset(
    path: Path,
    *,
    model: str,
    embedder: str = DEFAULT_EMBEDDER,
    dtype: Dtype = "auto",
    template: Mapping[str, Any] | None = None,
    seed: int = 0,
    limit: int | None = None,
    out: Path | None = None,
    ask: bool = True,
) -> list[Finding]:
    """The findings of all gates on one data set, errors first; models are asked only where there are no errors."""
    from eval.data.gates.embedder import check_retrieval
    from eval.data.gates.known_answers import ask_base
    from eval.pipeline.selection import choose_examples

    dataset = load_dataset(path)
    findings = check_material(Material(dataset, choose_examples(dataset.test, limit, seed)))
    if not ask or any(f.severity == "error" for f in findings):
        return findings
    config = RunConfig(
        dataset_path=str(path),
        model=model,
        seed=seed,
        limit=limit,
        dtype=dtype,
        dataset=with_template(dataset.config, template),
    )
    findings += check_retrieval(dataset, embedder)
    return [*findings, *ask_base(dataset, config, out or Path("runs") / dataset.config.name)]
