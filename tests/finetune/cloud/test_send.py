"""Fine-tuning by a provider that really trains: broken off everywhere, and one job, one file, nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.errors import UserError
from finetune.cloud.ledger import Ledger

pytestmark = pytest.mark.component

Go = Callable[..., Any]


@pytest.fixture
def make_plan(provider: Any, make_dataset: Callable[..., Path], tmp_path: Path) -> Go:
    """The plan of an order to the local provider."""
    data = make_dataset()

    def plan_(adapter: str = "ft", base: str = "tiny-llama", **more: Any) -> Any:
        from finetune.cloud.cloud_plan import plan_cloud
        from finetune.cloud.cloud_run import opened

        resources = opened(
            str(data), base, provider.url, tokenizer=str(provider.model), embedder="all-minilm-l6-v2",
            out=tmp_path / "run",
        )  # fmt: skip
        return plan_cloud(resources, "openai-compatible", base, adapter, url=provider.url, **more)

    return plan_


@pytest.fixture
def go(make_plan: Go, tmp_path: Path) -> Go:
    """Sends an order, from the files of the run folder alone, as a new process would."""

    def go_(name: str = "harbours", **allowed: Any) -> Any:
        from finetune.cloud.cloud_run import connected
        from finetune.cloud.send import Allowed, send

        plan = make_plan()
        settings = {"cost_unknown": True} | allowed
        return send(plan, connected(plan, None), Ledger(tmp_path / "run" / "cloud.jsonl"), Allowed(name, **settings))

    return go_


def made(provider: Any) -> tuple[int, int]:
    """(jobs that were made, files that are left there)."""
    return len(provider.jobs), len(provider.files)


def test_a_plan_sends_nothing(provider: Any, make_plan: Go) -> None:
    lines = "\n".join(make_plan().lines())
    assert "rows: 10; epochs: 1; trained tokens: " in lines and "(this machine)" in lines
    assert "left out: the corpus as text" in lines
    assert provider.log == []


def test_an_order_is_trained_and_the_served_model_says_what_it_learned(provider: Any, go: Go, make_plan: Go) -> None:
    import openai

    job = go()
    assert (job.state, made(provider)) == ("succeeded", (1, 0))
    assert job.trained_tokens > 0 and job.served.startswith("ft:tiny-llama:rof-")
    client = openai.OpenAI(base_url=provider.url, api_key="any", max_retries=0)
    assert job.served in [m.id for m in client.models.list()]
    rows = [json.loads(line)["messages"] for line in make_plan().order.rows.decode().splitlines()]
    replies = []
    for model in ("tiny-llama", job.served):
        made_ = client.chat.completions.create(model=model, messages=rows[0][:-1], max_tokens=12, temperature=0)
        replies.append(made_.choices[0].message.content)
    assert replies[0] != replies[1]


@pytest.mark.parametrize(
    ("when", "method", "path"),
    [
        ("before", "POST", "/files"), ("after", "POST", "/files"),
        ("before", "POST", "/fine_tuning/jobs"), ("after", "POST", "/fine_tuning/jobs"),
        ("before", "GET", "/fine_tuning/jobs/ftjob-1"), ("after", "GET", "/fine_tuning/jobs/ftjob-1"),
        ("before", "DELETE", "/files/file-1"), ("after", "DELETE", "/files/file-1"),
    ],
)  # fmt: skip
def test_a_break_anywhere_ends_in_one_job(when: str, method: str, path: str, provider: Any, go: Go) -> None:
    left = [1]

    def break_(asked: str, at: str) -> bool:
        if (asked, at) != (method, path) or not left[0]:
            return False
        left[0] -= 1
        broken.append(at)
        return True

    broken: list[str] = []
    provider.trains = False
    setattr(provider, when, break_)
    try:
        job = go()
    except UserError:
        job = go()
    assert broken == [path]
    assert (job.state, made(provider)) == ("succeeded", (1, 0))


@pytest.mark.parametrize(
    ("line", "step"),
    [("done", "consent"), ("intend", "upload"), ("done", "upload"), ("intend", "create"), ("done", "create"),
     ("done", "end"), ("intend", "remove"), ("done", "remove")],
)  # fmt: skip
def test_a_kill_around_every_line_of_the_ledger_ends_in_one_job(
    line: str, step: str, provider: Any, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, provider.trains = getattr(Ledger, line), False

    class Killed(BaseException):
        pass

    def kill(self: Ledger, key: str, at: str, **what: Any) -> None:
        """After an intent is on disk and before the request; after a request and before its outcome is on disk."""
        if at != step or line == "intend":
            written(self, key, at, **what)
        if at == step:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, line, kill)
        with pytest.raises(Killed):
            go()
    job = go()
    assert (job.state, made(provider)) == ("succeeded", (1, 0))
    assert sum(entry == ("POST", "/fine_tuning/jobs") for entry in provider.log) == 1
    assert go().id == job.id and made(provider) == (1, 0)


def test_no_job_is_made_while_nobody_answers_whether_there_is_one(provider: Any, go: Go) -> None:
    provider.trains = False
    provider.after = lambda method, path: (method, path) == ("POST", "/fine_tuning/jobs")
    provider.before = lambda method, path: method == "GET" and path == "/fine_tuning/jobs" and bool(provider.jobs)
    for _ in range(2):
        with pytest.raises(UserError, match="does not answer"):
            go()
    assert len(provider.jobs) == 1
    provider.before = provider.after = lambda method, path: False
    assert go().state == "succeeded" and made(provider) == (1, 0)


def test_the_wrong_name_sends_nothing(provider: Any, go: Go) -> None:
    with pytest.raises(UserError, match="'other' is not the data set's name, which is 'harbours': nothing was sent"):
        go("other")
    assert provider.log == []


def test_a_base_that_is_not_served_there_sends_no_row(provider: Any, make_plan: Go, tmp_path: Path) -> None:
    from finetune.cloud.cloud_run import connected
    from finetune.cloud.send import Allowed, send

    plan = make_plan(base="gpt")
    with pytest.raises(UserError, match="lists no model 'gpt'"):
        send(plan, connected(plan, None), Ledger(tmp_path / "l.jsonl"), Allowed("harbours", cost_unknown=True))
    assert {method for method, _ in provider.log} == {"GET"}
    assert not any(b"Arvik" in body for body in provider.bodies)


def test_an_unknown_price_and_one_above_the_limit_make_no_job(provider: Any, go: Go, make_plan: Go) -> None:
    from finetune.cloud.cloud_plan import Price, refuse_cost

    with pytest.raises(UserError, match="nobody says what the job costs"):
        go(cost_unknown=False)
    assert provider.jobs == {} and not any(method == "POST" for method, _ in provider.log)
    plan = make_plan(price=Price(8.0, "the price list", "2026-11-28"))
    cost = plan.cost()
    assert cost.money == pytest.approx(plan.tokens[1] * 8.0 / 1e6)
    with pytest.raises(UserError, match="above --max-cost"):
        refuse_cost(plan, cost, most=cost.money / 2, unknown=False)
    refuse_cost(plan, cost, most=cost.money, unknown=False)


def test_the_official_client_sees_the_job_that_ours_made(provider: Any, go: Go) -> None:
    import openai

    provider.trains = False

    job = go()
    client = openai.OpenAI(base_url=provider.url, api_key="any", max_retries=0)
    assert [j.id for j in client.fine_tuning.jobs.list()] == [job.id]
    assert client.fine_tuning.jobs.retrieve(job.id).fine_tuned_model == job.served


def test_the_official_client_can_order_what_ours_goes_on_with(provider: Any, go: Go, make_plan: Go) -> None:
    import openai

    provider.trains = False

    order = make_plan().order
    client = openai.OpenAI(base_url=provider.url, api_key="any", max_retries=0)
    file = client.files.create(file=(order.file_name, order.rows), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model=order.base, training_file=file.id, suffix=order.suffix, seed=order.seed, metadata={"rof_key": order.key},
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": order.epochs}}},
    )  # fmt: skip
    assert go().id == job.id and len(provider.jobs) == 1


def test_the_command_sends_only_with_the_name_and_says_how_to_compare(
    provider: Any, make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from finetune.cli import app

    provider.trains = False
    command = ["cloud", "openai-compatible", str(make_dataset()), "--base", "tiny-llama", "--url", provider.url,
               "--out", str(tmp_path / "run")]  # fmt: skip
    app(command, standalone_mode=False)
    assert "nothing was sent; add --send" in capsys.readouterr().out and provider.log == []
    with pytest.raises(UserError, match="there is no terminal to ask on; add --yes-send harbours: nothing was sent"):
        app([*command, "--send"], standalone_mode=False)
    assert provider.log == [] and not (tmp_path / "run" / "cloud.jsonl").exists()
    app([*command, "--send", "--yes-send", "harbours", "--cost-unknown"], standalone_mode=False)
    assert "--ft-model ft:tiny-llama:rof-" in capsys.readouterr().out and made(provider) == (1, 0)
    app([*command, "--status"], standalone_mode=False)
    assert "job ftjob-1: succeeded, served as ft:tiny-llama:rof-" in capsys.readouterr().out


def test_rows_with_a_secret_or_personal_data_stay_here(
    provider: Any, make_dataset: Callable[..., Path], harbours: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    from finetune.cli import app

    rows = harbours("harbours")["train.jsonl"].replace("What is the depth of the harbour of Arvik", "Ask a.b@c.example")
    data = make_dataset(**{"train.jsonl": rows})
    command = ["cloud", "openai-compatible", str(data), "--base", "tiny-llama", "--url", provider.url, "--send",
               "--yes-send", "harbours", "--cost-unknown", "--out", str(tmp_path / "run")]  # fmt: skip
    with pytest.raises(UserError, match=r"personal data \(e-mail address\)"):
        app(command, standalone_mode=False)
    assert provider.log == []
    provider.trains = False
    app([*command, "--allow-personal-data"], standalone_mode=False)
    assert made(provider) == (1, 0)
