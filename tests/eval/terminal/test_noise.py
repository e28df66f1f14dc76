"""What libraries tell their own developers stays off the terminal; their errors do not."""

from __future__ import annotations

import os
import subprocess
import sys

from eval.terminal.noise import SWITCHES

NOISE = """
import logging, warnings
warnings.warn("soon gone", FutureWarning)
warnings.warn("old", DeprecationWarning)
for name in ("transformers", "bitsandbytes", "some.other"):
    logging.getLogger(name).warning("a notice of %s", name)
from tqdm.auto import tqdm
for _ in tqdm(range(3), desc="Converting"):
    pass
logging.getLogger("bitsandbytes").error("a real error")
logging.getLogger("some.other").error("another one")
"""


def run(before: str, *options: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in SWITCHES}
    done = subprocess.run(
        [sys.executable, *options, "-c", f"{before}\n{NOISE}"], capture_output=True, text=True, check=True,
        env=environment,
    )  # fmt: skip
    return done.stderr


def test_errors_alone_are_shown() -> None:
    hush = "from eval.terminal.noise import hush_libraries; hush_libraries()"
    assert run(hush).splitlines() == ["a real error", "another one"]
    loud = run("")
    assert all(said in loud for said in ("soon gone", "a notice of bitsandbytes", "Converting"))


def test_whoever_asks_for_warnings_gets_them() -> None:
    assert "soon gone" in run("from eval.terminal.noise import hush_libraries; hush_libraries()", "-W", "default")
