from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from guard.sdk import Asset, SourceSpec
from guard.sdk.testing import CANARY, HOSTILE_NAMES, ConnectorContract, Made, MadeTable
from guard_connectors.postgres import PostgresConnector

pytestmark = pytest.mark.service("postgres")


@pytest.fixture(scope="module")
def database(postgres: Any) -> str:
    return postgres.database()


class TestPostgres(ConnectorContract):
    names = (*HOSTILE_NAMES, "emoji😀")
    wide = 1600

    @pytest.fixture(autouse=True)
    def _server(self, postgres: Any, database: str) -> None:
        self.server = postgres
        self.url = database

    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        url = self.server.emptied(self.url)
        with psycopg.connect(url, autocommit=True) as connection:
            for table in tables:
                self._create(connection, table)
        return self._made(url)

    def _made(self, url: str) -> Made:
        count = (
            "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
        return Made(
            spec=SourceSpec(name="pg", url=url),
            open=PostgresConnector,
            state=lambda: sorted(self.server.execute(url, count, rows=True)),
        )

    @staticmethod
    def _create(connection: psycopg.Connection[Any], table: MadeTable) -> None:
        name = sql.Identifier(table.name)
        columns = [
            sql.SQL("{} {}").format(
                sql.Identifier(column), sql.SQL("integer primary key" if column == "id" else "text")
            )
            for column in table.columns
        ]
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(columns)))
        if table.comment:
            connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(table.comment)))
        for column, text in table.comments.items():
            place = sql.SQL(".").join([name, sql.Identifier(column)])
            connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(text)))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy:
            for row in table.rows:
                copy.write_row(row)

    def _view(self, *statements: str) -> tuple[Made, Asset]:
        made = self._made(self.server.emptied(self.url))
        self.server.execute(
            made.spec.url, "CREATE TABLE t (v text)", f"INSERT INTO t VALUES ('{CANARY}')", *statements
        )
        items = list(PostgresConnector(made.spec).assets())
        return made, next(item for item in items if isinstance(item, Asset) and item.name == "w")

    def slow(self, folder: Path) -> tuple[Made, Asset] | None:
        # It swallows the server's own statement timeout: only the clock outside ends it.
        return self._view(
            """CREATE FUNCTION stubborn() RETURNS text LANGUAGE plpgsql AS $$
            BEGIN
              LOOP
                BEGIN PERFORM pg_sleep(100); EXCEPTION WHEN query_canceled THEN NULL; END;
              END LOOP;
            END $$""",
            "CREATE VIEW w AS SELECT public.stubborn() AS s",
        )

    def test_cancelled_in_time(self, tmp_path: Path) -> None:
        super().test_cancelled_in_time(tmp_path)
        alive = (
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'govguard' AND state = 'active'"
            " AND query LIKE '%govguard_1%'"
        )
        deadline = time.monotonic() + 2
        while self.server.execute(self.server.url("postgres"), alive, rows=True):
            assert time.monotonic() < deadline, "the statement outlived its reader"
            time.sleep(0.05)

    def broken(self, folder: Path) -> tuple[Made, Asset] | None:
        return self._view("CREATE VIEW w AS SELECT v::integer AS n FROM t")

    def hostile(self, folder: Path) -> tuple[Made, Asset] | None:
        return self._view(
            """CREATE FUNCTION planted() RETURNS text LANGUAGE plpgsql AS $$
            BEGIN
              SET LOCAL statement_timeout = 0;
              INSERT INTO public.t SELECT 'planted' FROM generate_series(1, 1000);
              RETURN 'x';
            END $$""",
            "CREATE VIEW w AS SELECT public.planted() AS s",
        )
