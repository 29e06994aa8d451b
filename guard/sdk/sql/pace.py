"""How a polite guest keeps time: a token bucket, and a wall clock that ends what hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

GRACE_SECONDS = 2.0


class Pace:
    """At most ``per_second`` statements a second, after a burst of one second's worth. Thread-safe."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._tokens = max(1.0, per_second)
        self._then = time.monotonic()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Take one token, sleeping until there is one."""
        if self._rate <= 0:
            return
        with self._lock:
            now = time.monotonic()
            self._tokens = min(max(1.0, self._rate), self._tokens + (now - self._then) * self._rate) - 1
            self._then = now
            debt = -self._tokens / self._rate
        if debt > 0:
            time.sleep(debt)


class Watch:
    """Ends a statement from outside: ``cancel`` at the deadline, ``cut`` two seconds later.

    A statement timeout is kept by the server, which a hostile function can outlive.
    ``fired`` is True once the deadline has passed.
    """

    def __init__(self, seconds: float, cancel: Callable[[], None], cut: Callable[[], None]) -> None:
        self._deadline = time.monotonic() + seconds
        self._steps = ((self._deadline, cancel), (self._deadline + GRACE_SECONDS, cut))
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guard-watch", daemon=True)

    @property
    def fired(self) -> bool:
        """True once the deadline has passed."""
        return time.monotonic() >= self._deadline

    def _run(self) -> None:
        for when, act in self._steps:
            if self._done.wait(max(0.0, when - time.monotonic())):
                return
            try:
                act()
            except Exception:  # noqa: S112 - the connection may already be gone, which is the aim
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
