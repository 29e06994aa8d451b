"""Statements that begin with their query: SELECT … INTO, WITH … INSERT, FROM … INSERT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.exports import selected_out
from guard.gate.ddl.insert import insert, merge
from guard.gate.ddl.names import read_name
from guard.gate.ddl.updates import update
from guard.gate.ddl.words import words
from guard.model.gate import Change, Copy, Create, Query, RelationKind


def select(cursor: Cursor) -> Iterator[Change]:
    """SELECT … INTO t makes a table in PostgreSQL and SQL Server; elsewhere INTO names a variable, and
    INTO OUTFILE a file."""
    yield from selected_out(cursor.part(0, cursor.end))
    if not cursor.statement.dialect.traits & {"go", "dollar"}:
        return
    end = cursor.find({"INTO"})
    if end >= cursor.end or cursor.find({"FROM"}) < end:
        return
    into = cursor.part(end + 1, cursor.end)
    temporary = bool(into.take_any(words("temporary")))
    into.take("UNLOGGED")
    into.take("TABLE")
    if into.peek().text[:1] in ("@", ":", "") or into.word() in ("OUTFILE", "DUMPFILE"):
        return
    name = read_name(into)
    if into.word() == ",":
        return  # several variables
    kind = RelationKind.TEMPORARY if temporary or name[-1].startswith("#") else RelationKind.TABLE
    text = f"{cursor.text(0, end)} {cursor.text(into.at, cursor.end)}"
    place = cursor.statement.place()
    yield Create(name=name, place=place, kind=kind, query=Query(text=text, place=place))


def with_query(cursor: Cursor) -> Iterable[Change]:
    """WITH … INSERT, MERGE, UPDATE or SELECT INTO: the common table expressions belong to the query."""
    at = cursor.find({"INSERT", "MERGE", "UPDATE", "SELECT", "REPLACE"})
    verb = cursor.uppers[at] if at < cursor.end else ""
    before = cursor.text(0, at) + " "
    cursor.at = at + 1
    if verb in ("INSERT", "REPLACE"):
        return insert(cursor, before=before)
    if verb == "MERGE":
        return merge(cursor, before=before)
    if verb == "UPDATE":
        return update(cursor, before=before)
    return select(cursor) if verb == "SELECT" else ()


def from_source(cursor: Cursor) -> Iterator[Change]:
    """FROM source INSERT … SELECT … of Hive, any number of times."""
    end = cursor.find({"INSERT"})
    source = cursor.text(cursor.at, end)
    cursor.at = end
    while cursor.take("INSERT"):
        following = cursor.find({"INSERT"})
        for change in insert(cursor.part(cursor.at, following)):
            if isinstance(change, Copy):
                query = replace(change.query, text=f"FROM {source} {change.query.text}")
                yield replace(change, query=query)
        cursor.at = following
