"""Where the bundled data lie: data sets, the retention battery, prompts for replay."""

from __future__ import annotations

from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
PLACES = (HOME / "datasets", HOME / "rag_or_finetune" / "datasets")
"""In a checkout, and where the package is installed from a wheel."""
BUNDLED = next((folder for folder in PLACES if (folder / "retention").is_dir()), PLACES[0])
