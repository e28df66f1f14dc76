"""What a provider was paid for training an adapter that is now served, from the ledger of `finetune cloud`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.journal import read_lines

LEDGER = "cloud.jsonl"


def training_money(run: Path, served: str) -> dict[str, Any]:
    """`training_money` with currency, source and date of the job that made this model; empty where none is known.

    The money is the most that was expected when the job was made, by the price that is named as its source.
    """
    lines = [line for _, line in read_lines(run / LEDGER)]
    name = served.rpartition("#")[2]
    keys = [line["key"] for line in lines if line["step"] == "end" and line.get("served") == name]
    for line in reversed(lines):
        if keys and line["key"] == keys[-1] and line["step"] == "create" and line.get("money") is not None:
            return {
                "training_money": line["money"], "training_currency": line["currency"],
                "training_price_from": line["source"], "training_price_of": line["dated"],
            }  # fmt: skip
    return {}
