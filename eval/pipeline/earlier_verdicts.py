"""Earlier verdicts on a data set, kept in its run folders: who looks again at growing data has more chances to err.

A look is a set of questions that one model answered. The same questions again are the same look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.files import write_text
from eval.pipeline.run_config import Looks, RunConfig, Spending
from eval.records import Example
from eval.verdict.decision import Decision

FILE = "verdicts.jsonl"
KEYS = {"dataset": str, "model": str, "digest": str, "questions": int, "strategy": str}


def questions_digest(examples: Sequence[Example]) -> str:
    """What tells one set of questions from another, without their text."""
    return hashlib.sha256("\n".join(sorted(e.id for e in examples)).encode()).hexdigest()[:16]


def looks_of(
    folder: Path, dataset: str, model: str, examples: Sequence[Example], planned: int | None, spending: Spending
) -> Looks:
    """Which look a run into this folder is, by the verdicts in it and in the folders beside it.

    Raises UserError where more looks were had than are planned.
    """
    digest, found = questions_digest(examples), []
    for line in _known(folder):
        if (line["dataset"], line["model"]) != (dataset, model):
            continue
        if line["digest"] == digest:
            break
        found.append(line)
    earlier = list({line["digest"]: line["questions"] for line in found}.values())
    this = len(earlier) + 1
    if planned is not None and this > planned:
        raise UserError(
            f"--looks {planned}: this is look {this} at '{dataset}', after verdicts on {_listed(earlier)} questions; "
            "plan all looks before the first, or drop --looks for a verdict that says how often it was asked for"
        )
    return Looks(planned=planned or 1, this=this, spending=spending, earlier=earlier)


def record_verdict(folder: Path, config: RunConfig, examples: Sequence[Example], decision: Decision) -> None:
    """Add this verdict to those of its run folder, or put it in the place of the one on the same questions."""
    own = {
        "dataset": config.dataset.name, "model": config.model, "digest": questions_digest(examples),
        "questions": len(examples), "strategy": decision.strategy, "looks": config.looks.planned,
    }  # fmt: skip
    path = folder / FILE
    lines = _lines(path)
    key = ("dataset", "model", "digest")
    place = next((i for i, x in enumerate(lines) if all(x[k] == own[k] for k in key)), None)
    if place is None:
        number = 1 + max((x["number"] for x in _known(folder)), default=0)
        lines.append(own | {"number": number})
    else:
        lines[place] = own | {"number": lines[place]["number"]}
    write_text(path, "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines))


def _known(folder: Path) -> list[dict[str, Any]]:
    """The verdicts of this run folder and of those beside it, oldest first."""
    beside = sorted(folder.resolve().parent.glob(f"*/{FILE}"))
    return sorted((line for path in beside for line in _lines(path)), key=lambda x: x["number"])


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            data = json.loads(line)
            sound = all(type(data[key]) is kind for key, kind in (*KEYS.items(), ("number", int)))
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            raise UserError(f"{path}:{number}: no record of a verdict; remove the line")
        found.append(data)
    return found


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(filter(None, [", ".join(str(n) for n in numbers[:-1]), str(numbers[-1])]))
