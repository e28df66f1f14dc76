"""What a worker does and says on a file system that is really full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.component


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(file: Path, *, but: int) -> None:
    """Take all space but so many bytes."""
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            pass
    os.truncate(file, file.stat().st_size - but)


def test_a_full_run_folder_is_named_nothing_half_written_stays_and_the_next_try_ends(
    small_disk: Path, make_dataset: Callable[..., Path], tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from eval.arms.worker_pool import PROCESSES
    from eval.cluster.cell_worker import CellWorker
    from eval.cluster.cluster_run import order
    from eval.pipeline.plan import plan_run
    from eval.pipeline.tasks import Options
    from eval.run import begin
    from finetune.adapter import is_complete

    for name in ("OMP_NUM_THREADS", PROCESSES):  # which a worker sets for its own process
        monkeypatch.setenv(name, "1")
    plan = plan_run(make_dataset(), model=str(tiny_model), embedder="all-minilm-l6-v2", out=small_disk / "run")
    work, threads = begin(plan, ["ft"], Options(retention=False)), torch.get_num_threads()
    try:
        tasks = {t.name: t for t in work.tasks()}
        tasks["check"].run()
        train = asdict(order("harbours", tasks["train/ft"], work))
        folder = plan.adapter_folder(0, "ft")
        fill(small_disk / "ballast", but=64 << 10)
        ended = CellWorker(1).do(train)
        assert (ended["ending"], ended["message"]) == ("no space", f"no space is left in {plan.folder}")
        assert not folder.exists() and not tasks["train/ft"].done()  # type: ignore[misc]
        (small_disk / "ballast").unlink()
        assert CellWorker(1).do(train)["ending"] == "done" and is_complete(folder)
    finally:
        torch.set_num_threads(threads)
        work.close()


def test_names_of_files_start_from_the_folder_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.arms.worker_pool import PROCESSES
    from eval.cluster.backend import Order
    from eval.cluster.cell_worker import CellWorker

    for name in ("OMP_NUM_THREADS", PROCESSES):
        monkeypatch.setenv(name, "1")
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    for made in (elsewhere, folder):
        made.mkdir()
    monkeypatch.chdir(elsewhere)  # where Ray was started
    order = Order("t", "t", "runs/a", (), {}, "", False, "runs/a/logs/t.log", folder=str(folder))
    ended = CellWorker(1).do(asdict(order))
    assert ended["ending"] == "failed" and "runs/a/config.yaml: no such file" in ended["message"]
    assert (folder / "runs/a/logs/t.log").is_file() and not list(elsewhere.iterdir())
    gone = CellWorker(1).do(asdict(order) | {"folder": str(tmp_path / "gone")})
    assert gone["ending"] == "failed" and str(tmp_path / "gone") in gone["message"]
