"""INSERT, REPLACE INTO, MERGE: the literals a script puts into a table, or the query it copies."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.exports import directory, into_function
from guard.gate.ddl.names import columns_named, read_name
from guard.gate.ddl.queries import read_query, selecting, starts_query
from guard.model.gate import Change, Copy, Literals, Name, Place, Query

MOST_ROWS = 200
MOST_TOKENS = 60_000  # of one INSERT … VALUES; a query is taken as a whole whatever its length
MOST_CHARACTERS = 4_000  # of one literal
HINTS = {
    "LOW_PRIORITY",
    "HIGH_PRIORITY",
    "DELAYED",
    "IGNORE",
    "OR",
    "REPLACE",
    "ROLLBACK",
    "ABORT",
    "FAIL",
    "INTO",
    "OVERWRITE",
}
_BEFORE_QUERY = {
    "SELECT",
    "WITH",
    "VALUES",
    "VALUE",
    "SET",
    "TABLE",
    "DEFAULT",
    "EXEC",
    "EXECUTE",
    "FROM",
    "(",
}
STOPS = {"FROM", "WHERE", "RETURNING", "OUTPUT", "ORDER", "LIMIT", "OPTION"}
Row = tuple[tuple[str, Place], ...]


def insert(cursor: Cursor, *, before: str = "") -> Iterator[Change]:
    """What follows INSERT or REPLACE. Raises NotRead ``name``."""
    if cursor.word() in ("ALL", "FIRST") and cursor.word(1) in ("INTO", "WHEN"):
        yield from _insert_all(cursor)
        return
    while cursor.take_any(HINTS):
        pass
    if cursor.word() in ("DIRECTORY", "LOCAL") and cursor.word(1) != ".":
        yield from directory(cursor)
        return
    cursor.take("TABLE")
    yield from _into(cursor, before)


def _into(cursor: Cursor, before: str) -> Iterator[Change]:
    if cursor.take("FUNCTION"):
        yield from into_function(cursor)
        return
    table = read_name(cursor)
    columns = _target(cursor)
    if cursor.word() in ("VALUES", "VALUE") and cursor.peek(1).kind != "end":
        cursor.at += 1
        yield _values(cursor, table, columns)
    elif cursor.take("SET"):
        yield from assigned(cursor, table)
    elif starts_query(cursor):
        yield Copy(
            table=table,
            query=read_query(cursor, before=before),
            place=cursor.statement.place(),
            columns=columns,
        )


def _target(cursor: Cursor) -> tuple[str, ...]:
    """The columns named, with what else stands between the table and its rows passed over."""
    columns: tuple[str, ...] = ()
    while cursor.more and not (
        cursor.word() in _BEFORE_QUERY and (cursor.word() != "(" or starts_query(cursor))
    ):
        if cursor.take("PARTITION"):
            cursor.skip()
        elif cursor.word() == "(":
            columns = columns_named(cursor.group())
        else:
            cursor.skip()
    return columns


def _values(cursor: Cursor, table: Name, columns: tuple[str, ...]) -> Literals:
    place = cursor.statement.place()
    rows: list[Row] = []
    while cursor.word() in ("(", "ROW") and len(rows) < MOST_ROWS:
        cursor.take("ROW")
        rows.append(tuple(_cell(piece) for piece in cursor.group().pieces()))
        cursor.take(",")
    more = cursor.word() == "(" or (not rows and cursor.more) or len(cursor.tokens) >= MOST_TOKENS
    return Literals(table=table, columns=columns, rows=tuple(rows), place=place, more=more)


def _cell(piece: Cursor) -> tuple[str, Place]:
    """The literal or number of one value, in a function's argument too; empty where there is none."""
    place = piece.place()
    quoted = piece.statement.dialect.traits & {"quoted-text"}
    for token in piece.tokens[piece.at : piece.end]:
        if token.kind == "text" or (quoted and token.kind == "name" and token.text[:1] == '"'):
            return token.value[:MOST_CHARACTERS], place
    token = piece.peek()
    return (token.text, place) if token.kind == "number" and not piece.peek(1).text else ("", place)


def assigned(cursor: Cursor, table: Name) -> Iterator[Literals]:
    """``a = 'x', b = 'y'`` of INSERT … SET and UPDATE … SET."""
    place = cursor.statement.place()
    columns, row = [], []
    for piece in cursor.part(cursor.at, cursor.find(STOPS)).pieces():
        if piece.peek().kind not in ("word", "name"):
            continue
        name = read_name(piece)[-1]
        if piece.take("=") or piece.take(":="):
            cell = _cell(piece)
            columns.append(name)
            row.append(cell)
    if any(said for said, _ in row):
        yield Literals(table=table, columns=tuple(columns), rows=(tuple(row),), place=place)


def _insert_all(cursor: Cursor) -> Iterator[Change]:
    """INSERT ALL of Oracle: several INTO with values out of one query, literals among them."""
    start = cursor.find({"SELECT", "WITH"})
    source = cursor.text(start, cursor.end)
    queried = cursor.place(start, cursor.end)
    into = cursor.part(cursor.find({"INTO"}), start)
    while into.take("INTO"):
        table = read_name(into)
        columns = columns_named(into.group()) if into.word() == "(" else ()
        values = "*"
        if into.sees("VALUES", "("):
            into.at += 1
            inside = into.part(into.at + 1, into.after(into.at) - 1)
            values = inside.text(inside.at, inside.end)
            yield _values(into, table, columns)
        query = Query(text=selecting(values, f"({source})"), place=queried, parts=True)
        yield Copy(table=table, query=query, place=cursor.statement.place(), columns=columns)
        into.at = into.find({"INTO"})


def merge(cursor: Cursor, *, before: str = "") -> Iterator[Change]:
    """What follows MERGE: its source, as a query of the values that go into the columns."""
    cursor.take("INTO")
    table = read_name(cursor)
    cursor.at = cursor.find({"USING"})
    if not cursor.take("USING"):
        raise NotRead("insert", cursor.peek())
    start = cursor.at
    cursor.at = cursor.find({"ON"})
    source = cursor.text(start, cursor.at)
    place = cursor.place(start, cursor.at)
    for columns, values in _branches(cursor):
        query = Query(text=before + selecting(values, source), place=place, parts=True)
        yield Copy(table=table, query=query, place=cursor.statement.place(), columns=columns)


def _branches(cursor: Cursor) -> Iterator[tuple[tuple[str, ...], str]]:
    """Columns and values of each WHEN … THEN INSERT or UPDATE."""
    while True:
        cursor.at = cursor.find({"THEN"})
        if not cursor.take("THEN"):
            return
        if cursor.take("INSERT"):
            columns = columns_named(cursor.group()) if cursor.word() == "(" else ()
            if cursor.take("VALUES") and cursor.word() == "(":
                inside = cursor.group()
                yield columns, inside.text(inside.at, inside.end)
            elif cursor.sees("*") or cursor.sees("ROW"):
                yield (), "*"
        elif cursor.take("UPDATE") and cursor.take("SET"):
            yield from _updated(cursor)


def _updated(cursor: Cursor) -> Iterator[tuple[tuple[str, ...], str]]:
    end = cursor.find({"WHEN", "WHERE", "DELETE", "OUTPUT"})
    columns, values = [], []
    for piece in cursor.part(cursor.at, end).pieces():
        if piece.peek().kind in ("word", "name"):
            name = read_name(piece)[-1]
            if piece.take("="):
                columns.append(name)
                values.append(piece.text(piece.at, piece.end))
    cursor.at = end
    if columns:
        yield tuple(columns), ", ".join(values)
