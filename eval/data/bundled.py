"""Where the bundled data lie: data sets, the retention battery, prompts for replay."""

from __future__ import annotations

from pathlib import Path

BUNDLED = Path(__file__).resolve().parents[2] / "datasets"
