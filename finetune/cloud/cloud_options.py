"""The arguments and options of `finetune cloud`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SENDING = "Sending"
JOBS = "A container of our own (hf-jobs)"

ProviderArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROVIDER", help="openai, azure, nebius, together, fireworks, openai-compatible or hf-jobs."
    ),
]
DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="Data set folder, or the name of a bundled one.")
]
BaseOption = Annotated[str, typer.Option("--base", metavar="NAME", help="The base, as the provider calls it.")]
AdapterOption = Annotated[str, typer.Option("--adapter", help="ft or hybrid.")]
UrlOption = Annotated[str | None, typer.Option("--url", help="Address, where the provider has none of its own.")]
KeyEnvOption = Annotated[str | None, typer.Option("--key-env", metavar="NAME", help="Variable with the API key.")]
TokenizerOption = Annotated[
    str | None, typer.Option("--tokenizer", metavar="MODEL", help="A model here with the base's tokenizer.")
]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Finds the passages of hybrid.")]
OutOption = Annotated[Path | None, typer.Option(help="Run folder; default runs/<data set name>.")]
PricePerMillionOption = Annotated[
    float | None,
    typer.Option("--price-per-million", min=0, help="Of trained tokens, in USD, as of today."),
]
SendOption = Annotated[
    bool, typer.Option("--send", help="Send it, and wait; without this nothing leaves.", rich_help_panel=SENDING)
]
YesSendOption = Annotated[
    str | None,
    typer.Option("--yes-send", metavar="NAME", help="The data set's name, typed ahead.", rich_help_panel=SENDING),
]
MaxCostOption = Annotated[
    float | None, typer.Option("--max-cost", min=0, help="Make no job above this.", rich_help_panel=SENDING)
]
CostUnknownOption = Annotated[
    bool, typer.Option("--cost-unknown", help="Make a job of unknown price.", rich_help_panel=SENDING)
]
AllowPersonalDataOption = Annotated[
    bool, typer.Option("--allow-personal-data", help="Send rows that hold some.", rich_help_panel=SENDING)
]
KeepOption = Annotated[
    bool, typer.Option("--keep", help="Leave the training file with the provider.", rich_help_panel=SENDING)
]
FlavorOption = Annotated[
    str | None, typer.Option("--flavor", help="hf-jobs: the machine; default l4x1.", rich_help_panel=JOBS)
]
ImageOption = Annotated[
    str | None, typer.Option("--image", help="hf-jobs: the container; default python:3.12.", rich_help_panel=JOBS)
]
TimeoutOption = Annotated[
    str | None, typer.Option("--timeout", help="hf-jobs: ends the job; default 2h.", rich_help_panel=JOBS)
]
CancelOption = Annotated[bool, typer.Option("--cancel", help="End the job.", rich_help_panel=SENDING)]
EndpointsOption = Annotated[
    bool, typer.Option("--endpoints", help="List what is billed by the hour for it.", rich_help_panel=SENDING)
]
TeardownOption = Annotated[
    bool, typer.Option("--teardown", help="End what is billed by the hour for it.", rich_help_panel=SENDING)
]
StatusOption = Annotated[bool, typer.Option("--status", help="List this run folder's jobs.", rich_help_panel=SENDING)]
