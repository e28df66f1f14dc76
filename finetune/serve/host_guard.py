"""Who may ask a server on this machine: programs and pages of the machine itself, no web site by way of a browser."""

from __future__ import annotations

from collections.abc import Mapping

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = (LOOPBACK, "localhost", "[::1]")


def refused(headers: Mapping[str, str], host: str, port: int) -> str | None:
    """Why a request is refused, or None.

    A browser that was lured to a name which points at this machine (DNS rebinding) says that name as the host, and a
    page of another site says its origin. A host that the user opened to a network is known by any name there.
    """
    named, origin = headers.get("Host", ""), headers.get("Origin")
    names = {f"{name}:{port}" for name in (*LOCAL_NAMES, host)}
    if port == 80:
        names |= {*LOCAL_NAMES, host}
    if is_loopback(host) and named not in names:
        return f"this server answers to {host}:{port}, not to '{named}'"
    if origin is not None and origin != f"http://{named}":
        return f"pages of {origin} may not ask this server"
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in ("localhost", "::1") or host.startswith("127.")
