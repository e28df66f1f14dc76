"""The benchmark for cards runs through to its end in a tiny shape on the CPU."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.component
def test_the_tiny_shape_runs_to_its_end_on_the_cpu() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), "--shape", "tiny", "--device", "cpu"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, cwd=ROOT, env=env)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("tiny: ")
    assert [line.split()[0] for line in lines[1:]].count("answering") == 2
    assert any(line.startswith("training   toolkit") for line in lines)
    assert all(float(line.split(" tokens/s")[0].split()[-1]) > 0 for line in lines[1:])
