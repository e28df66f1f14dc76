"""The verdict as a record: what decision.json holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from eval.records import Estimate
from eval.strategies import STRATEGIES

Fit = Literal["no", "not_shown", "yes"]


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
class Retriever:
    """That better retrieval could turn the verdict to RAG, and what shows it."""

    mode: str
    """The untuned mode that would stand for RAG."""
    by: Literal["oracle", "passages"]
    """By the mode that is handed the gold passages, or by the questions whose gold documents `mode` was given."""
    now: float
    """The share of knowledge of `mode`."""
    then: float
    """The same with the right passages."""
    command: str
    """What looks for a better retriever."""


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
    """The metric's bias that keeps it open: `short` or `long`, for did it favour such replies as far as it is known to,
    the verdict would be another."""
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
    retriever: Retriever | None = None
    """That the verdict could be RAG with a better retriever; None where nothing shows it."""

    @property
    def falls_short(self) -> bool:
        """Whether a mechanism wins that is shown to miss a target: the best of what was tried, not good enough yet."""
        own = STRATEGIES.get(self.strategy)
        return self.fit == "no" and own is not None and (own.retrieves or own.tunes)


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
    values["retriever"] = Retriever(**found) if (found := data.get("retriever")) else None
    if "fit" not in values:
        values["fit"] = {True: "yes", False: "no", None: "not_shown"}[data["reaches_target"]]
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
