"""Make the pictures of the README from a finished run: its report in a headless Chromium, its result on a terminal.

    python docs/screenshots.py RUN [--portfolio PAGE] [--out DIR]
    python docs/screenshots.py --states DIR

writes report.png, report-dark.png and terminal.svg, and portfolio.png where the page of several runs is named. With
--states, the reports of invented runs of every kind of verdict, to look at: light, dark, on a phone, enlarged, printed,
in each language.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

LIMIT = 400_000
"""Bytes of a picture."""
COLUMNS = 101
FILES = ("report.html", "decision.json", "config.yaml")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a page is looked at on."""

    suffix: str = ""
    """Behind the name of its pictures."""
    width: int = 1280
    height: int = 1280
    scale: float = 2
    """Dots of the picture a CSS pixel."""
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"


LIGHT, DARK = Screen(), Screen("-dark", scheme="dark")
SCREENS = (
    LIGHT,
    DARK,
    Screen("-phone", width=390, height=2600),
    Screen("-zoom", width=640, height=1800),
    Screen("-print", width=718, height=2030, media="print"),
)
"""Light, dark, a phone, 200 % zoom of a screen of 1280 pixels, and two sheets of A4 with margins of 10 mm."""

TERMINAL = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""rich's own format fetches a font from the network; this one takes what the reader's machine has."""


def main() -> None:
    """Read the command line and write the pictures."""
    parser = argparse.ArgumentParser(description="Make the README's pictures from a finished run.")
    parser.add_argument("run", type=Path, nargs="?", help="a run folder that evaluate wrote")
    parser.add_argument("--states", type=Path, help="draw invented runs of every kind of verdict into this folder")
    parser.add_argument("--portfolio", type=Path, help="the page of several runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="default: this file's folder")
    given = parser.parse_args()
    if given.states:
        write_states(given.states)
    if given.run is None:
        return
    missing = [name for name in FILES if not (given.run / name).is_file()]
    if missing:
        sys.exit(f"error: {given.run / missing[0]}: no such file; first run: evaluate datasets/{given.run.name}")
    given.out.mkdir(parents=True, exist_ok=True)
    pages = {"report.png": (given.run / "report.html", LIGHT), "report-dark.png": (given.run / "report.html", DARK)}
    if given.portfolio and given.portfolio.is_file():
        pages["portfolio.png"] = (given.portfolio, LIGHT)
    write_pictures(pages, given.out)
    terminal = given.out / "terminal.svg"
    terminal.write_text(draw_terminal(given.run), encoding="utf-8")
    print(terminal)


def write_states(out: Path) -> None:
    """The reports of invented runs, which need no model: one picture a kind of verdict, language and screen."""
    from reports.language.tables import LANGUAGES
    from reports.pages.page import write_report

    invented = Path(__file__).parents[1] / "tests" / "reports" / "conftest.py"
    spec = importlib.util.spec_from_file_location("invented_runs", invented)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    out.mkdir(parents=True, exist_ok=True)
    pages = {}
    for state, run in module.States(out / "runs").items():
        for language in LANGUAGES:
            page = write_report(run, language)
            pages[f"{state}-{language}"] = page.replace(page.with_name(f"{state}-{language}.html"))
    write_pictures(
        {f"{name}{screen.suffix}.png": (page, screen) for name, page in pages.items() for screen in SCREENS}, out
    )


def write_pictures(pages: dict[str, tuple[Path, Screen]], out: Path) -> None:
    """Photograph the top of each page on its screen."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        sys.exit("error: no Chromium on the path; get it with: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--hide-scrollbars"])
        for name, (page, screen) in pages.items():
            tab = browser.new_page(
                viewport={"width": screen.width, "height": screen.height}, device_scale_factor=screen.scale,
                color_scheme=screen.scheme, reduced_motion="reduce",
            )  # fmt: skip
            tab.emulate_media(media=screen.media)
            tab.goto(page.resolve().as_uri())
            write_compressed(tab.screenshot(animations="disabled"), out / name)
            tab.close()
            print(out / name)
        browser.close()


def write_compressed(png: bytes, path: Path) -> None:
    """Write a PNG with as many colours, at most 256, as keep it below LIMIT."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        buffer = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= LIMIT:
            path.write_bytes(buffer.getvalue())
            return
    sys.exit(f"error: {path}: does not fit into {LIMIT} bytes; photograph less of the page")


def draw_terminal(run: Path) -> str:
    """The end of `evaluate` on a terminal, as SVG; the same run, the same picture."""
    from rich.console import Console

    from eval.files import read_json
    from eval.pipeline.run_config import read_run_config
    from eval.terminal.result import result
    from eval.terminal.result_drawing import print_drawn
    from eval.verdict.decision import decision_from_dict

    config = read_run_config(run / "config.yaml")
    decision = decision_from_dict(read_json(run / "decision.json"))
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(f"[bold]$[/] evaluate {config.dataset_path}")
    print_drawn(result(decision, config.dataset, run), console)
    return console.export_svg(title="RAG or fine-tune?", code_format=TERMINAL)


if __name__ == "__main__":
    main()
