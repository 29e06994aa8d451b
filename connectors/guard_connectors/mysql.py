"""MariaDB and MySQL through PyMySQL: random key ranges, unbuffered reads, no LOCAL INFILE."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from guard.sdk import Budget, Problem, SourceSpec, Unreadable
from guard.sdk.sql import (
    Address,
    Dialect,
    Fetch,
    Reading,
    Rows,
    Session,
    SqlConnector,
    Table,
    keyed_preview,
    keyed_rows,
    load_dialect,
    parse_address,
)
from guard.sdk.sql.table import Listing

PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "host")
CONNECT_SECONDS = 5
# Answers that hand a password over in clear; refused where nothing hides the line.
CLEAR_PLUGINS = (b"mysql_clear_password", b"dialog", b"mysql_old_password")


class MysqlConnector(SqlConnector):
    """Reads one database of a server, or all of them: ``mysql://user@host:port/database``."""

    def __init__(self, spec: SourceSpec) -> None:
        super().__init__(spec)
        self.address = parse_address(spec.url, port=3306, parameters=PARAMETERS)
        self._account = ""

    @cached_property
    def dialect(self) -> Dialect:
        """MySQL's dialect."""
        return load_dialect("guard_connectors.sql", "mysql.yaml")

    def connect(self) -> Session:
        """Open a connection. Raises Unreadable: auth-failed, unreachable, no-database, tls-failed, busy."""
        session: _Session | None = None
        try:
            session = _Session(self._open, self.dialect)
            session.prepare(self.spec.limits.lock_seconds)
            return session
        except Exception as error:
            problem = self._refused(error)
        if session is not None:
            session.close()
        raise Unreadable(problem)

    def _open(self, seconds: float | None = None) -> Any:
        arguments = _arguments(self.address, self.spec)
        wait = seconds or self.spec.limits.wall_seconds + CONNECT_SECONDS
        connection = _connection_class()(**arguments, read_timeout=CONNECT_SECONDS, write_timeout=wait)
        connection._read_timeout = wait
        return connection

    def _refused(self, error: Exception) -> Problem:
        where: dict[str, str | int | float] = {"host": self.address.host, "port": self.address.port}
        number = _number(error)
        if isinstance(error, ssl.SSLError):
            return Problem(code="tls-failed", params=where)
        if number in ("2003", "2006", "2013") and self.dialect.code_of_text(str(error)):
            return Problem(code="tls-failed", params=where)
        code = (
            self.dialect.code(number)
            if number
            else "unreachable"
            if isinstance(error, OSError)
            else "driver-error"
        )
        return Problem(code=code, params={**where, "sqlstate": number or type(error).__name__})

    def tables(self, session: Session, path: tuple[str, ...] | None) -> Iterator[Table]:
        """Tables and views of the URL's database, or of every database but the server's own."""
        schema, name = path if path else (self.address.database or None, None)
        wanted = {"schema": schema, "table": name}
        sql = self.dialect.sql
        if not self._account:
            self._account = session.rows(sql["account"])[0][0]
        columns = session.rows(sql["list_columns"], wanted)
        foreign = {tuple(row) for row in session.rows(sql["list_keys"], wanted)}
        facts = _Facts(columns)
        listing = Listing(
            tables=[facts.table(row) for row in session.rows(sql["list_tables"], wanted)],
            columns=[
                ((row[0], row[1]), row[2], row[3], row[4], row[5] == "YES", row[6], "select" in row[7])
                for row in columns
            ],
            keys=list(_keys(columns, foreign)),
        )
        return listing.read()

    def rows(self, session: Session, table: Table, parts: dict[str, object], reading: Reading) -> Rows:
        """Random ranges of an integer primary key; a random share without one; the first rows of a view."""
        if table.form == "view" and reading.budget.rows is not None:
            wanted = reading.budget.rows
            statement = self.dialect.statement("first", **parts, limit=wanted + 1)
            return (yield from reading.drain(session.stream(statement), wanted))
        key = self.dialect.name(table.key) if table.key else ""
        return (yield from keyed_rows(self.dialect, session, reading, parts, key))

    def preview(
        self,
        session: Session,  # noqa: ARG002
        table: Table,
        parts: dict[str, object],
        budget: Budget,
    ) -> Iterator[str]:
        """The statements that may read ``table``."""
        if table.form == "view" and budget.rows is not None:
            yield self.dialect.statement("first", **parts, limit=budget.rows + 1)
            return
        yield from keyed_preview(
            self.dialect, parts, self.dialect.name(table.key) if table.key else "", budget.rows
        )

    def grant(self, table: Table) -> tuple[str, ...]:
        """SELECT on exactly this table or view."""
        user, _, host = (self._account or f"{self.address.user}@%").rpartition("@")
        account = "@".join("'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in (user, host))
        return (self.dialect.statement("grant_table", table=self.dialect.name(*table.path), account=account),)


class _Facts:
    """What the columns say about their tables: which key is an integer, which may be read."""

    def __init__(self, columns: list[tuple[Any, ...]]) -> None:
        self._primary: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._readable: set[tuple[str, str]] = set()
        self._listed = {(row[0], row[1]) for row in columns}
        for schema, table, _, name, _, _, _, privileges, key, kind in columns:
            if key == "PRI":
                self._primary.setdefault((schema, table), []).append((name, kind))
            if "select" in privileges:
                self._readable.add((schema, table))

    def table(self, row: tuple[Any, ...]) -> dict[str, Any]:
        schema, name, kind, rows, size, comment = row
        primary = self._primary.get((schema, name), [])
        integer = len(primary) == 1 and primary[0][1].endswith("int")
        view = kind == "VIEW"
        # The server lists no column of a view that it cannot open, and puts its error in the comment.
        broken = view and (schema, name) not in self._listed
        return {
            "id": (schema, name),
            "path": (schema, name),
            "form": "view" if view else "table",
            "comment": "" if view else comment or "",
            "rows": None if rows is None else int(rows),
            "bytes": int(size) if size else None,
            "key": primary[0][0] if integer else "",
            "lacks": () if (schema, name) in self._readable or broken else ("table",),
            "trouble": "view-broken" if broken else "",
        }


def _keys(columns: list[tuple[Any, ...]], foreign: set[tuple[Any, ...]]) -> Iterator[tuple[Any, Any, str]]:
    for schema, table, position, name, _, _, _, _, key, _ in columns:
        if key in ("PRI", "UNI"):
            yield (schema, table), position, "p" if key == "PRI" else "u"
        if (schema, table, name) in foreign:
            yield (schema, table), position, "f"


class _Session(Session):
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
        seconds = max(1, round(lock_seconds))
        self._run(self._dialect.statement("session", lock_seconds=seconds))

    def _run(self, sql: str) -> None:
        for statement in sql.split("; "):
            with self._connection.cursor() as cursor:
                cursor.execute(statement)

    def begin(self, seconds: float) -> None:
        if seconds != self._seconds:
            key = "limit_mariadb" if self._mariadb else "limit_mysql"
            parts = {"seconds": f"{seconds:.3f}", "milliseconds": max(1, round(seconds * 1000))}
            self._run(self._dialect.statement(key, **parts))
            self._seconds = seconds
        self._run(self._dialect.sql["begin"])

    def end(self) -> None:
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
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return [tuple(_decoded(value) for value in row) for row in cursor.fetchall()]

    def stream(self, sql: str) -> Fetch:
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
        number = _number(error)
        code = self._dialect.code(number) if number else "driver-error"
        if not self._connection.open or isinstance(error, OSError):
            code = "disconnected"
        self.broken = self.broken or code in ("disconnected", "driver-error")
        if self._reading is not None or self.broken:
            self._abandon()
        return Problem(code=code, path=path, params={"sqlstate": number or type(error).__name__})

    def cancel(self) -> None:
        self._order("kill")

    def _order(self, key: str) -> None:
        with self._opener(2) as second, second.cursor() as cursor:
            cursor.execute(self._dialect.statement(key, connection=self._connection.thread_id()))

    def cut(self) -> None:
        with suppress(Exception):
            self._order("terminate")
        wire = self._connection._sock
        if wire is not None:
            wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        try:
            self._connection._force_close()
        except OSError:
            return


def _number(error: Exception) -> str:
    first = error.args[0] if error.args else None
    return str(first) if isinstance(first, int) else ""


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _connection_class() -> Any:
    from pymysql.connections import Connection
    from pymysql.constants import CLIENT, CR
    from pymysql.err import OperationalError

    parent: Any = Connection

    class Guarded(parent):  # type: ignore[misc]
        """Refuses what a hostile server could ask of a client that trusts it."""

        def _request_authentication(self) -> Any:
            # A server (or somebody between) that hides its TLS must not get the password.
            if self.ssl and not self.server_capabilities & CLIENT.SSL:
                raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no TLS")
            return super()._request_authentication()

        def _process_auth(self, plugin_name: Any, *rest: Any) -> Any:
            if plugin_name in CLEAR_PLUGINS and not self._secure:
                raise OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "password asked for in clear")
            return super()._process_auth(plugin_name, *rest)

    return Guarded


def _arguments(address: Address, spec: SourceSpec) -> dict[str, Any]:
    from pymysql.converters import encoders

    where = {"unix_socket": address.host} if address.host.startswith("/") else {"host": address.host}
    context = _tls(address)
    return {
        **where,
        "port": address.port,
        "user": address.user or "root",
        "database": address.database or None,
        "password": spec.password.reveal().encode() if spec.password else b"",
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "program_name": "govguard",
        "autocommit": True,
        "local_infile": False,
        "use_unicode": False,
        "conv": encoders,
        **({"ssl": context} if context else {"ssl_disabled": True}),
    }


def _tls(address: Address) -> ssl.SSLContext | None:
    mode = address.ssl_mode
    if mode == "disable":
        return None
    parameters = address.parameters
    context = ssl.create_default_context(cafile=parameters.get("sslrootcert"))
    if mode != "verify-full":
        context.check_hostname = False
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in parameters:
        context.load_cert_chain(parameters["sslcert"], parameters.get("sslkey"))
    return context
