"""A data set without documents: nothing is said of a retrieval that could not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.analysis.analyse import analyse
from eval.pipeline.run_config import read_run_config, write_run_config
from eval.verdict.decide import write_decision
from reports.pages.decision_record import record_markdown
from reports.pages.markdown_page import markdown
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
    assert not any("etriev" in c for c in claims)


def test_nothing_in_the_report_speaks_of_retrieval_without_a_corpus(decided_run) -> None:
    """Low knowledge, no mode that retrieves: with a corpus, trying it comes first; without one, it is not named."""
    folder = decided_run("poor", {"base": (0.1, 0.9), "fewshot": (0.1, 1.0)})
    run = without_corpus(folder, True)
    assert run.decision.next[0].text.startswith("Try retrieval")
    analyse(folder)
    assert "etriev" in record_markdown(read_run(folder))
    run = without_corpus(folder, False)
    analyse(folder)
    run = read_run(folder)
    assert [s for s in run.decision.next if "etriev" in s.text] == []
    assert run.attribution.better_retrieval.words == ""
    said = record_markdown(run) + markdown(run)
    assert [line for line in said.splitlines() if "etriev" in line or "RAG" in line] == []
