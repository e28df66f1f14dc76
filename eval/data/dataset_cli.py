"""The `dataset` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.errors import UserError
from eval.terminal.command_line import guarded, one_document, print_json
from eval.terminal.command_options import JsonOption, VersionOption

if TYPE_CHECKING:
    from eval.config import Endpoint
    from eval.data.drafting.draft_set import Draft
    from eval.data.importing.import_set import Import
    from eval.data.init.init_set import Init

app = typer.Typer(pretty_exceptions_enable=False, no_args_is_help=True)

SHOWN = 8
"""Rows that were left out and are named on the screen; import.json has all."""


@app.callback()
def dataset(version: VersionOption = False) -> None:
    """Make a data set from documents, and from questions in the files that people have."""


def _column(what: str) -> Any:
    return typer.Option(metavar="COLUMN", help=f"The column of {what}.", rich_help_panel="Columns of a table")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Spreadsheet, JSON, JSONL, Parquet, YAML, or a folder.")],
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The data set's folder; its corpus/ is searched for answers.")
    ],
    form: Annotated[str | None, typer.Option("--format", metavar="NAME", help="Default: found out.")] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a workbook; default: all with questions.")
    ] = None,
    question: Annotated[str | None, _column("questions")] = None,
    answer: Annotated[str | None, _column("accepted answers")] = None,
    reply: Annotated[str | None, _column("whole replies")] = None,
    documents: Annotated[str | None, _column("documents that hold the answer")] = None,
    group: Annotated[str | None, _column("facts; rows of one fact stay together")] = None,
    split: Annotated[str | None, _column("splits: train, dev, test")] = None,
    test_share: Annotated[float, typer.Option(min=0.1, max=0.9, help="Share of rows for the test.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Which groups go into the test.")] = 0,
    empty_is_unanswerable: Annotated[
        bool, typer.Option("--empty-is-unanswerable", metavar="", help="Rows without an answer should be refused.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", metavar="", help="Write over rows that are there.")] = False,
    json: JsonOption = False,
) -> None:
    """Write train.jsonl and test.jsonl from a file of questions, with answers, documents and groups found."""
    from eval.data.importing.import_set import import_set

    named = {
        "question": question, "answer": answer, "reply": reply, "documents": documents, "group": group, "split": split,
    }  # fmt: skip
    with one_document(json):
        done = import_set(
            file, into, form=form, sheet=sheet, columns={k: v for k, v in named.items() if v}, test_share=test_share,
            seed=seed, replace=replace, empty_is_unanswerable=empty_is_unanswerable,
        )  # fmt: skip
    if json:
        print_json(
            {"folder": str(done.folder), "format": done.form, "rows": done.rows, "groups": done.groups,
             "documents": done.documents, "notes": list(done.notes), "left_out": list(done.left_out)}
        )  # fmt: skip
        return
    for line in import_lines(done):
        typer.echo(line)
    typer.echo(f"next: evaluate {done.folder} --check")


@app.command()
def init(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="Documents of any kind, and a file of questions.")],
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The data set's folder; default: beside it, FOLDER-set.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file of questions; default: found in the folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which groups go into the test.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make a data set's folder of documents and questions, with a dataset.yaml that is read off the replies."""
    from eval.data.init.init_set import init_set

    with one_document(json):
        done = init_set(source, into, questions=questions, seed=seed)
    if json:
        print_json(
            {"folder": str(done.folder), "documents": done.documents, "words": done.words,
             "not_read": list(done.unread), "rows": done.questions.rows if done.questions else {},
             "wanted": done.wanted}
        )  # fmt: skip
        return
    for line in init_lines(done):
        typer.echo(line)


@app.command()
def draft(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A data set's folder with corpus/ and dataset.yaml.")
    ],
    rows: Annotated[int, typer.Option(min=8, help="Questions to draft, besides those without an answer.")] = 400,
    examples: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSONL of 5 to 20 rows with replies as they should look.")
    ] = None,
    test_share: Annotated[float, typer.Option(min=0.1, max=0.9, help="Share of rows for the test.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Which facts are asked for, and how.")] = 0,
    writer: Annotated[
        str | None,
        typer.Option(metavar="URL#NAME", help="A model that writes half of the questions; not the tested one."),
    ] = None,
    writer_key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The environment variable with its API key.")
    ] = None,
    writer_requests: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many requests.")] = None,
    replace: Annotated[bool, typer.Option("--replace", metavar="", help="Write over rows that are there.")] = False,
    json: JsonOption = False,
) -> None:
    """Draft questions from the corpus: its tables, fields, sentences, question and answer pairs; or by a --writer."""
    from dataclasses import asdict

    from eval.data.drafting.draft_set import draft_set

    endpoint = _writer(writer, writer_key_env, writer_requests)
    with one_document(json):
        done = draft_set(
            folder, rows=rows, seed=seed, examples=examples, test_share=test_share, replace=replace, writer=endpoint
        )
    if json:
        print_json(asdict(done) | {"folder": str(done.folder)})
        return
    for line in draft_lines(done):
        typer.echo(line)


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A data set's folder.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="On this machine alone.")] = 8765,
    seed: Annotated[int, typer.Option(help="The order of the rows, which is a random one.")] = 0,
    status: Annotated[
        bool, typer.Option("--status", metavar="", help="Say how far the review is, and open no page.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Look at rows in the browser: question, passage with the answer marked, reply; accept, edit, merge or drop."""
    from dataclasses import asdict

    from eval.data.review.review_status import review_status

    if status or json:
        now = review_status(folder)
        if json:
            print_json(asdict(now) | {"interval": now.interval, "stamp": now.stamp()})
        else:
            low, high = now.interval
            said = f"{now.kept} of {now.rows} test rows reviewed; wrong answers: {now.wrong} of {now.reviewed}"
            typer.echo(f"{folder}: {said} (95 % interval {low:.0%} to {high:.0%})")
            typer.echo(f"  {now.stamp() or 'a verdict on it needs no stamp'}")
        return
    from eval.data.review.review_app import serve_review

    typer.echo(f"review of {folder}: http://127.0.0.1:{port}/ (Ctrl-C ends it; what was said is kept)")
    serve_review(folder, port, seed)


def _writer(name: str | None, key_env: str | None, requests: int | None) -> Endpoint | None:
    """The endpoint that --writer names; says where passages go when that is not this machine."""
    if name is None:
        return None
    from eval.model.endpoint.address import named_endpoint, notice
    from eval.terminal.progress import say

    if "#" not in name:
        raise UserError(f"--writer {name}: names a server but no model there; write URL#NAME")
    endpoint = named_endpoint(name, key_env=key_env, max_requests=requests)
    if line := notice(endpoint, passages=True):
        say(line)
    return endpoint


def draft_lines(done: Draft) -> list[str]:
    """What a draft has to say, as lines."""
    rows = ", ".join(f"{n} {split}" for split, n in done.rows.items())
    kinds = ", ".join(f"{n} {origin}" for origin, n in sorted(done.origins.items()))
    lines = [f"{done.folder}: {rows} rows about {done.groups} facts ({kinds})"]
    lines.append(f"  {done.found} facts found; left out:" if done.dropped else f"  {done.found} facts found")
    lines += [f"    {n} because {reason}" for reason, n in sorted(done.dropped.items())]
    lines += [f"  contradiction: {text}" for text in done.contradictions[:SHOWN]]
    if done.uncovered:
        named = ", ".join(done.uncovered[:SHOWN])
        lines.append(f"  no question about {len(done.uncovered)} of {done.documents} documents: {named}")
    if not done.styled:
        lines.append("  replies are the answers alone; --examples with replies as they should look train a style")
    lines.append(f"next: dataset review {done.folder}")
    return lines


def init_lines(done: Init) -> list[str]:
    """What an init has to say: what was read, what was not, and what a verdict still needs."""
    lines = [f"{done.folder}: {done.documents} documents of {done.words} words"]
    lines += [f"  not read: {why}" for why in done.unread]
    if done.questions is not None:
        lines += import_lines(done.questions)
    if done.test_rows < done.wanted:
        lines.append(
            f"a verdict needs about {done.wanted} independent test questions to tell lifts of twice the margin; "
            f"there are {done.test_rows} (reviewing {done.wanted} takes about {done.hours:g} hours)"
        )
    lines.append(
        f"next: {'dataset draft' if done.questions is None else 'evaluate'} {done.folder}"
        + (" --check" if done.questions else "")
    )
    return lines


def import_lines(done: Import) -> list[str]:
    """What an import has to say, as lines."""
    rows = ", ".join(f"{n} {split}" for split, n in sorted(done.rows.items(), reverse=True))
    lines = [f"{done.folder}: {rows} rows about {done.groups} facts, read as {done.title}"]
    if done.documents:
        lines.append(f"  {done.documents} documents written to {done.folder / 'corpus' / 'imported'}")
    lines += [f"  {note}" for note in done.notes]
    if done.left_out:
        from eval.data.gates.gate import counted

        lines.append(f"  {counted(len(done.left_out), 'row')} left out (all in {done.folder / 'import.json'}):")
        lines += [f"    {line}" for line in done.left_out[:SHOWN]]
    if done.proposal is not None:
        lines.append(
            f"  dataset.yaml: metric {done.proposal.metric}, answer {done.proposal.answer or 'the whole reply'}"
        )
        lines += [f"    check {check.line()}" for check in done.proposal.checks]
    return lines


def main() -> None:
    """Run the command; a UserError is one line and exit code 2."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
