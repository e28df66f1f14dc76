"""What a run's files tell beyond the verdict: causes of failure, money, robustness. No model, no torch."""

from __future__ import annotations

from pathlib import Path

from eval.analysis.attribution import attribute
from eval.analysis.economics import economics, read_prices
from eval.analysis.retrieval_losses import LOSSES, REACH, retrieval_losses
from eval.analysis.side_effects import side_effects
from eval.analysis.utility import utility
from eval.arms.modes import MODES
from eval.arms.predict import read_predictions
from eval.errors import UserError
from eval.files import read_json, write_json
from eval.pipeline.run_config import read_run_config
from eval.records import Cost, Example, from_dict, read_records
from eval.verdict.scores_file import read_scores
from eval.verdict.segments import segments
from eval.verdict.sensitivity import sensitivity

NEEDED = ("config.yaml", "examples.jsonl", "scores.jsonl", "costs.json")


def analyse(run: Path, prices: Path | None = None) -> None:
    """Write attribution, economics, sensitivity and side_effects.json into a run folder, from its other files alone.

    Raises UserError for a bad price file and for a run that lacks a file.
    """
    charged = read_prices(prices)  # first: a typing error there should leave everything as it was
    for name in NEEDED:
        if not (run / name).is_file():
            raise UserError(f"{run / name}: no such file; the run is not complete, finish it with: evaluate")
    config = read_run_config(run / "config.yaml")
    examples = read_records(run / "examples.jsonl", Example)
    scores = [s for s in read_scores(run / "scores.jsonl", any_mode=True) if s.mode in MODES]
    first = [s for s in scores if s.seed == 0]  # the replies that the predictions hold
    costs = [from_dict(Cost, c) for c in read_json(run / "costs.json")]
    modes = sorted(f.stem for f in (run / "predictions").glob("*.jsonl"))
    predictions = {m: {p.id: p for p in read_predictions(run, m)} for m in modes}
    reach = read_json(run / REACH) if (run / REACH).is_file() else None
    causes = attribute(
        examples, first, predictions, seed=config.seed, corpus=config.corpus, reach=reach and reach["questions"]
    )
    write_json(run / "attribution.json", causes)
    if reach:
        write_json(run / LOSSES, retrieval_losses(examples, first, predictions, reach))
    money = economics(costs, charged, bundled=prices is None)
    write_json(run / "economics.json", money)
    write_json(run / "segments.json", segments(scores, {e.id: e.tags for e in examples}, config))
    write_json(run / "utility.json", utility(scores, config, money))
    write_json(run / "sensitivity.json", sensitivity(scores, config))
    write_json(run / "side_effects.json", side_effects(first, seed=config.seed))
