"""Functions whose query is known: what they give is a relation like a view; and what triggers copy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.names import columns_named, names, passed_if, passed_modifiers, read_name
from guard.gate.ddl.queries import selecting
from guard.gate.script.bodies import inner, quoted
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Change, Copy, Create, DdlColumn, Name, Place, Query, RelationKind, Trigger

_ROW = re.compile(r"(?i)(?<![\w.])(:?)(new|old)(?![\w(])")
_QUERIES = {"SELECT", "WITH"}
_MOST = 100_000  # characters of a routine that is read


def routine(statement: Statement) -> Iterator[Change]:
    """The function or trigger that ``statement`` creates; nothing for procedures and what is not read."""
    if statement.end - statement.start > _MOST:
        return
    cursor = Cursor(statement)
    cursor.at += 1
    cursor.take("OR")
    replace = bool(cursor.take_any({"REPLACE", "ALTER"}))
    passed_modifiers(cursor)
    try:
        if cursor.take("FUNCTION"):
            yield from _function(cursor, replace)
        elif cursor.take("CONSTRAINT", "TRIGGER") or cursor.take("TRIGGER"):
            yield from _trigger(cursor)
    except NotRead:
        return


def _function(cursor: Cursor, replace: bool) -> Iterator[Change]:
    passed_if(cursor)
    name = read_name(cursor)
    if cursor.word() == "(":
        cursor.skip()
    place = cursor.statement.place()
    returns = cursor.part(cursor.find({"RETURNS", "RETURN"}) + 1, cursor.end)
    if returns.word() == "TRIGGER":
        yield Trigger(place=place, function=name, copies=tuple(_copies(cursor.statement)))
        return
    found = list(_queries(cursor))
    if found:
        text = " UNION ALL ".join(one.text for one in found)
        columns = _columns(returns, name, place)
        query = Query(text=text, place=found[0].place, parts=len(found) > 1)
        yield Create(
            name=(*name[:-1], f"{name[-1]}()"),
            place=place,
            kind=RelationKind.FUNCTION,
            columns=columns,
            query=query,
            replace=replace,
        )


def _columns(returns: Cursor, name: Name, place: Place) -> tuple[DdlColumn, ...]:
    """The columns that RETURNS TABLE lists, or one of the function's own name; none where the query names
    them."""
    if returns.sees("TABLE", "("):
        returns.at += 1
        return tuple(DdlColumn(name=one, place=place) for one in columns_named(returns.group()))
    if returns.word() in ("TABLE", "SETOF") or returns.word()[:1] == "@":
        return ()
    return (DdlColumn(name=name[-1], place=place),)


def _queries(cursor: Cursor) -> Iterator[Query]:
    """The queries that a function gives back: RETURN (…), RETURN QUERY …, or of SQL its last one."""
    texts = list(quoted(cursor.statement))
    if not texts:
        yield from _returned(cursor)
    for text in texts:
        body = Cursor(_whole(text, cursor.statement))
        found = list(_returned(body.part(0, body.end)))
        yield from found or _last(body)


def _returned(cursor: Cursor) -> Iterator[Query]:
    while cursor.more:
        cursor.at = cursor.find({"RETURN"}) + 1
        cursor.take("QUERY")
        inside = cursor.group() if cursor.word() == "(" else cursor
        if inside.more and inside.word() in _QUERIES:
            end = inside.find({";", "END"})
            yield Query(text=inside.text(inside.at, end), place=inside.place(inside.at, end))


def _last(body: Cursor) -> Iterator[Query]:
    """The last statement of a body in SQL, where it is a query."""
    start = body.at
    while body.more:
        end = body.find({";"})
        if end > body.at:
            start = body.at
        body.at = end + 1
    body.at = start
    if body.word() in _QUERIES:
        end = body.find({";"})
        yield Query(text=body.text(start, end), place=body.place(start, end))


def _trigger(cursor: Cursor) -> Iterator[Change]:
    """What follows TRIGGER: the table, and the function that it executes or its own copies."""
    cursor.at = cursor.find({"ON"})
    if not cursor.take("ON"):
        return
    table, place = read_name(cursor), cursor.statement.place()
    cursor.at = cursor.find({"EXECUTE"})
    if cursor.take("EXECUTE") and cursor.take_any({"FUNCTION", "PROCEDURE"}):
        yield Trigger(place=place, table=table, function=names(cursor)[0])
        return
    yield Trigger(place=place, table=table, copies=tuple(_copies(cursor.statement)))


def _copies(statement: Statement) -> Iterator[Copy]:
    """What the code of a trigger inserts of the row that is written: INSERT … VALUES (NEW.…)."""
    texts = list(quoted(statement))
    bodies = [_whole(text, statement) for text in texts] or [statement]
    for body in bodies:
        for one in inner(body):
            cursor = Cursor(one)
            if cursor.take("INSERT") and cursor.take("INTO"):
                yield from _inserted(cursor)


def _inserted(cursor: Cursor) -> Iterator[Copy]:
    table = read_name(cursor)
    columns = columns_named(cursor.group()) if cursor.word() == "(" else ()
    if not cursor.take("VALUES") or cursor.word() != "(":
        return
    inside = cursor.group()
    values = inside.text(inside.at, inside.end)
    if _ROW.search(values):
        text = selecting(_ROW.sub(r"\2", values), "NEW, OLD")
        query = Query(text=text, place=inside.place(), parts=True)
        yield Copy(table=table, query=query, place=cursor.statement.place(), columns=columns)


def _whole(text: Text, statement: Statement) -> Statement:
    return Statement(source=text, start=0, end=len(text.text), dialect=statement.dialect)
