"""Options of commands for a model behind an address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.analysis.economics import read_prices
from eval.config import Endpoint
from eval.errors import UserError
from eval.model.endpoint.address import is_address, named_endpoint

PANEL = "Model behind an address (--model http://HOST/v1)"

ModelNameOption = Annotated[
    str | None,
    typer.Option("--model-name", metavar="NAME", help="The base's name there.", rich_help_panel=PANEL),
]
FtModelOption = Annotated[
    str | None,
    typer.Option(
        "--ft-model", metavar="NAME", rich_help_panel=PANEL,
        help="Where the fine-tuned model is served: a name there, or URL#NAME on another server.",
    ),
]  # fmt: skip
HybridModelOption = Annotated[
    str | None,
    typer.Option("--hybrid-model", metavar="NAME", help="The same of the hybrid model.", rich_help_panel=PANEL),
]
TokenizerOption = Annotated[
    str | None,
    typer.Option(
        "--tokenizer", metavar="MODEL", rich_help_panel=PANEL,
        help="A model on this machine with the served one's tokenizer: prompts are then rendered here.",
    ),
]  # fmt: skip
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--model-key-env", metavar="NAME", rich_help_panel=PANEL,
        help="Variable that holds the API key; default OPENAI_API_KEY.",
    ),
]  # fmt: skip
ConcurrencyOption = Annotated[
    int | None,
    typer.Option(
        "--concurrency", metavar="N", min=1, max=512, rich_help_panel=PANEL,
        help="Requests at once; default: as many as the server keeps up with.",
    ),
]  # fmt: skip
MaxRequestsOption = Annotated[
    int | None,
    typer.Option("--max-requests", metavar="N", min=1, help="Send no more than this.", rich_help_panel=PANEL),
]
MaxCostOption = Annotated[
    float | None,
    typer.Option(
        "--max-cost", metavar="MONEY", min=0, rich_help_panel=PANEL,
        help="Spend no more on replies in this run folder; by the token prices of --prices FILE.",
    ),
]  # fmt: skip


def endpoint_of(
    model: str | None,
    *,
    name: str | None,
    ft: str | None,
    hybrid: str | None,
    tokenizer: str | None,
    key_env: str | None,
    concurrency: int | None,
    max_requests: int | None,
    max_cost: float | None = None,
    prices: Path | None = None,
) -> Endpoint | None:
    """The endpoint that the options name; None where `--model` is none. Raises UserError for options without one."""
    if model and is_address(model):
        listed = read_prices(prices) if max_cost is not None else None
        return named_endpoint(
            model, name=name, adapters={"ft": ft, "hybrid": hybrid}, tokenizer=tokenizer, key_env=key_env,
            concurrency=concurrency, max_requests=max_requests, max_cost=max_cost,
            tokens_in_per_million=listed.tokens_in_per_million if listed else None,
            tokens_out_per_million=listed.tokens_out_per_million if listed else None,
        )  # fmt: skip
    given = {"--model-name": name, "--ft-model": ft, "--hybrid-model": hybrid, "--tokenizer": tokenizer,
             "--model-key-env": key_env, "--concurrency": concurrency, "--max-requests": max_requests,
             "--max-cost": max_cost}  # fmt: skip
    for option, value in given.items():
        if value is not None:
            raise UserError(f"{option}: belongs to a model behind an address; add --model http://HOST/v1")
    return None
