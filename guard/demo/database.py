"""A department's SQLite database. Comments stay in the table's own SQL, where DBAs put them."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from guard.demo.fillings import City
from guard.demo.schema import DemoTable, Holding


def write(path: Path, holding: Holding, city: City) -> None:
    """Write ``holding`` to the new database file ``path``. Raises OSError when it cannot be written."""
    try:
        _fill(path, holding, city)
    except sqlite3.OperationalError as error:
        full = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if full else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from None


def _fill(path: Path, holding: Holding, city: City) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for table in holding.tables:
            database.execute(ddl(table))
            rows = zip(*city.fill(table, holding.name), strict=True)
            marks = ", ".join("?" * len(table.columns))
            database.executemany(f"INSERT INTO {_quoted(table.name)} VALUES ({marks})", rows)  # noqa: S608
        for view in holding.views:
            database.execute(f"CREATE VIEW {_quoted(view.name)} AS {view.sql}")


def ddl(table: DemoTable) -> str:
    """CREATE TABLE with ``/* table comment */`` and ``-- column comment`` at the line's end."""
    lines = []
    for place, column in enumerate(table.columns, start=1):
        comma = "," if place < len(table.columns) else ""
        comment = f" -- {column.comment}" if column.comment else ""
        lines.append(f"  {_quoted(column.name)} {column.declared}{comma}{comment}")
    remark = f" /* {table.comment} */" if table.comment else ""
    body = "\n".join(lines)
    return f"CREATE TABLE {_quoted(table.name)} ({remark}\n{body}\n)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
