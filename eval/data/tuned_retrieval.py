"""Settings of retrieval that `rag tune` chose, as the next run of the same data reads them. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from eval.config import Retrieval
from eval.data.dataset import Dataset
from eval.errors import UserError
from eval.files import fingerprint, read_json, write_json

TUNED = "tuned-retrieval.json"
"""{of, settings, questions, held_back, own_share, share, trials}; `of` is what the choice depends on."""


def tuned_of(dataset: Dataset, embedder: str) -> str:
    """What a choice depends on: corpus, development and training rows, the data set's own settings, the embedder."""
    rows = [asdict(e) for e in (*dataset.train, *dataset.dev)]
    return fingerprint(dataset.corpus_digest, rows, dataset.config.retrieval.model_dump(), embedder)


def write_tuned(
    run: Path,
    dataset: Dataset,
    embedder: str,
    *,
    settings: Retrieval,
    held_back: Sequence[str],
    figures: Mapping[str, Any],
) -> Path:
    """Keep a choice in a run folder; returns the file."""
    own = dataset.config.retrieval.model_dump()
    changed = {key: value for key, value in settings.model_dump().items() if value != own[key]}
    note = {"of": tuned_of(dataset, embedder), "settings": changed, "held_back": sorted(held_back), **figures}
    write_json(run / TUNED, note)
    return run / TUNED


def with_tuned(dataset: Dataset, run: Path, embedder: str) -> tuple[Dataset, str]:
    """The data set with the settings that were chosen for it, and a sentence about them; itself and "" without any.

    Training groups that the settings were chosen on neither train nor serve as examples. A choice that was made on
    other rows, another corpus or with other settings does not hold, and the sentence says so.
    """
    file = run / TUNED
    if not file.is_file():
        return dataset, ""
    kept = read_json(file)
    if kept["of"] != tuned_of(dataset, embedder):
        return dataset, (
            "the settings of retrieval were tuned on other data, settings or embedder and are not used; tune again: "
            f"rag tune {dataset.path}"
        )
    try:
        settings = Retrieval.model_validate(dataset.config.retrieval.model_dump() | kept["settings"])
    except ValueError:
        raise UserError(f"{file}: not settings of ours; delete the file, or tune again") from None
    held = set(kept["held_back"])
    train = tuple(e for e in dataset.train if e.group not in held)
    config = dataset.config.model_copy(update={"retrieval": settings})
    named = ", ".join(f"{key} {value}" for key, value in kept["settings"].items()) or "the data set's own settings"
    aside = f"; {len(dataset.train) - len(train)} training rows were held back for that" if held else ""
    return (
        replace(dataset, train=train, config=config),
        f"retrieval was chosen on {kept['questions']} development questions: {named}{aside}",
    )
