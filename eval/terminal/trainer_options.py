"""Options of `evaluate` for adapters that a provider trains and serves."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eval.arms.modes import MODES
from eval.config import Endpoint
from eval.errors import UserError
from eval.strategies import ADAPTERS

PANEL = "Training by a provider (--trainer NAME, with --model http://HOST/v1)"

TrainerOption = Annotated[
    str | None,
    typer.Option(
        "--trainer", metavar="PROVIDER", rich_help_panel=PANEL,
        help="Have ft and hybrid trained there, on the base of --model-name: openai, nebius or openai-compatible.",
    ),
]  # fmt: skip
SendOption = Annotated[
    bool, typer.Option("--send", help="Send the rows; without this only the plan is shown.", rich_help_panel=PANEL)
]
YesSendOption = Annotated[
    str | None,
    typer.Option("--yes-send", metavar="NAME", help="The data set's name, typed ahead.", rich_help_panel=PANEL),
]
TrainingCostOption = Annotated[
    float | None,
    typer.Option("--training-max-cost", min=0, help="Make no job above this in all.", rich_help_panel=PANEL),
]
TrainingPriceOption = Annotated[
    float | None,
    typer.Option("--training-price", min=0, help="Of a million trained tokens, in USD.", rich_help_panel=PANEL),
]
CostUnknownOption = Annotated[
    bool, typer.Option("--cost-unknown", help="Make a job of unknown price.", rich_help_panel=PANEL)
]
PersonalOption = Annotated[
    bool, typer.Option("--allow-personal-data", help="Send rows that hold some.", rich_help_panel=PANEL)
]


def by_provider(
    provider: str,
    endpoint: Endpoint | None,
    paths: Sequence[Path],
    modes: Sequence[str],
    *,
    send: bool,
    yes_send: str | None,
    max_cost: float | None,
    price: float | None,
    cost_unknown: bool,
    allow_personal: bool,
    embedder: str,
    out: Path | None,
) -> Endpoint | None:
    """The endpoint with its adapters trained there; None where only the plan was shown. Raises UserError."""
    from finetune.cloud.cloud_trainer import Terms, with_trained

    if endpoint is None or len(paths) != 1:
        raise UserError("--trainer: goes with one data set and one model behind an address; add --model http://HOST/v1")
    corpus = (paths[0] / "corpus").is_dir()
    wanted = [MODES[m] for m in (modes or [m for m in MODES if not MODES[m].on_request])]
    adapters = [a for a in ADAPTERS if any(m.adapter == a and (corpus or not m.retrieves) for m in wanted)]
    terms = Terms(provider, partial(typed_name, yes_send), send, max_cost, cost_unknown, allow_personal, price)
    return with_trained(endpoint, terms, str(paths[0]), adapters, embedder=embedder, out=out)


def typed_name(ahead: str | None, name: str, url: str) -> str:
    """The data set's name, typed ahead or now; raises UserError without a terminal to ask on."""
    if ahead is not None:
        return ahead
    if not sys.stdin.isatty() or os.environ.get("CI"):
        raise UserError(f"--send: there is no terminal to ask on; add --yes-send {name}: nothing was sent")
    return str(typer.prompt(f"type the data set's name to send its training rows to {url}")).strip()
