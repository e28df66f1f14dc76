"""Replies by a server that misbehaves in every way that servers have been seen to: none is lost, none is made up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.arms.modes import MODES
from eval.config import Endpoint
from eval.errors import UserError
from eval.pipeline.graph import Skipped

pytestmark = pytest.mark.component

Make = Callable[..., Any]


@pytest.fixture
def planned(scripted: Any, make_dataset: Callable[..., Path], tmp_path: Path) -> Make:
    """A plan of the harbours data set answered by the scripted server."""
    data = make_dataset()

    def plan(**settings: Any) -> Any:
        from eval.pipeline.plan import plan_run

        endpoint = Endpoint(**({"url": scripted.url, "model": "base", "adapters": {"ft": "tuned"}} | settings))
        return plan_run(data, model=None, embedder="all-minilm-l6-v2", out=tmp_path / "run", endpoint=endpoint)

    return plan


@pytest.fixture
def answer(planned: Make) -> Make:
    """Answers a mode into the run folder and returns its replies by question."""

    def answer_(mode: str = "base", **settings: Any) -> dict[str, str]:
        from eval.arms.predict import predict, read_predictions
        from eval.arms.resources import Resources

        plan = planned(**settings)
        resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
        predict(resources, mode, plan.examples, plan.folder, plan.identity.predictions(mode))
        return {p.id: p.text for p in read_predictions(plan.folder, mode)}

    return answer_


def test_every_sampling_field_is_sent_with_every_prompt(scripted: Any, answer: Make) -> None:
    replies = answer()
    assert len(replies) == 8 and all(json.loads(text)["source"] == "arvik.md" for text in replies.values())
    sent = {"temperature": 0, "top_p": 1, "top_k": 1, "min_p": 0, "repetition_penalty": 1.0, "presence_penalty": 0,
            "frequency_penalty": 0, "seed": 0, "n": 1}  # fmt: skip
    assert all(body.items() >= sent.items() for body in scripted.seen)
    assert {body["messages"][0]["content"] for body in scripted.seen} == {"Answer with one line of JSON."}


def test_a_field_that_the_server_names_is_left_out_and_the_others_stay(
    scripted: Any, answer: Make, tmp_path: Path
) -> None:
    def strict(handler: Any, body: dict[str, Any]) -> bool:
        if "min_p" in body:
            handler.say(400, {"error": {"message": "Unrecognized request argument supplied: min_p"}})
        return "min_p" in body

    scripted.faults.append(strict)
    answer()
    later = scripted.seen[1:]
    assert all("min_p" not in body and body["top_k"] == 1 for body in later) and len(later) == 9 + 8
    kept = json.loads((tmp_path / "run" / "endpoint" / "servers.json").read_text())
    assert kept["base"]["dropped"] == ["min_p"]


@pytest.mark.parametrize("how", ["500", "429", "null", "torn", "no json", "short"])
def test_a_fault_that_passes_changes_no_reply(
    how: str, scripted: Any, fault: Any, answer: Make, tmp_path: Path
) -> None:
    faults = {
        "500": fault.status(500), "429": fault.status(429, Retry_After="0.2"),
        "null": fault.altered(lambda a: a["choices"][0]["message"].update(content=None)),
        "torn": fault.raw(b'{"choices": [', length=100), "no json": fault.raw(b"<html>busy</html>"),
        "short": fault.altered(lambda a: a.pop("choices") and None),
    }  # fmt: skip
    undisturbed = answer(concurrency=1)
    before = len(scripted.seen)
    shutil.rmtree(tmp_path / "run" / "predictions")
    limited = fault.once(faults[how], 3)
    scripted.faults.append(lambda h, b: "harbour" in json.dumps(b) and limited(h, b))
    assert answer(concurrency=1) == undisturbed
    assert len(scripted.seen) - before == 9 + 3 + 8  # how, the questions, what went wrong, and all once more alone


def test_a_slow_body_is_given_up_at_the_time_limit_and_asked_for_again(scripted: Any, fault: Any, answer: Make) -> None:
    slow = fault.once(fault.raw(b" " * 200, pause=0.05), 2)
    scripted.faults.append(lambda h, b: "harbour" in json.dumps(b) and slow(h, b))
    assert len(answer(timeout=2.0)) == 8
    assert len(scripted.seen) == 9 + 2 + 8


def test_a_reply_that_never_comes_is_missing_and_only_it_is_asked_for_again(
    scripted: Any, fault: Any, answer: Make, tmp_path: Path
) -> None:
    undisturbed_asked = "berths of the harbour of Corda"
    nothing = fault.altered(lambda a: a["choices"][0]["message"].update(content=None))
    broken = [lambda h, b: undisturbed_asked in json.dumps(b) and nothing(h, b)]
    scripted.faults += broken
    with pytest.raises(UserError, match=r"mode base: 1 of 8 questions have no reply \(the answer holds no text\)"):
        answer()
    assert not (tmp_path / "run" / "predictions" / "base.jsonl").exists()
    scripted.faults.clear()
    asked = len(scripted.seen)
    replies = answer()
    assert len(replies) == 8 and "" not in replies.values()
    assert len(scripted.seen) - asked == 2  # how the server takes prompts, and the one question
    assert undisturbed_asked in scripted.asked()[-1]


def test_a_mode_other_than_base_without_all_replies_is_skipped(scripted: Any, fault: Any, answer: Make) -> None:
    held = fault.altered(lambda a: a["choices"][0].update(finish_reason="content_filter"))
    scripted.faults.append(
        lambda h, b: len(b["messages"]) > 2 and "Dunsel" in b["messages"][-1]["content"] and held(h, b)
    )
    with pytest.raises(Skipped, match="mode fewshot: 1 of 8 questions have no reply"):
        answer("fewshot")


def test_a_server_that_goes_away_in_the_middle_leaves_what_was_answered(
    scripted: Any, answer: Make, tmp_path: Path
) -> None:
    def end(handler: Any, body: dict[str, Any]) -> bool:
        if len(scripted.seen) > 4:
            handler.close_connection = True
            handler.connection.close()
            return True
        return False

    scripted.faults.append(end)
    with pytest.raises(UserError, match="no reply"):
        answer(concurrency=1)
    (kept,) = (tmp_path / "run" / "predictions").glob(".base.*.partial")
    assert len(kept.read_text().splitlines()) == 1 + 3
    scripted.faults.clear()
    asked = len(scripted.seen)
    assert len(answer(concurrency=1)) == 8
    assert len(scripted.seen) - asked == 1 + 5 + 5


def test_a_cut_prompt_ends_the_run_and_names_the_cut(scripted: Any, answer: Make) -> None:
    scripted.cut_at = 80
    with pytest.raises(UserError, match=r"mode fewshot: the server cut about \d+ tokens of a prompt in silence"):
        answer("fewshot")


def test_a_reply_at_the_limit_is_kept_as_cut(scripted: Any, fault: Any, answer: Make, tmp_path: Path) -> None:
    scripted.faults.append(fault.altered(lambda a: a["choices"][0].update(finish_reason="length")))
    answer()
    rows = [json.loads(line) for line in (tmp_path / "run/predictions/base.jsonl").read_text().splitlines()]
    assert {r["finish"] for r in rows} == {"length"}


def test_no_more_is_sent_than_was_allowed(scripted: Any, answer: Make) -> None:
    with pytest.raises(UserError, match="max_requests are spent"):
        answer(max_requests=3, concurrency=1)
    assert len(scripted.seen) == 1 + 3
    assert len(answer(concurrency=1)) == 8
    assert len(scripted.seen) == 4 + 1 + 5 + 5


def paid(script: Any, bodies: list[Any]) -> float:
    """1 for each token that was read, and 2 for each that was written."""
    return float(sum(read + 2 * written for read, written in map(script.tokens, bodies)))


def spent(run: Path) -> float:
    rows = [json.loads(line) for line in (run / "endpoint" / "spent.jsonl").read_text(encoding="utf-8").splitlines()]
    return sum({row["request"]: row["money"] for row in rows}.values())


def test_no_request_is_sent_that_could_pass_the_money_and_a_higher_cap_goes_on(
    scripted: Any, answer: Make, tmp_path: Path
) -> None:
    prices = {"tokens_in_per_million": 1e6, "tokens_out_per_million": 2e6, "concurrency": 1}  # 1 a token, and 2
    with pytest.raises(UserError, match=r"run: the next request can cost \d.*higher --max-cost"):
        answer(max_cost=1500.0, **prices)
    first = spent(tmp_path / "run")
    sent = len(scripted.seen)
    # By the server's own counts: what it read, and what it wrote.
    assert first == paid(scripted, scripted.seen) <= 1500 and 1 < sent < 9
    with pytest.raises(UserError, match="the next request can cost"):
        answer(max_cost=1500.0, **prices)
    assert len(scripted.seen) == sent  # not even a first look at the server is paid again
    assert len(answer(max_cost=1e9, **prices)) == 8
    assert spent(tmp_path / "run") == paid(scripted, scripted.seen)


def test_what_a_server_may_have_computed_is_paid_and_what_it_refused_is_not(
    scripted: Any, fault: Any, answer: Make, tmp_path: Path
) -> None:
    prices = {"tokens_in_per_million": 1e6, "tokens_out_per_million": 2e6, "max_cost": 1e9, "concurrency": 1}
    scripted.faults.append(fault.once(fault.status(429)))
    answer(**prices)
    refused = spent(tmp_path / "run")
    assert refused == paid(scripted, scripted.seen[1:])
    shutil.rmtree(tmp_path / "run")
    scripted.faults.append(fault.once(fault.status(500)))
    before = len(scripted.seen)
    answer(**prices)
    asked = scripted.seen[before:]
    assert paid(scripted, asked[1:]) < spent(tmp_path / "run")  # the first was broken off: its most is paid
    assert spent(tmp_path / "run") != paid(scripted, asked)


def test_money_without_prices_is_one_line(scripted: Any) -> None:
    from eval.model.endpoint.address import named_endpoint

    with pytest.raises(UserError, match="max_cost counts by the token; give tokens_in_per_million"):
        named_endpoint(scripted.url, name="base", max_cost=5.0)


def test_a_name_that_is_not_served_is_one_line(scripted: Any, answer: Make) -> None:
    with pytest.raises(UserError, match="serves no model 'bass'; it has: base, tuned"):
        answer(model="bass")


def test_a_key_that_is_refused_is_one_line(scripted: Any, fault: Any, answer: Make) -> None:
    scripted.faults.append(fault.status(401))
    with pytest.raises(UserError, match="HTTP 401: the key is missing or refused; nothing was asked"):
        answer()


def test_nothing_goes_to_another_address_than_the_named_one(
    scripted: Any, answer: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    reached: list[Any] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        reached.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    scripted.faults.append(
        lambda h, b: "Elgar" in json.dumps(b) and (h.say(302, {}, {"Location": "http://127.0.0.1:9/"}) or True)
    )
    with pytest.raises(UserError, match="1 of 8 questions have no reply"):
        answer()
    port = int(scripted.url.rsplit(":", 1)[1].removesuffix("/v1"))
    assert {address[1] for address in reached} == {port}
    log = [json.loads(line) for line in (tmp_path / "run" / "endpoint" / "requests.jsonl").read_text().splitlines()]
    assert {line["host"] for line in log} == {f"127.0.0.1:{port}"} and len(log) == len(scripted.seen)


def test_a_mode_builds_the_prompts_that_are_sent(scripted: Any, answer: Make, planned: Make) -> None:
    from eval.arms.resources import Resources

    answer("fewshot")
    plan = planned()
    resources = Resources(plan.dataset, plan.config, plan.identity, plan.folder)
    built = [list(MODES["fewshot"].build(resources, e).messages) for e in plan.examples]
    assert sorted(map(json.dumps, built)) == sorted(scripted.asked()[1:])


def test_the_base_under_an_adapters_name_is_refused(scripted: Any, answer: Make) -> None:
    scripted.adapter_is_base = True
    with pytest.raises(UserError, match="'tuned' answers all of 10 training prompts word for word as the base 'base'"):
        answer("ft")
    scripted.adapter_is_base = False
    assert len(answer("ft")) == 8


def test_an_adapter_is_checked_once_and_the_report_says_how_it_differs(
    scripted: Any, answer: Make, tmp_path: Path
) -> None:
    answer("ft")
    first = len(scripted.seen)
    assert first == 2 + 2 * 10 + 8  # how both take prompts, ten training rows by both, the questions
    (tmp_path / "run" / "predictions" / "ft.jsonl").unlink()
    answer("ft")
    assert len(scripted.seen) - first == 1 + 8
    seen = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert seen["ft, differs"] == "10 of 10 replies to training prompts differ from the base's"


def test_a_server_whose_replies_depend_on_the_crowd_is_told(
    scripted: Any, fault: Any, answer: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def moody(handler: Any, body: dict[str, Any]) -> bool:
        earlier = sum(b["messages"] == body["messages"] for b in scripted.seen)
        return earlier > 1 and "Arvik" in json.dumps(body) and other(handler, body)

    other = fault.altered(lambda a: a["choices"][0]["message"].update(content="something else"))
    scripted.faults.append(moody)
    answer()
    seen = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert seen["base, asked twice"] == "1 of 8 replies differ, alone from in a crowd"
    assert "1 of 8 prompts got another reply when they were asked alone" in capsys.readouterr().err


def test_a_server_that_renders_otherwise_than_the_local_template_is_told(
    scripted: Any, answer: Make, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(tokenizer=str(tiny_model))
    assert "renders prompts otherwise" not in capsys.readouterr().err
    scripted.more = 7
    assert len(answer("fewshot", tokenizer=str(tiny_model))) == 8
    assert "one takes +7 tokens there" in capsys.readouterr().err


def test_a_prompt_that_is_cut_at_the_end_of_rag_alone_is_seen_by_our_count(
    scripted: Any, answer: Make, tiny_model: Path
) -> None:
    scripted.cut_at = 200  # base prompts fit
    assert len(answer(tokenizer=str(tiny_model))) == 8
    with pytest.raises(UserError, match=r"mode fewshot: the server cut about \d+ tokens"):
        answer("fewshot", tokenizer=str(tiny_model))


def test_a_data_set_can_name_its_endpoint_and_a_model_that_is_named_comes_first(
    scripted: Any, make_dataset: Callable[..., Path], tiny_model: Path, tmp_path: Path
) -> None:
    from eval.pipeline.plan import plan_again, plan_run

    data = make_dataset()
    with (data / "dataset.yaml").open("a") as out:
        out.write(f"endpoint: {{url: {scripted.url}, model: base}}\n")
    settings = {"embedder": "all-minilm-l6-v2", "out": tmp_path / "run"}
    served = plan_run(data, model=None, **settings)
    assert served.config.model == f"{scripted.url}#base" and served.config.dataset.generation.generator == "endpoint"
    local = plan_run(data, model=str(tiny_model), **settings)
    assert local.config.dataset.endpoint is None and local.config.dataset.generation.generator == "local"
    assert served.identity.predictions("base") != local.identity.predictions("base")
    from eval.pipeline.run_config import write_run_config

    write_run_config(tmp_path / "run" / "config.yaml", served.config)
    assert plan_again(tmp_path / "run").identity.predictions("base") == served.identity.predictions("base")
