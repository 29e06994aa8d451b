"""One connection to PostgreSQL: read-only transactions, server-side cursors, two ways to stop."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from guard.sdk import Problem
from guard.sdk.sql import Dialect, Fetch, Session

if TYPE_CHECKING:
    import psycopg


class PostgresSession(Session):
    """One psycopg connection in autocommit mode: transactions are begun and ended by hand."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        opener: Callable[[], psycopg.Connection[Any]],
        dialect: Dialect,
        lock_seconds: float,
    ) -> None:
        self._connection = connection
        self._opener = opener
        self._dialect = dialect
        self._cursors = 0
        self._lock_seconds = lock_seconds
        self._raw = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
        if self._raw:
            # Such a server never checked its text: take the bytes and decode them ourselves.
            connection.execute(dialect.sql["unchecked"].encode())

    def begin(self, seconds: float) -> None:
        """Begin a read-only transaction whose statements end after ``seconds``."""
        parts = begin_parts(seconds, self._lock_seconds)
        self._connection.execute(self._dialect.statement("begin", **parts).encode())

    def end(self) -> None:
        """End the transaction; give up a connection that is of no more use."""
        import psycopg

        if self._connection.closed or self._connection.broken:
            self.broken = True
            return
        try:
            self._connection.execute(self._dialect.sql["end"].encode())
        except (psycopg.Error, OSError):
            self.broken = True

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a small query; bytes of text come back as text."""
        found = self._connection.execute(sql.encode(), parameters).fetchall()
        if not self._raw:
            return found
        return [tuple(_decoded(value) for value in row) for row in found]

    def stream(self, sql: str) -> Fetch:
        """Start a query whose rows stay on the server until they are fetched."""
        self._cursors += 1
        cursor = f"govguard_{self._cursors}"
        self._connection.execute(self._dialect.statement("declare", cursor=cursor, statement=sql).encode())

        def fetch(rows: int) -> list[tuple[Any, ...]]:
            statement = self._dialect.statement("fetch", cursor=cursor, rows=rows).encode()
            return self._connection.execute(statement).fetchall()

        return fetch

    def problem(self, error: Exception, path: tuple[str, ...] = ()) -> Problem:
        """The code of a driver's exception; its text is dropped."""
        state = getattr(error, "sqlstate", None)
        if state:
            return Problem(code=self._dialect.code(state), path=path, params={"sqlstate": state})
        if self._connection.closed or self._connection.broken:
            self.broken = True
            return Problem(code="disconnected", path=path)
        return Problem(code="driver-error", path=path, params={"sqlstate": type(error).__name__})

    def cancel(self) -> None:
        """Ask the server, over a second connection, to stop the statement."""
        self._connection.cancel_safe(timeout=2)

    def cut(self) -> None:
        """End the connection from the server's side, then its socket."""
        # A function that swallows the cancel outlives its client too: end the backend, then the line.
        with suppress(Exception), self._opener() as second:
            second.execute(
                self._dialect.statement("terminate", pid=self._connection.info.backend_pid).encode()
            )
        with socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def begin_parts(seconds: float, lock_seconds: float) -> dict[str, int]:
    """What fills the dialect's ``begin``."""
    limit = max(1, round(seconds * 1000))
    return {
        "statement_ms": limit,
        "lock_ms": max(1, round(lock_seconds * 1000)),
        "idle_ms": max(60_000, limit),
    }


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
