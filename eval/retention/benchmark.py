"""The retention battery: what is asked of a model before and after tuning. Four .jsonl files in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data.bundled import BUNDLED
from eval.data.jsonl import read_json_lines
from eval.errors import UserError
from eval.files import file_digest, fingerprint

FILES = ("choice", "pairs", "prose", "prompts")
KEYS: dict[str, dict[str, type]] = {
    "choice": {"question": str, "options": list, "gold": int},
    "pairs": {"good": str, "bad": str, "family": str},
    "prose": {"text": str},
    "prompts": {"kind": str, "text": str},
}


@dataclass(frozen=True, slots=True)
class Battery:
    """The rows of each file, checked."""

    choice: tuple[dict[str, Any], ...]
    pairs: tuple[dict[str, Any], ...]
    prose: tuple[dict[str, Any], ...]
    prompts: tuple[dict[str, Any], ...]
    digest: str


def find_battery(name: str | None, dataset: Path) -> Path:
    """The folder of a battery: below the data set's folder, or as given; None: the bundled one."""
    if name is None:
        return BUNDLED / "retention"
    return dataset / name if (dataset / name).is_dir() else Path(name)


def read_battery(folder: Path) -> Battery:
    """Read and check a battery; raises UserError that names file, line and key."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such retention battery; fix key 'retention.battery' or pass --no-retention")
    rows = {name: tuple(_read(folder / f"{name}.jsonl", KEYS[name])) for name in FILES}
    return Battery(**rows, digest=fingerprint([file_digest(folder / f"{n}.jsonl") for n in FILES]))


def _read(file: Path, keys: dict[str, type]) -> list[dict[str, Any]]:
    rows = []
    for number, row in read_json_lines(file):
        for key, kind in keys.items():
            if not isinstance(row.get(key), kind) or row[key] == "":
                raise UserError(f"{file}:{number}: key '{key}' must be a {kind.__name__} that is not empty; fix it")
        if "gold" in keys and not 0 <= row["gold"] < len(row["options"]):
            raise UserError(f"{file}:{number}: key 'gold' must be the place of an option, from 0; fix it")
        if "kind" in keys and row["kind"] not in ("unsafe", "neutral"):
            raise UserError(f"{file}:{number}: key 'kind' must be unsafe or neutral; fix it")
        rows.append(row)
    return rows
