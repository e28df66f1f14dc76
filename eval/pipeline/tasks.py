"""The tasks of a run: the one list from which follow what is shown, what is resumed, and what is run where.

In order: check the data, index it, check training rows, load the model, train and answer mode by mode, measure what was
forgotten, ask the judge, score, decide, report.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.arms.modes import MODES
from eval.arms.predict import Part, predict
from eval.arms.resources import Resources
from eval.data.dataset import check_corpus
from eval.data.gates.gate import RETRIEVAL, Finding, check_run, tell, write_findings
from eval.files import write_json
from eval.judge.settings import JudgeSettings
from eval.model.generator import GENERATORS, GeneratorKind
from eval.pipeline.adapter_outcomes import failure, to_answer
from eval.pipeline.conclude import judge_replies, known_findings, score, value_all_replies
from eval.pipeline.earlier_verdicts import record_verdict
from eval.pipeline.graph import Machine, Skipped, Task
from eval.pipeline.lock import locked
from eval.pipeline.plan import Plan
from eval.pipeline.run_config import write_run_config
from eval.retention.benchmark import Battery
from eval.retention.forgetting import measure, read_rows, scored_modes
from eval.strategies import ADAPTERS, Adapter
from eval.verdict.decide import write_decision

CARD = Machine(gpus=1)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run does besides answering and scoring."""

    retention: bool = True
    """Measure what tuning made the model forget."""
    judge: JudgeSettings | None = None
    """The judge to ask, if any."""
    prices: Path | None = None
    """A price file in the form of eval/prices.yaml, which is the default."""
    report_language: str = "en"
    """Of the pages; that of the data stands in the data set."""


PLAIN = Options()


def heading(plan: Plan, modes: Sequence[str]) -> str:
    """On what the run works, in a line."""
    return f"{plan.dataset.config.name}: {len(plan.examples)} questions, {len(modes)} modes, {_model(plan)}"


def training_heading(plan: Plan) -> str:
    """On what training alone works, in a line."""
    return f"{plan.dataset.config.name}: adapters of {_model(plan)}"


def _model(plan: Plan) -> str:
    return plan.config.model.rstrip("/").rpartition("/")[2]


class Work:
    """What the tasks of one run share: the plan, what modes draw on, findings on the data, and the held run folder."""

    def __init__(self, plan: Plan, modes: Sequence[str] = (), options: Options = PLAIN,
                 battery: Battery | None = None) -> None:  # fmt: skip
        self.plan, self.modes, self.options, self.battery = plan, modes, options, battery
        self.resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
        self._findings: list[Finding] = []
        self._checked = False
        self._found = False
        """Whether the findings on retrieval are among them."""
        self._held = ExitStack()

    def close(self) -> None:
        """Let the run folder go, and end what was started."""
        self.resources.close()
        self._held.close()

    def tasks(self) -> list[Task]:
        """All tasks of a run, each after those that it needs."""
        modes, retrieving = self.modes, any(MODES[m].retrieves for m in self.modes)
        served = self._kind.serves
        tuned = [(k, a) for k, m in self.plan.answers(modes) if (a := MODES[m].adapter) and not served]
        tasks = [Task("check", "check", "checking the data", self._check)]
        if retrieving:
            tasks.append(
                Task("index", "index", "indexing", self._find, ("check",),
                     done=self.resources.index_is_checked, total=None, unit=" documents")
            )  # fmt: skip
            tasks.append(Task("passages", "passages", "finding passages", self._open, ("index",), wanted=False))
        tasks += [self._check_rows(a) for a in dict.fromkeys(a for _, a in tuned)]
        tasks.append(self._load([t.name for t in tasks]))
        for k, mode in self.plan.answers(modes):
            if (adapter := MODES[mode].adapter) and not served:
                tasks.append(self._train(k, adapter))
            tasks.append(self._answer(k, mode))
        tasks += self._retention()
        if self.options.judge:
            tasks.append(Task("judge", "judge", "judging", partial(judge_replies, self.plan, self.options.judge),
                              needs=("check",), after=_names(tasks), total=None, unit=" judgements"))  # fmt: skip
        tasks.append(Task("score", "score", "scoring", self._score, needs=("check",), after=_names(tasks)))
        tasks.append(Task("decide", "decide", "deciding", self._decide, needs=("score",)))
        tasks.append(Task("report", "report", "writing the report", self._report, needs=("decide",)))
        return tasks

    def training(self, adapters: Sequence[Adapter], train: Callable[[Adapter], object] | None = None) -> list[Task]:
        """The tasks of training alone; `train` trains an adapter in the place of one plain training."""
        tasks = []
        if any(ADAPTERS[a].passages for a in adapters):
            tasks.append(Task("passages", "index", "indexing", self._open, wanted=False, total=None, unit=" documents"))
        tasks += [self._check_rows(a) for a in adapters]
        tasks.append(self._load([t.name for t in tasks]))
        return [*tasks, *(self._train(0, a, train, alone=True) for a in adapters)]

    @property
    def _kind(self) -> GeneratorKind:
        return GENERATORS[self.plan.config.dataset.generation.generator]

    def _check(self) -> None:
        if not self._checked:  # it is run again where another command held the folder
            if to_answer(self.plan, self.modes):
                check_corpus(self.plan.dataset)
            self._findings += check_run(self.plan.dataset, self.plan.examples, self.plan.folder)
            self._findings += [
                Finding(RETRIEVAL, "note", line, str(self.plan.dataset.path)) for line in self.plan.notes
            ]
            self._checked = True
        self._held.enter_context(locked(self.plan.folder))  # so that bad data leave nothing behind
        write_run_config(self.plan.folder / "config.yaml", self.plan.config)
        generator = self.plan.config.dataset.generation.generator
        if not self._kind.loads and to_answer(self.plan, self.modes):
            write_json(
                self.plan.folder / "environment.json",
                {"python": platform.python_version(), "generator": generator, "model_folder": "not loaded"},
            )
        if any(MODES[m].retrieves for m in self.modes) and self.resources.index_is_checked():
            self._find()

    def _find(self) -> None:
        self._found = True
        found = self.resources.retrieval_findings()
        tell(found)
        self._findings += found

    def _open(self) -> None:
        from finetune.training.distributed import world

        # Of processes that train together one alone opens the index.
        world().from_main(self._passages)

    def _passages(self) -> None:
        self.resources.prepare(self.plan.examples if self.modes else ())
        if self.modes:
            self.resources.write_reach(self.plan.examples)

    def _check_rows(self, adapter: Adapter) -> Task:
        def run() -> None:
            from finetune.training.distributed import world
            from finetune.training.train_adapter import check_adapter

            world().from_main(lambda: check_adapter(self.resources, adapter))

        needs = (*(("check",) if self.modes else ()), *(("passages",) if ADAPTERS[adapter].passages else ()))
        return Task(f"rows/{adapter}", "rows", f"checking the training rows of {adapter}", run, needs, wanted=False)

    def _load(self, before: Sequence[str]) -> Task:
        return Task("load", "load", "loading the model", self._loaded, after=tuple(before), wanted=False, machine=CARD)

    def _loaded(self) -> None:
        base = self.resources.base
        if not self.modes:
            return
        from eval.model.loading import environment  # the import takes seconds, which loading shows

        limits = {"reply_limit": str(self.resources.limits.reply), "attention": self.plan.identity.arithmetic.attention}
        write_json(self.plan.folder / "environment.json", environment(base) | limits)

    def _seeded(self, k: int) -> Resources:
        return self.resources.with_seed(*self.plan.seeded(k))

    def _train(self, k: int, adapter: Adapter, train: Callable[[Adapter], object] | None = None, *,
               alone: bool = False) -> Task:  # fmt: skip
        """`alone`, a training that diverges ends the command; in a run the other modes are worth their hours."""

        def run() -> None:
            from finetune.training.divergence import Diverged
            from finetune.training.train_adapter import train_adapter

            try:
                train(adapter) if train else train_adapter(self._seeded(k), adapter)
            except Diverged as error:
                if alone:
                    raise
                raise Skipped(f"{adapter} is left out: {error}") from None

        def done() -> bool:
            from finetune.adapter import is_complete, read_failure

            folder = self.plan.adapter_folder(k, adapter)
            return is_complete(folder) or bool(not alone and read_failure(folder))

        return Task(
            _numbered(f"train/{adapter}", k), "train", f"training {adapter}{self._seed(k)}", run,
            (f"rows/{adapter}", *(("load",) if self._trains_here() else ())),
            done=None if train else done, wanted=alone, total=None, unit=" steps",
            machine=CARD,
        )  # fmt: skip

    def _trains_here(self) -> bool:
        """Whether adapters are trained on the base that is loaded in this process."""
        from finetune.training.train_adapter import trainer_kind

        return trainer_kind(self.resources).loads

    def _answer(self, k: int, mode: str) -> Task:
        spec, plan = MODES[mode], self.plan
        loads = ("load",) if self._kind.loads else ()
        trained = (_numbered(f"train/{spec.adapter}", k),) if spec.adapter and not self._kind.serves else ()

        def run(index: int = 0, count: int = 1) -> None:
            identity = plan.seeded(k)[1].predictions(mode)
            predict(self._seeded(k), mode, plan.examples, plan.home(k), identity, Part(index, count))

        return Task(
            _numbered(f"answer/{mode}", k), "answer", f"answering {mode}{self._seed(k) if spec.adapter else ''}", run,
            (*loads, *(("passages",) if spec.retrieves else ()),
             *trained),
            done=lambda: plan.has(k, mode) or bool(failure(plan, k, mode)),
            total=len(plan.examples), unit=" questions", machine=CARD, part=run,
        )  # fmt: skip

    def _seed(self, k: int) -> str:
        return f", seed {k + 1}" if self.plan.repeats else ""

    def _retention(self) -> Iterator[Task]:
        battery = self.battery
        tuned = any(MODES[m].adapter for m in self.modes)
        served = self._kind.serves
        if not battery or (served and not self._kind.measures) or (tuned and not served and not self._trains_here()):
            return
        for mode in scored_modes(self.modes):
            adapter = MODES[mode].adapter
            first = ("retention/base",) if adapter else ()
            if served:
                needs = (*((f"answer/{mode}",) if mode in self.modes else ()), *first)
            else:
                needs = ("load", *((f"train/{adapter}",) if adapter else ()), *first)
            yield Task(
                f"retention/{mode}", "retention", f"retention of {mode}",
                partial(measure, self.resources, battery, mode), needs, done=partial(self._measured, mode),
                machine=CARD,
            )  # fmt: skip

    def _measured(self, mode: str) -> bool:
        battery = self.battery
        known = battery and read_rows(self.plan.folder, mode, self.plan.identity, battery) is not None
        return bool(known or failure(self.plan, 0, mode))

    def _score(self) -> None:
        # The index may have been made elsewhere, while this process waited.
        if not self._found and any(MODES[m].retrieves for m in self.modes) and self.resources.index_is_checked():
            self._find()
        values = value_all_replies(self.plan)
        self._findings += (known := known_findings(self.plan, values))
        tell(known)
        write_findings(self.plan.folder, self.plan.dataset, self.plan.examples, self._findings)
        score(self.plan, self.battery, values)

    def _decide(self) -> None:
        from eval.analysis.analyse import analyse

        decision = write_decision(self.plan.folder)
        record_verdict(self.plan.folder, self.plan.config, self.plan.examples, decision)
        analyse(self.plan.folder, self.options.prices)

    def _report(self) -> None:
        from reports.pages.page import write_report

        write_report(self.plan.folder, self.options.report_language)


def _names(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(t.name for t in tasks)


def _numbered(name: str, k: int) -> str:
    """A task's name under the k-th training seed."""
    return f"{name}/{k}" if k else name
