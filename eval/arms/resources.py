"""What the modes draw on, each part built on first use: the loaded base, the index, the adapters, the examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eval.arms.modes import MODES
from eval.arms.reply_grammar import NO_SCHEMA, reply_grammar, reply_schema
from eval.arms.reply_limits import limits_by_length, reply_limits
from eval.arms.whole_corpus import whole_documents
from eval.config import DatasetConfig
from eval.data.dataset import Dataset
from eval.data.fewshot import choose_shots
from eval.data.gates.gate import Finding
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json
from eval.metrics.retrieval import tells
from eval.model.arithmetic import check_loaded
from eval.model.chat_template import set_arguments
from eval.model.generator import GENERATORS, Generator
from eval.model.stopping import Limits
from eval.model.thinking import keep_forms
from eval.pipeline.fingerprints import Identity
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Passage
from eval.retention.weights import LoadedWeights, Measuring, Weights
from eval.strategies import Adapter
from eval.terminal.progress import say, track

if TYPE_CHECKING:
    from eval.arms.worker_pool import Team
    from eval.model.base import Base
    from finetune.data.row import Row
    from rag.embed import Embedder
    from rag.retrievers.retriever import Retriever


class Resources:
    """One data set with one base model; the `Sources` that `eval.arms.modes` builds its prompts from."""

    def __init__(self, dataset: Dataset, config: RunConfig, identity: Identity, run: Path) -> None:
        self.dataset, self.run_config, self.identity, self.run = dataset, config, identity, run
        self._retrieved: dict[str, tuple[Passage, ...]] = {}
        self._first: Resources | None = None  # of several seeds, the one that the others were made from
        self.rows: dict[str, tuple[list[Row], list[Row]]] = {}
        """Adapter -> its training and held-back rows, once `finetune.data.training_rows` has made them."""

    def with_seed(self, config: RunConfig, identity: Identity) -> Resources:
        """The same data set and loaded base with another seed or rate of training; itself where that is its own."""
        if config == self.run_config:
            return self
        other = Resources(self.dataset, config, identity, self.run)
        other._retrieved = self._retrieved
        if config.seed == self.run_config.seed:
            other.rows = self.rows
        other._first = self
        return other

    @property
    def config(self) -> DatasetConfig:
        """The data set's settings."""
        return self.run_config.dataset

    @cached_property
    def base(self) -> Base:
        """The base model, loaded once for all modes and seeds."""
        if self._first:
            return self._first.base
        with track("loading the model"):
            from eval.model.loading import load_base

            base = load_base(self.run_config.model, self.config.finetune.method, self.run_config.dtype)
        check_loaded(base, self.identity.arithmetic)
        if line := self._prepare_tokenizer(base.tokenizer):
            say(line)
        return base

    def adopt(self, base: Base) -> None:
        """Take a base that is loaded already, for the tokens and the arithmetic of this data set.

        Raises UserError where it computes otherwise than the fingerprints say.
        """
        check_loaded(base, self.identity.arithmetic)
        self.__dict__["base"] = base
        self._prepare_tokenizer(base.tokenizer)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, loaded without the weights."""
        from eval.model.loading import load_tokenizer

        if self.loaded:
            return self.base.tokenizer
        if self.run_config.local_model is None:
            raise UserError("there is no local tokenizer of the served model; name one by --tokenizer")
        tokenizer = load_tokenizer(self.run_config.local_model)
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
    def embedder(self) -> Embedder:
        """The embedder on its own, for what has to look into it."""
        from rag.embed import load_embedder

        return load_embedder(self.run_config.embedder)

    @cached_property
    def retriever(self) -> Retriever:
        """The index of the corpus, brought up to date, ready to be asked."""
        if self._first:
            return self._first.retriever
        from rag.retrieve import open_retriever

        return open_retriever(
            self.dataset.texts, self.run_config.embedder, self.config.retrieval, self.run, self.dataset.gold
        )[0]

    @cached_property
    def shots(self) -> tuple[Example, ...]:
        """The worked examples of the few-shot prompts."""
        return choose_shots(self.dataset.train, self.config.fewshot.examples, self.run_config.seed)

    @cached_property
    def _examples(self) -> Any:
        """The index of worked examples."""
        if self._first:
            return self._first._examples
        from rag.examples import ExampleIndex

        return ExampleIndex(self.dataset.train, self.embedder if self.dataset.documents else None)

    def nearest(self, example: Example) -> Sequence[Example]:
        """The worked examples whose questions are nearest, the nearest last."""
        (found,) = self._examples.nearest([example.question], self.config.fewshot.examples)
        return tuple(found)

    def corpus(self) -> tuple[Passage, ...]:
        """The documents, whole: those that training rows name most often first, as many as the model reads."""
        return self._whole

    @cached_property
    def _whole(self) -> tuple[Passage, ...]:
        return whole_documents(self.dataset, self.config, self.tokenizer, self.context, self.limits.most)

    @cached_property
    def grammar(self) -> str:
        """The grammar of the data set's checks, for structured modes; raises UserError where there is none."""
        found = reply_grammar(self.config, self.dataset.train)
        if not found:
            raise UserError(
                f"{self.dataset.path / 'dataset.yaml'}: no check gives a grammar; structured modes need a check of "
                "json, one_of, sql, or a regex from ^ to $"
            )
        return found

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the data set's checks, for structured modes of servers; raises UserError without one."""
        found = reply_schema(self.config)
        if found is None:
            raise UserError(f"{self.dataset.path / 'dataset.yaml'}: {NO_SCHEMA}")
        return found

    @cached_property
    def limits(self) -> Limits:
        """How long a reply may become, and how much room every prompt must leave for it."""
        if self.run_config.local_model is None:
            return limits_by_length(self.config, self.dataset.train)
        return reply_limits(self.config, self.dataset.train, self.tokenizer)

    def prepare(self, examples: Sequence[Example]) -> None:
        """Retrieve for many questions at once, which is faster than one by one."""
        new = [e for e in examples if e.question not in self._retrieved]
        for example, passages in zip(new, self.retriever.retrieve([e.question for e in new]), strict=True):
            self._retrieved[example.question] = passages

    def index_is_checked(self) -> bool:
        """Whether the index is there, and what is to be said of it is known."""
        file = self.run / "retrieval.json"
        return (self.run / "index.json").is_file() and file.is_file() and read_json(file).get("of") == self._checked

    @property
    def _checked(self) -> str:
        """What the findings on retrieval depend on."""
        return fingerprint(self.identity.index, self.dataset.digests)

    def retrieval_findings(self) -> list[Finding]:
        """What is to be said of the embedder on this corpus; kept beside the index, for runs that do not open it."""
        from eval.data.gates.embedder import retrieval_findings

        file = self.run / "retrieval.json"
        kept = read_json(file) if file.is_file() else {}
        if kept.get("of") != self._checked:
            found = retrieval_findings(self.dataset, self.retriever, self.run_config.embedder)
            kept = {"of": self._checked, "findings": [asdict(f) for f in found]}
            write_json(file, kept)
        return [Finding(**finding) for finding in kept["findings"]]

    def write_reach(self, examples: Sequence[Example]) -> None:
        """Keep in the run folder how far retrieval gets for each question, for whoever asks if it is the retriever."""
        from eval.analysis.retrieval_losses import REACH
        from rag.reach import RULER, reach

        file = self.run / REACH
        asked = [(e.id, e.question, e.answers, e.documents) for e in examples]
        known = fingerprint(RULER, self.identity.passages, asked)
        if not file.is_file() or read_json(file).get("of") != known:
            write_json(file, {"of": known, **reach(examples, self.dataset.texts, self.retriever)})

    def retrieve(self, example: Example) -> tuple[Passage, ...]:
        """The question's passages from the index, best first."""
        self.prepare([example])
        return self._retrieved[example.question]

    def gold(self, example: Example) -> tuple[Passage, ...]:
        """The passages of the gold documents that hold an answer, nearest first; without any, the nearest ones.

        An unanswerable question has no gold passages and gets what retrieval finds.
        """
        if not example.documents:
            return self.retrieve(example)
        nearest = self.retriever.nearest_in(example.question, example.documents, 10_000)
        holding = [p for p in nearest if tells(p.text, example.answers)]
        return tuple((holding or nearest)[: self.config.retrieval.top_k])

    def training_passages(self, example: Example) -> tuple[Passage, ...]:
        """Retrieved passages with distractors; where retrieval missed, the best gold passage stands for the worst one.

        So every answerable row teaches to answer from its passages (RAFT, arXiv:2403.10131).
        """
        found = self.retrieve(example)
        gold = self.gold(example) if example.documents else ()
        if not gold or {(p.document, p.position) for p in gold} & {(p.document, p.position) for p in found}:
            return found
        return (*found[:-1], gold[0])

    def load_adapter(self, name: Adapter) -> None:
        """Have the adapter from the run folder on the loaded base; raises UserError where it is not there."""
        from finetune.adapter import is_complete, read_manifest, served_name

        folder = self.adapter_folder(name)
        if not is_complete(folder):
            raise UserError(f"{folder}: no such adapter; train it with: finetune train {self.dataset.path}")
        if served := served_name(folder):
            raise UserError(
                f"{folder}: the adapter is served as '{served}' and has no weights here; set generation.generator to "
                "one that asks that server"
            )
        read_manifest(folder, base=self.identity.files, prompt=self.identity.prompt, weights=self.base.rung.name)
        self.base.load_adapter(name, folder)

    def adapter_folder(self, name: Adapter) -> Path:
        """Where the adapter lies, or will lie, in the run folder."""
        return self.run / "adapters" / f"{name}-{self.identity.adapter(name)}"

    @cached_property
    def generator(self) -> Generator:
        """What makes the replies."""
        return GENERATORS[self.config.generation.generator].make(self)

    def weights(self, adapter: Adapter | None) -> Weights:
        """The base or an adapter, to be asked for likelihoods; raises Skipped where a server gives none."""
        if GENERATORS[self.config.generation.generator].serves:
            return cast(Measuring, self.generator).weights(adapter)
        if adapter:
            self.load_adapter(adapter)
        return LoadedWeights(self.base, adapter)

    @property
    def loaded(self) -> bool:
        """Whether the base is loaded."""
        return self._first.loaded if self._first else "base" in vars(self)

    @cached_property
    def team(self) -> Team | None:
        """The processes that answer beside this one; None where there is no further device."""
        from eval.arms.worker_pool import start_team

        if self._first:  # seeds share one, which the first closes
            return self._first.team
        return start_team(self.base, self.run_config, [e.reply for e in self.dataset.train])

    def close(self) -> None:
        """End what was started."""
        if self.__dict__.get("team"):
            self.__dict__.pop("team").close()

    def answer(self, mode: str, question: str) -> tuple[str, tuple[Passage, ...]]:
        """One question's reply in one mode, with the passages that it was given."""
        prompt = MODES[mode].build(self, Example("question", question))
        answering = self.generator.begin(mode, MODES[mode].adapter, [prompt])
        ((_, (reply,), _),) = answering.complete(answering.plan(), [0])
        return reply.text, prompt.passages
