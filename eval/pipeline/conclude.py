"""From the predictions in a run folder to scores, costs and findings: what needs no model."""

from __future__ import annotations

from eval.analysis.human_marks import marked_scores
from eval.analysis.learned_checks import learn_style
from eval.analysis.similarities import Similarity
from eval.arms.modes import MODES
from eval.arms.predict import forget, predictions_file, read_predictions
from eval.data.gates.gate import Finding
from eval.data.gates.known_answers import known_already
from eval.files import read_json, write_json
from eval.judge.settings import JudgeSettings
from eval.metrics.knowledge.reply_values import Asked, Values
from eval.pipeline.adapter_outcomes import training_scores
from eval.pipeline.mixed_results import changed
from eval.pipeline.plan import Plan
from eval.pipeline.run_config import write_run_config
from eval.records import Score, write_records
from eval.retention.benchmark import Battery
from eval.retention.forgetting import retention_scores
from eval.score import paraphrases, score_mode, value_replies
from eval.terminal.progress import say


def value_all_replies(plan: Plan) -> dict[Asked, Values]:
    """What the knowledge metrics say of all replies that belong to this run, each different one scored once."""
    values: dict[Asked, Values] = {}
    replies = [p for k, mode in _answers(plan) for p in read_predictions(plan.home(k), mode)]
    return value_replies(plan.config.dataset, plan.examples, replies, values)


def known_findings(plan: Plan, values: dict[Asked, Values]) -> list[Finding]:
    """What is to be said where the base knows the answers already; `values` as of `value_all_replies`."""
    replies = read_predictions(plan.folder, "base")
    return known_already(plan.dataset, plan.examples, replies, plan.config, values)


def score(plan: Plan, battery: Battery | None, values: dict[Asked, Values]) -> None:
    """Write the scores and costs of all modes whose predictions belong to this run; `values` of `value_all_replies`."""
    from eval.analysis.costs import collect_costs
    from eval.judge.collate import add_judge

    current = plan.current()
    for mode in MODES:
        if mode not in current and predictions_file(plan.folder, mode).exists():
            say(f"dropping the {mode} predictions of an earlier run: {changed(plan, mode)}")
            forget(plan.folder, mode)
    scores, said = add_judge(_scores(plan, values), plan.config, plan.examples, plan.folder, current)
    replies = {mode: read_predictions(plan.folder, mode) for mode in current}
    scores += marked_scores(plan.folder, plan.examples, replies)
    if said:
        say(said)
    if battery:
        scores += retention_scores(plan.folder, plan.identity, battery, current)
    if shaken := _unsteady(plan):
        write_run_config(plan.folder / "config.yaml", plan.config.model_copy(update={"unsteady": shaken}))
    write_records(plan.folder / "examples.jsonl", plan.examples)
    write_records(plan.folder / "scores.jsonl", [*scores, *training_scores(plan, list(MODES))])
    write_json(
        plan.folder / "costs.json", collect_costs(plan.folder, plan.identity, current, plan.config.dataset.endpoint)
    )


def _unsteady(plan: Plan) -> float:
    """The share of replies that the served base gave otherwise when it was asked again; 0 where nothing is known."""
    file = plan.folder / "endpoint" / "servers.json"
    if plan.config.dataset.endpoint is None or not file.is_file():
        return 0.0
    return round(float(read_json(file).get("base", {}).get("unsteady", 0.0)), 4)


def judge_replies(plan: Plan, judge: JudgeSettings) -> None:
    """Ask the judge for every judgement that is missing."""
    from eval.judge.ask import ask_judge
    from eval.judge.collate import judge_items

    items = judge_items(
        plan.config, plan.examples, plan.folder, plan.current(), model=judge.model, limit=judge.limit
    )  # fmt: skip
    ask_judge(judge, items, plan.folder, plan.config.embedder)


def _answers(plan: Plan) -> list[tuple[int, str]]:
    """(k, mode) of all predictions that belong to this run, those of the first seed last."""
    wanted = sorted(plan.answers(list(MODES)), key=lambda answer: -answer[0])
    return [(k, mode) for k, mode in wanted if plan.has(k, mode)]


def _scores(plan: Plan, values: dict[Asked, Values]) -> list[Score]:
    """The scores of all predictions that belong to this run, those of the first seed last."""
    base = read_predictions(plan.folder, "base") if plan.has(0, "base") else []
    samples = learn_style(plan.folder, plan.dataset, plan.examples, base)
    similar = _similar(plan)
    found: list[Score] = []
    for k, mode in _answers(plan):
        found += score_mode(
            plan.config.dataset, mode, plan.examples, read_predictions(plan.home(k), mode), plan.dataset.documents,
            folder=plan.dataset.path, samples=samples, seed=k, similar=similar, values=values,
        )  # fmt: skip
    return found


def _similar(plan: Plan) -> Similarity | None:
    """Embedding similarities of all current replies, where the knowledge metric asks for them."""
    if plan.config.dataset.knowledge.metric != "semantic":
        return None
    similar = Similarity(plan.folder, plan.config.embedder)
    answers = [read_predictions(plan.home(k), m) for k, m in plan.answers(list(MODES)) if plan.has(k, m)]
    similar.add(pair for found in answers for pair in paraphrases(plan.config.dataset, plan.examples, found))
    similar.save()
    return similar
