"""Secrets and personal data, and what only looks like them."""

from __future__ import annotations

import pytest

from finetune.cloud.secret_scan import scan, secrets


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the key is sk-proj-" + "a1B2" * 8, "API key"), ("AKIA" + "ABCDEFGH12345678", "API key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"), ("Passwort: hunter22", "password"),
        ("postgres://app:s3cret@db/x", "password in an address"), ("write to eva.berg@firm.example", "e-mail address"),
        ("4111 1111 1111 1111", "payment card"), ("DE89 3704 0044 0532 0130 00", "IBAN"),
        ("078-05-1120", "US social security number"), ("900101-1234567", "Korean resident number"),
        ("010-1234-5678", "telephone number"), ("+49 30 1234567", "telephone number"),
    ],
)  # fmt: skip
def test_what_is_one_is_found(text: str, kind: str) -> None:
    assert kind in scan([f"Ask, {text} they said."])


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1112", "the order 1234567890123456 of 4 March 2024", "DE89 3704 0044 0532 0130 01", "QX-77-B",
     "2.4.1-rc1", "between 1,200 and 1,300 km", "2024-03-04", "ISBN 978-3-16-148410-0",
     "skip-to-the-end-of-it-all-please"],
)  # fmt: skip
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert scan([text]) == {}


def test_secrets_are_told_apart_from_personal_data() -> None:
    found = scan(["password: hunter22", "a@b.example", "a@b.example"])
    assert found == {"password": 1, "e-mail address": 2}
    assert secrets(found) == ["password"]
