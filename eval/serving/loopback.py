"""Whether an address is this machine's own. Standard library only."""

from __future__ import annotations

import ipaddress

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = (LOOPBACK, "localhost", "[::1]")
"""What this machine is called in a request's Host header, without the port."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host: a name, or an address with or without brackets."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
