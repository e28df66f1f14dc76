"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

OUTPUT = "Output"

QuietOption = Annotated[
    bool, typer.Option("--quiet", metavar="", help="No progress, only the result.", rich_help_panel=OUTPUT)
]
JsonOption = Annotated[
    bool, typer.Option("--json", metavar="", help="Print the result as one JSON document.", rich_help_panel=OUTPUT)
]
