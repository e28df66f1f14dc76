"""From scores to the verdict: the paired comparisons, the rule, and decision.json. No model, no torch.

    python -m eval.verdict.decide RUN

makes comparisons.json and decision.json again from scores.jsonl and config.yaml, byte for byte; the sentence of a
trade-off may name a finding of checks.json.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.errors import UserError
from eval.files import read_json, write_json
from eval.pipeline.run_config import RunConfig, read_run_config
from eval.records import Comparison, Score
from eval.strategies import STRATEGIES, Strategy
from eval.verdict.advice import advice
from eval.verdict.better_retrieval import better_retrieval, with_retriever
from eval.verdict.decision import Decision, Look, decision_from_dict
from eval.verdict.evidence import gather
from eval.verdict.fitness import fitness, fits
from eval.verdict.metric_bias import with_metric_bias
from eval.verdict.questions_needed import questions_needed
from eval.verdict.risk import measure, too_risky, without
from eval.verdict.rule import Ruling, apply_rule
from eval.verdict.scores_file import read_scores
from eval.verdict.trade_offs import trade_offs
from reports.wording.caveats import caveats, warnings
from reports.wording.reasons import reasons, vetoes
from reports.wording.step_texts import step_of
from reports.wording.trade_off_sentence import trade_off_sentence
from reports.wording.verdict_sentence import verdict_sentence

__all__ = ["decide", "read_decision", "verdict_sentence", "write_decision"]


def decide(
    scores: Sequence[Score], config: RunConfig, *, findings: Sequence[Mapping[str, str]] = ()
) -> tuple[list[Comparison], Decision]:
    """Compare the modes that the scores hold and apply the rule; the same input gives the same output everywhere.

    `findings` of the data's checks decide nothing: where one tells why a mode lost an axis, the sentence names it.
    """
    evidence, risk, limit = gather(scores, config), measure(scores, config), config.dataset.risk.limit
    risky = too_risky(evidence, risk, limit)
    evidence = without(evidence, risky)
    evidence = with_metric_bias(evidence, scores)
    ruling = apply_rule(evidence, config.dataset.decision.margin)
    fit = fitness(evidence, ruling, risk, limit)
    needed = questions_needed(evidence, ruling, config.dataset.decision.margin)
    retriever = better_retrieval(evidence, ruling, scores, config)
    steps = with_retriever(advice(evidence, scores, ruling, fit, config, risk, needed), retriever)
    trades = trade_offs(evidence, ruling, scores, config.dataset.decision.margin, findings)
    decision = Decision(
        dataset=config.dataset.name,
        strategy=ruling.strategy,
        mode=ruling.mode,
        candidates=ruling.candidates,
        quadrant={"context": _common(ruling, lambda s: s.retrieves), "llm": _common(ruling, lambda s: s.tunes)},
        axes=evidence.estimates,
        reasons=(*vetoes(risky, limit), *reasons(evidence, ruling, config)),
        caveats=(*((config.stamp,) if config.stamp else ()), *caveats(evidence, ruling, config)),
        questions_needed=needed,
        reaches_target={"yes": True, "no": False, "not_shown": None}[fit] if ruling.mode else None,
        retention=evidence.retention,
        vetoed=tuple(evidence.forgot),
        fit=fit,
        targets=evidence.targets,
        cut=evidence.cut,
        cut_open=ruling.cut_open,
        leaning=ruling.bias_open,
        missing=evidence.missing,
        missing_open=ruling.missing,
        corrected=evidence.corrected,
        left_out=evidence.left_out,
        next=tuple(map(step_of, steps)),
        fits=fits(evidence, risk, limit),
        risk=risk,
        risk_limit=limit,
        too_risky=tuple(risky),
        stamp=config.stamp,
        look=_look(config),
        warnings=(
            *(trade_off_sentence(t, evidence) for t in trades),
            *warnings(ruling, config),
        ),
        retriever=retriever,
    )
    return evidence.comparisons(), decision


def write_decision(run: Path) -> Decision:
    """Read a run folder's scores and configuration, write comparisons.json and decision.json; returns the decision."""
    for name in ("scores.jsonl", "config.yaml"):
        if not (run / name).is_file():
            raise UserError(f"{run / name}: no such file; `evaluate` writes it")
    findings = _findings(run / "checks.json")
    scores, config = read_scores(run / "scores.jsonl"), read_run_config(run / "config.yaml")
    comparisons, decision = decide(scores, config, findings=findings)
    write_json(run / "comparisons.json", [asdict(c) for c in comparisons])
    write_json(run / "decision.json", asdict(decision))
    return decision


def _findings(path: Path) -> list[dict[str, str]]:
    """What the checks of the data set found; nothing where there is no such file."""
    return list(read_json(path).get("findings", ())) if path.is_file() else []


def read_decision(run: Path) -> Decision:
    """The decision of a run folder."""
    return decision_from_dict(read_json(run / "decision.json"))


def _look(config: RunConfig) -> Look:
    had = config.looks
    return Look(had.this, had.planned, tuple(had.earlier), round(config.error, 4))


def _common(ruling: Ruling, has: Callable[[Strategy], bool]) -> bool | None:
    """What all strategies that are still possible say; of `none`, nothing is worth its cost."""
    strategies = ruling.candidates if ruling.strategy == "inconclusive" else (ruling.strategy,)
    values = {s in STRATEGIES and has(STRATEGIES[s]) for s in strategies}
    return values.pop() if len(values) == 1 else None


def main() -> None:
    """Decide the run that is named on the command line."""
    if len(sys.argv) != 2:
        print("usage: python -m eval.verdict.decide RUN", file=sys.stderr)
        sys.exit(2)
    try:
        print(verdict_sentence(write_decision(Path(sys.argv[1]))))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
