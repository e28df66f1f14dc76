"""What libraries say on a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.cluster import disk_space
from eval.cluster.disk_space import full_folder


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    run, own = tmp_path / "run" / "adapters", tmp_path / "own"
    own.mkdir()
    free = {tmp_path: 5, own: 9}  # the first folder is not there yet: that above it counts
    monkeypatch.setattr(disk_space.shutil, "disk_usage", lambda p: SimpleNamespace(free=free[p]))
    return run, own


def test_the_fuller_folder_is_named_and_of_equals_the_first(folders: tuple[Path, Path]) -> None:
    run, own = folders
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert full_folder(error, (run, own)) == run == full_folder(error, (run, run))
    assert full_folder(error, (own, run)) == run


def test_an_error_that_was_raised_for_it_counts_and_another_does_not(folders: tuple[Path, Path]) -> None:
    safetensors = ValueError("Error while serializing: I/O error: No space left on device (os error 28)")
    later = RuntimeError("the adapter was not written")
    later.__cause__ = safetensors
    assert full_folder(later, folders)
    assert full_folder(OSError(errno.EDQUOT, ""), folders)
    for other in (OSError(errno.EACCES, "no"), ValueError("no such layer"), OSError("broken")):
        assert full_folder(other, folders) is None


@pytest.mark.component
def test_what_torch_says_is_known() -> None:
    import torch

    with pytest.raises(RuntimeError) as error:
        torch.save(torch.zeros(1_000_000), "/dev/full")
    assert full_folder(error.value, (Path("/dev"),)) == Path("/dev")
