"""The commands of `finetune` that take a trained adapter further: merge, push, pull, export, serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.errors import UserError
from eval.terminal.command_options import Language

app = typer.Typer()


@app.command()
def merge(
    run: Annotated[Path, typer.Argument(help="Run folder, as `evaluate` or `finetune train` left it.")],
    adapter: Annotated[
        str | None, typer.Option("--adapter", help="ft or hybrid; default: the one that the verdict names.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="Number format: bf16, fp16 or fp32.")] = "bf16",
    out: Annotated[Path | None, typer.Option(help="Folder; default RUN/merged/<adapter>-<dtype>.")] = None,
) -> None:
    """Merge an adapter into its base as a plain model folder, and prove that both say the same."""
    from finetune.export.merge import merge as merge_run

    merged = merge_run(run, out, adapter=adapter, dtype=dtype)
    typer.echo(f"{merged.adapter}, merged in {merged.dtype}: {merged.parity.sentence()}\n{merged.folder}")


EndpointOption = Annotated[
    str | None, typer.Option(help="Another hub's address; default $HF_ENDPOINT, else the Hub's.")
]
RevisionOption = Annotated[str | None, typer.Option(help="Branch (of a pull: or tag, or commit); default main.")]


CardLanguage = Annotated[
    Language | None, typer.Option("--language", help="Of the card: en or ko; default: the data set's, if one of them.")
]


@app.command()
def push(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    repo: Annotated[str, typer.Argument(metavar="REPO_ID", help="OWNER/NAME; made, private, where there is none.")],
    adapter: Annotated[str | None, typer.Option("--adapter", help="ft or hybrid; default: the verdict's.")] = None,
    merged: Annotated[bool, typer.Option("--merged", help="The merged model instead of the adapter.")] = False,
    public: Annotated[bool, typer.Option("--public", help="Let everybody read it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be uploaded; no network.")] = False,
    licence: Annotated[str | None, typer.Option(help="Of the base, where its card does not say.")] = None,
    revision: RevisionOption = None,
    endpoint: EndpointOption = None,
    language: CardLanguage = None,
) -> None:
    """Publish an adapter or its merged model, with a card made from the run; rows of the data set stay here."""
    from finetune.hub.publish import What, prepare
    from finetune.hub.publish import push as push_run

    what = What(run, repo, adapter=adapter, merged=merged, public=public, licence=licence, language=language)
    if dry_run:
        typer.echo("\n".join(prepare(what, api=None).lines()))
    else:
        typer.echo(push_run(what, revision=revision, endpoint=endpoint))


@app.command()
def pull(
    repo: Annotated[str, typer.Argument(metavar="REPO_ID", help="OWNER/NAME that `finetune push` wrote.")],
    run: Annotated[Path | None, typer.Option(help="Run folder; default runs/<data set name>.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default where `evaluate` looks in the run folder.")] = None,
    revision: RevisionOption = None,
    endpoint: EndpointOption = None,
) -> None:
    """Bring a published adapter or merged model back."""
    from finetune.hub.pull import pull as pull_repo

    typer.echo(pull_repo(repo, out, run=run, revision=revision, endpoint=endpoint))


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    gguf: Annotated[bool, typer.Option("--gguf", help="For llama.cpp and Ollama, with a Modelfile.")] = False,
    onnx: Annotated[bool, typer.Option("--onnx", help="For onnxruntime and transformers.js.")] = False,
    web: Annotated[
        Path | None, typer.Option("--web", metavar="FOLDER", help="A private chat page: model, passages and scripts.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option("--adapter", help="ft or hybrid: whose weights; default: the verdict's.")
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option("--mode", help="The same by mode; with --web also what it answers by. Default: the verdict's."),
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--form",
            help="Number format. GGUF: f32, f16, q8_0, q4_0, q4_k_m, repeatable; default f16 and q8_0. "
            "ONNX: q4, int8, fp16, fp32; default: the smallest that says the same.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; default RUN/gguf/<adapter> or RUN/onnx/<mode>. Not with --web.")
    ] = None,
) -> None:
    """Convert a model for other runtimes or for a browser, and prove that it says the same."""
    if [gguf, onnx, web is not None].count(True) != 1:
        raise UserError("name one thing to export: --gguf, --onnx or --web FOLDER")
    adapter, mode = _weights(adapter, mode)
    if gguf:
        from finetune.export.gguf_export import export_gguf

        if mode is not None and adapter is None:
            raise UserError(f"--mode {mode}: has no adapter, and --gguf writes the base with one; name ft or hybrid")
        for exported in export_gguf(run, out, adapter=adapter, forms=form or ("f16", "q8_0")):
            typer.echo(f"{exported.file}: {exported.size:,} bytes; {exported.parity.sentence()}")
        return
    if len(form or ()) > 1:
        raise UserError("--form: --onnx and --web write one number format; name one or none")
    _export_onnx(run, web, mode, form[0] if form else None, out)


def _weights(adapter: str | None, mode: str | None) -> tuple[str | None, str | None]:
    """Adapter and mode where one of them, or both, are named; raises UserError where they are not of the same weights.

    The mode of an adapter alone is the one that it was trained for, which has its name.
    """
    from eval.arms.modes import MODES

    if mode is not None and mode not in MODES:
        raise UserError(f"--mode {mode}: no such mode; known: {', '.join(MODES)}")
    own = MODES[mode].adapter if mode else None
    if adapter and mode and adapter != own:
        raise UserError(f"--adapter {adapter}: not what --mode {mode} answers with, which is {own or 'the base'}")
    return adapter or own, mode or adapter


def _export_onnx(run: Path, web: Path | None, mode: str | None, form: str | None, out: Path | None) -> None:
    if web is None:
        from finetune.web.onnx_export import export_onnx

        exported = export_onnx(run, mode, form, out)
        typer.echo(f"{exported.sentence()}\n{exported.folder}")
        return
    from finetune.web.site import export_web

    if out is not None:
        raise UserError("--out does not go with --web, which names its folder itself")
    typer.echo(f"{export_web(run, web, mode, form).sentence()}\nopen it with: finetune serve {web}")


@app.command()
def bundle(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    mode: Annotated[str | None, typer.Option("--mode", help="Default: the verdict's.")] = None,
    with_examples: Annotated[
        bool, typer.Option("--with-examples", help="Take the rows along that the mode's prompt shows.")
    ] = False,
    language: CardLanguage = None,
) -> None:
    """Put all that a mode needs to answer into one folder, which serves from anywhere without the data set."""
    from finetune.bundle.bundle_files import write_bundle

    made = write_bundle(run, out, mode, with_examples=with_examples, language=language)
    typer.echo(f"{made.mode}, {made.bytes:,} bytes in {made.files} files\nserve it with: finetune serve {made.folder}")


def _key(name: str | None) -> str | None:
    """What the variable holds; raises UserError where it holds nothing."""
    import os

    if name is None:
        return None
    if not (key := os.environ.get(name)):
        raise UserError(f"--api-key-env {name}: no such variable, or it is empty; set it to the key")
    return key


@app.command()
def serve(
    run: Annotated[Path, typer.Argument(help="Run folder, or a folder that `bundle` or `export --web` wrote.")],
    api: Annotated[bool, typer.Option("--api", help="Answer OpenAI clients by any mode of the run.")] = False,
    mode: Annotated[
        str | None, typer.Option("--mode", help="Answers when a request names no model; default: the verdict's.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 8000,
    model: Annotated[
        str | None, typer.Option("--model", help="Where the base of a bundle lies, if it is a local folder.")
    ] = None,
    embedder: Annotated[str | None, typer.Option("--embedder", help="The same of the embedder.")] = None,
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", metavar="NAME", help="Variable with the key that clients must send.")
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="One line a request, without what it says.")] = False,
) -> None:
    """Serve a run's winner on this machine: the chat page, or with --api an OpenAI-compatible endpoint.

    A bundle is served by the endpoint.
    """
    from finetune.bundle.bundle_files import is_bundle

    key = _key(api_key_env)
    if is_bundle(run):
        from finetune.bundle.open_bundle import open_bundle, try_bundle
        from finetune.serve.api import serve_api

        if mode is not None:
            raise UserError("--mode goes with a run folder; a bundle has one mode")
        service = open_bundle(run, model=model, embedder=embedder)
        try_bundle(service)
        serve_api(service, host, port, typer.echo, key=key, log=log)
        return
    if model is not None or embedder is not None:
        raise UserError("--model and --embedder go with a bundle; a run names its own")
    if not api:
        from finetune.serve.pages import find_site, serve_page

        if mode is not None:
            raise UserError("--mode goes with --api; the chat page answers by the mode that it was exported with")
        serve_page(find_site(run), host, port, typer.echo)
        return
    from finetune.serve.api import serve_api
    from finetune.serve.run_answers import open_service

    serve_api(open_service(run, mode), host, port, typer.echo, key=key, log=log)
