"""Options that several commands share."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

from eval.config import Dtype
from eval.errors import UserError

OUTPUT = "Output"


def _version(wanted: bool) -> None:
    """Print which version this is, and end."""
    if wanted:
        from importlib import metadata

        typer.echo(f"rag-or-finetune {metadata.version('rag-or-finetune')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", metavar="", help="Say which version this is.", callback=_version, is_eager=True)
]
Language = Literal["en", "ko"]
"""In which language pages are written; the language of the data is another matter, and stands in dataset.yaml."""
LanguageOption = Annotated[
    Language,
    typer.Option(
        "--language",
        metavar="LANGUAGE",
        help="Of the pages and the verdict in words, not of the data: en or ko.",
        rich_help_panel=OUTPUT,
    ),
]
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
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--chat-template-kwargs",
        metavar="JSON",
        help="Passed to the model's chat template, over those of dataset.yaml, as in '{\"enable_thinking\": true}'. "
        "Thinking is off by default where the template can turn it off.",
    ),
]


PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        help="Load a Python file that adds modes, metrics, style checks, retrievers or vector stores; repeatable.",
    ),
]


def template_arguments(text: str | None) -> dict[str, Any]:
    """What `--chat-template-kwargs` names; raises UserError when it is not a JSON object."""
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise UserError(f"--chat-template-kwargs {text}: not JSON ({error}); write {EXAMPLE}") from None
    if not isinstance(found, dict):
        raise UserError(f"--chat-template-kwargs {text}: not a JSON object; write {EXAMPLE}")
    return found


EXAMPLE = """'{"enable_thinking": true}'"""
