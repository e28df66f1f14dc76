"""A run's figures as Hugging Face model-index metadata, which a model card carries and the Hub shows.

Built by huggingface_hub itself, so that what comes out is what the Hub reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import UserError
from eval.files import read_json
from eval.pipeline.run_config import RunConfig, read_run_config
from eval.verdict.scores_file import read_scores

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

HUB_METRICS = {"exact": "exact_match"}
"""Ours -> the Hub's identifier, where it has one of another name."""


def model_index(run: Path, mode: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
    """The value of `model-index` in a model card's front matter, for one mode of a run folder.

    Without `mode`, the one that the verdict names; `name` is the model's, by default base model, data set and mode.
    Raises UserError where the verdict names no mode, or the run lacks that mode or a file.
    """
    from huggingface_hub.repocard_data import eval_results_to_model_index

    mode = _mode(run, mode)
    config = read_run_config(run / "config.yaml")
    return list(eval_results_to_model_index(name or _name(config, mode), eval_results(run, mode)))


def eval_results(run: Path, mode: str | None = None) -> list[EvalResult]:
    """One result an axis: the mean, with its 95 % interval and n as the metric's arguments; for ModelCardData.

    Raises UserError as `model_index` does.
    """
    from huggingface_hub import EvalResult

    mode = _mode(run, mode)
    config, decision = read_run_config(run / "config.yaml"), read_json(run / "decision.json")
    metrics = _metrics(run, mode)
    found = [
        EvalResult(
            task_type="text-generation", task_name="Question answering over a private corpus",
            dataset_type=config.dataset.name, dataset_name=config.dataset.name, dataset_split="test",
            metric_type=HUB_METRICS.get(metrics.get(axis, axis), metrics.get(axis, axis)),
            metric_name=f"{axis.capitalize()} ({metrics.get(axis, axis).replace('_', ' ')})",
            metric_value=arms[mode]["mean"], metric_args=_spread(arms[mode]),
        )
        for axis, arms in decision["axes"].items() if mode in arms
    ]  # fmt: skip
    if mode in decision.get("retention", {}):
        kept = decision["retention"][mode]
        found.append(EvalResult(
            task_type="text-generation", task_name="Retention after tuning",
            dataset_type="retention", dataset_name="Retention battery", metric_type="accuracy",
            metric_name="Items right by log-likelihood", metric_value=kept["mean"], metric_args=_spread(kept),
        ))  # fmt: skip
    return found


def _mode(run: Path, mode: str | None) -> str:
    for file in ("config.yaml", "decision.json", "scores.jsonl"):
        if not (run / file).is_file():
            raise UserError(f"{run / file}: no such file; the run is not complete, finish it with: evaluate")
    decision = read_json(run / "decision.json")
    chosen = mode or decision["mode"]
    if chosen is None:
        raise UserError(f"{run}: the verdict is inconclusive and names no mode; name the one that you publish")
    if mode is None and decision["strategy"] == "none":
        raise UserError(
            f"{run}: nothing tried is good enough, so the verdict recommends no mode; name the one to publish"
        )
    if not any(chosen in arms for arms in decision["axes"].values()):
        known = ", ".join(dict.fromkeys(m for arms in decision["axes"].values() for m in arms))
        raise UserError(f"{run}: has no scores of mode {chosen}; it has {known}")
    return str(chosen)


def _name(config: RunConfig, mode: str) -> str:
    return f"{config.model.rstrip('/').rsplit('/', 1)[-1]}-{config.dataset.name}-{mode}"


def _metrics(run: Path, mode: str) -> dict[str, str]:
    """axis -> the metric that stands for it."""
    scores = read_scores(run / "scores.jsonl", any_mode=True)
    return {s.axis: s.metric for s in scores if s.primary and s.mode == mode}


def _spread(estimate: dict[str, Any]) -> dict[str, Any]:
    return {"low": estimate["low"], "high": estimate["high"], "confidence": 0.95, "n": estimate["n"]}
