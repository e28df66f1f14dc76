"""Choose settings of retrieval for a data set, and keep them in its run folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from eval.data.dataset import Dataset
from eval.data.tuned_retrieval import write_tuned
from rag.embed import load_embedder
from rag.tuning.development import development_questions, held_back_groups
from rag.tuning.search import CHUNKS, Found, Search


def tune(dataset: Dataset, embedder: str, run: Path, chunks: Sequence[int] = CHUNKS) -> tuple[Found, Path]:
    """Try settings on the development questions; returns what was found and the file that `evaluate` reads."""
    questions = development_questions(dataset)
    loaded = load_embedder(embedder)
    folder = run / "tuning"
    found = Search(dataset.texts, questions, loaded, folder).run(dataset.config.retrieval, chunks)
    figures = {
        "questions": len(questions), "own_share": round(found.trials[0].mean, 4), "share": round(found.chosen.mean, 4),
        "trials": found.table(),
    }  # fmt: skip
    held = () if dataset.dev else tuple(held_back_groups(dataset.train))
    file = write_tuned(
        run, dataset, loaded.fingerprint, settings=found.chosen.settings, held_back=held, figures=figures
    )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)  # the run's own index is another one
    return found, file
