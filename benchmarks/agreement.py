"""How well the knowledge metrics agree with people who marked answers right or wrong.

    python benchmarks/agreement.py FOLDER... [--examples N] [--embedder NAME]

A folder holds either TQ.json (EVOUNA, arXiv:2305.12421) or NQ301_human.tsv and NQ301_BEM.tsv (arXiv:2305.06984).
Questions are parted by a hash: rules were written by looking at the `dev` half; `held` is the other. Flips: the share
of answers which people marked right whose verdict moves when the answer is wrapped in JSON, in a sentence or in prose,
or set behind the question. By length and by system: sensitivity (of the answers that people marked right, the share
accepted), specificity (of the wrong ones, the share rejected) and bias (share accepted minus share right), in points;
two systems are compared fairly when their biases are equal. With an embedder, `semantic` is measured too.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eval.analysis.similarities import Similarity
from eval.config import Knowledge
from eval.metrics.knowledge.alias import STOP, same_word, words
from eval.metrics.knowledge.metric import read_answer, score_knowledge
from eval.metrics.knowledge.semantic import comparable, semantic
from eval.metrics.quantities.quantity import lone_quantity

METRICS = ["exact", "f1", "contains", "match"]
SYSTEMS = ("fid", "gpt35", "chatgpt", "gpt4", "newbing")


@dataclass(frozen=True, slots=True)
class Mark:
    """One answer and what people said of it."""

    question: str
    answers: tuple[str, ...]
    reply: str
    right: bool
    system: str


def read_marks(folder: Path) -> list[Mark]:
    """The marked answers of a folder; improper questions are left out."""
    if (folder / "TQ.json").is_file():
        return list(_evouna(folder / "TQ.json"))
    if (folder / "NQ301_human.tsv").is_file():
        return list(_nq301(folder))
    raise SystemExit(f"{folder}: holds neither TQ.json nor NQ301_human.tsv; name a folder that does")


def _evouna(path: Path) -> Iterator[Mark]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        if row.get("improper"):
            continue
        answers = tuple(a.strip() for a in row["golden_answer"].split("/"))
        for system in SYSTEMS:
            yield Mark(row["question"], answers, row[f"answer_{system}"], bool(row[f"judge_{system}"]), system)


def _nq301(folder: Path) -> Iterator[Mark]:
    gold = {row["Question"]: row["Gold answers"] for row in _rows(folder / "NQ301_BEM.tsv")}
    for row in _rows(folder / "NQ301_human.tsv"):
        if row["Question"] in gold:
            answers = tuple(a.strip() for a in gold[row["Question"]].split("|"))
            yield Mark(row["Question"], answers, row["Model answer"], row["Acceptable?"] == "Yes", "")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def is_dev(question: str) -> bool:
    """Whether a question belongs to the half that the rules were written on."""
    return int(hashlib.sha256(question.encode()).hexdigest(), 16) % 2 == 0


SIMILAR: dict[str, Similarity] = {}
"""The embedder's similarities, when one is named."""


@cache
def verdict(metric: str, mark: Mark, reply: str | None = None) -> bool:
    """Whether a metric accepts an answer; F1 from 0.5."""
    config = Knowledge(answer="$.answer")
    text = mark.reply if reply is None else reply
    if metric == "semantic":
        similar = next(iter(SIMILAR.values()))
        return semantic(read_answer(text, config.answer), mark.answers, mark.question, similar) >= 0.5
    return score_knowledge(config, text, mark.answers, name=metric, question=mark.question) >= 0.5


def kappa(said: Sequence[bool], truth: Sequence[bool]) -> tuple[float, float]:
    """Accuracy, and Cohen's kappa: (accuracy - chance) / (1 - chance)."""
    n = len(truth)
    accuracy = sum(a == b for a, b in zip(said, truth, strict=True)) / n
    p, q = sum(said) / n, sum(truth) / n
    chance = p * q + (1 - p) * (1 - q)
    return accuracy, (accuracy - chance) / (1 - chance) if chance < 1 else 1.0


FORMS: dict[str, Callable[[Mark], str]] = {
    "JSON": lambda m: json.dumps({"answer": m.reply}),
    "sentence": lambda m: f"The answer is: {m.reply}",
    "prose": lambda m: (
        f"I have looked into the papers with care. The answer is: {m.reply}\nThey were updated in spring."
    ),
    "JSON prose": lambda m: json.dumps({"answer": f"I have looked it up. The answer is: {m.reply}"}),
    "restated": lambda m: f"You asked: {m.question.rstrip('?')}? {m.reply}",
}


def main() -> None:
    """Print agreement, order of the systems and flips for each folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--examples", type=int, default=0, help="so many false accepts and rejects of `match`")
    parser.add_argument("--embedder", help="measure `semantic` with it")
    given = parser.parse_args()
    if given.embedder:
        METRICS.append("semantic")
        SIMILAR[given.embedder] = Similarity(Path(tempfile.mkdtemp()), given.embedder)
    for folder in given.folders:
        if not folder.is_dir():
            print(f"{folder}: no such folder; agreement with its people is not measured")
            continue
        marks = read_marks(folder)
        for similar in SIMILAR.values():
            rejected = [m for m in marks if not verdict("match", m)]
            similar.add(pair for m in rejected for pair in comparable(m.reply, m.answers, m.question))
        _agreement(folder.name, marks)
        _order(marks)
        _by_length(marks)
        _by_system(marks)
        _figures(marks)
        _flips(marks)
        _ceiling(marks)
        _errors(marks, given.examples)


def _agreement(name: str, marks: Sequence[Mark]) -> None:
    print(f"\n{name:<14}{'half':<6}{'n':>6}{'accuracy':>10}{'kappa':>8}{'false accept':>14}{'false reject':>14}")
    for metric in METRICS:
        for half, wanted in (("dev", (True,)), ("held", (False,)), ("all", (True, False))):
            rows = [m for m in marks if is_dev(m.question) in wanted]
            said, truth = [verdict(metric, m) for m in rows], [m.right for m in rows]
            accuracy, agreement = kappa(said, truth)
            wrong = [(a, b) for a, b in zip(said, truth, strict=True) if a != b]
            print(f"{metric:<14}{half:<6}{len(rows):>6}{accuracy:>10.3f}{agreement:>8.3f}", end="")
            print(f"{wrong.count((True, False)):>14}{wrong.count((False, True)):>14}")


@dataclass(frozen=True, slots=True)
class Rates:
    """How a metric treats a group of answers; shares in [0, 1], NaN where the group has no such answer."""

    n: int
    sensitivity: float
    specificity: float
    bias: float


def rates(said: Sequence[bool], truth: Sequence[bool]) -> Rates:
    """Sensitivity, specificity and bias of verdicts against people's marks."""
    right = [s for s, t in zip(said, truth, strict=True) if t]
    wrong = [s for s, t in zip(said, truth, strict=True) if not t]
    n = len(truth)
    return Rates(
        n,
        sum(right) / len(right) if right else math.nan,
        1 - sum(wrong) / len(wrong) if wrong else math.nan,
        (sum(said) - sum(truth)) / n if n else math.nan,
    )


LENGTHS = ((1, 3), (4, 10), (11, 30), (31, 80), (81, 10**6))
"""Replies of so many words, from a bare answer to a chat."""


def _table(title: str, groups: dict[str, list[Mark]]) -> None:
    print(f"\n{title:<18}{'metric':<10}{'n':>6}{'sensitivity':>13}{'specificity':>13}{'bias':>8}")
    for metric in METRICS:
        found = {g: rates([verdict(metric, m) for m in rows], [m.right for m in rows]) for g, rows in groups.items()}
        for group, r in found.items():
            print(f"{group:<18}{metric:<10}{r.n:>6}{r.sensitivity:>13.3f}{r.specificity:>13.3f}{100 * r.bias:>+8.1f}")
        biases = [100 * r.bias for r in found.values()]
        print(f"{'largest difference':<18}{metric:<10}{max(biases) - min(biases):>40.1f} points")


def _by_length(marks: Sequence[Mark]) -> None:
    sized = {
        (f"{low}-{high} words" if high < 10**6 else f"{low} words or more"): [
            m for m in marks if low <= max(1, len(m.reply.split())) <= high
        ]
        for low, high in LENGTHS
    }
    _table("by length", {name: rows for name, rows in sized.items() if rows})


def _by_system(marks: Sequence[Mark]) -> None:
    systems = sorted({m.system for m in marks})
    if len(systems) > 1:
        _table("by system", {s: [m for m in marks if m.system == s] for s in systems})


def _figures(marks: Sequence[Mark]) -> None:
    """Answers that are quantities: `number` beside `match`."""
    rows = [m for m in marks if all(lone_quantity(a) for a in m.answers)]
    for metric in ("match", "number") if rows else ():
        accuracy, agreement = kappa([verdict(metric, m) for m in rows], [m.right for m in rows])
        print(f"figures: {metric:<9}{len(rows):>6}{accuracy:>10.3f}{agreement:>8.3f}")


def _order(marks: Sequence[Mark]) -> None:
    systems = sorted({m.system for m in marks})
    if len(systems) < 2:
        return
    shares = {"people": {s: _share([m.right for m in marks if m.system == s]) for s in systems}}
    for metric in METRICS:
        shares[metric] = {s: _share([verdict(metric, m) for m in marks if m.system == s]) for s in systems}
    for judge, share in shares.items():
        ranked = sorted(systems, key=lambda s: -share[s])
        print(f"order by {judge:<9}", ", ".join(f"{s} {share[s]:.3f}" for s in ranked))


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _flips(marks: Sequence[Mark]) -> None:
    right = [m for m in marks if m.right]
    for metric in METRICS:
        rates = (_share([verdict(metric, m) != verdict(metric, m, form(m)) for m in right]) for form in FORMS.values())
        print(f"flips of {metric:<9}", ", ".join(f"{f} {r:.2%}" for f, r in zip(FORMS, rates, strict=True)))


def _ceiling(marks: Sequence[Mark]) -> None:
    """What no comparison of wordings can reach: right answers that share no word with an accepted one."""
    said = [verdict("match", m) for m in marks]
    rejected = [m for m, accepted in zip(marks, said, strict=True) if m.right and not accepted]
    apart = [m for m in rejected if not _shares_a_word(m)]
    best = [a or (m.right and _shares_a_word(m)) for m, a in zip(marks, said, strict=True)]
    print(
        f"match rejects {len(rejected)} right answers; {len(apart)} share no word with an accepted one; "
        f"kappa if all others were accepted: {kappa(best, [m.right for m in marks])[1]:.3f}"
    )


def _shares_a_word(mark: Mark) -> bool:
    """Whether the reply has a word of an accepted answer, inflected or misspelt perhaps, that the question lacks."""
    asked, said = set(words(mark.question)) | STOP, words(mark.reply)
    wanted = {w for a in mark.answers for w in words(a)} - asked
    return any(same_word(w, s, True) for w in wanted for s in said if s not in asked)


def _errors(marks: Sequence[Mark], count: int) -> None:
    for right in (False, True):
        wrong = [
            m for m in marks if count and m.right is right and verdict("match", m) is not right and is_dev(m.question)
        ]
        for m in wrong[:count]:
            print(f"{'false reject' if right else 'false accept'}: {m.question} | {m.answers[:3]} | {m.reply[:160]!r}")


if __name__ == "__main__":
    main()
