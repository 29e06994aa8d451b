from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymysql
import pytest

from guard.sdk import Asset, AssetKind, Column, SourceSpec
from guard.sdk.testing import CANARY, ConnectorContract, Made, MadeTable
from guard_connectors.mysql import MysqlConnector

pytestmark = pytest.mark.service("mariadb")


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class TestMariadb(ConnectorContract):
    wide = 1000

    @pytest.fixture(autouse=True)
    def _server(self, mariadb: Any) -> None:
        self.server = mariadb

    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        url = self.server.database()
        connection = pymysql.connect(
            host="127.0.0.1",
            port=self.server.port,
            user="root",
            database=url.rpartition("/")[2],
            ssl_disabled=True,
        )
        with connection, connection.cursor() as cursor:
            for table in tables:
                self._create(cursor, connection, table)
            connection.commit()
        return self._made(url)

    @staticmethod
    def _create(cursor: Any, connection: Any, table: MadeTable) -> None:
        columns = [
            f"{quoted(column)} {'int primary key' if column == 'id' else 'mediumtext'}"
            f" COMMENT {connection.escape(table.comments.get(column, ''))}"
            for column in table.columns
        ]
        comment = connection.escape(table.comment)
        engine = "Aria" if len(columns) > 200 else "InnoDB"
        cursor.execute(
            f"CREATE TABLE {quoted(table.name)} ({', '.join(columns)}) COMMENT {comment} ENGINE = {engine}"
        )
        for start in range(0, len(table.rows), 1000):
            rows = ",".join(
                f"({','.join(map(connection.escape, row))})" for row in table.rows[start : start + 1000]
            )
            cursor.execute(f"INSERT INTO {quoted(table.name)} VALUES {rows}")

    def _made(self, url: str) -> Made:
        def state() -> object:
            tables = self.server.execute(url, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", rows=True)
            return [
                self.server.execute(url, f"CHECKSUM TABLE {quoted(name)}", rows=True) for name, _ in tables
            ]

        return Made(spec=SourceSpec(name="my", url=url), open=MysqlConnector, state=state)

    def _view(self, *statements: str) -> tuple[Made, Asset]:
        made = self._made(self.server.database())
        self.server.execute(
            made.spec.url, "CREATE TABLE t (v text)", f"INSERT INTO t VALUES ('{CANARY}')", *statements
        )
        path = (made.spec.url.rpartition("/")[2], "w")
        columns = (Column(name="x", position=1, type="text"),)
        return made, Asset(source="my", path=path, kind=AssetKind.VIEW, columns=columns)

    def slow(self, folder: Path) -> tuple[Made, Asset] | None:
        return self._view("CREATE VIEW w AS SELECT benchmark(100000000000, md5('x')) AS x")

    def broken(self, folder: Path) -> tuple[Made, Asset] | None:
        return self._view(
            "CREATE FUNCTION boom(v text) RETURNS text"
            " BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = v; RETURN v; END",
            "CREATE VIEW w AS SELECT boom(v) AS x FROM t",
        )

    def hostile(self, folder: Path) -> tuple[Made, Asset] | None:
        return self._view(
            "CREATE FUNCTION planted() RETURNS int BEGIN INSERT INTO t VALUES ('planted'); RETURN 1; END",
            "CREATE VIEW w AS SELECT planted() AS x",
        )
