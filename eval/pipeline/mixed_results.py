"""Results of one run folder are made in one arithmetic: what was made in another is neither mixed in nor dropped.

Looks at the `made_on` beside every artefact; no model, no torch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from eval.arms.modes import MODES
from eval.arms.predict import meta_file
from eval.config import Dtype
from eval.errors import UserError
from eval.files import read_json
from eval.model.arithmetic import Arithmetic, arithmetic_here, from_record, to_record
from eval.model.generator import GENERATORS
from eval.model.model_files import locate_model
from eval.pipeline.adapter_outcomes import failure, to_answer
from eval.pipeline.fingerprints import differences
from eval.pipeline.plan import Plan
from eval.retention.forgetting import read_rows, scored_modes
from eval.terminal.progress import say

if TYPE_CHECKING:
    from eval.retention.benchmark import Battery

COMPARED = ("device", "dtype", "weights")


@dataclass(frozen=True, slots=True)
class Made:
    """One artefact in a run folder, and in what arithmetic it was made."""

    file: Path
    arithmetic: Arithmetic
    parts: Mapping[str, Any]
    """What else it depends on; empty for predictions that are not finished."""


def settled(plan: Plan, modes: Sequence[str], battery: Battery | None) -> Plan:
    """The plan to follow in a run folder that may hold results of another arithmetic.

    With none there, the plan itself. Where all that is wanted is there in the other one, the plan in that: then only
    scores and reports are made. Else raises UserError, and nothing is dropped.
    """
    others = [made for made in _made(plan, modes) if _mixes(made, plan)]
    if not others:
        return plan
    there = others[0].arithmetic
    elsewhere = plan.on(there)
    complete = all(made.arithmetic == there for made in _made(plan, modes)) and not to_answer(elsewhere, modes)
    if complete and (battery is None or _measured(elsewhere, modes, battery)):
        say(f"{plan.folder}: all replies are there, made on {there.words()}; here they are only scored")
        return elsewhere
    here, file = plan.identity.arithmetic, others[0].file
    differing = ", ".join(
        f"{key} {getattr(there, key)} there and {getattr(here, key)} here"
        for key in COMPARED
        if getattr(there, key) != getattr(here, key)
    )
    ways = [*_flags(plan, there), "run it where that was made", "name another --out"]
    raise UserError(
        f"{file}: made in another arithmetic ({differing}), and results of both are not compared; "
        f"{', or '.join(ways)}; what is there is shown by: report {plan.folder}"
    )


def pulled(plan: Plan, modes: Sequence[str]) -> Iterator[str]:
    """What to know of adapters that were pulled: how the arithmetic of their training differs from the base's here."""
    from finetune.adapter import is_complete, is_pulled, read_training

    here = plan.identity.arithmetic
    for name in sorted({a for m in modes if (a := MODES[m].adapter)}):
        folder = plan.adapter_folder(0, name)
        if not (is_complete(folder) and is_pulled(folder)):
            continue
        record = read_training(folder).get("made_on")
        there = from_record(record) if record else None
        if there is None:
            yield f"{name}: the adapter was pulled, and it is not known what it was trained on"
        elif there != here:
            found = "; ".join(differences(to_record(there), to_record(here)))
            yield f"{name}: the adapter was pulled, and was trained otherwise than it is used here: {found}"


def changed(plan: Plan, mode: str) -> str:
    """Why a mode's predictions in the run folder do not belong to this run, in a few words."""
    file = meta_file(plan.folder, mode)
    known = read_json(file).get("parts") if file.is_file() else None
    if not known:
        return "other data or settings"
    found = differences(known, json.loads(json.dumps(plan.identity.parts(mode))))
    return ", ".join(found) if found else "another file than was written"


def _made(plan: Plan, modes: Sequence[str]) -> Iterator[Made]:
    kind = GENERATORS[plan.config.dataset.generation.generator]
    # Replies of a generator that neither loads nor serves a model depend on no arithmetic.
    for k, mode in plan.answers(list(MODES)) if kind.loads or kind.serves else ():
        file = meta_file(plan.home(k), mode)
        known = read_json(file) if file.is_file() else {}
        if "made_on" in known:
            yield Made(file.with_name(f"{mode}.jsonl"), from_record(known["made_on"]), known["parts"])
        for partial in file.parent.glob(f".{mode}.*.partial"):
            if record := _first_line(partial).get("made_on"):
                yield Made(partial, from_record(record), {})
    yield from _made_adapters(plan, modes)


def _made_adapters(plan: Plan, modes: Sequence[str]) -> Iterator[Made]:
    """Adapters that this run would use but for their arithmetic, where it has none of its own."""
    from finetune.adapter import is_complete, read_training

    for k, mode in to_answer(plan, modes):
        name = MODES[mode].adapter
        if not name or is_complete(plan.adapter_folder(k, name)):
            continue
        for folder in plan.like(k, name):
            known = read_training(folder)
            yield Made(folder, from_record(known["made_on"]), known.get("parts", {}))


def _mixes(made: Made, plan: Plan) -> bool:
    """Whether an artefact differs in device or dtype, or, of the same model and method, in how weights are held."""
    here, there = plan.identity.arithmetic, made.arithmetic
    if (here.device, here.dtype) != (there.device, there.dtype):
        return True
    own = plan.identity.answering
    alike = all(made.parts.get(key, own[key]) == own[key] for key in ("model", "finetune.method"))
    return alike and here.weights != there.weights


def _measured(plan: Plan, modes: Sequence[str], battery: Battery) -> bool:
    wanted = scored_modes([m for m in modes if not failure(plan, 0, m)])
    return all(read_rows(plan.folder, m, plan.identity, battery) is not None for m in wanted)


def _flags(plan: Plan, there: Arithmetic) -> Iterator[str]:
    """The --dtype that gives the other arithmetic on this machine, if any does."""
    if plan.config.dataset.endpoint:
        return
    model, method = locate_model(plan.config.model), plan.config.dataset.finetune.method
    for dtype in get_args(Dtype):
        found = arithmetic_here(model, method, dtype)
        if all(getattr(found, key) == getattr(there, key) for key in COMPARED):
            yield "leave --dtype out" if dtype == "auto" else f"pass --dtype {dtype}"
            return


def _first_line(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        try:
            found = json.loads(lines.readline())
        except ValueError:
            return {}
    return found if isinstance(found, dict) else {}
