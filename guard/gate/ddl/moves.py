"""DROP, RENAME, EXCHANGE and TRANSFER: what takes a relation away or gives it another name."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.names import names, passed_if, passed_modifiers, read_name
from guard.model.gate import Change, Drop, Rename, RenameColumn


def drop(cursor: Cursor) -> Iterator[Drop]:
    """What follows DROP: tables and views, or a schema with all in it. Nothing for other objects."""
    place = cursor.statement.place()
    if cursor.take("USER"):
        if cursor.find({"CASCADE"}) < cursor.end:
            passed_if(cursor)
            yield Drop(name=read_name(cursor), place=place, schema=True)
        return
    schema = bool(cursor.take_any({"SCHEMA", "DATABASE"}))
    if not schema:
        passed_modifiers(cursor)
        if not cursor.take_any({"TABLE", "VIEW"}) or cursor.sees("FUNCTION"):
            return
    passed_if(cursor)
    for name in names(cursor):
        yield Drop(name=name, place=place, schema=schema)


def rename(cursor: Cursor) -> Iterator[Change]:
    """What follows RENAME: of tables, or of one column. Nothing for other objects. Raises NotRead."""
    place = cursor.statement.place()
    if cursor.take("COLUMN"):
        yield from _rename_column(cursor)
        return
    if (
        cursor.word() in ("DATABASE", "SCHEMA", "USER", "INDEX", "ROLE", "DICTIONARY")
        and cursor.word(1) != "TO"
    ):
        return
    cursor.take_any({"TABLE", "TABLES", "VIEW", "OBJECT"})
    for piece in cursor.pieces():
        passed_if(piece)
        name = read_name(piece)
        if not piece.take("TO"):
            raise NotRead("rename", piece.peek())
        yield Rename(name=name, to=read_name(piece), place=place)


def _rename_column(cursor: Cursor) -> Iterator[Change]:
    name = read_name(cursor)
    if not cursor.take("TO") or len(name) < 2:
        raise NotRead("rename", cursor.peek())
    place = cursor.statement.place()
    yield RenameColumn(table=name[:-1], column=name[-1], to=read_name(cursor)[-1], place=place)


def exchange(cursor: Cursor) -> Iterator[Change]:
    """What follows EXCHANGE: two tables of ClickHouse change names."""
    if cursor.take("TABLES"):
        name = read_name(cursor)
        cursor.take("AND")
        yield Rename(name=name, to=read_name(cursor), place=cursor.statement.place(), swap=True)


def transfer(cursor: Cursor) -> Iterator[Change]:
    """What follows ALTER SCHEMA: SQL Server moves a table with TRANSFER."""
    schema = read_name(cursor)
    if not cursor.take("TRANSFER"):
        return
    if cursor.word(1) == "::":
        cursor.at += 2
    name = read_name(cursor)
    yield Rename(name=name, to=(*schema, name[-1]), place=cursor.statement.place())
