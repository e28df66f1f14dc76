"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from eval.config import Dtype

OUTPUT = "Output"

QuietOption = Annotated[
    bool, typer.Option("--quiet", metavar="", help="No progress, only the result.", rich_help_panel=OUTPUT)
]
JsonOption = Annotated[
    bool, typer.Option("--json", metavar="", help="Print the result as one JSON document.", rich_help_panel=OUTPUT)
]
DtypeOption = Annotated[
    Dtype,
    typer.Option(
        "--dtype",
        metavar="DTYPE",
        help="What the model computes in: float32, bfloat16 or float16. Named here, its weights are held in that "
        "dtype, unquantised. Default: the fastest that is safe here, on 4-bit weights.",
    ),
]
