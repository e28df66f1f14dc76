"""The option that spreads a run over a cluster."""

from __future__ import annotations

from typing import Annotated

import typer

ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="auto|HOST:PORT|local:N",
        help="Spread the work over a Ray cluster, or over N workers on this machine (docs/cluster.md).",
    ),
]
