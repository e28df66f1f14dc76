"""What economics.json and utility.json hold, as records: prices, what each mode costs, and which loses least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PriceList:
    """By which prices a run was counted."""

    currency: str
    machine_per_hour: float
    tokens_in_per_million: float | None
    tokens_out_per_million: float | None
    questions_per_month: float
    corpus_share_per_update: float
    right_answer_worth: float | None = None


@dataclass(frozen=True, slots=True)
class ArmMoney:
    """One mode in money; see `eval.analysis.economics.ArmCost`."""

    fixed: float
    per_thousand: float | None
    update: float = 0.0
    retrain: float = 0.0


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From how many questions the mode that is dearer to build is the cheaper one; None: never."""

    cheaper_to_build: str
    dearer_to_build: str
    questions: int | None
    cheaper_per_question: str | None


@dataclass(frozen=True, slots=True)
class UpdateFlip:
    """From how many corpus updates a month the other mode is the cheaper one to run; None: never."""

    cheaper_without_updates: str
    other: str
    flips_at_updates_per_month: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """Tokens in a second of the machine; see `eval.analysis.throughput`. None: not measured."""

    prefill: float | None = None
    decode: float | None = None
    training: float | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """A mode whose own machine seconds are so many times what its tokens take by the common figures."""

    mode: str
    ratio: float


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """What the same run would take with a model of so many weights on a card; see `eval.analysis.forecast`."""

    weights: float
    card: str
    seconds: float
    money: float


@dataclass(frozen=True, slots=True)
class Economics:
    """economics.json: what each mode costs in money."""

    prices: PriceList | None = None
    placeholders: bool = False
    arms: Mapping[str, ArmMoney] = field(default_factory=dict)
    break_even: tuple[BreakEven, ...] = ()
    updates: tuple[UpdateFlip, ...] = ()
    throughput: Rates = field(default_factory=Rates)
    noise: tuple[Noise, ...] = ()
    forecast: tuple[ForecastRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedLoss:
    """What a question in one mode costs, how often it is right, and what it loses at the worth that is given."""

    cost: float
    right: float
    loss: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Utility:
    """utility.json: which mode loses least in money, and how likely each strategy is the right one."""

    currency: str = ""
    placeholders: bool = True
    worth: float | None = None
    modes: Mapping[str, ExpectedLoss] = field(default_factory=dict)
    best: str | None = None
    chances: Mapping[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()
