"""The records that pass between the steps, and their one-line-of-JSON form. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from eval.files import write_text
from eval.strategies import STRATEGIES

Axis = Literal["knowledge", "style", "retrieval", "abstention", "retention", "training"]
Fit = Literal["no", "not_shown", "yes"]
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


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval and the number of questions under it."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Risk:
    """What became of a mode's questions, as shares of those where that is known; the four together are 1."""

    wrong: Estimate
    """Answered wrongly and with confidence: wrong, and no refusal."""
    floor: float
    """The lower end of `wrong` that counts where it is held against a limit, together with the targets."""
    answerable: Estimate | None
    """`wrong` among the questions that have an answer; None where there are none."""
    unanswerable: Estimate | None
    """`wrong` among those that should be refused."""
    right: float
    refused_rightly: float
    refused_needlessly: float


@dataclass(frozen=True, slots=True)
class Needed:
    """How many questions would settle an open verdict: a range, for how they fall out is not known."""

    total: tuple[int, int]
    """Questions in all."""
    more: tuple[int, int]
    """The same, less those that were asked."""
    chance: tuple[float, float]
    """How likely the verdict is settled at either end."""

    @property
    def words(self) -> str:
        """`200 to 400 questions in all (100 to 300 more), with a chance of 50 to 80 %`."""
        (low, high), (less, most), (worst, best) = self.total, self.more, self.chance
        if low == high:
            return f"about {low} questions in all ({less} more), with a chance of {100 * best:.0f} %"
        return (
            f"{low} to {high} questions in all ({less} to {most} more), "
            f"with a chance of {100 * worst:.0f} to {100 * best:.0f} %"
        )


@dataclass(frozen=True, slots=True)
class Look:
    """Which of several verdicts on one growing data set this is."""

    this: int = 1
    planned: int = 1
    """So many looks share the error of one."""
    earlier: tuple[int, ...] = ()
    """Numbers of questions at the verdicts before."""
    error: float = 0.05
    """What one interval may err at this look; at this level it holds at 95 % for all planned looks together."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next."""

    cause: str
    """What it answers to, as a key: use, questions, missing, cut, metric, unread, untried, learning, oracle, retrieval,
    reading, form, risk, model."""
    text: str
    """An instruction, with the figures behind it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one data set; what decision.json holds."""

    dataset: str
    strategy: str
    """A name of `eval.strategies`; `inconclusive`; or `none`: no mechanism is shown to be worth its cost, and every
    prompt that could stand to miss a target."""
    mode: str | None
    """The mode that stands for the strategy; of `none`, the one whose means fall least short of the targets."""
    candidates: tuple[str, ...]
    """Strategies still possible, cheapest first."""
    quadrant: Mapping[str, bool | None]
    """`context` and `llm`: is this kind of optimisation shown to be worth its cost? None: not settled."""
    axes: Mapping[str, Mapping[str, Estimate]]
    """axis -> mode -> estimate."""
    reasons: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    questions_needed: Needed | None = None
    reaches_target: bool | None = None
    retention: Mapping[str, Estimate] = field(default_factory=dict)
    """mode -> share of the retention battery's items that it gets right; empty when the battery was not run."""
    vetoed: tuple[str, ...] = ()
    """Modes that forgot more than the data set allows, and are no candidates for it."""
    fit: Fit = "not_shown"
    """Whether `mode` is shown to reach every target (yes), to miss one (no), or neither; for an open verdict, no when
    every candidate is shown to miss one."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """axis -> what is good enough, for the axes that are scored."""
    cut: Mapping[str, float] = field(default_factory=dict)
    """mode -> share of its replies that ended at the limit of their length."""
    cut_open: tuple[str, ...] = ()
    """Modes whose cut replies, counted as right, would give another verdict: the limit keeps this one open."""
    missing: Mapping[str, float] = field(default_factory=dict)
    """mode -> share of the questions that others have a score of and it has none."""
    leaning: str = ""
    """`short` or `long`: did the metric favour such replies as far as it is known to, the verdict would be another, so
    this is open."""
    missing_open: tuple[str, ...] = ()
    """Modes whose missing scores, all wrong or all right, would give another verdict: they keep this one open."""
    corrected: Mapping[str, int] = field(default_factory=dict)
    """axis -> how many questions marked by people correct its figures; empty where the metric stands alone."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Mode that is no candidate because its adapter did not learn -> what was seen, and the fix."""
    next: tuple[Step, ...] = ()
    """What to do next, most useful first."""
    fits: Mapping[str, Fit] = field(default_factory=dict)
    """Candidate -> whether it is fit for use: `fit`, of each."""
    risk: Mapping[str, Risk] = field(default_factory=dict)
    """mode -> how often it is right, refuses, and is wrong."""
    risk_limit: float | None = None
    """The largest share of questions that may be answered wrongly and with confidence; None: none is set."""
    too_risky: tuple[str, ...] = ()
    """Modes that are shown to pass the limit, and are no candidates for it."""
    stamp: str = ""
    """What must be said of how far drafted questions were reviewed; empty where nothing is to be said."""
    look: Look = Look()
    warnings: tuple[str, ...] = ()
    """What stands in the verdict's sentence: a trade-off, or that the error rate is not held."""

    @property
    def falls_short(self) -> bool:
        """Whether a mechanism wins that is shown to miss a target: the best of what was tried, not good enough yet."""
        own = STRATEGIES.get(self.strategy)
        return self.fit == "no" and own is not None and (own.retrieves or own.tunes)


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


def decision_from_dict(data: Mapping[str, Any]) -> Decision:
    """Build the Decision from its parsed JSON; keys that are not known are left aside.

    One that was written before `fit` gets it from `reaches_target`.
    """
    known = {f.name for f in fields(Decision)}
    axes = {axis: {mode: Estimate(**e) for mode, e in arms.items()} for axis, arms in data["axes"].items()}
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
    values["axes"] = axes
    values["questions_needed"] = _needed(data.get("questions_needed"))
    values["look"] = _look(data.get("look", {}))
    values["retention"] = {mode: Estimate(**e) for mode, e in data.get("retention", {}).items()}
    values["next"] = tuple(Step(**step) for step in data.get("next", ()))
    values["risk"] = {mode: _risk_from_dict(found) for mode, found in data.get("risk", {}).items()}
    values.setdefault("fit", {True: "yes", False: "no", None: "not_shown"}[data["reaches_target"]])
    return Decision(**values)


def _risk_from_dict(data: Mapping[str, Any]) -> Risk:
    estimates = {k: v and Estimate(**v) for k, v in data.items() if k in ("wrong", "answerable", "unanswerable")}
    return Risk(**{**data, **estimates})


def _look(data: Mapping[str, Any]) -> Look:
    """Which look it was; an earlier run's verdict was taken for the only one."""
    one = Look()
    return Look(
        data.get("this", one.this), data.get("planned", one.planned), tuple(data.get("earlier", ())),
        data.get("error", one.error),
    )  # fmt: skip


def _needed(data: object) -> Needed | None:
    """A range; an earlier run's single number, which had no chance, is none."""
    if not isinstance(data, Mapping):
        return None
    total, more, chance = (tuple(data[key]) for key in ("total", "more", "chance"))
    return Needed(total, more, chance)


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
