"""Reads one hostile file at a time in a separate limited process; the scan outlives whatever happens.

The scan process never loads a binary parser. It hands an open descriptor to the parser
process (``sandbox_worker``), reads typed frames back over a pipe, and counts only the time
that it waits: a slow consumer does not make a fast parser late.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from guard.sdk import Asset, Budget, Problem, Sample, Unreadable
from guard_connectors import frames

_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from guard_connectors.sandbox_worker import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserLimits:
    """What one file may cost: bytes of memory; seconds for a small file, per MiB, and at most."""

    memory: int = 1 << 30
    seconds: float = 8.0
    seconds_per_mib: float = 1.0
    most_seconds: float = 60.0
    strict: bool = False

    def wall(self, size: int) -> float:
        """Seconds that a file of ``size`` bytes may take."""
        return min(self.most_seconds, self.seconds + self.seconds_per_mib * size / (1 << 20))


class _Late(Exception):  # noqa: N818 - a state, not a failure
    """The parser took longer than its wall clock."""


class Sandbox:
    """One parser process, started on first use. Use from one thread at a time; ``close`` may be repeated."""

    def __init__(self, limits: ParserLimits | None = None) -> None:
        self.limits = limits or ParserLimits()
        self.walls: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._one = threading.Lock()

    def read(self, format_: str, descriptor: int, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        """Read the open file ``descriptor`` as ``format_``.

        Raises Unreadable with ``parser-crashed``, ``parser-timeout`` or ``parser-memory`` when the
        process ends badly before the first sample; after one, that problem is the last item.
        """
        with self._one:
            given = False
            try:
                for item in self._job(format_, descriptor, asset, budget):
                    given = True
                    yield item
            except Unreadable as refusal:
                if not given:
                    raise
                yield refusal.problem

    def close(self, patience: float = 2.0) -> None:
        """End the parser process, by force after ``patience`` seconds."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _job(self, format_: str, descriptor: int, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
        wall = self.limits.wall(os.fstat(descriptor).st_size)
        control = self._started()
        out = self._send(control, format_, descriptor, asset, budget, wall)
        end: dict[str, int | bool] | None = None
        try:
            yield from frames.decode(_Reader(out, wall).exactly)
        except _Late:
            raise Unreadable(_late(asset, wall)) from None
        except (EOFError, ValueError, KeyError, TypeError):
            end = self._settle(control)
            raise Unreadable(self._why(end, asset, wall)) from None
        finally:
            os.close(out)
            if end is None:
                with contextlib.suppress(OSError):
                    control.send(b"kill")
                self._settle(control)

    def _send(
        self, control: socket.socket, format_: str, descriptor: int, asset: Asset, budget: Budget, wall: float
    ) -> int:
        """Hand the job over; the descriptor that its answer can be read from."""
        out, into = os.pipe()
        job = {
            "format": format_,
            "asset": asdict(replace(asset, columns=())),
            "budget": asdict(budget),
            "memory": self.limits.memory,
            "cpu": int(wall) + 1,
            "strict": self.limits.strict,
        }
        try:
            socket.send_fds(control, [json.dumps(job).encode("ascii")], [descriptor, into])
        except OSError:
            os.close(out)
            self.close()
            raise Unreadable(Problem(code="parser-crashed", path=asset.path)) from None
        finally:
            os.close(into)
        return out

    def _why(self, end: dict[str, int | bool], asset: Asset, wall: float) -> Problem:
        """What a broken-off answer means, from how the process ended."""
        if end.get("memory"):
            megabytes = self.limits.memory >> 20
            return Problem(code="parser-memory", path=asset.path, params={"megabytes": megabytes})
        if end.get("code") == -signal.SIGXCPU:
            return _late(asset, wall)
        return Problem(code="parser-crashed", path=asset.path)

    def _settle(self, control: socket.socket, patience: float = 3.0) -> dict[str, int | bool]:
        """How the child ended; a server that does not say so in time is ended itself."""
        for word in (b"kill", b""):
            if select.select([control], [], [], patience)[0]:
                message = control.recv(1 << 16)
                if message:
                    return dict(json.loads(message))
                break
            with contextlib.suppress(OSError):
                control.send(word)
        self.close(patience=0)
        return {}

    def _started(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-c", _BOOT, *sys.path],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=kept | quiet,
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        hello = ours.recv(1 << 16) if select.select([ours], [], [], 60)[0] else b""
        if not hello:
            self.close()
            raise Unreadable(Problem(code="parser-missing"))
        self.walls = tuple(json.loads(hello)["walls"])
        return ours


def _late(asset: Asset, wall: float) -> Problem:
    return Problem(code="parser-timeout", path=asset.path, params={"seconds": round(wall)})


class _Reader:
    """Exact reads from a pipe within ``seconds`` of waiting."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        self._descriptor = descriptor
        self._left = seconds

    def exactly(self, count: int) -> bytes:
        """``count`` bytes; EOFError where the pipe ends first, _Late when the time is up."""
        parts = bytearray()
        while len(parts) < count:
            before = time.monotonic()
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, self._left))
            self._left -= time.monotonic() - before
            if not ready:
                raise _Late
            part = os.read(self._descriptor, min(count - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)
