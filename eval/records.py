"""The records that pass between the steps, and their one-line-of-JSON form. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from eval.files import write_text

Axis = Literal["knowledge", "style", "retrieval", "abstention", "retention", "training"]
Finish = Literal["stop", "length", "loop"]
"""How a reply ended: by a stop token, at a limit, or in endless repetition."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what is known about its right answer."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    """Accepted short answers, the canonical one first; empty when the question is unanswerable."""
    reply: str = ""
    """The reference reply: the whole reply as it should be written."""
    documents: tuple[str, ...] = ()
    """Ids of the gold documents."""
    group: str = ""
    """The fact or source that the row stands on; splits never cut a group and the bootstrap resamples groups."""
    answerable: bool = True
    tags: tuple[str, ...] = ()
    metric: str = ""
    """The knowledge metric of this row, where it is not the data set's."""
    checks: tuple[str, ...] = ()
    """Style checks of this row beside the data set's, each as JSON."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, as retrieved for a question."""

    document: str
    text: str
    score: float
    """Cosine similarity to the question, in [-1, 1]."""
    position: int
    """The ordinal of the passage within its document, from 0."""
    place: str = ""
    """Where it stands in its file: `page 3`, `slide 2`, `message 4`, `Prices!A5:D9`; empty where there is no such."""
    headings: str = ""
    """The headings above it, as `A > B`."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one mode replied to one question, and what that cost."""

    id: str
    """The example's id."""
    text: str
    passages: tuple[Passage, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    """The question's share of its batch's wall time."""
    finish: Finish = "stop"
    """`length`: the text is cut. `loop`: the text is what was written until the repetition was seen."""
    thinking_tokens: int = 0
    """Of `tokens_out`, those of a think block before the reply, which is not part of the text."""


@dataclass(frozen=True, slots=True)
class Score:
    """One metric's value for one reply: a number, or None with the reason why there is none."""

    example_id: str
    group: str
    mode: str
    axis: Axis
    metric: str
    primary: bool
    """True for the one metric that stands for its axis in the verdict."""
    value: float | None
    reason: str = ""
    seed: int = 0
    """Which of the run's training seeds the mode's adapter came from, counted from 0."""
    cut: bool = False
    """The reply that was scored ended at the reply limit, so the value may be lower than the mode deserves."""
    length: int | None = None
    """Of what the primary knowledge metric read, in characters; None: not known."""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError(f"{self.metric} of {self.example_id}: a missing score needs a reason")
        if self.value is not None and self.value != self.value:
            raise ValueError(f"{self.metric} of {self.example_id}: NaN is not a score")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The paired difference treatment - control on one axis, over the questions that both modes have."""

    axis: Axis
    metric: str
    control: str
    treatment: str
    n: int
    groups: int
    """How many independent groups the n questions fall into."""
    dropped: int
    """Questions left out because one of the two modes has no score."""
    difference: float
    low: float
    high: float
    test: str = ""
    """How p was found: mcnemar_exact, cluster_t or sign_exact; empty where there is none."""
    p: float | None = None
    """Two-sided p-value of no difference."""
    p_holm: float | None = None
    """p adjusted for all comparisons of the run (Holm, 1979)."""
    detectable: float | None = None
    """The smallest true difference that these questions would show with a power of 80 %."""
    effective_groups: float | None = None
    """How many groups of one size would weigh as much as these (Kish)."""


PASS = 0.5
"""From which value of its primary score on a reply is right on an axis."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval and the number of questions under it."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What one mode cost: building it once, and answering the test questions."""

    mode: str
    index_seconds: float = 0.0
    train_seconds: float = 0.0
    train_tokens: int = 0
    questions: int = 0
    predict_seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    peak_memory_mb: float = 0.0
    thinking_tokens: int = 0
    """Of `tokens_out`."""
    cut: int = 0
    """Replies that ended at a limit."""
    loops: int = 0
    """Replies that ended in endless repetition."""
    prefilled: int = 0
    """Of `tokens_in`, those that were computed for one question alone."""
    prefill_work: float = 0.0
    """Machine seconds of answering until each first token: processor or card time, whatever else ran meanwhile."""
    decode_work: float = 0.0
    """The same, from then on."""
    train_work: float = 0.0
    """Machine seconds of training."""
    extra: Mapping[str, Any] = field(default_factory=dict)


Record = TypeVar("Record", Example, Passage, Prediction, Score, Comparison, Cost)


def from_dict(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """Build a record from its parsed JSON; lists become tuples and passages become `Passage`."""
    known = {f.name for f in fields(kind)}
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
    if kind is Prediction:
        values["passages"] = tuple(from_dict(Passage, p) for p in data.get("passages", ()))
    make: Any = kind
    return cast(Record, make(**values))


def to_line(record: Any) -> str:
    """The record as one line of JSON, without the newline."""
    return json.dumps(asdict(record), ensure_ascii=False, allow_nan=False)


def read_records(path: Path, kind: type[Record]) -> list[Record]:
    """Read a .jsonl file of one kind of record that one of our own steps wrote."""
    with path.open(encoding="utf-8") as lines:
        return [from_dict(kind, json.loads(line)) for line in lines if line.strip()]


def write_records(path: Path, records: Iterable[Any]) -> None:
    """Write a .jsonl file whole: it appears complete or not at all."""
    write_text(path, "".join(to_line(r) + "\n" for r in records))
