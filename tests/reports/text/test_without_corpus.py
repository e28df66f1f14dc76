"""A data set without documents: nothing is said of a retrieval that could not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.config import read_run_config, write_run_config
from eval.verdict.decide import write_decision
from reports.run_folder import Run, read_run
from reports.sections.first_screen import reasons
from reports.sections.placement import place
from reports.text.sentences import headline


def without_corpus(folder: Path, corpus: bool) -> Run:
    config = read_run_config(folder / "config.yaml")
    write_run_config(folder / "config.yaml", config.model_copy(update={"corpus": corpus}))
    write_decision(folder)
    return read_run(folder)


@pytest.mark.parametrize("rates", [{"base": (0.5, 0.9), "ft": (0.95, 1.0)}, {"base": (0.95, 1.0), "ft": (0.95, 1.0)}])
def test_retrieval_is_not_spoken_of_without_a_corpus(decided_run, rates) -> None:
    folder = decided_run("closed", rates)
    run = without_corpus(folder, True)
    assert "retrieval" in headline(run)
    assert any("retrieval" in c for c in run.decision.caveats)
    run = without_corpus(folder, False)
    assert "etriev" not in headline(run)
    assert not any("retrieval" in c for c in run.decision.caveats if c.startswith("Not tried"))
    claims = [r.claim for r in reasons(run, place(run.decision, run.comparisons, run.margin))]
    assert [c for c in claims if "etriev" in c] == ["There is nothing to retrieve from."]
