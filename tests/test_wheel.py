"""The built wheel in an environment without the checkout: the commands, the bundled data and the Python interface."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("evaluate", "rag", "finetune", "report", "dataset")


def test_every_package_is_in_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    there = {
        ".".join(f.parent.relative_to(ROOT).parts)
        for top in ("eval", "finetune", "rag", "reports", "rag_or_finetune")
        for f in (ROOT / top).rglob("__init__.py")
    }
    assert set(settings["packages"]) == there | {"rag_or_finetune.datasets"}


@pytest.fixture(scope="module")
def bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that holds the wheel, and what it depends on by way of this environment's."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # building leaves files behind
    unwanted = shutil.ignore_patterns(".*", "runs", "build", "*.egg-info", "tests", "__pycache__")
    shutil.copytree(ROOT, source, ignore=unwanted)
    pip = [sys.executable, "-m", "pip"]
    build = ["wheel", str(source), "--no-deps", "--no-build-isolation", "-q", "-w", str(folder)]
    subprocess.run([*pip, *build], check=True, capture_output=True)
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--ignore-installed",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    (home,) = (folder / "env" / "lib").glob("python*/site-packages")
    (home / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")  # a path; its own .pth are not read
    return python.parent


def run(command: Path, *arguments: Any, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [command, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": ""} | environment,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project of somebody's own that has folders of our packages' names."""
    for name in ("eval", "rag", "reports", "datasets"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not the one that was meant')\n")
    return tmp_path


@pytest.mark.component
def test_the_commands_work_beside_other_packages_of_their_names(bin: Path, elsewhere: Path) -> None:
    for command in COMMANDS:
        assert "Usage" in run(bin / command, "--help", cwd=elsewhere, PYTHONPATH=str(elsewhere)).stdout


@pytest.mark.component
def test_a_bundled_data_set_is_evaluated_without_the_checkout(bin: Path, elsewhere: Path, tiny_model: Path) -> None:
    done = run(
        bin / "evaluate", "--limit", 4, "--mode", "rag", "--mode", "ft", "--model", tiny_model, "--json", "tidewell",
        cwd=elsewhere, PYTHONPATH=str(elsewhere),
    )  # fmt: skip
    assert set(json.loads(done.stdout)["axes"]["knowledge"]) == {"base", "rag", "ft"}
    assert (elsewhere / "runs" / "tidewell" / "retention" / "ft.jsonl").is_file()
    code = (
        "from rag_or_finetune import load_run\nrun = load_run('runs/tidewell')\nframe = run.frame()\n"
        "print(run.decision.strategy, len(frame) == len(run.scores), run.report().name, run.predictions('rag')[0].id)\n"
        "import eval\nprint(eval.__file__)"
    )
    first, second = run(bin / "python", "-c", code, cwd=elsewhere).stdout.splitlines()
    assert first.startswith("inconclusive True report.html ")
    assert Path(second).is_relative_to(bin.parent)
