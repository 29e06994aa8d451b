"""One connection to MariaDB or MySQL: unbuffered reads, ``KILL QUERY`` over a second connection."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from guard.sdk import Problem
from guard.sdk.sql import Dialect, Fetch, Session


class MysqlSession(Session):
    """One PyMySQL connection that hands over bytes. ``KILL QUERY`` goes over a second one."""

    def __init__(self, opener: Callable[..., Any], dialect: Dialect) -> None:
        self._opener = opener
        self._dialect = dialect
        self._connection = opener()
        self._reading: Any = None
        self._mariadb = True
        self._seconds = -1.0

    def prepare(self, lock_seconds: float) -> None:
        """Pin the session: read-only, no mode that changes quoting, short waits for locks."""
        self._mariadb = "mariadb" in str(self.rows(self._dialect.sql["version"])[0][0]).lower()
        self._run(self._dialect.statement("session", **lock_parts(lock_seconds)))

    def _run(self, sql: str) -> None:
        for statement in sql.split("; "):
            with self._connection.cursor() as cursor:
                cursor.execute(statement)

    def begin(self, seconds: float) -> None:
        """Begin a read-only transaction whose statements end after ``seconds``."""
        if seconds != self._seconds:
            key = "limit_mariadb" if self._mariadb else "limit_mysql"
            self._run(self._dialect.statement(key, **limit_parts(seconds)))
            self._seconds = seconds
        self._run(self._dialect.sql["begin"])

    def end(self) -> None:
        """End the transaction; give up a connection that is of no more use."""
        try:
            if self._reading is not None and self._reading.fetchmany(1):
                # Rows are still on their way: reading them all would cost more than a new connection.
                self._abandon()
            self._reading = None
            if not self.broken:
                self._run(self._dialect.sql["end"])
        except Exception:
            self._abandon()

    def _abandon(self) -> None:
        """Give the connection up in the middle of a result, which PyMySQL would else read to its end."""
        self.broken = True
        result, self._reading = self._connection._result, None
        if result is not None:
            result.unbuffered_active = False

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run a small query; bytes of text come back as text."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [tuple(_decoded(value) for value in row) for row in cursor.fetchall()]

    def stream(self, sql: str) -> Fetch:
        """Start a query whose rows stay on the server until they are fetched."""
        from pymysql.cursors import SSCursor

        cursor = self._reading = self._connection.cursor(SSCursor)
        cursor.execute(sql)

        def fetch(rows: int) -> list[tuple[Any, ...]]:
            found = list(cursor.fetchmany(rows))
            if len(found) < rows:
                self._reading = None
                cursor.close()
            return found

        return fetch

    def problem(self, error: Exception, path: tuple[str, ...] = ()) -> Problem:
        """The code of a driver's exception; its text is dropped."""
        number = error_number(error)
        code = self._dialect.code(number) if number else "driver-error"
        if not self._connection.open or isinstance(error, OSError):
            code = "disconnected"
        self.broken = self.broken or code in ("disconnected", "driver-error")
        if self._reading is not None or self.broken:
            self._abandon()
        return Problem(code=code, path=path, params={"sqlstate": number or type(error).__name__})

    def cancel(self) -> None:
        """Ask the server, over a second connection, to stop the statement."""
        self._order("kill")

    def _order(self, key: str) -> None:
        with self._opener(2) as second, second.cursor() as cursor:
            cursor.execute(self._dialect.statement(key, connection=self._connection.thread_id()))

    def cut(self) -> None:
        """End the connection from the server's side, then its socket."""
        with suppress(Exception):
            self._order("terminate")
        wire = self._connection._sock
        if wire is not None:
            wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        try:
            self._connection._force_close()
        except OSError:
            return


def lock_parts(seconds: float) -> dict[str, object]:
    """What fills the dialect's ``session``: this server knows whole seconds only."""
    return {"lock_seconds": max(1, round(seconds))}


def limit_parts(seconds: float) -> dict[str, object]:
    """What fills ``limit_mariadb`` and ``limit_mysql``."""
    return {"seconds": f"{seconds:.3f}", "milliseconds": max(1, round(seconds * 1000))}


def error_number(error: Exception) -> str:
    """The server's number of ``error``, or empty."""
    first = error.args[0] if error.args else None
    return str(first) if isinstance(first, int) else ""


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
