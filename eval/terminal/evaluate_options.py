"""The options of `evaluate` that no other command has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval.arms.modes import MODES
from eval.config import DEFAULT_MODEL

if TYPE_CHECKING:
    pass

MEASUREMENT, JUDGE = "Measurement", "Judge (an OpenAI-compatible endpoint; none is asked by default)"
ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Base model: a Hugging Face id, a local folder, or an address; repeat it to compare several. Default: "
        "the data set's endpoint, else "
        f"{DEFAULT_MODEL}.",
    ),
]
ModelsOption = Annotated[
    Path | None, typer.Option("--models", metavar="FILE", help="Compare the models of this file (docs/endpoints.md).")
]
EmbedderOption = Annotated[
    str, typer.Option("--embedder", metavar="EMBEDDER", help="Embedder: a Hugging Face id or a local folder.")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Answer this many test questions only.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Run folder; default runs/<data set name>.")
]
DatasetsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="DATASET", help="Data set folders, or names below datasets/; default: the bundled one."),
]
ModesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mode",
        metavar="MODE",
        help=f"Run this mode and the base control; repeatable. {', '.join(MODES)}. "
        f"Default: all but {', '.join(m.name for m in MODES.values() if m.on_request)}.",
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option("--check", metavar="", help="Only look for leaks, wrong labels and too little data; train nothing."),
]
AskOption = Annotated[
    bool,
    typer.Option(
        "--ask", metavar="", help="With --check: also try the embedder on the corpus, and ask the base what it knows."
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", help="Of training, worked examples and intervals.", rich_help_panel=MEASUREMENT
    ),
]
SeedsOption = Annotated[
    int,
    typer.Option(
        "--seeds", metavar="N", min=1, help="Train the adapters so often, to measure what the seed changes.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
LooksOption = Annotated[
    int | None,
    typer.Option(
        "--looks", metavar="K", min=1, max=20,
        help="Ask for the verdict so often in all, on growing data: all looks share the error of one.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
SpendingOption = Annotated[
    Literal["pocock", "obrien-fleming"],
    typer.Option(
        "--spending", metavar="NAME",
        help="How looks share it: pocock, evenly; obrien-fleming, nearly all at the last.",
        rich_help_panel=MEASUREMENT,
    ),
]  # fmt: skip
NoRetentionOption = Annotated[
    bool,
    typer.Option(
        "--no-retention",
        metavar="",
        help="Do not measure what tuning made the model forget.",
        rich_help_panel=MEASUREMENT,
    ),
]
PricesOption = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        help="Price file in the form of eval/prices.yaml, the default.",
        rich_help_panel=MEASUREMENT,
    ),
]
JudgeOption = Annotated[
    str | None, typer.Option("--judge", metavar="URL", help="Ask a judge at this address.", rich_help_panel=JUDGE)
]
JudgeModelOption = Annotated[
    str | None, typer.Option("--judge-model", metavar="NAME", help="The judge's name there.", rich_help_panel=JUDGE)
]
JudgeKeyOption = Annotated[
    str | None,
    typer.Option(
        "--judge-key-env",
        metavar="NAME",
        help="Variable that holds the API key; default OPENAI_API_KEY.",
        rich_help_panel=JUDGE,
    ),
]
JudgeRepeatsOption = Annotated[
    int,
    typer.Option("--judge-repeats", metavar="N", min=1, help="2 or more: measure its noise.", rich_help_panel=JUDGE),
]
JudgeLimitOption = Annotated[
    int | None,
    typer.Option(
        "--judge-limit", metavar="N", min=1, help="Judge this many questions in each mode.", rich_help_panel=JUDGE
    ),
]
JudgeTimeoutOption = Annotated[
    float,
    typer.Option("--judge-timeout", metavar="SECONDS", min=0.1, help="Seconds for one call.", rich_help_panel=JUDGE),
]
