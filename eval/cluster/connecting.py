"""Whether Ray answers at an address, and what is said where it cannot be joined or started. Standard library only."""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
import tempfile
from importlib import metadata

from eval.errors import UserError, first_line

ANSWER_SECONDS = 10.0
"""How long an address is waited for; Ray itself tries for minutes, and says nothing that a user could act on."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""How every conversation of HTTP/2 begins (RFC 9113, 3.4), with empty settings; Ray speaks gRPC, which is HTTP/2."""
SETTINGS = 4
"""The kind of the frame that the other side must begin with; its place in the frame is the fourth byte."""


def check_answers(named: str, host: str, *, seconds: float = ANSWER_SECONDS) -> None:
    """Raise UserError unless something like Ray answers at `named`, HOST:PORT, whose host Ray takes to be `host`."""
    port = int(named.rpartition(":")[2])
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=seconds) as line:
            if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
                return  # what is spoken there is hidden until Ray has shown its certificate
            line.sendall(PREFACE)
            heard = line.recv(9)
    except TimeoutError:
        raise UserError(f"--cluster {named}: no answer within {seconds:.0f} s; {WHERE}") from None
    except OSError as error:
        raise UserError(f"--cluster {named}: {(error.strerror or str(error)).lower()}; {WHERE}") from None
    if len(heard) < 4 or heard[3] != SETTINGS:
        raise UserError(f"--cluster {named}: what answers there is not Ray; {WHERE}")


WHERE = "is Ray running there? `ray status` on its head node says so, and `ray start --head` prints the address"


class RayLog:
    """Inside, what native code writes to standard error is held back; at the end all but Ray's log is written.

    While it tries to connect, Ray logs a warning each second, and the reason stands nowhere else.
    """

    text = ""
    """The lines of the log, once it has ended."""

    def __enter__(self) -> RayLog:
        sys.stderr.flush()
        self._file, self._kept = tempfile.TemporaryFile(), os.dup(2)
        os.dup2(self._file.fileno(), 2)
        return self

    def __exit__(self, *_: object) -> None:
        sys.stderr.flush()
        os.dup2(self._kept, 2)
        os.close(self._kept)
        with self._file as file:
            file.seek(0)
            said = file.read().decode(errors="replace").splitlines(keepends=True)
        self.text = "".join(line for line in said if LOGGED.match(line))
        os.write(2, "".join(line for line in said if not LOGGED.match(line)).encode())


LOGGED = re.compile(r"\[\d{4}-\d\d-\d\d [\d:,]+ [DIWEC] \d+ \d+\]")
"""How a line of Ray's log begins: when, how grave, of which process and thread."""


def not_joined(named: str | None, error: Exception, log: str = "") -> UserError:
    """What to say where Ray did not let this process in, or did not start on this machine (`named` is None).

    `log` is what Ray logged meanwhile.
    """
    said = str(error)
    if named is None:
        why = "it was not up within its 30 seconds" if "timed out during startup" in said else first_line(error)
        return UserError(
            f"--cluster local: Ray did not start on {socket.gethostname()}: {why}; nothing was begun: run the command "
            "again when the machine is less busy, or start Ray with `ray start --head` and write --cluster auto"
        )
    if there := re.search(r"started with:\s*Ray: (\S+)\s*Python: (\S+)", said):
        return UserError(
            f"--cluster {named}: the cluster has Ray {there[1]} under Python {there[2]}, and this machine Ray "
            f"{metadata.version('ray')} under Python {platform.python_version()}; have the same ones everywhere"
        )
    if type(error).__name__ == "AuthenticationError" or "Unauthenticated" in log:
        return UserError(
            f"--cluster {named}: the cluster refused this machine's token; have the same ~/.ray/auth_token (or "
            "RAY_AUTH_TOKEN) and RAY_AUTH_MODE=token here as there"
        )
    return UserError(f"--cluster {named}: {first_line(error)}; {WHERE}")
