"""What is refused before anything is sent, and where the key goes."""

from __future__ import annotations

from typing import Any

import pytest

from eval.errors import UserError
from eval.judge.settings import JudgeSettings, check_settings, is_loopback, notice


def check(url: str | None, model: str | None = "m", **changes: Any) -> JudgeSettings | None:
    return check_settings(url, model, **{"key_env": None, "repeats": 1, "limit": None, "timeout": 60.0, **changes})


@pytest.mark.parametrize("url", ["http://localhost:1/v1", "http://127.8.9.1:8000", "https://[::1]/v1"])
def test_loopback_needs_no_notice(url: str) -> None:
    assert is_loopback(url)
    assert notice(JudgeSettings(url, "m")) == ""


@pytest.mark.parametrize("url", ["https://api.example.org/v1", "http://10.0.0.2:80", "http://localhost.example.org"])
def test_remote_says_what_is_sent_and_where(url: str) -> None:
    line = notice(JudgeSettings(url, "m"))
    assert "\n" not in line
    assert all(word in line for word in ("questions", "replies", "passages", url.split("/")[2].split(":")[0]))


@pytest.mark.parametrize(
    ("url", "model", "message"),
    [
        ("localhost:8000", "m", "not an http"),
        ("file:///etc/passwd", "m", "not an http"),
        ("https://", "m", "not an http"),
        ("https://me:pw@example.org/v1", "m", "no user"),
        ("https://example.org/v1?key=1", "m", "no user"),
        ("http://localhost:8000/v1", None, "--judge-model"),
        (None, "m", "add --judge URL"),
    ],
)
def test_bad_address_is_refused(url: str | None, model: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        check(url, model)
    assert "pw" not in str(error.value)


def test_no_judge_is_no_settings() -> None:
    assert check(None, None) is None


def test_named_variable_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(UserError, match="MY_KEY"):
        check("https://example.org/v1", key_env="MY_KEY")


def test_unnamed_key_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert JudgeSettings("https://example.org/v1", "m").key == "sk-1"
    assert JudgeSettings("http://localhost:8000/v1", "m").key == "sk-1"
    assert JudgeSettings("http://example.org/v1", "m").key == ""
    assert JudgeSettings("http://example.org/v1", "m", key_env="OPENAI_API_KEY").key == "sk-1"
    assert "sk-1" not in repr(JudgeSettings("https://example.org/v1", "m"))


def test_endpoint_is_the_chat_path() -> None:
    for url in ("http://h/v1", "http://h/v1/", "http://h/v1/chat/completions"):
        assert JudgeSettings(url, "m").endpoint == "http://h/v1/chat/completions"
