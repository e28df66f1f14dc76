"""Puts our packages before others of the same short names. Standard library only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGES = ("eval", "finetune", "rag", "reports")
HOME = Path(__file__).resolve().parents[1]
"""The folder that holds them: a checkout, or site-packages."""


def first() -> None:
    """Have our packages found first; raises ImportError where another one of these names is in use already."""
    for name in PACKAGES:
        there = getattr(sys.modules.get(name), "__path__", None)
        taken = sys.modules.get(name) is not None and not any(
            Path(folder).resolve() == HOME / name for folder in there or ()
        )
        if taken:
            raise ImportError(
                f"another package called '{name}' is imported already; import rag_or_finetune before it, or rename it"
            )
    sys.path[:] = [str(HOME), *(folder for folder in sys.path if folder != str(HOME))]


def last() -> None:
    """Have what PYTHONPATH names found last: a project's own `datasets` folder must not stand in for a library."""
    named = {str(Path(p)) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p} - {str(HOME)}
    sys.path[:] = sorted(sys.path, key=lambda folder: str(Path(folder)) in named)  # keeps the order otherwise
