"""Which tuned modes did not learn, by the scores of the axis `training`: one a mode and seed, 1 where it learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eval.records import Score


@dataclass(frozen=True, slots=True)
class Training:
    """What is left out of the comparison, and why."""

    left_out: Mapping[str, str]
    """Mode that learnt under no seed -> what was seen."""
    dropped: Mapping[str, tuple[int, int, str]]
    """Mode that learnt under some seeds -> how many did not, of how many, and what was seen."""
    failed: frozenset[tuple[str, int]]
    """(mode, seed) that did not learn, of the modes in `dropped`."""

    def drops(self, score: Score) -> bool:
        """Whether the score is of a seed that did not learn while others of the mode did."""
        return (score.mode, score.seed) in self.failed and score.axis != "training"


NOTHING_LOST = Training({}, {}, frozenset())
"""Every adapter learnt."""


def judge_training(scores: Iterable[Score]) -> Training:
    """Sort the tuned modes by their scores of training; one without a value is not known, and stays a candidate."""
    seeds: dict[str, set[int]] = {}
    lost: dict[str, dict[int, str]] = {}
    for s in scores:
        seeds.setdefault(s.mode, set()).add(s.seed)
        if s.axis == "training" and s.primary and s.value is not None and s.value < 0.5:
            lost.setdefault(s.mode, {})[s.seed] = s.reason.rstrip(". ") or "its adapter did not learn"
    left_out, dropped, failed = {}, {}, set()
    for mode, reasons in lost.items():
        seen = "; ".join(dict.fromkeys(reasons.values()))
        if reasons.keys() >= seeds[mode]:
            left_out[mode] = seen
        else:
            dropped[mode] = (len(reasons), len(seeds[mode]), seen)
            failed |= {(mode, seed) for seed in reasons}
    return Training(left_out, dropped, frozenset(failed))
