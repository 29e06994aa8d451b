"""PostgreSQL through psycopg 3: catalogue queries as data, TABLESAMPLE, server-side cursors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.sdk import Budget, Problem, SourceSpec, Unreadable
from guard.sdk.sql import (
    Address,
    Dialect,
    Reading,
    Rows,
    Session,
    SqlConnector,
    Table,
    load_dialect,
    parse_address,
    view_preview,
    view_rows,
)
from guard.sdk.sql.table import Listing
from guard_connectors.sql.postgres_session import PostgresSession, begin_parts

if TYPE_CHECKING:
    import psycopg

PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "host")
CONNECT_SECONDS = 5
# A table up to this many pages (2 MB) is ordered at random as a whole: cheap, exact, unbiased.
SMALL_PAGES = 256
# A table whose estimate is at most this share of the budget is read whole.
FITS = 0.8
# Fewer pages would put the whole sample into a few neighbourhoods.
FEWEST_PAGES = 64
# Rows a page is assumed to hold where the server has no statistics: few, so that pages suffice.
SPARSE_PAGE = 20.0
# A view whose first rows cost the planner more than this is not run (a page read costs 1).
COSTLY_VIEW = 20_000_000
FORMS = {"r": "table", "p": "partitioned", "v": "view", "m": "table", "f": "foreign"}


class PostgresConnector(SqlConnector):
    """Reads one PostgreSQL database: ``postgresql://user@host:port/database``."""

    def __init__(self, spec: SourceSpec) -> None:
        super().__init__(spec)
        self.address = parse_address(spec.url, port=5432, parameters=PARAMETERS)

    @cached_property
    def dialect(self) -> Dialect:
        """PostgreSQL's dialect."""
        return load_dialect("guard_connectors.sql", "postgres.yaml")

    def connect(self) -> Session:
        """Open a connection. Raises Unreadable: auth-failed, unreachable, no-database, tls-failed, busy."""
        import psycopg

        try:
            connection = self._open()
        except (psycopg.Error, OSError, ValueError) as error:
            problem = self._refused(error)
        else:
            return PostgresSession(connection, self._open, self.dialect, self.spec.limits.lock_seconds)
        raise Unreadable(problem)

    def _open(self) -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(autocommit=True, **_arguments(self.address, self.spec))

    def where(self) -> dict[str, str | int | float]:
        """The server's host and port."""
        return {"host": self.address.host, "port": self.address.port}

    def _refused(self, error: Exception) -> Problem:
        where = self.where()
        state = getattr(error, "sqlstate", None)
        link = getattr(error, "pgconn", None)
        if state:
            return Problem(code=self.dialect.code(state), params={**where, "sqlstate": state})
        code = self.dialect.code_of_text(str(error))
        if code is None and link is not None and (link.used_password or link.needs_password):
            code = "auth-failed"
        return Problem(code=code or "unreachable", params=where)

    def tables(self, session: Session, path: tuple[str, ...] | None) -> Iterator[Table]:
        """Tables, views, materialised views, foreign tables; partitions stay inside their parent."""
        schema, name = path if path else (None, None)
        wanted = {"schema": schema, "table": name}
        sql = self.dialect.sql
        listing = Listing(
            tables=[_facts(row) for row in session.rows(sql["list_tables"], wanted)],
            columns=session.rows(sql["list_columns"], wanted),
            keys=session.rows(sql["list_keys"], wanted),
        )
        return listing.read()

    def rows(self, session: Session, table: Table, parts: dict[str, object], reading: Reading) -> Rows:
        """A random sample by pages, a whole small table shuffled, or random rows of a view's window."""
        wanted = reading.budget.rows
        fill = self._fill(table, parts, reading.budget)
        statement = self._statement(session, table, fill, reading.budget)
        if table.form == "view":
            self._refuse_costly(session, table, statement)
        if statement == self.dialect.statement("first", **fill):
            parts = {name: part for name, part in fill.items() if name != "limit"}
            return (yield from view_rows(self.dialect, session, reading, parts))
        # A small table that has grown past its estimate stands only for its beginning.
        reading.front = wanted is None or statement == self.dialect.statement("small", **fill)
        if "TABLESAMPLE" not in statement:
            return (yield from reading.drain(session.stream(statement), wanted))
        found = False
        for rows in reading.drain(session.stream(statement), wanted):
            found = True
            yield rows
        if not found:
            # No page chosen held a row: a bloated table. Its first rows are better than none.
            reading.front = True
            fallback = self.dialect.statement("first", **fill)
            return (yield from reading.drain(session.stream(fallback), wanted))
        return False

    def preview(
        self, session: Session, table: Table, parts: dict[str, object], budget: Budget
    ) -> Iterator[str]:
        """The statements that may read ``table``, after a comment with the planner's estimate."""
        fill = self._fill(table, parts, budget)
        statement = self._statement(session, table, fill, budget)
        first = self.dialect.statement("first", **fill)
        plan = session.rows(self.dialect.statement("explain", statement=statement))[0][0][0]["Plan"]
        cost = f"-- cost {plan['Total Cost']:.0f}, rows {plan['Plan Rows']}"
        if statement == first:
            yield cost
            without = {name: part for name, part in fill.items() if name != "limit"}
            yield from view_preview(self.dialect, without, budget.rows)
            return
        yield f"{cost}\n{statement}"
        if "TABLESAMPLE" in statement:
            yield f"-- and where no page chosen holds a row\n{first}"

    def session_statements(self, budget: Budget) -> Iterator[str]:
        """The transaction's own settings, and what is sent around each query."""
        dialect, limits = self.dialect, self.spec.limits
        begin = begin_parts(self._statement_seconds(budget), limits.lock_seconds)
        yield "-- once a connection, where the server's encoding is SQL_ASCII\n" + dialect.sql["unchecked"]
        yield "-- before the list and before each object\n" + dialect.statement("begin", **begin)
        yield "-- after the list and after each object\n" + dialect.sql["end"]
        yield "-- for each table; :id is its object identifier\n" + dialect.statement("size", id=":id")
        explain = dialect.statement("explain", statement=":statement")
        yield f"-- for each view; :statement is the one that reads it\n{explain}"
        yield "-- around each :statement that reads rows\n" + dialect.statement(
            "declare", cursor=":cursor", statement=":statement"
        )
        yield "-- again and again; :rows follows the size of a row\n" + dialect.statement(
            "fetch", rows=":rows", cursor=":cursor"
        )
        stop = dialect.statement("terminate", pid=":pid")
        yield f"-- over a second connection, where a query outlives its time; :pid is its process\n{stop}"

    def grant(self, table: Table) -> tuple[str, ...]:
        """CONNECT, USAGE and SELECT, for exactly what is read."""
        dialect = self.dialect
        account = dialect.name(str(self.spec.options.get("account") or self.address.user or "postgres"))
        parts = {
            "account": account,
            "database": dialect.name(self.address.database or self.address.user or "postgres"),
            "schema": dialect.name(table.path[0]),
            "table": dialect.name(*table.path),
        }
        keys = [f"grant_{part}" for part in table.lacks] or ["grant_connect", "grant_schema", "grant_table"]
        return tuple(dialect.statement(key, **parts) for key in keys)

    def _fill(self, table: Table, parts: dict[str, object], budget: Budget) -> dict[str, object]:
        limit = None if budget.rows is None else budget.rows + 1
        only = "ONLY" if table.form == "table" else ""
        parts = {**parts, "only": only, "limit": limit, "seed": budget.seed % 2_147_483_647}
        order = self.dialect.statement("by_chance" if table.denied else "by_address", **parts)
        return {**parts, "order": order}

    def _statement(self, session: Session, table: Table, parts: dict[str, object], budget: Budget) -> str:
        if budget.rows is None:
            return self.dialect.statement("all", **parts)
        if table.form in ("view", "foreign"):
            return self.dialect.statement("first", **parts)
        found, pages, tuples, counted, foreign = session.rows(self.dialect.statement("size", id=table.id))[0]
        if not found or foreign:
            # TABLESAMPLE does not reach a partition on another server.
            return self.dialect.statement("first", **parts)
        density = tuples / counted if tuples and counted else SPARSE_PAGE
        if pages * density <= FITS * budget.rows:
            return self.dialect.statement("small", **parts)
        wanted = max(FEWEST_PAGES, 1.5 * budget.rows / density)
        if pages <= SMALL_PAGES or wanted >= pages:
            return self.dialect.statement("shuffled", **parts)
        return self.dialect.statement("pages", **parts, percent=f"{100 * wanted / pages:.6f}")

    def _refuse_costly(self, session: Session, table: Table, statement: str) -> None:
        plan = session.rows(self.dialect.statement("explain", statement=statement))[0][0][0]["Plan"]
        if plan["Total Cost"] > COSTLY_VIEW:
            raise Unreadable(
                Problem(code="too-costly", path=table.path, params={"cost": round(plan["Total Cost"])})
            )


def _facts(row: tuple[Any, ...]) -> dict[str, Any]:
    schema, name, kind, oid, comment, tuples, pages, usage, select, hides = row
    known = kind in ("r", "p", "m") and (tuples > 0 or (tuples == 0 and pages > 0))
    lacks = [part for part, held in (("schema", usage), ("table", select)) if not held]
    return {
        "path": (schema, name),
        "form": FORMS[kind],
        "comment": comment or "",
        "id": oid,
        "rows": round(tuples) if known else None,
        "bytes": pages * 8192 if pages else None,
        "hides": bool(hides),
        "lacks": tuple(lacks),
    }


def _arguments(address: Address, spec: SourceSpec) -> dict[str, Any]:
    """What libpq is told; the environment and files that could tell it more are overridden."""
    import psycopg

    arguments: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "user": address.user or "postgres",
        "dbname": address.database or address.user or "postgres",
        "password": spec.password.reveal() if spec.password else None,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "govguard",
        "client_encoding": "UTF8",
        "passfile": str(Path(os.sep, "nonexistent")),
        "options": "",
        "gssencmode": "disable",
        "target_session_attrs": "any",
        "sslmode": address.ssl_mode,
        "keepalives_idle": 30,
        "prepare_threshold": None,
    }
    arguments |= {name: value for name, value in address.parameters.items() if name.startswith("ssl")}
    if address.ssl_mode == "verify-full" and "sslrootcert" not in arguments:
        arguments["sslrootcert"] = "system"
    elif not address.local and psycopg.pq.version() >= 160000 and not address.ssl_mode.startswith("verify"):
        # An unverified peer could ask for the password in clear.
        arguments["require_auth"] = "!password"
    return arguments
