"""Our own trainer in a container elsewhere, by a hub on this machine whose jobs really train."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError

pytestmark = pytest.mark.component


@pytest.fixture
def jobs(hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The hub, reached by the client in this process, with nobody waiting long."""
    from huggingface_hub import constants

    from eval.model.endpoint import patience
    from finetune.cloud import send

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setattr(patience, "BACKOFF_SECONDS", 0.005)
    monkeypatch.setattr(send, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(send, "SETTLE_SECONDS", 0.05)
    return hub


@pytest.fixture
def command(jobs: Any, make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path) -> list[str]:
    return ["cloud", "hf-jobs", str(make_dataset()), "--base", str(tiny_model), "--url", jobs.url,
            "--out", str(tmp_path / "run")]  # fmt: skip


SEND = ["--send", "--yes-send", "harbours", "--max-cost", "2"]


def finetune(arguments: list[str]) -> None:
    from finetune.cli import app

    app(arguments, standalone_mode=False)


def test_a_job_trains_the_adapter_that_the_next_run_uses(
    jobs: Any, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval.pipeline.plan import plan_run
    from finetune.adapter import is_complete

    finetune(command)
    said = capsys.readouterr().out
    assert "dataset.yaml, the training rows and the whole corpus; no test question" in said
    assert "answering by the tuned model is done here; its weights can be taken away" in said
    assert "nothing was sent" in said and jobs.requests == []

    seen: list[Any] = []

    def container(job: dict[str, Any]) -> str:
        """What the script says, line by line, in folders of this test."""
        seen.append(job)
        install, unpack, train, push = job["command"][2].splitlines()
        assert job["command"][:2] == ["sh", "-ec"] and "rag-or-finetune==" in install
        (volume,) = job["volumes"]
        assert volume["mountPath"] == "/data" and jobs.repositories[volume["source"]].private
        ((file, data),) = jobs.files(volume["source"]).items()
        assert unpack == f"python -m zipfile -e /data/{file} /tmp/set"
        places = {f"/tmp/{name}": str(tmp_path / "there" / name) for name in ("set", "run")}
        zipfile.ZipFile(io.BytesIO(data)).extractall(places["/tmp/set"])
        for line in (train, push):
            words = [places.get(word, word) for word in shlex.split(line)]
            finetune([*words[1:], *(["--endpoint", jobs.url] if "push" in words else [])])
        return "COMPLETED"

    jobs.on_job = container
    finetune([*command, *SEND])
    (job,) = jobs.jobs.values()
    assert job["secrets"] == {"HF_TOKEN": jobs.token} and job["timeoutSeconds"] == 7200 and job["flavor"] == "l4x1"
    assert job["attempts"] == 1 and len(seen) == 1
    (adapter,) = jobs.repositories  # the one with the data set is gone
    assert adapter.endswith("-adapter") and jobs.repositories[adapter].private
    plan = plan_run(Path(command[2]), model=command[4], embedder="all-minilm-l6-v2", out=tmp_path / "run")
    assert is_complete(plan.adapter_folder(0, "ft"))
    assert f"evaluate {command[2]} --model {command[4]} --out {tmp_path / 'run'}" in capsys.readouterr().out
    tests = [json.loads(line)["question"] for line in (Path(command[2]) / "test.jsonl").read_text().splitlines()]
    left = {p.name: p.read_text() for p in (tmp_path / "there" / "set").rglob("*") if p.is_file()}
    assert not [q for q in tests if any(q in text for text in left.values())]
    finetune([*command, *SEND])
    assert len(jobs.jobs) == 1


@pytest.mark.parametrize(("broken", "lost"), [("run_job", None), (None, "run_job"), (None, "commit")])
def test_a_break_ends_in_one_job(broken: str | None, lost: str | None, jobs: Any, command: list[str]) -> None:
    from finetune.cloud import hf_jobs

    jobs.break_next, jobs.lose_next = broken, lost
    jobs.on_job = lambda job: "ERROR"
    with pytest.raises(UserError, match=r"job job1 failed|no job was made|does not answer"):
        finetune([*command, *SEND])
    if broken:
        assert jobs.jobs == {}
        with pytest.raises(UserError, match="job job1 failed"):
            finetune([*command, *SEND])
    assert list(jobs.jobs) == ["job1"] and jobs.repositories == {}
    assert hf_jobs.STATES["ERROR"] == "failed"


def test_a_price_above_the_limit_makes_no_job_and_its_time_is_what_is_paid(jobs: Any, command: list[str]) -> None:
    # 120 minutes of 0.013333 USD
    with pytest.raises(UserError, match=r"1\.60 USD.*above --max-cost"):
        finetune([*command, *SEND[:-1], "1.5"])
    assert jobs.jobs == {}
    with pytest.raises(UserError, match="hf-jobs: has no flavor tpu; it has: l4x1"):
        finetune([*command, *SEND, "--flavor", "tpu"])
    with pytest.raises(UserError, match="--timeout 2y: not a time"):
        finetune([*command, *SEND, "--timeout", "2y"])
    assert jobs.jobs == {}


def test_a_wrong_token_is_one_line(jobs: Any, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(UserError, match="HTTP 401: the token is refused"):
        finetune([*command, *SEND])
