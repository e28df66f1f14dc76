"""The `rag` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.terminal.command_line import guarded, one_document, print_json
from eval.terminal.command_options import (
    DtypeOption,
    JsonOption,
    PluginOption,
    QuietOption,
    TemplateOption,
    template_arguments,
)

if TYPE_CHECKING:
    from eval.data.dataset import Dataset
    from eval.pipeline.plan import Plan
    from eval.records import Passage
    from rag.index import Index
    from rag.retrievers.retriever import Retriever

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Data set folder, or a name below datasets/.")]
EmbedderOption = Annotated[str, typer.Option(help="Embedder: a Hugging Face id or a local folder.")]
OutOption = Annotated[Path | None, typer.Option(help="Run folder with the index; default runs/<data set name>.")]


@app.callback()
def rag() -> None:
    """Index a data set's documents and ask them questions."""


@app.command()
def index(
    dataset: DatasetArgument,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    plugin: PluginOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Bring the index up to date with the corpus; only what changed is embedded."""
    from eval.pipeline.lock import locked
    from eval.terminal.progress import set_quiet

    set_quiet(quiet)
    data, folder = _locate(dataset, out, embedder, plugin or [])
    with locked(folder), one_document(json):
        _, made = _open(data, embedder, folder)
    if json:
        counts = {k: getattr(made, k) for k in ("added", "changed", "removed", "kept")}
        print_json(
            {"dataset": data.config.name, "index": str(folder / "index"), "documents": len(data.documents),
             "passages": made.chunks, **counts, "seconds": round(made.seconds, 3)}
        )  # fmt: skip
        return
    typer.echo(
        f"{folder / 'index'}: {len(data.documents)} documents as {made.chunks} passages; {made.added} added, "
        f"{made.changed} changed, {made.removed} removed, {made.kept} kept in {made.seconds:.1f} s"
    )


@app.command()
def ask(
    dataset: DatasetArgument,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In quotes.")],
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    plugin: PluginOption = None,
    model: Annotated[str, typer.Option(help="Base model: a Hugging Face id or a local folder.")] = DEFAULT_MODEL,
    dtype: DtypeOption = "auto",
    chat_template_kwargs: TemplateOption = None,
    out: OutOption = None,
    passages_only: Annotated[
        bool, typer.Option("--passages-only", metavar="", help="Retrieve, but load no model.")
    ] = False,
) -> None:
    """Print the passages that are found for a question, then the answer of the `rag` mode."""
    from eval.pipeline.lock import locked
    from eval.pipeline.plan import plan_run

    if not question.strip():
        raise UserError("the question is empty; put it in quotes after the data set")
    data, folder = _locate(dataset, out, embedder, plugin or [])
    if not passages_only:
        template = template_arguments(chat_template_kwargs)
        plan = plan_run(data.path, model=model, embedder=embedder, dtype=dtype, template=template, out=folder)
        typer.echo(_answer(plan, question))
        return
    with locked(folder):
        retriever, _ = _open(data, embedder, folder)
        show_passages(retriever.retrieve([question])[0])


def show_passages(passages: Sequence[Passage]) -> None:
    """Print each passage under its document's id, with its place there and its score."""
    for rank, passage in enumerate(passages, 1):
        typer.echo(f"{rank}. {passage.document}  passage {passage.position}  score {passage.score:.3f}")
        typer.echo("".join(f"   {line}\n" for line in passage.text.splitlines()))


def _answer(plan: Plan, question: str) -> str:
    """Print the passages as soon as they are found, and return the reply that the model makes of them."""
    from eval.arms.resources import Resources
    from eval.pipeline.lock import locked

    with locked(plan.folder):
        resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
        show_passages(resources.retriever.retrieve([question])[0])
        text, _ = resources.answer("rag", question)
    return text


def _locate(name: str, out: Path | None, embedder: str, plugins: list[str]) -> tuple[Dataset, Path]:
    """The checked data set, which must have a corpus, and the run folder; nothing is written when either is wrong."""
    from eval.data.dataset import check_corpus, load_dataset, resolve_dataset
    from eval.plugins import load_plugins
    from rag.embed import locate_embedder

    load_plugins(plugins)
    data = load_dataset(resolve_dataset(name))
    if not data.documents:
        raise UserError(f"{data.path}: has no corpus/ to retrieve from; add documents there")
    folder = out or Path("runs") / data.config.name
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; name a folder with --out")
    locate_embedder(embedder)
    check_corpus(data)
    return data, folder


def _open(data: Dataset, embedder: str, folder: Path) -> tuple[Retriever, Index]:
    from rag.retrieve import open_retriever

    return open_retriever(data.texts, embedder, data.config.retrieval, folder, data.gold)


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
