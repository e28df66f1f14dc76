"""report.md: the sections in short, fit for a comment on a pull request, with the evidence folded away."""

from __future__ import annotations

from reports.run_folder import Run
from reports.sections.registry import SECTIONS


def markdown(run: Run) -> str:
    """What every section has to say in Markdown, in the order of the page."""
    blocks = [block for section in SECTIONS.values() for block in section.markdown(run)]
    return "\n\n".join(block for block in blocks if block) + "\n"
