"""YAML files that a person writes, checked against a record; what is wrong becomes one line that names key and fix."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.data.yaml_text import read_yaml
from eval.errors import UserError


class Section(BaseModel):
    """A mapping in dataset.yaml: unknown keys are errors, values are not coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Parsed = TypeVar("Parsed", bound=Section)


def read_section(kind: type[Parsed], path: Path) -> Parsed:
    """Read and check a YAML file; raises UserError that names the file, the key, what is wrong and the fix."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise UserError(f"{path}: expected a mapping of keys to values, found {type(data).__name__}")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise UserError(f"{path}: {_explain(kind, error)}") from None


def _explain(kind: type[Section], error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown key '{key}'; known here: {', '.join(_known_keys(kind, first['loc'][:-1]))}"
    if first["type"] == "missing":
        return f"missing key '{key}'; add it"
    given, wrong = first.get("input"), first["msg"]
    fix = _how_to_write(first["type"], given)
    return f"key '{key}': {wrong[0].lower()}{wrong[1:]}, found {given!r}{fix}"


def _how_to_write(kind: str, given: Any) -> str:
    """How to write what was meant, where the kind of value tells."""
    if kind == "string_type" and isinstance(given, (bool, int, float)):
        return "; put it in quotes"
    if kind == "bool_type" and str(given).lower() in ("yes", "no", "on", "off"):
        return "; write true or false"
    if kind in ("int_type", "float_type") and isinstance(given, str) and re.fullmatch(r"[-+]?0[\d_]+|[\d_]+", given):
        return f"; write {int(given.replace('_', ''))}"
    return ""


def _known_keys(kind: type[Section], location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        annotation = kind.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, Section)):
            break
        kind = annotation
    return sorted(kind.model_fields)
