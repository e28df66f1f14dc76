"""changes.json as records: what two runs of one data set did differently. Only the standard library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FILE = "changes.json"
Reading = Literal["better", "worse", "no material change", "not shown"]
Noted = Literal["metric", "arithmetic", "trained_once", "settings", "unexplained"]


@dataclass(frozen=True, slots=True)
class Change:
    """What one mode's primary scores did on one axis, over the questions that both runs scored."""

    axis: str
    mode: str
    metric: str
    """Of the second run."""
    n: int
    groups: int
    dropped: int
    """Common questions that only one of the two runs scored."""
    before: float
    after: float
    difference: float
    low: float
    high: float
    test: str
    p: float | None
    p_holm: float | None
    """Adjusted for all changes of the two runs (Holm, 1979)."""
    detectable: float
    reading: Reading
    gained: tuple[str, ...]
    """Questions that fail before and pass after."""
    lost: tuple[str, ...]
    """Questions that pass before and fail after."""
    anew: bool
    """False: the mode's replies stand under the same fingerprint in both runs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict: the strategy, and what it was decided between."""

    strategy: str
    candidates: tuple[str, ...] = ()
    mode: str | None = None
    fit: str | None = None


@dataclass(frozen=True, slots=True)
class RunOutcome(Outcome):
    """The verdict of one of the two runs, and what the run was."""

    run: str = ""
    model: str = ""
    seed: int = 0
    questions: int = 0
    questions_needed: Any = None
    """As it stands in the run's decision.json."""
    reaches_target: bool | None = None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting or version that differs; None where a run does not have the key."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """What a careful reader should know before taking a change for the setting's doing."""

    kind: Noted
    """Another metric, another arithmetic, tuned modes trained once a run, several settings, or none that differs."""
    differing: tuple[SettingChange, ...] = ()
    """The axis with its metrics, or what of the arithmetic differs."""
    modes: tuple[str, ...] = ()
    """Tuned modes that were trained once in each run."""
    settings: int | None = None
    """How many settings differ at once."""


@dataclass(frozen=True, slots=True)
class CommonQuestions:
    """Which questions are compared, and which are not."""

    common: int = 0
    changed: tuple[str, ...] = ()
    """Rewritten, and so not compared."""
    before_only: tuple[str, ...] = ()
    after_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommonModes:
    """Which modes are compared, and which ran in one of the two alone."""

    common: tuple[str, ...] = ()
    before_only: tuple[str, ...] = ()
    after_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The whole file."""

    dataset: str
    before: RunOutcome
    after: RunOutcome
    rejudged: Outcome | None = None
    """The first run's replies by the second's targets, margin and limit; None where these are the same."""
    settings: tuple[SettingChange, ...] = ()
    questions: CommonQuestions = CommonQuestions()
    modes: CommonModes = CommonModes()
    changes: tuple[Change, ...] = ()
    notes: tuple[ChangeNote, ...] = ()
