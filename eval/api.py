"""The Python interface: evaluate a data set, or open a finished run, and ask it for its decision, scores and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import DEFAULT_EMBEDDER, DatasetConfig, Dtype, Endpoint
from eval.errors import UserError
from eval.pipeline.run_config import Spending, read_run_config
from eval.records import Prediction, Score
from eval.verdict.decision import Decision

if TYPE_CHECKING:
    from eval.judge.settings import JudgeSettings
    from eval.pipeline.plan import Plan
    from eval.pipeline.tasks import Options


@dataclass(frozen=True)
class Run:
    """A finished run; what it holds is read from its folder when it is asked for."""

    folder: Path

    @cached_property
    def config(self) -> DatasetConfig:
        """The data set's settings, with what they left open filled in."""
        return read_run_config(self.folder / "config.yaml").dataset

    @cached_property
    def decision(self) -> Decision:
        """The verdict."""
        from eval.verdict.decide import read_decision

        return read_decision(self.folder)

    @property
    def sentence(self) -> str:
        """The verdict in one to three sentences."""
        from eval.verdict.decide import verdict_sentence

        return verdict_sentence(self.decision)

    @cached_property
    def scores(self) -> list[Score]:
        """Every score of every reply, all training seeds included."""
        from eval.verdict.scores_file import read_scores

        return read_scores(self.folder / "scores.jsonl", any_mode=True)

    def frame(self) -> Any:
        """The scores as a pandas data frame, one row a score."""
        import pandas

        return pandas.DataFrame([asdict(score) for score in self.scores])

    def predictions(self, mode: str) -> list[Prediction]:
        """A mode's replies, in the order of the test questions."""
        from eval.arms.predict import predictions_file, read_predictions

        if not predictions_file(self.folder, mode).is_file():
            raise UserError(f"{self.folder}: no replies of mode '{mode}'; run evaluate with it")
        return read_predictions(self.folder, mode)

    def report(self, language: str = "en") -> Path:
        """Write report.html and report.md again, in English or Korean, from the run's files alone; returns the page."""
        from reports.pages.page import write_report

        write_report(self.folder, language)
        return self.folder / "report.html"


def evaluate(
    dataset: str | Path,
    *,
    modes: Sequence[str] = (),
    model: str | None = None,
    endpoint: Endpoint | None = None,
    embedder: str = DEFAULT_EMBEDDER,
    limit: int | None = None,
    seed: int = 0,
    seeds: int = 1,
    looks: int | None = None,
    spending: Spending = "pocock",
    dtype: Dtype = "auto",
    chat_template_kwargs: Mapping[str, Any] | None = None,
    plugins: Sequence[str | Path] = (),
    out: str | Path | None = None,
    retention: bool = True,
    judge: JudgeSettings | None = None,
    prices: str | Path | None = None,
) -> Run:
    """Compare modes on a data set, a folder or the name of a bundled one; what `evaluate DATASET` does.

    Without `modes` all that the data set allows; `base` always runs. What an earlier run into the same folder has made
    and that is still current is used again. Without `model` and `endpoint`, a served model, the data set's endpoint
    answers, else the default model. Raises UserError for what a person has to put right.
    """
    from eval.data.dataset import resolve_dataset
    from eval.pipeline.plan import plan_run
    from eval.pipeline.tasks import Options
    from eval.plugins import load_plugins

    loaded = load_plugins(plugins)
    plan = plan_run(
        resolve_dataset(str(dataset)), model=model, embedder=embedder, seed=seed, seeds=seeds, limit=limit,
        dtype=dtype, template=chat_template_kwargs, plugins=loaded, out=None if out is None else Path(out),
        endpoint=endpoint, looks=looks, spending=spending,
    )  # fmt: skip
    return run_plan(plan, modes, Options(retention, judge, None if prices is None else Path(prices)))


def run_plan(plan: Plan, modes: Sequence[str], options: Options) -> Run:
    """Run what is planned."""
    from eval.run import evaluate as run

    run(plan, modes, options)
    return Run(plan.folder)


def load_run(folder: str | Path) -> Run:
    """Open a finished run; raises UserError where there is none."""
    folder = Path(folder)
    for name in ("config.yaml", "scores.jsonl", "decision.json"):
        if not (folder / name).is_file():
            raise UserError(f"{folder / name}: no such file; `evaluate` writes it")
    return Run(folder)
