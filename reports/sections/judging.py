"""The report's part on the judge, from judge.json: means, what failed, its noise, and its agreement with people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.errors import UserError
from eval.files import read_json
from reports.run_folder import Run, in_order, label

NONE = "–"


def read(run: Path) -> dict[str, Any]:
    """judge.json of a run folder; empty when there was no judge and nobody marked replies."""
    file = run / "judge.json"
    if not file.is_file():
        return {}
    try:
        found = read_json(file)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UserError(f"{file}: cannot be read; make it again with: evaluate")
    return found


def section(run: Run) -> Markup:
    """The section as markup; empty when there is nothing to say."""
    found = read(run.path)
    if not found:
        return Markup("")
    heads, rows = means(run, found)
    template = files("reports").joinpath("assets", "judging.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return Markup(
        environment.from_string(template).render(
            model=found.get("model", ""),
            line=found.get("line", ""),
            heads=heads,
            rows=rows,
            notes=[*agreements(found), *noises(found), *failures(found)],
            counts=_counts(found),
        )
    )


def means(run: Run, found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Header and rows: one row a mode, one column a judged metric."""
    metrics = found.get("metrics", {})
    modes = in_order({mode: None for by_mode in metrics.values() for mode in by_mode})
    rows = [[label(mode), *(_mean(by_mode.get(mode)) for by_mode in metrics.values())] for mode in modes]
    return ["Arm", *map(_name, metrics)], rows


def agreements(found: Mapping[str, Any]) -> list[str]:
    """One sentence for each scorer that was held against human marks."""
    lines = []
    for metric, a in found.get("agreement", {}).items():
        kappa = f"no kappa, because {a['reason']}"
        if a["kappa"] is not None:
            kappa = f"Cohen’s kappa {a['kappa']:.2f} (95 % interval {a['low']:.2f} to {a['high']:.2f})"
        lines.append(f"Agreement of {_name(metric)} with {a['n']} human marks: {kappa}.")
    return lines


def noises(found: Mapping[str, Any]) -> list[str]:
    """One sentence for each metric that was judged more than once."""
    return [
        f"Noise of {_name(metric)}: standard deviation {n['deviation']:.3f} within an item, "
        f"{100 * n['agreement']:.0f} % of repeats give the same verdict ({n['items']} items)."
        for metric, n in found.get("noise", {}).items() if n["items"]
    ]  # fmt: skip


def failures(found: Mapping[str, Any]) -> list[str]:
    """One sentence on all judgements that failed, by kind, and on those that were not asked."""
    kinds: Counter[str] = Counter()
    total = missing = 0
    for by_mode in found.get("metrics", {}).values():
        for counts in by_mode.values():
            kinds.update(counts["failed"])
            missing += counts["not_asked"]
            total += counts["asked"] + counts["not_asked"]
    said = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    lines = [f"Of {total} judgements {kinds.total()} failed: {said}."] if kinds else []
    return lines + ([f"Of {total} judgements {missing} are still to be asked."] if missing else [])


def _counts(found: Mapping[str, Any]) -> list[list[str]]:
    return [
        [
            _name(metric), label(mode), str(c["asked"]), str(c["answered"]),
            ", ".join(f"{kind} {n}" for kind, n in c["failed"].items()) or NONE, str(c["not_asked"]),
        ]
        for metric, by_mode in found.get("metrics", {}).items() for mode, c in by_mode.items()
    ]  # fmt: skip


def _mean(counts: Mapping[str, Any] | None) -> str:
    if counts is None or counts["mean"] is None:
        return NONE
    return f"{100 * counts['mean']:.1f} ({counts['n']})"


def _name(metric: str) -> str:
    return metric.removeprefix("judge_").replace("_", " ") + (" (judge)" if metric.startswith("judge_") else "")
