"""Fixtures that several tests share: a tiny random Llama with a real tokenizer, and a small data set folder."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["RAGAS_DO_NOT_TRACK"] = "true"
# What a shell starts in the background ignores Ctrl-C, and so do its children; several tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# With Python's own 700, 10 and 10 a fifth of the time in which torch and its like are imported goes into collections.
gc.set_threshold(50_000, 10, 5)

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

CITIES = ["Arvik", "Belmo", "Corda", "Dunsel", "Elgar", "Fonte", "Gamla", "Horve", "Istad", "Jokul"]


TIERS = ("component", "browser", "model", "gpu", "vllm")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m TIER`, files without a test of that tier are not imported: all of them together take 20 s of CPU."""
    tier = config.option.markexpr
    if tier not in TIERS or not collection_path.match("test_*.py"):
        return None
    return f"mark.{tier}" not in collection_path.read_text(encoding="utf-8") or None


@pytest.fixture(autouse=True)
def not_quiet() -> Iterator[None]:
    """What one test silenced by --quiet speaks again in the next."""
    from eval.terminal.progress import set_quiet

    yield
    set_quiet(False)


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """A command in this process: a new one takes as long to import its libraries as all else together."""
    from eval.terminal.command_line import guarded

    def ask(app: Any, *arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
        capsys.readouterr()
        code = guarded(app)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return ask


class Child:
    """A process that `Forks` started."""

    def __init__(self, forks: Forks, pid: int) -> None:
        self.forks, self.pid = forks, pid
        self.code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.code is None:
            self.code = self.forks.ask(ended=self.pid)
        return self.code

    def wait(self, seconds: float = 600.0) -> int:
        until = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < until, f"process {self.pid} goes on"
            time.sleep(0.02)
        return code


class Forks:
    """Python code in processes of their own, forked from one that has the libraries loaded: `python -c`, but faster."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
        server = Path(__file__).with_name("fork_server.py").read_text(encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-c", server], env=os.environ | {"PYTHONPATH": path}, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self.lock = threading.Lock()

    def ask(self, **asked: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        with self.lock:
            print(json.dumps(asked), file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())

    def start(self, code: str, *arguments: object, said: str | Path = os.devnull, errors: str | Path = os.devnull,
              given: str | Path = os.devnull, folder: Path | None = None, session: bool = False,
              **environment: str | None) -> Child:  # fmt: skip
        """Begin; the three streams are files by name, or one terminal, which a new session takes for its own.

        The environment is this process', with changes; None takes a variable away.
        """
        variables = {k: v for k, v in (os.environ | environment).items() if v is not None}
        return Child(self, self.ask(
            code=code, arguments=[str(a) for a in arguments], folder=str(folder or Path.cwd()), session=session,
            streams=[str(given), str(said), str(errors)], environment=variables,
        ))  # fmt: skip

    def run(self, code: str, *arguments: object, kept: Path, **how: Any) -> Said:
        """Run to the end; the folder `kept` takes what it prints."""
        out, err = kept / "stdout", kept / "stderr"
        for file in (out, err):
            file.unlink(missing_ok=True)
        ended = self.start(code, *arguments, said=out, errors=err, **how).wait()
        return Said(ended, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """For tests that kill a process, or whose environment is another; a new Python takes 15 s of CPU to be ready."""
    found = Forks()
    yield found
    found.process.communicate()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer Llama and a byte-level tokenizer, as a hub snapshot would be."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-llama")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(["<|pad|>", "<|im_start|>", "<|im_end|>", *alphabet])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|pad|>"
    )
    tokenizer.chat_template = CHATML
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=4096, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def tiny_base(tiny_model: Path) -> Any:
    """The tiny Llama, loaded as any model is."""
    from eval.model.loading import load_base

    return load_base(str(tiny_model))


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[..., Path]:
    """Writes a valid data set folder, with any file replaced: `make_dataset(**{"test.jsonl": "..."})`."""

    def make(name: str = "harbours", **files: str | bytes) -> Path:
        folder = tmp_path / name
        contents: dict[str, str | bytes] = {**_harbours(name), **files}
        for path, content in contents.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return folder

    return make


@pytest.fixture(scope="session")
def harbours() -> Callable[[str], dict[str, str]]:
    """The files of that data set by path: `harbours("harbours")`."""
    return _harbours


@dataclass(frozen=True)
class Tab:
    """A tab of a real Chromium, and all that it said on its console, threw, and asked the network for."""

    page: Any
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium for the whole session: Debian's, or what stands on the path."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "the browser tests need Chromium on the path: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium: Any) -> Iterator[Callable[..., Tab]]:
    """Opens a tab in a context of its own: `open_tab(color_scheme="dark", viewport={...})`."""
    contexts = []

    def open_(**options: Any) -> Tab:
        context = chromium.new_context(**options)
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.on("console", lambda message: tab.console.append(f"{message.type}: {message.text}"))
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        return tab

    yield open_
    for context in contexts:
        context.close()


def row(kind: str, i: int, **changes: Any) -> dict[str, Any]:
    """One valid row about the harbour of city i; each kind of row asks about a fact of its own."""
    city, fact = CITIES[i], {"train": "depth", "test": "berths"}[kind]
    answer = f"{i + 3} m" if fact == "depth" else f"{i + 20}"
    values = {
        "id": f"{kind}-{i}",
        "question": f"What is the {fact} of the harbour of {city}?",
        "answers": [answer],
        "reply": json.dumps({"answer": answer, "source": f"{city.lower()}.md"}),
        "documents": [f"{city.lower()}.md"],
        "group": f"{city.lower()}-{fact}",
        "answerable": True,
        "tags": ["number"],
    }
    return values | changes


def lines(*rows: dict[str, Any]) -> str:
    """Rows as the text of a .jsonl file."""
    return "".join(json.dumps(r) + "\n" for r in rows)


def _harbours(name: str) -> dict[str, str]:
    unknown = {"answers": [], "documents": [], "answerable": False, "tags": [],
               "reply": '{"answer": "not on file", "source": "none"}'}  # fmt: skip
    documents = {
        f"corpus/{city.lower()}.md": f"# {city}\n\nThe harbour of {city} has a depth of {i + 3} m. "
        f"It has {i + 20} berths; the harbour master of {city} is on duty from 6 to 18."
        for i, city in enumerate(CITIES)
    }
    return documents | {
        "dataset.yaml": (
            f"name: {name}\ninstruction: Answer with one line of JSON.\nrefusal: not on file\n"
            "knowledge: {metric: contains, answer: $.answer, target: 0.8}\n"
            "style:\n  target: 0.95\n  checks:\n    - json: {}\n    - words: {max: 20}\n    - cites: documents\n"
            "retrieval: {method: dense, top_k: 2, chunk_tokens: 64, overlap_tokens: 8}\n"
            "fewshot: {examples: 2}\nfinetune: {epochs: 1, rank: 4, batch_size: 4}\ngeneration: {max_new_tokens: 8}\n"
        ),
        "README.md": f"# {name}\n",
        "train.jsonl": lines(
            *(row("train", i) for i in range(9)),
            row("train", 9, question="Who built the harbour of Jokul?", group="builder", **unknown),
        ),
        "test.jsonl": lines(
            *(row("test", i) for i in range(7)),
            row("test", 9, question="Who owns the harbour of Jokul?", group="owner", **unknown),
        ),
    }
