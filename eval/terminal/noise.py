"""Keeps libraries' own bars, notices and warnings off the user's terminal; their errors still show.

Each library is set in the way that it reads, before it is imported. `python -W default` brings the warnings back.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings

SWITCHES = {
    "HF_HUB_DISABLE_TELEMETRY": "true",
    "RAGAS_DO_NOT_TRACK": "true",
    "DO_NOT_TRACK": "true",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TQDM_DISABLE": "1",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
    "GRPC_VERBOSITY": "ERROR",
}
"""Environment variables, which also reach child processes; one that the user has set stays. None may report home."""

LOGGERS = (
    "transformers", "bitsandbytes", "peft", "accelerate", "sentence_transformers", "chromadb", "llama_index", "ragas",
    "torch", "huggingface_hub", "httpx", "asyncio",
)  # fmt: skip


def hush_libraries() -> None:
    """Silence everything below an error in every library that is used here; call it before they are imported."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    if logging.lastResort:  # prints for every logger that nobody has set up
        logging.lastResort.setLevel(logging.ERROR)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
