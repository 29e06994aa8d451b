"""Progress on stderr: live lines on a terminal, a plain line every 30 s elsewhere, and Ctrl-C."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from guard.cli.language import say
from guard.cli.output import message
from guard.cli.verb import Globals
from guard.model import AssetResult, Status
from guard.sdk.display import visible

if TYPE_CHECKING:
    from guard.ops.scan import Prepared

PLAIN_SECONDS = 30.0


class Counter:
    """Counts what a scan's sources have done; a Listener for ``guard.scan``."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sources: dict[str, dict[str, int]] = {}

    def _of(self, source: str) -> dict[str, int]:
        return self.sources.setdefault(
            source, {"listed": 0, "done": 0, "skipped": 0, "columns": 0, "over": 0}
        )

    def listed(self, source: str, assets: int) -> None:
        """Note that ``assets`` have been listed in ``source``."""
        with self.lock:
            self._of(source)["listed"] = assets

    def recorded(self, source: str, results: Sequence[AssetResult]) -> None:
        """Note the results of one unit."""
        with self.lock:
            row = self._of(source)
            row["done"] += 1
            row["skipped"] += sum(result.coverage.status is Status.SKIPPED for result in results)
            row["columns"] += sum(len(result.asset.columns) for result in results)

    def finished(self, source: str) -> None:
        """Note that a source is finished."""
        with self.lock:
            self._of(source)["over"] = 1

    def lines(self) -> list[str]:
        """One line a source that is still at work."""
        with self.lock:
            return [
                say("cli.progress", source=visible(name), **row)
                for name, row in self.sources.items()
                if not row["over"]
            ]


@contextmanager
def watch(settings: Globals, prepared: Prepared) -> Iterator[Counter]:
    """Show progress and handle Ctrl-C while a scan runs: first finish and save, second abort."""
    logging_to_stderr(settings)
    counter = Counter()
    over = threading.Event()
    show = _shower(settings)
    thread = threading.Thread(target=show, args=(counter, over), daemon=True)
    old = signal.signal(signal.SIGINT, _interrupt(prepared))
    thread.start()
    try:
        yield counter
    finally:
        over.set()
        thread.join(timeout=2)
        signal.signal(signal.SIGINT, old)


def _interrupt(prepared: Prepared) -> Any:
    def first_then_second(number: int, frame: Any) -> None:
        if prepared.stopping:
            os._exit(130)
        prepared.stop()
        message(say("cli.stopping"))

    return first_then_second


def _shower(settings: Globals) -> Any:
    if settings.quiet or settings.progress == "none":
        return lambda counter, over: over.wait()
    if settings.progress == "auto" and sys.stderr.isatty() and not settings.verbose:
        return _live
    return _plain


def _plain(counter: Counter, over: threading.Event) -> None:
    started = time.monotonic()
    while not over.wait(PLAIN_SECONDS):
        for line in counter.lines():
            message(f"{time.monotonic() - started:6.0f} s  {line}")


def _live(counter: Counter, over: threading.Event) -> None:
    from rich.console import Console  # only on a terminal
    from rich.live import Live
    from rich.text import Text  # plain text: markup in names stays literal

    with Live(console=Console(stderr=True), refresh_per_second=4, transient=True) as live:
        while not over.wait(0.25):
            live.update(Text("\n".join(counter.lines())))


class _Lines(logging.Formatter):
    """One line an event: a name can neither break the line nor move the cursor."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{self.formatTime(record)} {record.levelname} {visible(record.getMessage())}"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = visible(record.getMessage())
        fields = {"time": self.formatTime(record), "level": record.levelname, "event": event}
        return json.dumps(fields, ensure_ascii=False)


def logging_to_stderr(settings: Globals) -> None:
    """Send our own log to stderr at the verbosity asked for; drivers' logs stay off (they quote values)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if settings.log_format == "json" else _Lines())
    logger = logging.getLogger("guard")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel({0: logging.ERROR, 1: logging.INFO}.get(settings.verbose, logging.DEBUG))
