"""The job files of docs/cluster/: as far as can be told without Slurm and SkyPilot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cluster"
SLURM, SKY = DOCS / "slurm.sh", DOCS / "skypilot.yaml"

FIELDS = {
    "name", "workdir", "num_nodes", "resources", "envs", "secrets", "volumes", "file_mounts", "config", "setup", "run",
}  # fmt: skip
"""Of a task, by SkyPilot's YAML specification."""


def scripts() -> dict[str, str]:
    task = yaml.safe_load(SKY.read_text(encoding="utf-8"))
    return {"slurm": SLURM.read_text(encoding="utf-8"), "setup": task["setup"], "run": task["run"]}


@pytest.mark.parametrize("name", ["slurm", "setup", "run"])
def test_each_script_is_one_for_bash(name: str) -> None:
    done = subprocess.run(["bash", "-n"], input=scripts()[name], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_the_cloud_task_has_only_fields_that_there_are_and_asks_for_a_token() -> None:
    task = yaml.safe_load(SKY.read_text(encoding="utf-8"))
    assert set(task) <= FIELDS and task["num_nodes"] > 1
    assert task["envs"]["RAY_AUTH_MODE"] == "token" and "RAY_AUTH_TOKEN" in task["secrets"]
    assert "ray stop" not in task["run"]  # would end SkyPilot's own


def test_both_end_in_our_command_with_options_that_it_has() -> None:
    import typer

    from eval.cli import app

    known = {o for parameter in typer.main.get_command(app).params for o in parameter.opts}
    for name in ("slurm", "run"):
        line = scripts()[name].strip().splitlines()[-1].strip()
        assert line.startswith("evaluate ") and "--cluster" in line, name
        assert set(re.findall(r" (--[a-z-]+)", line)) <= known, name
    assert "RAY_AUTH_MODE=token" in scripts()["slurm"]


@pytest.mark.component
def test_ray_takes_the_options_that_the_scripts_pass() -> None:
    text = re.sub(r"\\\n", " ", "\n".join(scripts().values()))
    shown = {}
    for command in ("start", "symmetric-run", "get-auth-token"):
        passed = {o for line in re.findall(rf"ray {command} ([^\n;>|]*)", text) for o in
                  re.findall(r"--[a-z-]+[a-z]", line.split(" -- ")[0])}  # fmt: skip
        code = f"import sys; sys.argv = ['ray', '{command}', '--help']\nfrom ray.scripts.scripts import main; main()"
        shown[command] = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        handed_on = shown["start"] if command == "symmetric-run" else ""
        known = shown[command] + handed_on
        assert passed and [o for o in passed if o not in known] == [], command
