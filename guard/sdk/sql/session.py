"""One open connection to a database, as the SQL family needs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from guard.model import Problem

Row = tuple[Any, ...]
Fetch = Callable[[int], list[Row]]


class Session(ABC):
    """One connection, used by one thread at a time; ``cancel`` and ``cut`` come from another.

    Methods raise the driver's own exceptions: ``problem`` turns one into a code, and is the
    only thing that may look at it.
    """

    broken = False

    @abstractmethod
    def begin(self, seconds: float) -> None:
        """Begin one read-only transaction whose statements end after ``seconds``."""

    @abstractmethod
    def end(self) -> None:
        """End the transaction; sets ``broken`` where the connection is of no more use."""

    @abstractmethod
    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """Run a small query and return all of its rows."""

    @abstractmethod
    def stream(self, sql: str) -> Fetch:
        """Start a query; the answer fetches the next rows, at most as many as asked for."""

    @abstractmethod
    def problem(self, error: Exception, path: tuple[str, ...] = ()) -> Problem:
        """What a driver's exception means, without a word of its text."""

    @abstractmethod
    def cancel(self) -> None:
        """Ask the server to stop the running statement."""

    @abstractmethod
    def cut(self) -> None:
        """Break the connection, so that a blocked call returns."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""
