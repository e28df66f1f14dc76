"""Whatever README, CONTRIBUTING and docs/ link to is there: files, and headings of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MADE = {ROOT / "docs" / "reference.md"}
"""By `make docs`."""


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in a link: letters and digits in small, blanks as hyphens."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    heads = re.findall(r"^#+ +(.*?) *$", text, re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", [p for p in PAGES if p not in MADE], ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8")))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists() or target in MADE, link
        assert not anchor or target in MADE or anchor in anchors(target), link


def test_the_reference_has_every_name_and_key() -> None:
    import runpy

    from eval.arms.modes import MODES
    from eval.config import DatasetConfig, Finetune
    from eval.metrics.knowledge.metric import METRICS
    from eval.metrics.style.run_checks import CHECKS

    page = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["reference"]()
    for name in (*METRICS, *CHECKS, *DatasetConfig.model_fields):
        assert f"`{name}" in page, name
    for name in (*MODES, *(f"`finetune.{key}`" for key in Finetune.model_fields)):
        assert f"| {name} |" in page, name
