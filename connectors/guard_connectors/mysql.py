"""MariaDB and MySQL through PyMySQL: random key ranges, unbuffered reads, no LOCAL INFILE."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from guard.sdk import Budget, Problem, SourceSpec, Unreadable
from guard.sdk.sql import (
    Dialect,
    KeyedConnector,
    Session,
    Table,
    load_dialect,
    parse_address,
)
from guard.sdk.sql.table import Listing
from guard_connectors.sql.mysql_driver import CONNECT_SECONDS, open_connection
from guard_connectors.sql.mysql_session import MysqlSession, error_number, limit_parts, lock_parts

PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "host")


class MysqlConnector(KeyedConnector):
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
        session: MysqlSession | None = None
        try:
            session = MysqlSession(self._open, self.dialect)
            session.prepare(self.spec.limits.lock_seconds)
            return session
        except Exception as error:
            problem = self._refused(error)
        if session is not None:
            session.close()
        raise Unreadable(problem)

    def _open(self, seconds: float | None = None) -> Any:
        wait = seconds or self.spec.limits.wall_seconds + CONNECT_SECONDS
        return open_connection(self.address, self.spec, wait)

    def where(self) -> dict[str, str | int | float]:
        """The server's host and port."""
        return {"host": self.address.host, "port": self.address.port}

    def _refused(self, error: Exception) -> Problem:
        where = self.where()
        number = error_number(error)
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

    def session_statements(self, budget: Budget) -> Iterator[str]:
        """What pins the session, the limit of a statement, and the transaction."""
        dialect = self.dialect
        yield "-- once a connection\n" + dialect.sql["version"]
        yield dialect.statement("session", **lock_parts(self.spec.limits.lock_seconds))
        yield "-- once\n" + dialect.sql["account"]
        parts = limit_parts(self._statement_seconds(budget))
        yield "-- one of: MariaDB\n" + dialect.statement("limit_mariadb", **parts)
        yield "-- or: MySQL\n" + dialect.statement("limit_mysql", **parts)
        yield "-- before the list and before each object\n" + dialect.sql["begin"]
        yield "-- after the list and after each object\n" + dialect.sql["end"]
        kill = dialect.statement("kill", connection=":connection")
        yield f"-- over a second connection, where a query takes too long; :connection runs it\n{kill}"
        yield "-- and where that does not end it\n" + dialect.statement("terminate", connection=":connection")

    def grant(self, table: Table) -> tuple[str, ...]:
        """SELECT on exactly this table or view."""
        named = self.spec.options.get("account")
        user, _, host = (f"{named}@%" if named else self._account or f"{self.address.user}@%").rpartition("@")
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
