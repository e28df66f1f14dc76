"""What each mode cost, gathered from the files that the steps left in the run folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.analysis.cloud_costs import training_money
from eval.arms.modes import MODES
from eval.arms.predict import prediction_cost, read_predictions
from eval.config import Endpoint
from eval.files import read_json
from eval.pipeline.fingerprints import Identity
from eval.records import Cost


def collect_costs(
    run: Path, identity: Identity, modes: Sequence[str], endpoint: Endpoint | None = None
) -> list[dict[str, Any]]:
    """One `Cost` for each mode, as dictionaries in the order of `modes`; `endpoint` replied, if a server did."""
    return [asdict(_cost(run, identity, mode, endpoint)) for mode in modes]


def _cost(run: Path, identity: Identity, mode: str, endpoint: Endpoint | None) -> Cost:
    spec = MODES[mode]
    predictions = read_predictions(run, mode)
    asked = prediction_cost(run, mode)
    trained: dict[str, Any] = {}
    if spec.adapter:
        folder = run / "adapters" / f"{spec.adapter}-{identity.adapter(spec.adapter)}"
        trained = {} if endpoint else adapter_cost(folder)
    extra: dict[str, Any] = {k: trained[k] for k in ("rows", "held_back", "losses", "validation") if k in trained}
    if endpoint and spec.adapter:
        extra |= training_money(run, endpoint.adapters.get(spec.adapter, ""))
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
        extra=extra,
    )


def index_seconds(run: Path) -> float:
    """Machine seconds that the index in a run folder took, wall time where only that is known; 0 without an index."""
    file = run / "index.json"
    if not file.is_file():
        return 0.0
    known = read_json(file)
    return float(known.get("work", known["seconds"]))


def adapter_cost(folder: Path) -> dict[str, Any]:
    """What an adapter cost to train, from its manifest."""
    from finetune.adapter import MANIFEST

    return dict(read_json(folder / MANIFEST))
