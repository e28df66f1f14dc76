"""Secrets and personal data in texts that are about to be sent. Findings name kind and place, never the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """Something to look for."""

    name: str
    pattern: re.Pattern[str]
    secret: bool
    """A key or password, rather than personal data."""
    real: Callable[[str], bool] = lambda text: True
    """Whether what has the form is one."""


def luhn(text: str) -> bool:
    """Whether the digits carry the check digit of payment cards (ISO/IEC 7812)."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """Whether the letters and digits carry the check digits of an IBAN (ISO 13616)."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


KINDS = (
    Kind("private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"), True),
    Kind("API key", re.compile(
        r"\b(?:sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|"
        r"xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|glpat-[A-Za-z0-9_-]{20,})"), True),
    Kind("token (JWT)", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"), True),
    Kind("password", re.compile(r"(?i)\b(?:password|passwd|passwort|비밀번호)\s*[:=]\s*\S{6,}"), True),
    Kind("password in an address", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@"), True),
    Kind("e-mail address", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"), False),
    Kind("payment card", re.compile(r"(?<![\w-])[2-6]\d(?:[ -]?\d){11,14}(?![ -]?\d)"), False, luhn),
    Kind("IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), False, iban),
    Kind("US social security number", re.compile(r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b"), False),
    Kind("Korean resident number", re.compile(r"\b\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}\b"), False),
    Kind("telephone number", re.compile(r"(?<![\w.])(?:\+\d{1,3}[ -]?(?:\(?\d{1,4}\)?[ -]?){2,5}\d{2,4}|"
                                        r"0\d{1,2}-\d{3,4}-\d{4})(?![\w.])"), False),
)  # fmt: skip


def scan(texts: Iterable[str]) -> dict[str, int]:
    """Kind -> how often it stands in the texts, secrets first; empty: nothing was found."""
    found: Counter[str] = Counter()
    for text in texts:
        for kind in KINDS:
            found[kind.name] += sum(kind.real(m.group()) for m in kind.pattern.finditer(text))
    return {k.name: found[k.name] for k in KINDS if found[k.name]}


def secrets(found: dict[str, int]) -> list[str]:
    """Of what was found, the secrets, which are never sent."""
    return [k.name for k in KINDS if k.secret and k.name in found]
