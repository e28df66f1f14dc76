"""How replies ended, as the report's table has it: shares of all that a mode answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from eval.records import Cost
from reports.pages.markdown_page import markdown
from reports.pages.page import html
from reports.run_folder import read_run
from reports.sections.endings import ending_rows


def test_shares_are_of_the_mode_s_replies(make_run: Callable[..., Path]) -> None:
    run = read_run(make_run())
    costs = {
        "rag": Cost("rag", questions=200, cut=10, loops=40, thinking_tokens=300_000),
        "base": Cost("base", questions=200),
        "ft": Cost("ft"),
    }
    found = ending_rows(replace(run, costs=costs))
    assert [(r.mode, *(c.replace("\u00a0", " ") for c in r.cells)) for r in found] == [
        ("base", "100.0 %", "0.0 %", "0.0 %", "0"),
        ("rag", "75.0 %", "5.0 %", "20.0 %", "1\u202f500"),
    ]
    for page in (markdown(replace(run, costs=costs)), html(replace(run, costs=costs))):
        assert "How replies ended" in page
        assert "generation.max_think_tokens" in page
