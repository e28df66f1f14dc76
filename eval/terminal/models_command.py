"""Several models on one data set, as `evaluate` runs and shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from eval.errors import UserError
from eval.files import read_json
from eval.terminal.command_line import one_document, print_json

if TYPE_CHECKING:
    from eval.pipeline.models_file import Compared
    from eval.pipeline.plan import Plan
    from eval.pipeline.tasks import Options


def several_models(models: Sequence[str], file: Path | None) -> list[Compared]:
    """The models to compare; empty where there is one at most."""
    from eval.pipeline.models_file import named_models, read_models

    if file and models:
        raise UserError("--models and --model: name one of them")
    if file:
        return read_models(file)
    return named_models(models) if len(models) > 1 else []


def compare_models(
    models: Sequence[Compared], plan_one: Callable[..., Plan], modes: Sequence[str], options: Options,
    out: Path | None, *, json: bool,
) -> None:  # fmt: skip
    """Run one data set with each model, and write how verdict, figures and costs move with it."""
    from eval.analysis.model_choice import read_result, write_choice
    from eval.api import run_plan
    from reports.pages.model_matrix import write_matrix
    from reports.wording.model_choice_sentence import choice_sentence

    plans = [plan_one(model=m.model, endpoint=m.endpoint, out=out and out / m.name) for m in models]
    if out is None:
        folder = plans[0].folder / "models"
        plans = [plan_one(model=m.model, endpoint=m.endpoint, out=folder / m.name) for m in models]
    folder, results = plans[0].folder.parent, []
    for compared, plan in zip(models, plans, strict=True):
        with one_document(json):
            run_plan(plan, modes, replace(options, prices=compared.prices or options.prices))
        results.append(read_result(compared.name, plan.folder))
    said = choice_sentence(results)
    document, page = write_choice(results, folder, said), write_matrix(results, folder)
    if json:
        print_json(read_json(document))
        return
    typer.echo(f"{said}\nmodels: {page}")
