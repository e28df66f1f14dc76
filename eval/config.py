"""What a person writes in dataset.yaml, checked, with the defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from eval.data.yaml_section import Section, read_section

DEFAULT_MODEL = "smollm2-135m-instruct"
DEFAULT_EMBEDDER = "all-minilm-l6-v2"


class Tolerance(Section):
    """How far a number may be from the accepted one under the metric `number`."""

    relative: float = Field(0.005, ge=0, le=0.5)
    """The largest relative difference; years, dates and small counts compare exactly."""
    round: bool = True
    """Whether a value counts that rounds to the accepted one at the decimals that the accepted one has."""


class Knowledge(Section):
    """How the content of a reply is scored."""

    metric: str = "match"
    """A name of `eval.metrics.knowledge.metric`, `semantic`, `sql`, or one of a plugin's."""
    answer: str | None = None
    """Where the answer stands in a formatted reply: `$.answer`, or `/regex with one group/`; None: the whole reply."""
    database: str | None = None
    """The SQLite file that the metric `sql` runs queries on, as a path below the data set's folder."""
    sql_rows: Literal["multiset", "set"] = "multiset"
    """Whether the metric `sql` counts how often a row stands in a result, or only which rows do."""
    target: float = Field(0.80, ge=0, le=1)
    tolerance: Tolerance = Field(default_factory=Tolerance)

    @field_validator("answer")
    @classmethod
    def _readable(cls, answer: str | None) -> str | None:
        if answer is None or re.fullmatch(r"\$(?:\.[\w-]+|\[\d+\])+", answer):
            return answer
        if len(answer) < 3 or not (answer.startswith("/") and answer.endswith("/")):
            raise ValueError("expected a path such as $.answer or a pattern such as /Answer: (.*)/")
        try:
            groups = re.compile(answer[1:-1]).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"the pattern needs exactly one group, has {groups}; write the others as (?:...)")
        return answer


class Style(Section):
    """How the form of a reply is scored: it is in style when every check holds."""

    target: float = Field(0.95, ge=0, le=1)
    checks: list[Any] = []


SHOWN = ("title", "headings")
"""Kinds of context that become part of a passage's text when it is indexed."""


class Retrieval(Section):
    """How documents become passages, and how many of them reach the prompt."""

    top_k: int = Field(4, ge=1)
    chunk_tokens: int = Field(256, ge=16)
    """The longest passage, in the embedder's tokens; never more than the embedder reads."""
    overlap_tokens: int = Field(32, ge=0)
    method: str = "hybrid"
    """How passages are found: a name of `rag.retrievers` (dense, bm25, hybrid), or of a plugin's."""
    fusion: Literal["weighted", "rrf"] = "weighted"
    """How hybrid joins words and vectors: by their scores, or by reciprocal ranks."""
    weight: float = Field(0.65, ge=0, le=1)
    """The share of the words in it, for a question without codes and numbers; these raise it."""
    candidates: int = Field(50, ge=1)
    """How many passages of either hybrid looks at."""
    context: Literal["none", "title", "headings", "neighbours"] = "none"
    """What a passage is shown with: nothing, its document's title, title and headings above it, or the passages before
    and behind it. The title is embedded with every passage anyway; headings are where they are shown."""
    per_document: int | None = Field(None, ge=1)
    """At most so many passages of one document in a prompt; None: any number."""
    rerank: str = "none"
    """What puts the `candidates` in a new order: none, a cross-encoder (a folder or hub id), or the address of a
    reranking service."""
    store: str = "chroma"
    """Where vectors are kept: a name of `rag.stores` (chroma, milvus, qdrant), or of a plugin's."""
    store_url: str | None = Field(None, pattern=r"^https?://")
    """A server of that kind to keep them on; None: the run folder."""

    def identity(self) -> dict[str, Any]:
        """What the index depends on; keys that came later count only where they are set."""
        first = ("top_k", "chunk_tokens", "overlap_tokens")
        later = {"store": self.store != "chroma", "context": self.context in SHOWN}
        return {k: v for k, v in self.model_dump().items() if k in first or later.get(k)}

    def finding(self) -> dict[str, Any]:
        """What the passages that are found depend on besides the index; empty for plain dense retrieval."""
        fused = self.method == "hybrid"
        wanted = {
            "method": self.method != "dense", "fusion": fused, "weight": fused,
            "candidates": fused or self.rerank != "none", "rerank": self.rerank != "none",
            "per_document": self.per_document is not None, "context": self.context == "neighbours",
        }  # fmt: skip
        return self.model_dump(include={key for key, counts in wanted.items() if counts})


class Fewshot(Section):
    """The worked examples of the `fewshot` and `rag-fewshot` prompts."""

    examples: int = Field(4, ge=1)


Method = Literal["qlora", "lora", "full"]
Dtype = Literal["auto", "float32", "bfloat16", "float16"]


class Finetune(Section):
    """How both adapters are trained."""

    epochs: int = Field(3, ge=1)
    corpus_epochs: int = Field(1, ge=0)
    """How often the closed-book adapter reads the corpus as text in each epoch; 0 leaves it out."""
    rank: int = Field(16, ge=1)
    learning_rate: float | None = Field(None, gt=0)
    """None, here and in the next two: by the rules of `finetune.training.defaults`."""
    batch_size: int | None = Field(None, ge=1)
    text_tokens: int | None = Field(None, ge=16)
    """Of a document in one training row."""
    method: Method = "qlora"
    """qlora: LoRA on a 4-bit base; lora: on a plain one; full: all weights. The base of every mode is held
    likewise."""
    patience: int | None = Field(None, ge=1)
    """Stop after so many quarters of an epoch without a lower held-out loss, and keep the best weights; None:
    never."""
    replay: float = Field(0.0, ge=0, lt=1)
    """The share of reply rows that are general prompts with the base's own replies, against forgetting."""
    replay_prompts: str | None = None
    """A .jsonl with `text`, below the data set's folder, to take those prompts from; None: the bundled ones."""
    watch_retention: bool = False
    """Score the retention battery whenever the held-out loss is measured, into history.jsonl."""
    report_to: list[str] = []
    """Trackers that get the loss curves: tensorboard, mlflow, wandb."""
    trainer: str = "local"
    """What trains: a name of `finetune.training.local_trainer`, or of a plugin's."""

    def identity(self) -> dict[str, Any]:
        """What the trained weights depend on; keys that came later count only where they are set."""
        watching = ("watch_retention", "report_to")
        first = ("epochs", "corpus_epochs", "rank", "learning_rate", "batch_size", "text_tokens")
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        return {k: v for k, v in self.model_dump().items() if k in first or (v != defaults[k] and k not in watching)}


class DecisionRule(Section):
    """What counts as a lift worth a further mechanism."""

    margin: float = Field(0.05, gt=0, lt=1)
    seed_deviation: float = Field(0.02, ge=0, le=0.5)
    """How far training with another seed is assumed to move a share of one half, where one seed was trained."""


class Retention(Section):
    """What tuning may make the model forget."""

    limit: float = Field(0.10, ge=0, le=1)
    """The share of the battery's items that a tuned mode may lose; more vetoes it."""
    battery: str | None = None
    """A folder with a battery, below the data set's or as given; None: the bundled one."""


class RiskLimit(Section):
    """How often a mode may be wrong without saying that it does not know."""

    limit: float | None = Field(None, ge=0, le=1)
    """The largest share of questions answered wrongly and with confidence; a mode shown to pass it is vetoed where
    another is not. None: it is measured and decides nothing."""


class Generation(Section):
    """How replies are made."""

    max_new_tokens: int | None = Field(None, ge=1)
    """The longest reply, in the model's tokens; None: 256, or more where the training replies are long."""
    max_think_tokens: int = Field(2048, ge=1)
    """The longest think block before a reply, should the model write one; its tokens are no part of the reply's."""
    generator: str = "local"
    """What makes replies: a name of `eval.arms.local_generator`, or of a plugin's."""

    def identity(self) -> dict[str, Any]:
        """What replies depend on; keys that came later count only where they are set."""
        first = ("max_new_tokens", "max_think_tokens")
        return {k: v for k, v in self.model_dump().items() if k in first or v != type(self).model_fields[k].default}


class Endpoint(Section):
    """A server that replies in the place of a model on this machine; it speaks OpenAI's API."""

    url: str
    """Up to and with `/v1`."""
    model: str = Field(min_length=1)
    """The base's name there."""
    adapters: dict[str, str] = {}
    """Adapter -> the name that it is served under, or `URL#NAME` where another server has it."""
    tokenizer: str | None = None
    """A model on this machine with the same tokenizer and chat template: prompts are then rendered here. None: the
    server renders them."""
    key_env: str | None = None
    """The environment variable that holds the API key; None: OPENAI_API_KEY, where it is set."""
    concurrency: int | None = Field(None, ge=1, le=512)
    """Requests under way at once; None: as many as the server keeps up with."""
    timeout: float = Field(300.0, gt=0)
    """Seconds for one request."""
    max_requests: int | None = Field(None, ge=1)
    """Of one command; where they are spent it stops, and the next one goes on."""
    max_cost: float | None = Field(None, ge=0, allow_inf_nan=False)
    """Of all replies in a run folder, in the money of the two prices below: no request is sent that could pass it."""
    tokens_in_per_million: float | None = Field(None, ge=0, allow_inf_nan=False)
    tokens_out_per_million: float | None = Field(None, ge=0, allow_inf_nan=False)

    @property
    def label(self) -> str:
        """Name and address in one."""
        return f"{self.url.rstrip('/')}#{self.model}"


class DatasetConfig(Section):
    """The whole of dataset.yaml."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    language: str = "en"
    instruction: str = Field(min_length=1)
    refusal: str | None = None
    knowledge: Knowledge = Knowledge()
    style: Style = Style()
    retrieval: Retrieval = Retrieval()
    fewshot: Fewshot = Fewshot()
    finetune: Finetune = Finetune()
    generation: Generation = Generation()
    endpoint: Endpoint | None = None
    """The server that replies, where no --model is named."""
    chat_template_kwargs: dict[str, Any] = {}
    """What is passed to the model's chat template wherever it is rendered, such as `enable_thinking: true`."""
    retention: Retention = Retention()
    risk: RiskLimit = RiskLimit()
    decision: DecisionRule = DecisionRule()


def with_template(config: DatasetConfig, given: Mapping[str, Any] | None) -> DatasetConfig:
    """The settings with further arguments of the chat template, over their own."""
    return config.model_copy(update={"chat_template_kwargs": config.chat_template_kwargs | dict(given or {})})


def read_dataset_config(path: Path) -> DatasetConfig:
    """Read and check dataset.yaml; raises UserError that names the file, the key, what is wrong and the fix."""
    return read_section(DatasetConfig, path)
