"""Several models for one data set: those of `--model`, or of a file that names each with its prices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from eval.config import Endpoint
from eval.data.yaml_section import Section, read_section
from eval.errors import UserError
from eval.model.endpoint.address import check_endpoint, is_address, named_endpoint


class Entry(Section):
    """One model: on this machine, or behind an address."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Its folder, and how the page calls it."""
    model: str | None = None
    endpoint: Endpoint | None = None
    prices: str | None = None
    """A price file, as `--prices` takes it; a path below the models file's folder, or as given."""


class ModelsFile(Section):
    """The whole of a models file."""

    models: list[Entry] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """A model that is compared with others on one data set."""

    name: str
    model: str | None
    endpoint: Endpoint | None
    prices: Path | None


def named_models(models: Sequence[str]) -> list[Compared]:
    """The models of several `--model`; a served one is named as URL#NAME. Raises UserError where two get one name."""
    found = []
    for model in models:
        endpoint = named_endpoint(model) if is_address(model) else None
        last = (endpoint.model if endpoint else model.rstrip("/")).rpartition("/")[2]
        found.append(Compared(re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-.") or "model", model, endpoint, None))
    return _distinct(found, "--model")


def read_models(file: Path) -> list[Compared]:
    """The models of a models file; raises UserError that names the file, the key and the fix."""
    if not file.is_file():
        raise UserError(f"--models {file}: no such file; write one with a list 'models' of name and model or endpoint")
    found = []
    for entry in read_section(ModelsFile, file).models:
        if (entry.model is None) == (entry.endpoint is None):
            raise UserError(f"{file}: '{entry.name}' needs a model or an endpoint, and not both")
        if entry.endpoint:
            check_endpoint(entry.endpoint, f"{file}: {entry.name}")
        below = file.parent / (entry.prices or "")
        prices = None if entry.prices is None else below if below.is_file() else Path(entry.prices)
        found.append(Compared(entry.name, entry.model, entry.endpoint, prices))
    return _distinct(found, str(file))


def _distinct(found: list[Compared], where: str) -> list[Compared]:
    names = [c.name for c in found]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{where}: two models are called '{name}'; give them names of their own in a --models file")
    return found
