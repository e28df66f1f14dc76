"""A page as PDF, by the browser that is installed on this machine, or by weasyprint; nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from eval.errors import UserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PATIENCE = 180
"""Seconds for one page; on a busy machine a browser starts slowly."""


def write_pdf(page: Path) -> Path:
    """Print a page to a PDF beside it, and return that file; raises UserError where nothing can print."""
    target = page.with_suffix(".pdf")
    tried = []
    for print_page in _printers():
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "page.pdf"
            if trouble := print_page(page, made, Path(folder)):
                tried.append(trouble)
                continue
            temporary = target.with_name(f".{target.name}.tmp")
            shutil.copyfile(made, temporary)
            temporary.replace(target)
            return target
    why = "; ".join(tried) or "no Chromium on the path"
    raise UserError(f"{target}: nothing here prints a page ({why}); install Chromium, or: pip install weasyprint")


def _printers() -> Iterator[Printer]:
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    for path in [*found, *(p for p in PLACES if Path(p).is_file())]:
        yield _Browser(path)
    if find_spec("weasyprint"):
        yield Printer()


class Printer:
    """Prints by weasyprint."""

    def __call__(self, page: Path, made: Path, folder: Path) -> str:
        """Write `made`; returns what went wrong, or nothing."""
        import weasyprint

        weasyprint.HTML(str(page)).write_pdf(str(made))
        return ""


class _Browser(Printer):
    """Prints by a Chromium without a window, with a profile of its own that is thrown away."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, page: Path, made: Path, folder: Path) -> str:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        command = [
            self.path, "--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
            f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}", *(["--no-sandbox"] if root else []),
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{self.path}: {type(error).__name__}"
        if not made.is_file():
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            return f"{self.path}: {said[-1][:200]}"
        return ""
