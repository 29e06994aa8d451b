"""Statements by which rows leave the database: for a file, a program, a client, a storage of objects."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.names import read_name
from guard.gate.ddl.queries import read_query, selecting, starts_query
from guard.gate.script.bodies import code
from guard.model.gate import Export, Place, Query

_FILES = {"OUTFILE", "DUMPFILE"}
_FAR = ("s3:", "gs:", "hdfs:", "oss:", "cos:", "obs:", "azure:", "abfs", "wasb", "http", "@")


def copied_out(cursor: Cursor) -> Iterator[Export]:
    """What follows COPY: ``(query) TO …``, ``t (columns) TO …``, ``INTO @stage FROM …``. Nothing for rows
    that come in."""
    if cursor.take("INTO"):
        yield from _to_stage(cursor)
        return
    start = cursor.at
    to = cursor.find({"TO"})
    if to >= cursor.end or cursor.find({"FROM"}) < to:
        return
    target = cursor.part(to + 1, cursor.end)
    if cursor.word() == "(":
        query = read_query(cursor.group())
    else:
        cursor.take("BINARY")
        name = cursor.at
        read_name(cursor)
        ends, columns = cursor.at, "*"
        if cursor.word() == "(":
            inside = cursor.group()
            columns = inside.text(inside.at, inside.end)
        text = selecting(columns, cursor.text(name, ends))
        query = Query(text=text, place=cursor.place(start, to))
    yield Export(query=query, place=cursor.statement.place(), to=_where(target))


def _to_stage(cursor: Cursor) -> Iterator[Export]:
    """``@stage/…`` or ``'s3://…'``: COPY INTO a table loads."""
    if cursor.peek().kind != "text" and cursor.peek().text[:1] != "@":
        return
    to = _where(cursor)
    cursor.at = cursor.find({"FROM"}) + 1
    if cursor.more:
        yield Export(query=_source(cursor), place=cursor.statement.place(), to=to)


def selected_out(cursor: Cursor) -> Iterator[Export]:
    """SELECT … INTO OUTFILE, whose FROM may stand on either side of it."""
    into = cursor.find({"INTO"})
    target = cursor.part(into + 1, cursor.end)
    if into >= cursor.end or target.word() not in _FILES:
        return
    target.at += 1
    to = _where(target)
    behind = cursor.part(into, cursor.end)
    rest = behind.text(behind.find({"FROM"}), cursor.end)
    place = cursor.place(0, cursor.end)
    yield Export(query=Query(text=f"{cursor.text(0, into)} {rest}", place=place), place=place, to=to)


def unloaded(cursor: Cursor) -> Iterator[Export]:
    """What follows UNLOAD: a query in brackets, as a literal or not."""
    if cursor.word() != "(":
        return
    inside = cursor.group()
    cursor.take("TO")
    token, place = inside.peek(), cursor.statement.place()
    if token.kind == "text":
        text = code(cursor.statement.source, token)
        where = text.place(0, max(1, len(text.text)))
        yield Export(query=Query(text=text.text, place=where, quoted=True), place=place, to=_where(cursor))
    elif starts_query(inside):
        yield Export(query=read_query(inside), place=place, to=_where(cursor))


def exported(cursor: Cursor) -> Iterator[Export]:
    """What follows EXPORT: ``TABLE t … TO …``, or ``DATA OPTIONS (…) AS SELECT …``."""
    place = cursor.statement.place()
    if cursor.take("DATA"):
        cursor.at = cursor.find({"AS"}) + 1
        if cursor.more and starts_query(cursor):
            yield Export(query=read_query(cursor), place=place, to="storage")
        return
    if cursor.find({"TO"}) >= cursor.end or not cursor.take("TABLE"):
        return
    start = cursor.at
    read_name(cursor)
    query = Query(text=selecting("*", cursor.text(start, cursor.at)), place=cursor.place(start, cursor.at))
    cursor.at = cursor.find({"TO"}) + 1
    yield Export(query=query, place=place, to=_where(cursor))


def directory(cursor: Cursor) -> Iterator[Export]:
    """INSERT OVERWRITE DIRECTORY of Hive and Spark: the query behind its options."""
    cursor.take("LOCAL")
    cursor.at += 1
    to = _where(cursor)
    cursor.at = cursor.find({"SELECT", "WITH", "FROM"})
    if cursor.more:
        yield Export(query=read_query(cursor), place=cursor.statement.place(), to=to)


def into_function(cursor: Cursor) -> Iterator[Export]:
    """INSERT INTO FUNCTION s3(…) SELECT … of ClickHouse."""
    cursor.at = cursor.find({"SELECT", "WITH"})
    if cursor.more:
        yield Export(query=read_query(cursor), place=cursor.statement.place(), to="storage")


def _source(cursor: Cursor) -> Query:
    if cursor.word() == "(":
        return read_query(cursor.group())
    start = cursor.at
    read_name(cursor)
    place: Place = cursor.place(start, cursor.at)
    return Query(text=selecting("*", cursor.text(start, cursor.at)), place=place)


def _where(cursor: Cursor) -> str:
    """What kind of place comes next."""
    token = cursor.peek()
    if token.upper == "PROGRAM":
        return "program"
    if token.upper in ("STDOUT", "STDIN"):
        return "client"
    said = token.value if token.kind == "text" else token.text
    return "storage" if said.casefold().startswith(_FAR) else "file"
