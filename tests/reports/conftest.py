"""An invented run folder, written with the records themselves: what evaluate leaves behind, without a model."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from eval.analysis.analyse import analyse
from eval.arms.modes import MODES
from eval.config import DatasetConfig, Knowledge
from eval.files import write_json
from eval.pipeline.run_config import RunConfig, write_run_config
from eval.records import Comparison, Cost, Estimate, Example, Passage, Prediction, Score, write_records
from eval.verdict.decide import write_decision
from eval.verdict.decision import Decision, Needed, Step

TRUTH = {
    "base": (0.04, 0.0), "fewshot": (0.04, 0.96), "rag": (0.55, 0.0), "rag-fewshot": (0.48, 0.62),
    "oracle": (0.66, 0.0), "ft": (0.06, 1.0), "hybrid": (0.96, 0.99),
}  # fmt: skip
"""mode -> true rates of right content and right form; an unknown mode never succeeds."""

QUADRANTS = {"prompt": (False, False), "rag": (True, False), "ft": (False, True), "hybrid": (True, True)}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028[x](javascript:alert(3)) \"'&"


@dataclass(frozen=True)
class Spec:
    """What the invented run is like."""

    modes: tuple[str, ...] = tuple(TRUTH)
    strategy: str = "hybrid"
    mode: str | None = "hybrid"
    candidates: tuple[str, ...] = ("hybrid",)
    style: bool = True
    questions: int = 40
    hostile: str = ""
    caveats: tuple[str, ...] = ("One data set, one seed: another seed moves the figures within their intervals.",)


@pytest.fixture
def hostile_text() -> str:
    """Text that would run, load or link something wherever it is taken for markup."""
    return HOSTILE


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """Write a run folder by the keyword arguments of Spec, and return its path."""
    return lambda **settings: write_run(tmp_path / "run", Spec(**settings))


@pytest.fixture(scope="session")
def write_run_to() -> Callable[..., Path]:
    """Write a run folder to a path, by the keyword arguments of Spec, for a test that shares one."""
    return lambda folder, **settings: write_run(folder, Spec(**settings))


def write_run(folder: Path, spec: Spec) -> Path:
    examples = [_example(i, spec) for i in range(spec.questions)]
    scores = [score for mode in spec.modes for score in _scores(mode, examples, spec)]
    axes = {
        axis: _estimates(scores, axis, spec) for axis in ("knowledge", "style") if axis == "knowledge" or spec.style
    }
    dataset = DatasetConfig(
        name="norrland", instruction="You are the support desk. " + spec.hostile, knowledge=Knowledge(metric="contains")
    )
    write_run_config(folder / "config.yaml", RunConfig(dataset_path="datasets/norrland", dataset=dataset))
    write_json(folder / "environment.json", {"python": "3.11.9", "torch": "2.13.0", "device": "cpu", "model": "tiny"})
    write_records(folder / "examples.jsonl", examples)
    for mode in spec.modes:
        write_records(folder / "predictions" / f"{mode}.jsonl", [_prediction(mode, e, spec) for e in examples])
    write_records(folder / "scores.jsonl", scores)
    pairs = [(axis, a, b) for axis in axes for a, b in combinations(spec.modes, 2)]
    write_json(folder / "comparisons.json", [asdict(_comparison(scores, *pair)) for pair in pairs])
    write_json(folder / "decision.json", asdict(_decision(axes, spec)))
    write_json(folder / "costs.json", [asdict(_cost(mode, spec)) for mode in spec.modes])
    return folder


def _example(i: int, spec: Spec) -> Example:
    product = ("Echo pump", "Halla valve", "Rimfrost compressor", "Tjur winch")[i % 4]
    document = f"products/{product.split()[0].lower()}-{i // 4}.md"
    if i % 10 == 9:
        return Example(f"q{i}", f"Who designed the {product} {i // 4}?", documents=(), group=f"g{i}", answerable=False)
    answer = f"{12 + i} months"
    reply = f'{{"answer": "{answer}", "source": "{document}"}}'
    question = f"How long is the warranty on the {product} {i // 4}, and does it cover seals? {spec.hostile}".strip()
    return Example(f"q{i}", question, (answer,), reply, (document,), f"g{i // 2}", tags=("number",))


def _draw(mode: str, example: Example, axis: int) -> bool:
    rates = TRUTH.get(mode, (0.0, 0.0))
    return random.Random(f"{mode}/{example.id}/{axis}").random() < rates[axis]


def _prediction(mode: str, example: Example, spec: Spec) -> Prediction:
    answer = example.answers[0] if example.answers and _draw(mode, example, 0) else "24 weeks, as far as I can see"
    text = f'{{"answer": "{answer}", "source": "{(*example.documents, "?")[0]}"}}'
    if not _draw(mode, example, 1):
        text = f"Thank you for your question! The warranty is {answer}.\nIs there anything else that I can help with?"
    passages: tuple[Passage, ...] = ()
    if mode in MODES and MODES[mode].retrieves:
        documents = [*example.documents, "policies/returns.md", "minutes/2024-03.txt"]
        body = "The warranty period is stated on the sheet and starts on delivery. Seals are wear parts. "
        passages = tuple(Passage(d, body * 3 + spec.hostile, 0.71 - 0.08 * i, i) for i, d in enumerate(documents))
    return Prediction(example.id, text + spec.hostile, passages, 120 + 400 * len(passages), len(text) // 4, 0.31)


def _scores(mode: str, examples: Sequence[Example], spec: Spec) -> list[Score]:
    found: list[Score] = []
    for e in examples:
        content = "" if _draw(mode, e, 0) else "expected the accepted answer, found another"
        right = Score(e.id, e.group, mode, "knowledge", "contains", True, float(not content), content)
        if not e.answerable:
            right = Score(e.id, e.group, mode, "knowledge", "contains", True, None, "unanswerable: see abstention")
            refused = float(_draw(mode, e, 1))
            found.append(Score(e.id, e.group, mode, "abstention", "refused_when_it_should", True, refused))
        found.append(right)
        if spec.style:
            form = "" if _draw(mode, e, 1) else "json: not one JSON object " + spec.hostile
            found.append(Score(e.id, e.group, mode, "style", "all checks", True, float(not form), form))
        if mode in MODES and MODES[mode].retrieves and e.documents:
            found.append(Score(e.id, e.group, mode, "retrieval", "recall@4", True, float(_draw("rag", e, 0))))
            found.append(Score(e.id, e.group, mode, "retrieval", "mrr", False, 0.5))
            found.append(Score(e.id, e.group, mode, "retrieval", "answer_stated", False, float(_draw("rag", e, 0))))
    return found


def _values(scores: Sequence[Score], mode: str, axis: str) -> dict[str, float]:
    return {
        s.example_id: s.value for s in scores if (s.mode, s.axis) == (mode, axis) and s.primary and s.value is not None
    }


def _estimates(scores: Sequence[Score], axis: str, spec: Spec) -> dict[str, Estimate]:
    found = {}
    for mode in spec.modes:
        values = list(_values(scores, mode, axis).values())
        mean = sum(values) / len(values)
        half = 1.96 * math.sqrt(mean * (1 - mean) / len(values)) + 0.01
        found[mode] = Estimate(mean, max(0.0, mean - half), min(1.0, mean + half), len(values))
    return found


def _comparison(scores: Sequence[Score], axis: str, control: str, treatment: str) -> Comparison:
    a, b = _values(scores, control, axis), _values(scores, treatment, axis)
    differences = [b[i] - a[i] for i in a if i in b]
    n = len(differences)
    mean = sum(differences) / n
    half = 1.96 * math.sqrt(sum((d - mean) ** 2 for d in differences) / (n - 1) / n) + 0.01
    metric = "contains" if axis == "knowledge" else "all checks"
    low, high = max(-1.0, mean - half), min(1.0, mean + half)
    return Comparison(axis, metric, control, treatment, n, n // 2, len(a) - n, mean, low, high)  # type: ignore[arg-type]


def _decision(axes: dict[str, dict[str, Estimate]], spec: Spec) -> Decision:
    context, llm = QUADRANTS.get(spec.strategy, (None, None))
    fit = {"hybrid": "yes", "prompt": "not_shown", "inconclusive": "not_shown"}.get(spec.strategy, "no")
    return Decision(
        dataset="norrland",
        strategy=spec.strategy,  # type: ignore[arg-type]
        mode=spec.mode,
        candidates=spec.candidates,
        quadrant={"context": context, "llm": llm},
        axes=axes,
        reasons=(
            "Fine-tuning is beaten on knowledge by hybrid.",
            "RAG is beaten on style by hybrid.",
            *spec.candidates,
        ),
        caveats=spec.caveats,
        questions_needed=Needed((180, 300), (140, 260), (0.5, 0.8)) if spec.strategy == "inconclusive" else None,
        reaches_target={"yes": True, "no": False, "not_shown": None}[fit],
        fit=fit,  # type: ignore[arg-type]
        targets={axis: {"knowledge": 0.8, "style": 0.95}[axis] for axis in axes},
        next=(Step("questions", "Test on about 180 questions in all, and run evaluate again."),),
    )


def _cost(mode: str, spec: Spec) -> Cost:
    trained = mode in ("ft", "hybrid")
    losses = [[s, round(0.2 + 3 * math.exp(-s / 25) + 0.1 * random.Random(s).random(), 4)] for s in range(1, 131, 3)]
    extra = {"adapter_mb": 19.2, "train_rows": 524, "losses": losses, "validation": [[65, 0.52], [130, 0.31]]}
    retrieves = mode in MODES and MODES[mode].retrieves
    return Cost(
        mode=mode,
        index_seconds=14.2 if retrieves else 0.0,
        train_seconds=187.0 if trained else 0.0,
        train_tokens=152_310 if trained else 0,
        questions=spec.questions,
        predict_seconds=0.31 * spec.questions,
        tokens_in=(1320 if retrieves else 120) * spec.questions,
        tokens_out=28 * spec.questions,
        peak_memory_mb=1843.0,
        extra=extra if trained else {},
    )


TRUTHS = {
    "prompt": {"base": (0.1, 0.1), "fewshot": (0.9, 0.99), "rag": (0.9, 0.2), "rag-fewshot": (0.91, 0.99),
               "ft": (0.5, 0.99), "hybrid": (0.91, 1.0)},
    "rag": {"base": (0.1, 0.98), "fewshot": (0.1, 0.98), "rag": (0.9, 0.98), "rag-fewshot": (0.8, 0.98),
            "ft": (0.1, 1.0), "hybrid": (0.9, 0.99)},
    "ft": {"base": (0.9, 0.1), "fewshot": (0.9, 0.4), "rag": (0.9, 0.1), "rag-fewshot": (0.9, 0.4),
           "ft": (0.9, 0.99), "hybrid": (0.9, 0.99)},
    "hybrid": {"base": (0.05, 0.0), "fewshot": (0.05, 0.8), "rag": (0.3, 0.0), "rag-fewshot": (0.2, 0.6),
               "ft": (0.1, 1.0), "hybrid": (0.9, 1.0)},
    "inconclusive": {"base": (0.5, 0.5), "fewshot": (0.55, 0.6), "rag": (0.6, 0.55), "ft": (0.55, 0.6),
                     "hybrid": (0.62, 0.62)},
}  # fmt: skip
"""verdict -> mode -> true rates of right content and right form, from which that verdict follows."""


@pytest.fixture
def decided_run(tmp_path: Path) -> Callable[..., Path]:
    """Write a run whose verdict is decided by the rule itself: `decided_run("a", "hybrid", questions=200)`."""
    return lambda folder, truth, **settings: write_decided(tmp_path / "runs" / folder, truth, **settings)


@pytest.fixture(scope="session")
def every_state(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Analysed runs of every kind of verdict, each written when it is first asked for."""
    return States(tmp_path_factory.mktemp("states"))


def _states() -> dict[str, tuple[str | dict[str, tuple[float, float]], dict[str, Any]]]:
    """State -> true rates of each mode, and what else the run is like."""
    draw = random.Random(3)
    close = {mode: (0.7 + draw.random() * 0.2, 0.8 + draw.random() * 0.18) for mode in MODES}
    poor = {
        "base": (0.02, 0.1),
        "fewshot": (0.03, 0.12),
        "rag": (0.04, 0.1),
        "ft": (0.02, 0.12),
        "hybrid": (0.04, 0.12),
    }
    unread = {"base": (0.02, 0.97), "rag": (0.35, 0.98), "oracle": (0.93, 0.99), "ft": (0.05, 0.99)}
    return {
        "settled": ("hybrid", {"refuses": 0.5}),
        "open": ("inconclusive", {"refuses": 0.3, "questions": 60}),
        "vetoed": ("hybrid", {"refuses": 0.1, "limit": 0.05}),
        "none": (poor, {"refuses": 0.3, "questions": 400}),
        "retriever": (unread, {"refuses": 0.6, "questions": 400}),
        "two": ({"base": (0.5, 0.3), "rag": (0.6, 0.4)}, {"refuses": 0.3}),
        "twelve": (close, {"refuses": 0.3}),
    }


class States(Mapping[str, Path]):
    """Settled, open, none, vetoed by risk, with too poor a retriever, of two modes and of twelve, all by the rule."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.written, self.known = folder, dict[str, Path](), _states()

    def __getitem__(self, name: str) -> Path:
        if name not in self.written:
            truth, settings = self.known[name]
            self.written[name] = write_decided(self.folder / name, truth, analysed=True, **settings)
        return self.written[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@pytest.fixture(scope="session")
def four_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four analysed runs in one folder, one for each corner of the quadrant."""
    folder = tmp_path_factory.mktemp("four")
    return [write_decided(folder / f"set-{verdict}", verdict, analysed=True) for verdict in QUADRANTS]


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs of one data set: with the second's larger model RAG reads well enough, and both becomes RAG."""
    folder = tmp_path_factory.mktemp("two")
    before = {"base": (0.05, 0.0), "rag": (0.3, 0.0), "ft": (0.1, 1.0), "hybrid": (0.9, 1.0)}
    after = before | {"rag": (0.85, 0.98), "hybrid": (0.9, 0.98)}
    return (
        write_decided(folder / "june", before, name="desk"),
        write_decided(folder / "july", after, name="desk", model="org/larger"),
    )


def write_decided(
    folder: Path,
    truth: str | dict[str, tuple[float, float]],
    *,
    name: str = "",
    questions: int = 200,
    seed: int = 0,
    model: str = "tiny",
    hostile: str = "",
    target: float = 0.8,
    instruction: str = "You are the support desk. ",
    analysed: bool = False,
    refuses: float | None = None,
    limit: float | None = None,
) -> Path:
    """Replies drawn question by question at the truth's rates, alike between runs with the same seed.

    With `refuses` every tenth question should be refused, and is by each mode at this rate, as is a tenth of the others
    that it gets wrong.
    """
    rates = TRUTHS[truth] if isinstance(truth, str) else truth
    dataset = DatasetConfig.model_validate(
        {"name": name or folder.name, "instruction": instruction + hostile,
         "knowledge": {"metric": "contains", "target": target}, "refusal": None if refuses is None else "Not on file",
         "risk": {"limit": limit}}
    )  # fmt: skip
    config = RunConfig(dataset_path="datasets/norrland", model=model, dataset=dataset)
    write_run_config(folder / "config.yaml", config)
    write_json(folder / "environment.json", {"python": "3.11.9", "device": "cpu"})
    examples = [_example(i, Spec(hostile=hostile)) for i in range(questions) if i % 10 != 9 or refuses is not None]
    examples = [replace(e, group=e.id) for e in examples]
    write_records(folder / "examples.jsonl", examples)
    scores = []
    for mode, (knowledge, style) in rates.items():
        replies = []
        for e in examples:
            draw = random.Random(f"{seed}/{mode}/{e.id}")
            right, formed = draw.random() < knowledge, draw.random() < style
            right = right and e.answerable
            silent = not right and draw.random() < ((refuses or 0.0) if not e.answerable else 0.1 * bool(refuses))
            answer = e.answers[0] if right else "Not on file" if silent else f"{draw.randint(2, 9)} weeks"
            text = f'{{"answer": "{answer}"}}' if formed else f"I believe that it is {answer}."
            replies.append(Prediction(e.id, text + hostile, (), 120, 12, 0.2))
            if e.answerable:
                said = "" if right else f"expected {e.answers[0]} {hostile}"
                scores.append(Score(e.id, e.group, mode, "knowledge", "contains", True, float(right), said))
            if refuses is not None:
                name = "answers_answerable" if e.answerable else "refuses_unanswerable"
                value = float(silent != e.answerable)
                scores.append(Score(e.id, e.group, mode, "abstention", name, False, value))
            scores.append(Score(e.id, e.group, mode, "style", "all_checks", True, float(formed)))
        write_records(folder / "predictions" / f"{mode}.jsonl", replies)
    write_records(folder / "scores.jsonl", scores)
    write_json(folder / "costs.json", [asdict(_cost(mode, Spec(questions=len(examples)))) for mode in rates])
    write_decision(folder)
    if analysed:
        analyse(folder)
    return folder
