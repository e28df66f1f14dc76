"""What --cluster may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cluster import cluster_address
from eval.cluster.cluster_address import Address, loopback, parse_address
from eval.errors import UserError


def test_workers_of_this_machine() -> None:
    found = parse_address("local:3")
    assert (found.named, found.workers) == (None, 3)
    assert "3 workers" in found.words()
    for wrong in ("local:0", "local", "local:x", "10.0.0.1", "nowhere"):
        with pytest.raises(UserError, match="--cluster"):
            parse_address(wrong)


def test_an_address_off_this_machine_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with pytest.raises(UserError, match=r"10\.0\.0\.7:6379 is not this machine.*RAY_AUTH_MODE=token"):
        parse_address("10.0.0.7:6379")
    assert parse_address("127.0.0.1:6379") == Address("127.0.0.1:6379")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    assert parse_address("10.0.0.7:6379").named == "10.0.0.7:6379"
    assert "10.0.0.7:6379" in parse_address("10.0.0.7:6379").words()


def test_auto_is_the_cluster_that_this_machine_has_joined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(cluster_address, "HERE", tmp_path / "address")
    with pytest.raises(UserError, match="belongs to no cluster"):
        parse_address("auto")
    (tmp_path / "address").write_text("127.0.0.1:6379\n", encoding="utf-8")
    assert parse_address("auto").named == "127.0.0.1:6379"
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:7000")
    assert parse_address("auto").named == "127.0.0.1:7000"
    with pytest.raises(UserError, match="on a node of the cluster"):
        parse_address("ray://127.0.0.1:10001")


def test_only_the_loopback_address_is_this_machine_alone() -> None:
    assert all(map(loopback, ("127.0.0.1:1", "localhost:1", "[::1]:1", "127.9.9.9:1")))
    assert not any(map(loopback, ("0.0.0.0:1", "10.0.0.1:1", "127.0.0.1.example.org:1")))
