"""What the modes draw on, each part built on first use: the loaded base, the index, the adapters, the examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arms.modes import MODES, Adapter
from eval.arms.prompt import ask, render_reply
from eval.config import DatasetConfig, RunConfig
from eval.data.dataset import Dataset
from eval.data.fewshot import choose_shots
from eval.data.gates.gate import Finding
from eval.data.jsonl import read_json_lines
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json
from eval.metrics.knowledge.metric import stands_in
from eval.model.arithmetic import check_loaded
from eval.model.chat_template import set_arguments, set_to_think
from eval.model.stopping import Limits, counts_on, repeats
from eval.model.thinking import keep_forms
from eval.pipeline.fingerprints import Identity
from eval.records import Example, Passage
from eval.terminal.progress import say, track

if TYPE_CHECKING:
    from eval.model.base import Base
    from finetune.data.row import Row
    from rag.retrieve import Retriever

REPLY_FLOOR = 256
"""New tokens that every reply may take. A limit near the training replies' own length cuts the modes that were not
tuned to be short: 10 to 36 % of their replies on `tidewell` at 48 tokens, and none of the tuned ones."""
REPLY_QUANTILE = 0.95
"""Of the training replies' lengths; the one longest would let every mode ramble for its sake."""
REPLY_HEADROOM = 1.5


class Setup:
    """One data set with one base model; the `Sources` that `eval.arms.modes` builds its prompts from."""

    def __init__(self, dataset: Dataset, config: RunConfig, identity: Identity, run: Path) -> None:
        self.dataset, self.run_config, self.identity, self.run = dataset, config, identity, run
        self._retrieved: dict[str, tuple[Passage, ...]] = {}
        self._rows: dict[str, tuple[list[Row], list[Row]]] = {}

    def with_seed(self, config: RunConfig, identity: Identity) -> Setup:
        """The same data set and loaded base with another seed or rate of training; itself where that is its own."""
        if config == self.run_config:
            return self
        other = Setup(self.dataset, config, identity, self.run)
        other.base, other._retrieved = self.base, self._retrieved
        if config.seed == self.run_config.seed:
            other._rows = self._rows
        if self.dataset.documents:
            other.retriever = self.retriever
        return other

    @property
    def config(self) -> DatasetConfig:
        """The data set's settings."""
        return self.run_config.dataset

    @cached_property
    def base(self) -> Base:
        """The base model, loaded once for all modes."""
        with track("loading the model"):
            from eval.model.loading import load_base

            base = load_base(self.run_config.model, self.config.finetune.method, self.run_config.dtype)
        check_loaded(base, self.identity.arithmetic)
        if line := self._prepare_tokenizer(base.tokenizer):
            say(line)
        return base

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, which is had without the weights."""
        from eval.model.loading import load_tokenizer

        if "base" in vars(self):
            return self.base.tokenizer
        tokenizer = load_tokenizer(self.run_config.model)
        self._prepare_tokenizer(tokenizer)
        return tokenizer

    def _prepare_tokenizer(self, tokenizer: Any) -> str:
        """Have it pass the run's arguments to the chat template, and know what is thinking; one line about that."""
        keep_forms(tokenizer, [e.reply for e in self.dataset.train])
        return set_arguments(tokenizer, self.config.chat_template_kwargs)

    @cached_property
    def context(self) -> int | None:
        """How many tokens the model reads; None where its configuration does not say."""
        from eval.model.loading import read_model_config

        return getattr(read_model_config(self.run_config.model), "max_position_embeddings", None)

    @cached_property
    def retriever(self) -> Retriever:
        """The index of the corpus, brought up to date, ready to be asked."""
        from rag.retrieve import open_retriever

        return open_retriever(
            self.dataset.corpus, self.run_config.embedder, self.config.retrieval, self.run, self.dataset.gold
        )[0]

    @cached_property
    def shots(self) -> tuple[Example, ...]:
        """The worked examples of the few-shot prompts."""
        return choose_shots(self.dataset.train, self.config.fewshot.examples, self.run_config.seed)

    @cached_property
    def limits(self) -> Limits:
        """How long a reply may become: as configured, else REPLY_FLOOR tokens or more where training replies are long.

        More is REPLY_HEADROOM times the REPLY_QUANTILE of their lengths; so much room must every prompt leave.
        """
        turns = ask(self.config.instruction, "?").messages
        replies = [render_reply(self.tokenizer, turns, e.reply) for e in self.dataset.train]
        common = Limits(
            0, think=self.config.generation.max_think_tokens, thinks=set_to_think(self.tokenizer),
            loops=not (repeats(replies) or any(counts_on(e.reply) for e in self.dataset.train)),
        )  # fmt: skip
        if configured := self.config.generation.max_new_tokens:
            return replace(common, reply=configured, least=configured)
        lengths = sorted(len(reply) for reply in replies)
        usual = int(REPLY_HEADROOM * lengths[math.ceil(REPLY_QUANTILE * len(lengths)) - 1])
        return replace(common, reply=max(REPLY_FLOOR, usual), least=usual)

    def prepare(self, examples: Sequence[Example]) -> None:
        """Retrieve for many questions at once, which is faster than one by one."""
        new = [e for e in examples if e.question not in self._retrieved]
        for example, passages in zip(new, self.retriever.retrieve([e.question for e in new]), strict=True):
            self._retrieved[example.question] = passages

    def retrieval_findings(self) -> list[Finding]:
        """What is to be said of the embedder on this corpus; kept beside the index, for runs that do not open it."""
        from eval.data.gates.embedder import retrieval_findings

        file = self.run / "retrieval.json"
        kept = read_json(file) if file.is_file() else {}
        state = fingerprint(self.identity.index, self.dataset.digests)
        if kept.get("of") != state:
            found = retrieval_findings(self.dataset, self.retriever, self.run_config.embedder)
            kept = {"of": state, "findings": [asdict(f) for f in found]}
            write_json(file, kept)
        return [Finding(**finding) for finding in kept["findings"]]

    def retrieve(self, example: Example) -> tuple[Passage, ...]:
        """The question's passages from the index, best first."""
        self.prepare([example])
        return self._retrieved[example.question]

    def gold(self, example: Example) -> tuple[Passage, ...]:
        """The passages of the gold documents that hold an answer, nearest first; for want of such, the nearest ones.

        An unanswerable question has no gold passages and gets what retrieval finds.
        """
        if not example.documents:
            return self.retrieve(example)
        nearest = self.retriever.nearest_in(example.question, example.documents, 10_000)
        holding = [p for p in nearest if any(stands_in(p.text, a) for a in example.answers)]
        return tuple((holding or nearest)[: self.config.retrieval.top_k])

    def training_passages(self, example: Example) -> tuple[Passage, ...]:
        """Retrieved passages with distractors; where retrieval missed, the best gold passage takes the last place.

        So every answerable row teaches to answer from its passages (RAFT, arXiv:2403.10131).
        """
        found = self.retrieve(example)
        gold = self.gold(example) if example.documents else ()
        if not gold or {(p.document, p.position) for p in gold} & {(p.document, p.position) for p in found}:
            return found
        return (*found[:-1], gold[0])

    def load_adapter(self, name: Adapter) -> None:
        """Have the adapter on the loaded base, trained first where it is not in the run folder."""
        from finetune.adapter import read_manifest

        folder = self.train_adapter(name)
        read_manifest(folder, base=self.identity.files, prompt=self.identity.prompt, weights=self.base.rung.name)
        self.base.load_adapter(name, folder)

    def adapter_folder(self, name: Adapter) -> Path:
        """Where the adapter lies, or will lie, in the run folder."""
        return self.run / "adapters" / f"{name}-{self.identity.adapter(name)}"

    def train_adapter(self, name: Adapter) -> Path:
        """Train the adapter unless it is there; returns its folder."""
        from finetune.training.train_adapter import train_adapter

        return train_adapter(self, name)

    def check_adapter(self, name: Adapter) -> None:
        """Raise UserError when an adapter that has yet to be trained would learn from wrong rows, or fits no memory.

        Says how long training will take, unless the base is loaded already.
        """
        from finetune.adapter import is_complete
        from finetune.training.check_rows import refuse_faults
        from finetune.training.requirements import expect_training

        if not is_complete(self.adapter_folder(name)):
            refuse_faults(self, name)
            if "base" not in vars(self):
                expect_training(self, name)

    def training_rows(self, name: Adapter, faults: list[UserError] | None = None) -> tuple[list[Row], list[Row]]:
        """The adapter's (training, held-back) rows, made once.

        Raises UserError for a row that must not be trained on; with `faults`, collects them there and goes on.
        """
        if name not in self._rows:
            train, held = self._hold_back()
            if name == "hybrid":
                self.prepare([*train, *held])
            rows = self._reply_rows(name, train, faults) + self._text_rows(name)
            self._rows[name] = (rows, self._reply_rows(name, held, faults))
        return self._rows[name]

    def _hold_back(self) -> tuple[list[Example], list[Example]]:
        from finetune.data.rows import hold_back

        return hold_back(self.dataset.train, self.dataset.dev, self.run_config.seed)

    def _reply_rows(self, name: Adapter, examples: Sequence[Example], faults: list[UserError] | None) -> list[Row]:
        from finetune.data.rows import reply_row

        rows = []
        for example in examples:
            passages = self.training_passages(example) if name == "hybrid" else ()
            prompt = ask(self.config.instruction, example.question, passages=passages)
            where = self._places[example.id]
            try:
                rows.append(reply_row(self.tokenizer, prompt, example, where=where, context=self.context))
            except UserError as error:
                if faults is None:
                    raise
                faults.append(error)
        return rows

    def _text_rows(self, name: Adapter) -> list[Row]:
        if name != "ft" or not self.dataset.documents:
            return []
        from finetune.data.rows import text_rows
        from rag.readers.documents import read_documents

        rows: list[Row] = []
        for document in read_documents(self.dataset.corpus):
            pieces = text_rows(self.tokenizer, document.id, document.text, self.config.finetune.text_tokens or 0)
            rows += pieces * self.config.finetune.corpus_epochs
        return rows

    @cached_property
    def _places(self) -> dict[str, str]:
        """`file:line` of every row that training may see, by id."""
        places = {}
        for file, examples in (("train.jsonl", self.dataset.train), ("dev.jsonl", self.dataset.dev)):
            numbered = read_json_lines(self.dataset.path / file) if examples else []
            for (number, _), example in zip(numbered, examples, strict=True):
                places[example.id] = f"{self.dataset.path / file}:{number}"
        return places

    def answer(self, mode: str, question: str) -> tuple[str, tuple[Passage, ...]]:
        """One question's reply in one mode, with the passages that it was given."""
        from eval.arms.prompt import render
        from eval.model.generate import generate_batches

        example = Example("question", question)
        spec = MODES[mode]
        if spec.adapter:
            self.load_adapter(spec.adapter)
        prompt = spec.build(self, example)
        rows = [render(self.base.tokenizer, prompt.messages)]
        replies = generate_batches(self.base, spec.adapter, rows, [[0]], limits=self.limits)
        return next(replies)[0].text, prompt.passages


def index_seconds(run: Path) -> float:
    """What building the index in a run folder took; 0 when there is none."""
    file = run / "index.json"
    return float(read_json(file)["seconds"]) if file.is_file() else 0.0


def adapter_cost(folder: Path) -> dict[str, Any]:
    """What an adapter cost to train, from its manifest."""
    from finetune.adapter import MANIFEST

    return dict(read_json(folder / MANIFEST))
