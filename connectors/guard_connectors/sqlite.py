"""SQLite files, opened read-only: random rowid ranges, comments out of the CREATE statements."""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from guard.sdk import Budget, Problem, SourceSpec, Unreadable
from guard.sdk.sql import (
    Dialect,
    Fetch,
    KeyedConnector,
    Session,
    Table,
    load_dialect,
    parse_file_address,
)
from guard.sdk.sql.table import Listing
from guard_connectors.sql.comments import ddl_comments

MAGIC = b"SQLite format 3\x00"
OLDEST = (3, 37, 0)
# SQLite reads a whole cell before it cuts it: beyond this a cell is a reported problem, not our memory.
CELL_LIMIT = 64 * 1024 * 1024
# The shortest row SQLite stores: bounds what a sparse rowid can claim.
ROW_BYTES = 4
_ROWID_NAMES = ("rowid", "_rowid_", "oid")


class SqliteConnector(KeyedConnector):
    """Reads one SQLite file: ``sqlite:///relative.db``, ``sqlite:////absolute.db``."""

    paced = False

    def __init__(self, spec: SourceSpec) -> None:
        super().__init__(spec)
        self.path = parse_file_address(spec.url)

    @cached_property
    def dialect(self) -> Dialect:
        """SQLite's dialect."""
        return load_dialect("guard_connectors.sql", "sqlite.yaml")

    def connect(self) -> Session:
        """Open the file read-only. Raises Unreadable: not-found, not-a-database, own-catalog."""
        self._check_file()
        session: _Session | None = None
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self.path), errors='surrogateescape')}?mode=ro",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
            )
            session = _Session(connection, self.dialect, self.spec.limits.lock_seconds)
            session.prepare()
            return session
        except sqlite3.Error as error:
            problem = _problem(self.dialect, error, ())
        if session is not None:
            session.close()
        raise Unreadable(problem)

    def _check_file(self) -> None:
        code = ""
        if str(self.path.resolve()) in {os.path.realpath(hidden) for hidden in self.spec.hidden}:
            code = "own-catalog"
        elif sqlite3.sqlite_version_info < OLDEST:
            code = "library-too-old"
        else:
            try:
                if not self.path.is_file():
                    code = "not-a-database" if self.path.exists() else "not-found"
                else:
                    with self.path.open("rb") as file:
                        head = file.read(len(MAGIC))
                    # Of no bytes at all, SQLite makes an empty database. So do we.
                    code = "" if head in (b"", MAGIC) else "not-a-database"
            except OSError:
                code = "unreadable-file"
        if code:
            raise Unreadable(Problem(code=code, params={"file": self.path.name}))

    def tables(self, session: Session, path: tuple[str, ...] | None) -> Iterator[Table]:
        """Tables, views and virtual tables; the estimate is ANALYZE's, else the span of the rowids."""
        wanted = {"name": path[0] if path else None}
        found = session.rows(self.dialect.sql["list_tables"], wanted)
        columns, broken = self._columns(session, wanted, [row[0] for row in found])
        catalogue = _Catalogue(self, session, wanted)
        for name, kind, sql, bare in found:
            if name in broken:
                yield Table(path=(name,), columns=(), form="view", trouble="view-broken")
            else:
                yield catalogue.table(name, kind, sql or "", bool(bare), columns.get(name, []))

    def _columns(
        self, session: Session, wanted: Mapping[str, object], names: list[str]
    ) -> tuple[Mapping[str, list[tuple[Any, ...]]], set[str]]:
        """The columns by table, and the tables whose columns cannot be told."""
        statement = self.dialect.sql["list_columns"]
        broken: set[str] = set()
        rows: list[tuple[Any, ...]] = []
        try:
            rows = session.rows(statement, wanted)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_ERROR":
                raise
            # One broken view fails the query for all: ask for each by itself.
            for name in names:
                try:
                    rows += session.rows(statement, {"name": name})
                except sqlite3.OperationalError:
                    broken.add(name)
        columns: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in rows:
            columns[row[0]].append(row)
        return columns, broken

    def session_statements(self, budget: Budget) -> Iterator[str]:  # noqa: ARG002
        """The pragmas, what the header and the statistics are asked, and the transaction."""
        sql = self.dialect.sql
        parts = {"lock_ms": _milliseconds(self.spec.limits.lock_seconds)}
        yield "-- once a connection\n" + self.dialect.statement("session", **parts)
        yield sql["header"]
        yield "-- before the list and before each object\n" + sql["begin"]
        yield "-- after the list and after each object\n" + sql["end"]
        yield "-- with the list\n" + sql["pages"]
        yield sql["has_statistics"]
        yield "-- one of: where there are statistics\n" + sql["statistics"]
        bounds = self.dialect.statement("bounds", key=":key", table=":table")
        yield f"-- or: for each :table with a row number, under its name :key\n{bounds}"

    def grant(self, table: Table) -> tuple[str, ...]:  # noqa: ARG002
        """None: whoever may read the file may read every table in it."""
        return ()


class _Catalogue:
    """Everything the file says about its tables, for one listing."""

    def __init__(self, connector: SqliteConnector, session: Session, wanted: Mapping[str, object]) -> None:
        sql = connector.dialect.sql
        self._session = session
        self._dialect = connector.dialect
        self._bytes = int(session.rows(sql["pages"])[0][0])
        self._estimates: dict[str, int] = {}
        if session.rows(sql["has_statistics"]):
            self._estimates = dict(session.rows(sql["statistics"]))
        self._foreign = {(table, column) for table, column in session.rows(sql["list_keys"], wanted)}
        self._unique = {(table, column) for table, _, column in session.rows(sql["list_unique"], wanted)}

    def table(self, name: str, kind: str, sql: str, bare: bool, rows: list[tuple[Any, ...]]) -> Table:
        comment, comments = ddl_comments(sql)
        form = kind if kind in ("view", "virtual") else "table"
        key = self._key(rows, bare) if form == "table" else ""
        listing = Listing(
            tables=[
                {
                    "id": name,
                    "path": (name,),
                    "form": form,
                    "comment": comment,
                    "key": key,
                    "rows": self._rows(name, key, bare) if form == "table" else None,
                }
            ],
            columns=[
                (name, column, column, declared, not filled, comments.get(column.lower(), ""), True)
                for _, _, column, declared, filled, _ in rows
            ],
            keys=[(name, row[2], mark) for row in rows for mark in self._marks(name, row)],
        )
        return next(listing.read())

    def _marks(self, name: str, row: tuple[Any, ...]) -> Iterator[str]:
        if row[5]:
            yield "p"
        if (name, row[2]) in self._foreign:
            yield "f"
        if (name, row[2]) in self._unique:
            yield "u"

    @staticmethod
    def _key(rows: list[tuple[Any, ...]], bare: bool) -> str:
        """An integer key to take ranges of: the rowid under a name that no column took."""
        if bare:
            primary = [row for row in rows if row[5]]
            integer = len(primary) == 1 and "INT" in str(primary[0][3]).upper()
            return str(primary[0][2]) if integer else ""
        taken = {str(row[2]).lower() for row in rows}
        return next((name for name in _ROWID_NAMES if name not in taken), "")

    def _rows(self, name: str, key: str, bare: bool) -> int | None:
        if name in self._estimates:
            return self._estimates[name]
        if not key or bare:
            return None
        parts = {"key": self._dialect.name(key), "table": self._dialect.name(name)}
        low, high = self._session.rows(self._dialect.statement("bounds", **parts))[0]
        return 0 if high is None else min(high - low + 1, self._bytes // ROW_BYTES)


class _Session(Session):
    """One read-only connection. Text arrives as bytes, since a file may hold anything."""

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect, lock_seconds: float) -> None:
        self._connection = connection
        self._dialect = dialect
        self._lock_ms = _milliseconds(lock_seconds)

    def prepare(self) -> None:
        """Tell the connection to trust nothing in the file, then read its header."""
        self._connection.text_factory = bytes
        if hasattr(self._connection, "setlimit"):
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL_LIMIT)
        for pragma in self._dialect.statement("session", lock_ms=self._lock_ms).split("; "):
            self._connection.execute(pragma).close()
        self._connection.execute(self._dialect.sql["header"]).fetchone()

    def begin(self, seconds: float) -> None:  # noqa: ARG002 - the wall clock interrupts
        self._connection.execute(self._dialect.sql["begin"]).close()

    def end(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute(self._dialect.sql["end"]).close()
        except sqlite3.Error:
            self.broken = True

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        found = self._connection.execute(sql, dict(parameters or {})).fetchall()
        return [tuple(_decoded(value) for value in row) for row in found]

    def stream(self, sql: str) -> Fetch:
        return self._connection.execute(sql).fetchmany

    def problem(self, error: Exception, path: tuple[str, ...] = ()) -> Problem:
        return _problem(self._dialect, error, path)

    def cancel(self) -> None:
        self._connection.interrupt()

    def cut(self) -> None:
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()


def _problem(dialect: Dialect, error: Exception, path: tuple[str, ...]) -> Problem:
    name = getattr(error, "sqlite_errorname", None)
    if name is None and "NUL" not in type(error).__name__ and isinstance(error, sqlite3.DataError):
        name = "SQLITE_TOOBIG"
    code = dialect.code(name) if name else "driver-error"
    if name == "SQLITE_ERROR":
        # The one number for every failure to compile: its words are the statement's, which is ours.
        text = str(error)
        code = next((code for start, code in _GONE.items() if text.startswith(start)), "view-broken")
    return Problem(code=code, path=path, params={"sqlstate": name or type(error).__name__})


_GONE = {"no such table": "vanished", "no such column": "changed", "interrupted": "timeout"}


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
