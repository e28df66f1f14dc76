"""The `rag` command: index, ask, tune."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.config import DEFAULT_EMBEDDER, DEFAULT_MODEL
from eval.errors import UserError
from eval.files import write_json
from eval.terminal.command_line import guarded, one_document, print_json
from eval.terminal.command_options import (
    DtypeOption,
    JsonOption,
    PluginOption,
    QuietOption,
    TemplateOption,
    VersionOption,
    template_arguments,
)
from rag.corpus import locate_corpus, open_corpus

if TYPE_CHECKING:
    from eval.pipeline.plan import Plan
    from eval.records import Passage

app = typer.Typer(pretty_exceptions_enable=False, no_args_is_help=True)

DatasetArgument = Annotated[
    str,
    typer.Argument(metavar="DATASET", help="Data set folder, a name below datasets/, or a folder of documents alone."),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-unreadable", metavar="", help="Leave out files that cannot be read, and name each.")
]
EmbedderOption = Annotated[str, typer.Option(help="Embedder: a Hugging Face id or a local folder.")]
OutOption = Annotated[Path | None, typer.Option(help="Run folder with the index; default runs/<data set name>.")]


@app.callback()
def rag(version: VersionOption = False) -> None:
    """Index a data set's documents and ask them questions."""


@app.command()
def index(
    dataset: DatasetArgument,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    plugin: PluginOption = None,
    out: OutOption = None,
    skip_unreadable: SkipOption = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Bring the index up to date with the corpus; only what changed is embedded."""
    from eval.pipeline.lock import locked
    from eval.terminal.progress import set_quiet

    set_quiet(quiet)
    data, folder = locate_corpus(dataset, out, embedder, plugin or [], skip_unreadable)
    with locked(folder), one_document(json):
        _, made = open_corpus(data, embedder, folder)
        write_json(folder / "corpus.json", data.survey.manifest())
    if json:
        counts = {k: getattr(made, k) for k in ("added", "changed", "removed", "kept")}
        print_json(
            {"dataset": data.name, "index": str(folder / "index"), "documents": len(data.texts),
             "not_read": [asdict(u) for u in data.survey.unread], "passages": made.chunks, **counts,
             "seconds": round(made.seconds, 3)}
        )  # fmt: skip
        return
    typer.echo(
        f"{folder / 'index'}: {len(data.texts)} documents as {made.chunks} passages; {made.added} added, "
        f"{made.changed} changed, {made.removed} removed, {made.kept} kept in {made.seconds:.1f} s"
    )


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A document of any kind that a corpus may hold.")],
    json: JsonOption = False,
) -> None:
    """Print what would be indexed of a file: its title, its text, and what of it could not be read."""
    from rag.readers.survey import read_one

    found = read_one(file)
    if json:
        print_json(
            {"file": str(file), "title": found.title, "text": found.text, "gaps": list(found.gaps),
             "characters_not_shown": found.hidden, "read_as": found.encoding or "utf-8",
             "places": [{"offset": at, "kind": kind, "value": value} for at, kind, value in found.marks]}
        )  # fmt: skip
        return
    typer.echo(f"title: {found.title}\n\n{found.text}")
    if found.encoding:
        typer.echo(f"read as {found.encoding}, not UTF-8; save it as UTF-8 if letters are wrong", err=True)
    for gap in found.gaps:
        typer.echo(f"not read: {gap}", err=True)
    if found.hidden:
        typer.echo(f"left out: {found.hidden} characters that are not shown, quoted or a signature", err=True)


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
    skip_unreadable: SkipOption = False,
    passages_only: Annotated[
        bool, typer.Option("--passages-only", metavar="", help="Retrieve, but load no model.")
    ] = False,
) -> None:
    """Print the passages that are found for a question, then the answer of the `rag` mode."""
    from eval.pipeline.lock import locked
    from eval.pipeline.plan import plan_run

    if not question.strip():
        raise UserError("the question is empty; put it in quotes after the data set")
    data, folder = locate_corpus(dataset, out, embedder, plugin or [], skip_unreadable)
    if not passages_only and data.bare:
        typer.echo(
            f"{data.path}: has no dataset.yaml, so there are passages and no answer; see: dataset init", err=True
        )
    if not passages_only and not data.bare:
        template = template_arguments(chat_template_kwargs)
        plan = plan_run(data.path, model=model, embedder=embedder, dtype=dtype, template=template, out=folder)
        typer.echo(_answer(plan, question))
        return
    with locked(folder):
        retriever, _ = open_corpus(data, embedder, folder)
        show_passages(retriever.retrieve([question])[0])


@app.command()
def tune(
    dataset: DatasetArgument,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    chunks: Annotated[
        str, typer.Option(metavar="N,N", help="Chunk sizes to try beside the data set's own, in tokens.")
    ] = "64,128,256",
    plugin: PluginOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Choose method, chunks and number of passages on development questions; `evaluate` then uses them."""
    from eval.data.dataset import check_corpus, load_dataset, resolve_dataset
    from eval.pipeline.lock import locked
    from eval.plugins import load_plugins
    from eval.terminal.progress import set_quiet
    from rag.tuning.tune import tune as choose_settings

    set_quiet(quiet)
    if not all(part.strip().isdigit() and int(part) >= 16 for part in chunks.split(",")):
        raise UserError(f"--chunks {chunks}: expected numbers of 16 or more, such as 64,128")
    load_plugins(plugin or [])
    data = load_dataset(resolve_dataset(dataset), test=False)
    if not data.documents:
        raise UserError(f"{data.path}: has no corpus/ to retrieve from; add documents there")
    folder = out or Path("runs") / data.config.name
    check_corpus(data)
    with locked(folder), one_document(json):
        found, file = choose_settings(data, embedder, folder, [int(part) for part in chunks.split(",")])
    rows, chosen = found.table(), found.chosen
    if json:
        print_json({
            "dataset": data.config.name, "questions": len(chosen.held), "settings": chosen.settings.model_dump(),
            "share": chosen.mean, "own_share": found.trials[0].mean, "trials": rows, "path": str(file),
        })  # fmt: skip
        return
    for row in sorted(rows, key=lambda r: -r["share"])[:10]:
        named = ", ".join(f"{k} {v}" for k, v in row["settings"].items()) or "the data set's own settings"
        typer.echo(f"{row['share']:.3f}  {row['tokens']:5d} tokens  {named}")
    kept = (
        "no setting is shown to be better; the data set's own stay"
        if chosen is found.trials[0]
        else "chosen: " + (", ".join(f"{k} {v}" for k, v in rows[found.trials.index(chosen)]["settings"].items()))
    )
    typer.echo(
        f"{len(rows)} settings on {len(chosen.held)} development questions; {kept} "
        f"({found.trials[0].mean:.3f} to {chosen.mean:.3f} of the questions have what they need); {file}"
    )


def show_passages(passages: Sequence[Passage]) -> None:
    """Print each passage under its document's id, with its place there and its score."""
    for rank, passage in enumerate(passages, 1):
        where = "".join(f"  {part}" for part in (passage.place, passage.headings) if part)
        typer.echo(f"{rank}. {passage.document}  passage {passage.position}  score {passage.score:.3f}{where}")
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


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
