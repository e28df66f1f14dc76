"""Rich files are read in a process of their own, which may take only so much time and memory."""

from __future__ import annotations

import atexit
import os
import pickle
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from eval.errors import UserError
from rag.readers.kinds import LIGHT, read_kind
from rag.readers.reading import Reading

SECONDS = 600
"""That one file may take; the variable RAG_READ_SECONDS sets another limit."""
MEMORY = 4 * 2**30
"""Bytes that the process may hold; the variable RAG_READ_MEMORY sets another limit, in MiB."""

_START = "import sys; sys.path[:] = {path!r}; from rag.readers.reader_process import serve; serve()"


def read_limited(file: Path) -> Reading:
    """`read_kind` within the limits; raises UserError as it does, and where a limit is reached or the parser dies."""
    if file.suffix.lower() in LIGHT:
        return read_kind(file)
    return _process().read(file)


def serve() -> None:
    """Read files whose names come in, and send out what they gave, until the input ends."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not stand between the answers
    _limit_memory()
    while size := sys.stdin.buffer.read(8):
        file = Path(pickle.loads(sys.stdin.buffer.read(int.from_bytes(size, "big"))))
        try:
            answer: Any = read_kind(file)
        except UserError as error:
            answer = str(error)
        except MemoryError:
            answer = f"{file}: takes more memory than {_memory() // 2**20} MiB to read; divide it, or take it out"
        except RecursionError:
            answer = f"{file}: is nested too deeply to read; save it again, or take it out of the corpus"
        data = pickle.dumps(answer)
        channel.write(len(data).to_bytes(8, "big") + data)
        channel.flush()


def _seconds() -> float:
    return float(os.environ.get("RAG_READ_SECONDS", SECONDS))


def _memory() -> int:
    given = os.environ.get("RAG_READ_MEMORY")
    return int(given) * 2**20 if given else MEMORY


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_memory(), _memory()))
    except (ImportError, ValueError, OSError):  # not on Windows, and not everywhere allowed
        return


class _Process:
    """One child; it is started again after it was ended over a file."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None

    def read(self, file: Path) -> Reading:
        child = self._started()
        assert child.stdin is not None and child.stdout is not None
        name = pickle.dumps(str(file.absolute()))
        deadline = time.monotonic() + _seconds()
        try:
            child.stdin.write(len(name).to_bytes(8, "big") + name)
            child.stdin.flush()
            size = int.from_bytes(self._bytes(8, deadline), "big")
            answer = pickle.loads(self._bytes(size, deadline))
        except TimeoutError:
            self.end()
            raise UserError(
                f"{file}: takes longer than {_seconds():g} seconds to read; divide it, or take it out of the corpus"
            ) from None
        except (EOFError, BrokenPipeError):
            self.end()
            raise UserError(f"{file}: its parser died over it; save it again, or take it out of the corpus") from None
        except BaseException:
            self.end()  # an answer to come would be taken for that to the next file
            raise
        if isinstance(answer, Reading):
            return answer
        raise UserError(str(answer).replace(str(file.absolute()), str(file), 1))

    def end(self) -> None:
        """End the child; another one is started when the next file comes."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            for stream in (self.child.stdin, self.child.stdout):
                if stream is not None:
                    stream.close()
            self.child = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self.child is None or self.child.poll() is not None:
            code = _START.format(path=[str(Path(p).absolute()) for p in sys.path if p or Path.cwd()])
            self.child = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1"}, bufsize=0, start_new_session=True,
            )  # fmt: skip
        return self.child

    def _bytes(self, size: int, deadline: float) -> bytes:
        assert self.child is not None and self.child.stdout is not None
        found = b""
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.child.stdout], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(self.child.stdout.fileno(), min(size - len(found), 1 << 20))
            if not piece:
                raise EOFError
            found += piece
        return found


_children: dict[int, _Process] = {}


def _process() -> _Process:
    """This process's child; a forked process gets one of its own."""
    if os.getpid() not in _children:
        _children[os.getpid()] = _Process()
        atexit.register(_children[os.getpid()].end)
    return _children[os.getpid()]
