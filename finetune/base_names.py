"""How a base is named where others read it: by its hub id or its folder's name, never by a path of this machine."""

from __future__ import annotations

from pathlib import Path

from eval.config import DEFAULT_MODEL

DEFAULT_ID, DEFAULT_LICENCE = "HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0"
"""Where the bundled base comes from, and its licence."""


def base_id(model: str) -> str:
    """The base as the Hub names it; a local folder, whose path is nobody's business, by its name alone."""
    if model == DEFAULT_MODEL:
        return DEFAULT_ID
    return Path(model).name if is_local(model) else model


def is_local(model: str) -> bool:
    """Whether a base is named by its folder on this machine."""
    return model != DEFAULT_MODEL and (Path(model).expanduser().exists() or model.startswith((".", "/", "~")))
