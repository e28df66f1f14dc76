"""Which modes and which questions a run takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from eval.arms.modes import MODES
from eval.arms.reply_grammar import NO_SCHEMA, reply_schema
from eval.config import Endpoint
from eval.data.dataset import Dataset
from eval.errors import UserError
from eval.model.endpoint.address import GENERATOR as ENDPOINT
from eval.model.generator import GENERATORS
from eval.records import Example


def check_modes(names: Iterable[str]) -> None:
    """Raise UserError for a mode that there is not."""
    for name in names:
        if name not in MODES:
            raise UserError(f"--mode {name}: no such mode; known: {', '.join(MODES)}")


def modes_for(dataset: Dataset, modes: Sequence[str], endpoint: Endpoint | None = None) -> list[str]:
    """The modes to run, in registry order: all that the data set allows when none is named, else those and `base`.

    Raises UserError for a mode that there is not, for one that needs a corpus that there is not, and for an
    adapter that the endpoint does not serve.
    """
    check_modes(modes)
    possible = [m.name for m in MODES.values() if dataset.documents or not m.retrieves]
    if endpoint:
        unserved = [m for m in possible if (a := MODES[m].adapter) and a not in endpoint.adapters]
        possible = [m for m in possible if m not in unserved]
        for name in set(unserved) & set(modes):
            adapter = MODES[name].adapter
            raise UserError(f"--mode {name}: no name is known that serves its adapter; pass --{adapter}-model NAME")
    for name in modes:
        if name not in possible:
            raise UserError(
                f"--mode {name}: {dataset.path} has no corpus/ to retrieve from; add documents or drop the mode"
            )
    for name in modes:
        if MODES[name].structured and (fault := _unheld(dataset, endpoint)):
            raise UserError(f"--mode {name}: {fault}")
    return [m for m in possible if (m in modes or m == "base" if modes else not MODES[m].on_request)]


def _unheld(dataset: Dataset, endpoint: Endpoint | None) -> str:
    """Why replies are not held to the data set's form by what makes them; empty where they are."""
    name = dataset.config.generation.generator if endpoint is None else ENDPOINT
    holds = GENERATORS[name].holds
    if holds == "schema" and reply_schema(dataset.config) is None:
        return NO_SCHEMA
    return "" if holds else f"the generator '{name}' holds replies to no grammar; drop the mode"


def left_to_ask(dataset: Dataset, modes: Sequence[str]) -> list[str]:
    """A line on the modes that a run of all leaves out, each with the reason; none where modes are named."""
    if modes:
        return []
    possible = [m for m in MODES.values() if m.on_request and (dataset.documents or not m.retrieves)]
    named = "; ".join(f"{m.name} ({m.on_request})" for m in possible)
    return [f"left out unless named with --mode: {named}"] if possible else []


def choose_examples(test: Sequence[Example], limit: int | None, seed: int) -> tuple[Example, ...]:
    """The test rows to answer: all, or `limit` of them drawn by seed, in the file's order.

    More of them hold those of fewer: each id has its place in one shuffle, whatever other rows there are.
    """
    if limit is None or limit >= len(test):
        return tuple(test)
    order = sorted(range(len(test)), key=lambda i: hashlib.sha256(f"limit-{seed}-{test[i].id}".encode()).digest())
    chosen = set(order[:limit])
    return tuple(e for i, e in enumerate(test) if i in chosen)
