"""What the analyses leave in a run folder, as records: the form of each JSON file, for whoever reads it.

A key that a file lacks takes the default here, so that an older run can still be read; keys that are not known here
are left aside. Only the standard library and pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from eval.files import read_json
from eval.records import Estimate

Kind = TypeVar("Kind")


ARITHMETIC = ("device", "compute_dtype", "quantization", "attention")
"""Of an environment, what replies may differ for though every setting is the same."""


@dataclass(frozen=True, slots=True)
class Environment:
    """environment.json: on what, and with which versions, the replies were computed."""

    facts: tuple[tuple[str, Any], ...] = ()
    """(name, value), in the order of the file; which there are depends on what computed the replies."""

    @property
    def arithmetic(self) -> dict[str, Any]:
        """Device, dtype, form of the weights and attention, as far as they are known."""
        known = dict(self.facts)
        return {name: known[name] for name in ARITHMETIC if name in known}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why questions fail: the kind of memory problem that it is, and in words."""

    memory: str
    words: str


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many questions one cause made one mode fail, and the shares that these are."""

    count: int
    of_failed: Estimate | None
    of_all: Estimate | None


@dataclass(frozen=True, slots=True)
class ArmCauses:
    """Why one mode failed: n questions asked, and the causes and kinds of memory problem that occur."""

    n: int
    failed: int
    causes: Mapping[str, CauseCount]
    memory: Mapping[str, CauseCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BetterRetrieval:
    """What better retrieval alone could give RAG at most; None with the reason in words where it is not known."""

    words: str = ""
    gain: Estimate | None = None
    recoverable: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """attribution.json: why questions failed."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    arms: Mapping[str, ArmCauses] = field(default_factory=dict)
    questions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """mode -> example id -> cause, for the failed ones."""
    better_retrieval: BetterRetrieval = field(default_factory=BetterRetrieval)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LostAt:
    """How many questions were lost at one stage, and the share of all that these are."""

    count: int
    of_all: Estimate | None


@dataclass(frozen=True, slots=True)
class ArmLosses:
    """Of n questions that one mode was asked, the failed ones by the stage at which each was lost."""

    n: int
    failed: int
    rungs: Mapping[str, LostAt]


@dataclass(frozen=True, slots=True)
class RetrievalLosses:
    """ladder.json: where the questions were lost that modes with retrieval have wrong."""

    depth: int = 0
    """How many passages were looked through."""
    arms: Mapping[str, ArmLosses] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring values of a parameter, both ends included, that give one strategy."""

    low: float
    high: float
    strategy: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A target or the margin: over which values the verdict stays the same."""

    name: str
    value: float
    """As the data set sets it."""
    low: float
    high: float
    grid: tuple[float, float]
    below: str | None
    above: str | None
    """What the verdict is beyond each end; None where the end is the grid's."""
    words: str
    segments: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """sensitivity.json: how firm the verdict is."""

    strategy: str = ""
    candidates: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class TagVerdict:
    """The verdict on the questions of one tag."""

    tag: str
    n: int
    groups: float
    strategy: str
    mode: str | None
    candidates: tuple[str, ...]
    error: float


@dataclass(frozen=True, slots=True)
class Segments:
    """segments.json: the verdict by tag, and what of the differences is shown."""

    segments: tuple[TagVerdict, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retained:
    """One metric of the retention battery in one mode: its mean, and its paired change from `base`."""

    mean: Estimate | None
    change: Estimate | None


@dataclass(frozen=True, slots=True)
class SideEffects:
    """side_effects.json: what tuning did to what the base model could do, metric -> mode."""

    retention: Mapping[str, Mapping[str, Retained]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataFinding:
    """What one check of the data set found."""

    severity: str
    message: str
    where: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True)
class DataChecks:
    """checks.json: what the checks of the data set found."""

    findings: tuple[DataFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class LearnedStyle:
    """What style.json says of one style check that learns."""

    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedMetric:
    """What was asked of the judge for one metric and mode, and what came of it."""

    asked: int
    answered: int
    failed: Mapping[str, int]
    """Kind of failure -> how many."""
    not_asked: int
    mean: float | None
    n: int


@dataclass(frozen=True, slots=True)
class HumanAgreement:
    """Cohen's kappa of a scorer with human marks; None with the reason where there is none."""

    n: int
    kappa: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class JudgeNoise:
    """How far the judge's own repeats differ on one metric."""

    items: int
    deviation: float | None
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """judge.json: what the judge said, how noisy it is, and how far people agree with it."""

    model: str = ""
    line: str = ""
    metrics: Mapping[str, Mapping[str, JudgedMetric]] = field(default_factory=dict)
    noise: Mapping[str, JudgeNoise] = field(default_factory=dict)
    agreement: Mapping[str, HumanAgreement] = field(default_factory=dict)


def read_analysis(path: Path, kind: type[Kind]) -> Kind:
    """A file as a record; raises ValueError that names the key at fault."""
    try:
        return TypeAdapter(kind).validate_python(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{key}: {first['msg']}" if key else first["msg"]) from None


def read_environment(path: Path) -> Environment:
    """environment.json; raises ValueError where it is no JSON object."""
    data = read_json(path)
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, found {type(data).__name__}")
    return Environment(tuple(data.items()))
