"""One data set from its folder to the verdict: predictions, scores, decision and report, cached by fingerprint."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.analysis.economics import read_prices
from eval.analysis.learned_checks import learn_style
from eval.analysis.similarities import Similarity
from eval.arms.modes import MODES
from eval.arms.predict import forget, predict, predictions_file, read_predictions
from eval.arms.resources import Setup
from eval.arms.worker_pool import start_team
from eval.config import write_run_config
from eval.data.dataset import check_corpus
from eval.data.gates.gate import Finding, check_run, tell, write_findings
from eval.data.gates.known_answers import known_already
from eval.errors import UserError
from eval.files import write_json
from eval.judge.settings import JudgeSettings
from eval.pipeline.adapter_outcomes import failure, to_answer, training_scores
from eval.pipeline.mixed_results import changed, pulled, settled
from eval.pipeline.plan import Plan, modes_for
from eval.pipeline.steps import CHECK, DECIDE, REPORT, SCORE, heading, planned
from eval.records import Decision, Score, write_records
from eval.retention.forgetting import measure, retention_scores, scored_modes
from eval.retention.tasks import Battery, find_battery, read_battery
from eval.score import paraphrases, score_mode
from eval.terminal.progress import say, steps, track
from eval.verdict.decide import write_decision


@dataclass(frozen=True, slots=True)
class Options:
    """What a run does besides answering and scoring."""

    retention: bool = True
    """Measure what tuning made the model forget."""
    judge: JudgeSettings | None = None
    """The judge to ask, if any."""
    prices: Path | None = None
    """A price file in the form of eval/prices.yaml, which is the default."""


def evaluate(plan: Plan, modes: Sequence[str], options: Options = Options()) -> Decision:
    """Answer in every mode that has no current predictions, score, decide and write the report."""
    read_prices(options.prices)  # like all that can be wrong, before anything is written
    wanted = modes_for(plan.dataset, modes)
    battery = _battery(plan) if options.retention else None
    plan = settled(plan, wanted, battery)
    for line in pulled(plan, wanted):
        say(line)
    with steps(heading(plan, wanted), planned(plan, wanted, battery, judged=options.judge is not None)):
        return _evaluate(plan, wanted, battery, options)


def _evaluate(plan: Plan, wanted: Sequence[str], battery: Battery | None, options: Options) -> Decision:
    todo = to_answer(plan, wanted)
    with track(CHECK):
        if todo:
            check_corpus(plan.dataset)
        findings = check_run(plan.dataset, plan.examples, plan.folder)
    with locked(plan.folder):
        write_run_config(plan.folder / "config.yaml", plan.config)
        setup = Setup(plan.dataset, plan.config, plan.identity, plan.folder)
        if any(MODES[m].retrieves for m in wanted):
            tell(retrieval := setup.retrieval_findings())
            findings = [*findings, *retrieval]
        if todo:
            _predict_all(plan, setup, todo)
        trained = [m for m in wanted if not failure(plan, 0, m)]
        if battery and scored_modes(trained):
            measure(setup, battery, trained)
        if options.judge:
            _judge(plan, options.judge)
        tell(known := _known(plan))
        write_findings(plan.folder, plan.dataset, plan.examples, [*findings, *known])
        return _conclude(plan, battery, options.prices)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run folder for this process; raises UserError when another one holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{folder}: another command is at work there; wait for it or name another --out") from None
        yield


def _battery(plan: Plan) -> Battery:
    return read_battery(find_battery(plan.config.dataset.retention.battery, plan.dataset.path))


def _predict_all(plan: Plan, setup: Setup, todo: Sequence[tuple[int, str]]) -> None:
    if any(MODES[m].retrieves for _, m in todo):
        setup.prepare(plan.examples)  # first, because it is quick and reads every document
    for adapter in sorted({a for _, m in todo if (a := MODES[m].adapter)}):
        setup.check_adapter(adapter)  # before the minutes that other modes take
    base = setup.base
    from eval.model.loading import environment  # the import takes seconds, which loading shows
    from finetune.training.divergence import Diverged

    limits = {"reply_limit": str(setup.limits.reply), "attention": plan.identity.arithmetic.attention}
    write_json(plan.folder / "environment.json", environment(base) | limits)
    team = start_team(setup)
    try:
        for k, mode in todo:
            config, identity = plan.seeded(k)
            seeded = setup.with_seed(config, identity)
            try:
                predict(seeded, mode, plan.examples, plan.home(k), identity.predictions(mode), team)
            except Diverged as error:  # the other modes are worth their hours all the same
                say(f"warning: {mode} is left out: {error}")
    finally:
        if team:
            team.close()


def _known(plan: Plan) -> list[Finding]:
    return known_already(plan.dataset, plan.examples, read_predictions(plan.folder, "base"), plan.config)


def _conclude(plan: Plan, battery: Battery | None, prices: Path | None) -> Decision:
    """Score, decide and report from the files of all modes whose predictions belong to this run."""
    from eval.analysis.analyse import analyse
    from reports.pages.page import write_report

    with track(SCORE):
        _score(plan, battery)
    with track(DECIDE):
        decision = write_decision(plan.folder)
        analyse(plan.folder, prices)
    with track(REPORT):
        write_report(plan.folder)
    return decision


def _score(plan: Plan, battery: Battery | None) -> None:
    """Write the scores and costs of all modes whose predictions belong to this run."""
    from eval.analysis.costs import collect_costs
    from eval.judge.collate import add_judge

    current = plan.current()
    for mode in MODES:
        if mode not in current and predictions_file(plan.folder, mode).exists():
            say(f"dropping the {mode} predictions of an earlier run: {changed(plan, mode)}")
            forget(plan.folder, mode)
    scores, said = add_judge(_scores(plan), plan.config, plan.examples, plan.folder, current)
    if said:
        say(said)
    if battery:
        scores += retention_scores(plan.folder, plan.identity, battery, current)
    write_records(plan.folder / "examples.jsonl", plan.examples)
    write_records(plan.folder / "scores.jsonl", [*scores, *training_scores(plan, list(MODES))])
    write_json(plan.folder / "costs.json", collect_costs(plan.folder, plan.identity, current))


def _judge(plan: Plan, judge: JudgeSettings) -> None:
    from eval.judge.ask import ask_judge
    from eval.judge.collate import judge_items

    items = judge_items(
        plan.config, plan.examples, plan.folder, plan.current(), model=judge.model, limit=judge.limit
    )  # fmt: skip
    ask_judge(judge, items, plan.folder, plan.config.embedder)


def _scores(plan: Plan) -> list[Score]:
    """The scores of all predictions that belong to this run, those of the first seed last."""
    base = read_predictions(plan.folder, "base") if plan.has(0, "base") else []
    samples = learn_style(plan.folder, plan.dataset, plan.examples, base)
    similar = _similar(plan)
    found: list[Score] = []
    for k, mode in sorted(plan.answers(list(MODES)), key=lambda answer: -answer[0]):
        if plan.has(k, mode):
            found += score_mode(
                plan.config.dataset, mode, plan.examples, read_predictions(plan.home(k), mode),
                plan.dataset.documents, folder=plan.dataset.path, samples=samples, seed=k, similar=similar,
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
