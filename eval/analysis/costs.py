"""What each mode cost, gathered from the files that the steps left in the run folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.arms.modes import MODES
from eval.arms.predict import prediction_cost, read_predictions
from eval.arms.resources import adapter_cost, index_seconds
from eval.model.endpoint.address import SERVED
from eval.pipeline.fingerprints import Identity
from eval.records import Cost


def collect_costs(run: Path, identity: Identity, modes: Sequence[str]) -> list[dict[str, Any]]:
    """One `Cost` for each mode, as dictionaries in the order of `modes`."""
    return [asdict(_cost(run, identity, mode)) for mode in modes]


def _cost(run: Path, identity: Identity, mode: str) -> Cost:
    spec, served = MODES[mode], identity.arithmetic == SERVED
    predictions = read_predictions(run, mode)
    asked = prediction_cost(run, mode)
    trained: dict[str, Any] = {}
    if spec.adapter:
        folder = run / "adapters" / f"{spec.adapter}-{identity.adapter(spec.adapter)}"
        trained = adapter_cost(folder) if folder.is_dir() or not served else {}
    return Cost(
        mode=mode,
        index_seconds=index_seconds(run) if spec.retrieves else 0.0,
        train_seconds=trained.get("seconds", 0.0),
        train_tokens=trained.get("tokens", 0),
        questions=len(predictions),
        predict_seconds=asked["predict_seconds"],
        tokens_in=sum(p.tokens_in for p in predictions),
        tokens_out=sum(p.tokens_out for p in predictions),
        peak_memory_mb=max(asked["peak_memory_mb"], trained.get("peak_memory_mb", 0.0)),
        thinking_tokens=sum(p.thinking_tokens for p in predictions),
        cut=sum(p.finish == "length" for p in predictions),
        loops=sum(p.finish == "loop" for p in predictions),
        prefilled=asked["work"].get("prefilled", 0),
        prefill_work=asked["work"].get("prefill", 0.0),
        decode_work=asked["work"].get("decode", 0.0),
        train_work=trained.get("work", 0.0),
        extra={k: trained[k] for k in ("rows", "held_back", "losses", "validation") if k in trained},
    )
