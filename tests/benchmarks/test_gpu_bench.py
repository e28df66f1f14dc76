"""The benchmark for cards runs through to its end in a tiny shape on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.component
def test_the_tiny_shape_runs_to_its_end_on_the_cpu(forks: Any, tmp_path: Path) -> None:
    code = f"import runpy; runpy.run_path({str(ROOT / 'benchmarks' / 'gpu.py')!r}, run_name='__main__')"
    done = forks.run(code, "--shape", "tiny", "--device", "cpu", folder=ROOT, kept=tmp_path)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith("tiny: ")
    assert [line.split()[0] for line in lines[1:]].count("answering") == 2
    assert any(line.startswith("training   toolkit") for line in lines)
    assert all(float(line.split(" tokens/s")[0].split()[-1]) > 0 for line in lines[1:])
