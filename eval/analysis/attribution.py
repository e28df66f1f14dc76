"""How often each cause made each mode fail, and what better retrieval could give at most. No model, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.analysis.failure_causes import CAUSES, Facts, cause, gather_facts
from eval.arms.modes import MODES
from eval.records import PASS, Example, Prediction, Score
from eval.stats.clusters import Array
from eval.stats.intervals import Interval, difference_intervals, mean_intervals
from reports.wording.cause_words import CAUSE_WORDS, attribution_notes, retrieval_bound, retrieval_unknown

UNSAID: Mapping[str, Any] = {"gain": None, "recoverable": None, "words": ""}
MEMORIES = ("in-context memory", "learned memory", "either memory", "not scored")


def attribute(
    examples: Sequence[Example],
    scores: Sequence[Score],
    predictions: Mapping[str, Mapping[str, Prediction]],
    *,
    seed: int = 0,
    corpus: bool = True,
    reach: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What attribution.json holds: causes by mode and question, their shares, and what better retrieval could give.

    Without a corpus nothing is said of what retrieval would give. `reach` is what `rag.reach` found of each question.
    """
    facts = gather_facts(examples, scores, predictions, reach)
    modes = [m for m in MODES if m in predictions]
    causes = {m: {e.id: cause(facts, m, e) for e in examples if e.id in predictions[m]} for m in modes}
    return {
        "causes": {name: {"memory": memory, "words": CAUSE_WORDS[name]} for name, memory in CAUSES.items()},
        "arms": {m: _shares(examples, causes[m]) for m in modes},
        "questions": {m: {k: c for k, c in found.items() if c is not None} for m, found in causes.items()},
        "better_retrieval": better_retrieval(examples, facts, modes, seed=seed) if corpus else UNSAID,
        "notes": attribution_notes(modes, styled=bool(facts.styled), corpus=corpus),
    }


def _shares(examples: Sequence[Example], causes: Mapping[str, str | None]) -> dict[str, Any]:
    """Counts and shares of the causes of one mode, with 95 % intervals over groups."""
    asked = [e for e in examples if e.id in causes]
    groups = [e.group or e.id for e in asked]
    names = list(CAUSES)
    columns = [_column(asked, causes, {name}) for name in names]
    columns += [_column(asked, causes, {n for n in names if CAUSES[n] == m}) for m in MEMORIES]
    of_all = np.stack(columns, axis=1) if asked else np.zeros((0, len(columns)))
    failed = np.array([causes[e.id] is not None for e in asked], dtype=bool)
    of_failed = np.where(failed[:, None], of_all, np.nan)
    shares = [_pair(*pair) for pair in zip(_means(of_all, groups), _means(of_failed, groups), strict=True)]
    counts = [int(column.sum()) for column in columns]
    rows = {key: {"count": n, **share} for key, n, share in zip([*names, *MEMORIES], counts, shares, strict=True)}
    return {
        "n": len(asked),
        "failed": int(failed.sum()),
        "causes": {name: rows[name] for name in names if rows[name]["count"]},
        "memory": {name: rows[name] for name in MEMORIES if rows[name]["count"]},
    }


def _column(asked: Sequence[Example], causes: Mapping[str, str | None], wanted: set[str]) -> Array:
    return np.array([float(causes[e.id] in wanted) for e in asked])


def _means(values: Array, groups: Sequence[str]) -> list[Interval | None]:
    return mean_intervals(values, groups) if len(values) else [None] * values.shape[1]


def _pair(of_all: Interval | None, of_failed: Interval | None) -> dict[str, Any]:
    return {"of_all": of_all and of_all.figures(), "of_failed": of_failed and of_failed.figures()}


def better_retrieval(
    examples: Sequence[Example], facts: Facts, modes: Sequence[str], *, seed: int = 0
) -> dict[str, Any]:
    """What better retrieval alone could give `rag` at most: oracle - rag on knowledge, the same weights and prompt.

    `gain` is the paired difference, `recoverable` the share of questions that `oracle` has right and `rag` wrong, both
    over questions that both have; null with the reason in `words` where one of the two modes is missing.
    """
    missing = [m for m in ("rag", "oracle") if m not in modes]
    both = [
        (e.group or e.id, rag, oracle)
        for e in examples
        if (rag := facts.values.get(("rag", e.id, "knowledge"))) is not None
        and (oracle := facts.values.get(("oracle", e.id, "knowledge"))) is not None
    ]
    if missing or not both:
        return {"gain": None, "recoverable": None, "words": retrieval_unknown(missing)}
    groups = [g for g, _, _ in both]
    gain = difference_intervals(np.array([[o - r] for _, r, o in both]), groups, seed=seed)[0]
    lifted = mean_intervals(np.array([[float(o >= PASS > r)] for _, r, o in both]), groups)[0]
    assert gain is not None and lifted is not None
    return {"gain": gain.figures(), "recoverable": lifted.figures(), "words": retrieval_bound(gain, lifted)}
