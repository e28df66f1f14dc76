"""In what arithmetic a model computes here, known before it is loaded: device, dtype, form of the weights, attention.

Low-precision results depend on all of them, so fingerprints hold them. They are asked of torch once on a machine and
kept in the cache folder under what they follow from, because importing torch takes seconds that a run which finds
everything done should not cost.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.config import Dtype, Method
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json
from eval.model.model_files import cache_folder

if TYPE_CHECKING:
    from eval.model.base import Base

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")
CPU_FLAGS = ("flags", "Features", "model name", "CPU part")


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What results depend on besides data, model files and settings."""

    device: str
    """cpu or cuda: the kind, not which card."""
    dtype: str
    """Of matrix products: bfloat16, float16 or float32."""
    weights: str
    """How the base's linear weights are held: nf4, int8 or plain."""
    attention: str
    """`blocked`: our own for Llamas on a CPU in bfloat16; `family`: what the model's family asks for."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Library -> version."""

    def words(self) -> str:
        """As it is said in messages."""
        return f"{self.device} in {self.dtype} with {self.weights} weights"


def arithmetic_here(model: Path, method: Method, dtype: Dtype) -> Arithmetic:
    """The arithmetic of a model in this folder on this machine."""
    asked = _kept(method, dtype)
    own = asked["device"] == "cpu" and asked["dtype"] == "bfloat16" and method != "full" and _family(model) == "llama"
    return Arithmetic(**asked, attention="blocked" if own else "family", versions=_versions())


def from_record(record: Mapping[str, Any]) -> Arithmetic:
    """What `made_on` of an artefact says."""
    return Arithmetic(**{k: record[k] for k in ("device", "dtype", "weights", "attention", "versions")})


def to_record(arithmetic: Arithmetic, **more: Any) -> dict[str, Any]:
    """`made_on` as it stands beside an artefact, with what else is known of how it was made."""
    return asdict(arithmetic) | more


def check_loaded(base: Base, expected: Arithmetic) -> None:
    """Raise UserError when a model was loaded in another arithmetic than its fingerprints say; forget what was kept.

    That happens where a device comes or goes in a way that its driver does not show.
    """
    found = {"device": base.device.type, "dtype": str(base.dtype).removeprefix("torch."), "weights": base.rung.name}
    wrong = {k: v for k, v in found.items() if v != getattr(expected, k)}
    if wrong:
        _file().unlink(missing_ok=True)
        said = ", ".join(f"{k} {v} in place of {getattr(expected, k)}" for k, v in wrong.items())
        raise UserError(f"the model was loaded with {said}: the machine has changed; run the same command again")


def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in LIBRARIES}


def _family(model: Path) -> str:
    try:
        return str(json.loads((model / "config.json").read_text(encoding="utf-8")).get("model_type", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _kept(method: Method, dtype: Dtype) -> dict[str, str]:
    """Device, dtype and weights, from the cache where torch is not loaded yet, else asked."""
    if "torch" in sys.modules:
        return _ask(method, dtype)
    file, name = _file(), f"{method} {dtype}"
    known = _read(file)
    if isinstance(found := known.get(name), dict) and set(found) == {"device", "dtype", "weights"}:
        return found
    asked = _ask(method, dtype)
    if asked["device"] == "cuda" or not _cards():  # a card that is there and does not work may work the next time
        write_json(file, known | {name: asked})
    return asked


def _read(file: Path) -> dict[str, Any]:
    try:
        known = read_json(file)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _ask(method: Method, dtype: Dtype) -> dict[str, str]:
    from eval.model.device import pick_device, resolve_dtype
    from eval.model.quantization import choose_rung

    device = pick_device()
    computed = resolve_dtype(dtype, device)
    rung = choose_rung(method, device, computed, dtype)
    return {"device": device.type, "dtype": str(computed).removeprefix("torch."), "weights": rung.name}


def _file() -> Path:
    return cache_folder() / "arithmetic" / f"{_machine()}.json"


def _machine() -> str:
    """A name of all that device, dtype and weights follow from, cheap to ask."""
    visible = {k: v for k, v in os.environ.items() if k.endswith("VISIBLE_DEVICES") or k.startswith("BNB_")}
    return fingerprint(_versions(), platform.node(), platform.machine(), visible, _processor(), _cards(), _driver())


def _processor() -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return [platform.processor()]
    return sorted({line for line in lines if line.partition(":")[0].strip() in CPU_FLAGS})


def _cards() -> list[str]:
    """Devices of accelerators that the system shows, by name."""
    places = (Path("/dev").glob(pattern) for pattern in ("nvidia[0-9]*", "dxg", "kfd"))
    return sorted(str(p) for found in places for p in found)


def _driver() -> list[str]:
    named = [Path("/proc/driver/nvidia/version"), *sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))]
    return [_text(p) for p in named]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
