"""From kept judgements and human marks to scores, and to judge.json. No network, no ragas, no model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

from eval.analysis.human_marks import last_marks, reply_name
from eval.arms.predict import read_predictions
from eval.files import read_json, write_json
from eval.judge.agreement import noise
from eval.judge.items import AXIS, Item, choose_questions, items_of
from eval.judge.judge_gate import FACTS, Pair, agreements, promote
from eval.judge.judgements import Kept, read_kept
from eval.metrics.knowledge.metric import read_answer
from eval.pipeline.run_config import RunConfig
from eval.records import Example, Prediction, Score

DIGITS = 4


def judge_items(
    config: RunConfig, examples: Sequence[Example], run: Path, modes: Sequence[str], *, model: str, limit: int | None
) -> list[Item]:
    """Everything that the judge is asked about a run's modes."""
    chosen = choose_questions(examples, limit, config.seed)
    return [
        item
        for mode in modes
        for item in items_of(
            config.dataset, mode, chosen, read_predictions(run, mode), model=model, embedder=config.embedder
        )
    ]


def add_judge(
    scores: Sequence[Score], config: RunConfig, examples: Sequence[Example], run: Path, modes: Sequence[str]
) -> tuple[list[Score], str]:
    """The scores with the judge's beside them, promoted where it has earned that, and one line that says which.

    Writes judge.json, or removes it when the run has neither judgements nor marks; the line is then empty.
    """
    settings, file = run / "judge" / "settings.json", run / "judge.json"
    predictions = {mode: {p.id: p for p in read_predictions(run, mode)} for mode in modes}
    named = {(mode, p.id): reply_name(p) for mode, found in predictions.items() for p in found.values()}
    marks = {axis: last_marks(run, axis, named) for axis in ("knowledge", "style")}
    if not settings.is_file() and not any(marks.values()):
        file.unlink(missing_ok=True)
        return list(scores), ""
    found: dict[str, Any] = {}
    judged: list[Score] = []
    if settings.is_file():
        found = read_json(settings)
        items = judge_items(config, examples, run, modes, model=found["model"], limit=found["limit"])
        kept, repeats = read_kept(run), found["repeats"]
        judged = _scores(items, kept, repeats)
        judged += _empty_replies(config, choose_questions(examples, found["limit"], config.seed), predictions)
        found |= {"metrics": _counts(items, judged, kept, repeats), "noise": _noise(items, kept, repeats)}
    together = [*scores, *judged]
    kappas = agreements(together, config, marks)
    promoted, line = promote(together, kappas.get(FACTS))
    write_json(
        file,
        {**found, "agreement": {m: _rounded(asdict(a)) for m, a in kappas.items()},
         "headline": any(s.primary and s.metric == FACTS for s in promoted), "line": line},
    )  # fmt: skip
    return promoted, line


def _scores(items: Sequence[Item], kept: Kept, repeats: int) -> list[Score]:
    return [_score(item, kept, repeats) for item in items]


def _score(item: Item, kept: Kept, repeats: int) -> Score:
    """The mean over the answered repeats, or None with the reason of the first that failed."""
    found = [kept[item.key, r] for r in range(repeats) if (item.key, r) in kept]
    values = [j.value for j in found if j.value is not None]
    value = round(fmean(values), 6) if values else None
    reason = "" if values else f"{found[0].kind}: {found[0].detail}" if found else "not asked yet"
    return Score(
        item.example_id, item.group, item.mode, AXIS[item.metric], f"judge_{item.metric}", False, value, reason
    )


def _empty_replies(
    config: RunConfig, examples: Sequence[Example], predictions: Mapping[str, Mapping[str, Prediction]]
) -> list[Score]:
    """Empty answers are wrong without asking: they make no claim, so F1 over claims is 0."""
    return [
        Score(e.id, e.group, mode, "knowledge", FACTS, False, 0.0, "the reply makes no claim")
        for mode, found in predictions.items()
        for e in examples
        if e.answerable and e.id in found and not read_answer(found[e.id].text, config.dataset.knowledge.answer).strip()
    ]


def _counts(items: Sequence[Item], judged: Sequence[Score], kept: Kept, repeats: int) -> dict[str, Any]:
    """metric -> mode -> judgements wanted, answered and failed by kind, and the mean of the scores."""
    tally: dict[Pair, Counter[str]] = defaultdict(Counter)
    for item in items:
        for repeat in range(repeats):
            judgement = kept.get((item.key, repeat))
            tally[item.metric, item.mode][judgement.kind if judgement else "not asked"] += 1
    values: dict[Pair, list[float]] = defaultdict(list)
    for s in judged:
        if s.value is not None:
            values[s.metric, s.mode].append(s.value)
    counts: dict[str, Any] = {}
    for (metric, mode), kinds in sorted(tally.items(), key=lambda t: list(AXIS).index(t[0][0])):
        found = values[f"judge_{metric}", mode]
        counts.setdefault(f"judge_{metric}", {})[mode] = {
            "asked": sum(kinds.values()) - kinds["not asked"],
            "answered": kinds[""],
            "failed": {kind: n for kind, n in sorted(kinds.items()) if kind not in ("", "not asked")},
            "not_asked": kinds["not asked"],
            "mean": round(fmean(found), DIGITS) if found else None,
            "n": len(found),
        }
    return counts


def _noise(items: Sequence[Item], kept: Kept, repeats: int) -> dict[str, Any]:
    """metric -> the judge's noise, over the distinct items of all modes."""
    keys: dict[str, dict[str, None]] = {}
    for item in items:
        keys.setdefault(f"judge_{item.metric}", {})[item.key] = None
    found = {}
    for metric, names in keys.items():
        runs = [[kept[k, r].value for r in range(repeats) if (k, r) in kept] for k in names]
        found[metric] = _rounded(asdict(noise([[v for v in run if v is not None] for run in runs])))
    return found


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: round(v, DIGITS) if isinstance(v, float) else v for k, v in values.items()}
