"""Which cluster: what `--cluster` names, and whether it is safe to talk to. Nothing is sent here."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from eval.errors import UserError

HERE = Path("/tmp/ray/ray_current_cluster")
"""Where `ray start` notes the address of the cluster that this machine belongs to."""
FORMS = "auto, HOST:PORT or local:N"


@dataclass(frozen=True, slots=True)
class Address:
    """A cluster to connect to, or workers to start on this machine."""

    named: str | None
    """HOST:PORT; None: Ray is started here, and ends with the command."""
    workers: int = 0
    """How many, where Ray is started here."""
    cards: int = 0

    def words(self) -> str:
        """What is printed before anything is sent."""
        if self.named:
            safe = "this machine" if loopback(self.named) else "with token authentication"
            return f"cluster at {self.named} ({safe}); usage statistics are off"
        on = f"{self.cards} cards" if self.cards else "the CPU"
        return f"starting Ray on this machine: {self.workers} workers on {on}; no dashboard, usage statistics are off"


def parse_address(text: str) -> Address:
    """What `--cluster` names; raises UserError for another form, and for an address elsewhere without a token."""
    if found := re.fullmatch(r"local:(\d+)", text):
        workers = int(found[1])
        if workers < 1:
            raise UserError(f"--cluster {text}: no workers; write local:2 or more")
        return Address(None, workers, _cards_here(text, workers))
    named = _joined() if text == "auto" else text
    if named is None:
        raise UserError(
            "--cluster auto: this machine belongs to no cluster that Ray knows; run `ray start --head` first, set "
            "RAY_ADDRESS, or write local:N"
        )
    if named.startswith("ray://"):
        raise UserError(
            f"--cluster {named}: the command runs on a node of the cluster; there write {named[6:]} or auto"
        )
    host, _, port = named.rpartition(":")
    if not host or not port.isdigit():
        raise UserError(f"--cluster {text}: not an address; write {FORMS}")
    if not loopback(named) and os.environ.get("RAY_AUTH_MODE") != "token":
        raise UserError(
            f"--cluster {text}: {named} is not this machine, and whoever reaches a cluster without a token runs code "
            "on it; set RAY_AUTH_MODE=token on every node and here (ray get-auth-token --generate makes the token)"
        )
    return Address(named)


def loopback(named: str) -> bool:
    """Whether HOST:PORT can only be this machine, by its loopback address."""
    host = named.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _joined() -> str | None:
    """The cluster that this machine belongs to."""
    if (named := os.environ.get("RAY_ADDRESS", "")) not in ("", "auto", "local"):
        return named
    try:
        return HERE.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _cards_here(text: str, workers: int) -> int:
    """How many cards the workers take, one each; 0 where there is none. Raises UserError where there are too few."""
    cards = len(list(Path("/dev").glob("nvidia[0-9]*")))
    if cards and workers > cards:
        raise UserError(f"--cluster {text}: each worker holds a card, and {socket.gethostname()} has {cards}")
    return min(cards, workers)
