"""The quadrant as an SVG file that stands alone: plain colours and no variables, for slides and image viewers."""

from __future__ import annotations

import re

from reports.charts.portfolio_map import HEIGHT, WIDTH, Place, places
from reports.pages.page import asset
from reports.run_folder import Run
from reports.sections.placement import place

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"


def quadrant_svg(run: Run) -> str:
    """The data set in its quadrant on white, as XML; many viewers know neither CSS variables nor dark mode."""
    found = place(run.decision, run.comparisons, run.margin)
    drawn, _ = places([Place(run.decision.dataset, run.decision.strategy, found.llm, found.context, run.margin)])
    inside = f"<style>{plain_sheet()}</style><rect width='{WIDTH:g}' height='{HEIGHT:g}' fill='#ffffff'/>"
    opened = f'<svg width="{WIDTH:g}" height="{HEIGHT:g}" '
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + str(drawn).replace("<svg ", opened, 1).replace(
        ">", f">{inside}", 1
    )


def plain_sheet() -> str:
    """places.css in its light colours, each written out where it is used."""
    sheet = asset("places.css")
    root = re.search(r":root \{(.*?)\n\}", sheet, re.S)
    assert root
    colours = dict(re.findall(r"--([\w-]+): ([^;]+);", root[1]))
    rules = re.sub(r"@media [^{]*\{\s*:root \{.*?\n  \}\n\}", "", sheet[root.end() :], flags=re.S)
    plain = re.sub(r"var\(--([\w-]+)\)", lambda m: colours[m[1]], rules)
    return f"svg {{ font-family: {FONTS}; }}{plain}"
