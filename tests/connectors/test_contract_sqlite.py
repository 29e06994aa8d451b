from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from guard.sdk import Asset, SourceSpec
from guard.sdk.testing import CANARY, ConnectorContract, Made, MadeTable
from guard_connectors.sqlite import SqliteConnector


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def ddl(table: MadeTable) -> str:
    lines = []
    for place, column in enumerate(table.columns):
        comma = "," if place + 1 < len(table.columns) else ""
        comment = f" -- {table.comments[column]}" if column in table.comments else ""
        lines.append(
            f"  {quoted(column)} {'INTEGER PRIMARY KEY' if column == 'id' else 'TEXT'}{comma}{comment}"
        )
    head = f" -- {table.comment}" if table.comment else ""
    return f"CREATE TABLE {quoted(table.name)} ({head}\n" + "\n".join(lines) + "\n)"


def made(path: Path) -> Made:
    return Made(
        spec=SourceSpec(name="lite", url=f"sqlite:///{path}"),
        open=SqliteConnector,
        state=lambda: hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def view(folder: Path, select: str) -> tuple[Made, Asset]:
    path = folder / "view.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (v TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (CANARY,))
        database.execute(f"CREATE VIEW w AS {select}")
        database.commit()
    result = made(path)
    with closing(SqliteConnector(result.spec)) as connector:
        return result, next(
            item for item in connector.assets() if isinstance(item, Asset) and item.name == "w"
        )


class TestSqlite(ConnectorContract):
    # A view of SQLite cannot write: no function of the database's own runs when it is read.
    test_hostile_object_cannot_write = None

    def make(self, tables: Sequence[MadeTable], folder: Path) -> Made:
        path = folder / "made.db"
        with closing(sqlite3.connect(path)) as database:
            for table in tables:
                database.execute(ddl(table))
                marks = ",".join("?" * len(table.columns))
                database.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", table.rows)
            database.commit()
        return made(path)

    def slow(self, folder: Path) -> tuple[Made, Asset] | None:
        return view(
            folder,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS m FROM n",
        )

    def broken(self, folder: Path) -> tuple[Made, Asset] | None:
        return view(folder, "SELECT json(v) AS j FROM t")
