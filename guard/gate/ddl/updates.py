"""UPDATE: the literals that it sets, and what it takes over from other relations."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.insert import HINTS, STOPS, assigned
from guard.gate.ddl.names import columns_named, read_name
from guard.model.gate import Change, Copy, Name, Query

_NAMES = ("word", "name")
_JOINS = {
    "ON", "USING", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "NATURAL", "STRAIGHT_JOIN",
    "SET", "WITH", "WHERE", "PARTITION",
}  # fmt: skip
_NEXT = {",", "JOIN", "STRAIGHT_JOIN"}
_MOST = 100  # assignments of one statement that are followed


def update(cursor: Cursor, *, before: str = "") -> Iterator[Change]:
    """What follows UPDATE. ``before`` are common table expressions in front of it."""
    while cursor.take_any(HINTS | {"ONLY"}):
        pass
    if cursor.peek().kind not in _NAMES:
        return
    start, sets = cursor.at, cursor.find({"SET"})
    table = read_name(cursor)
    cursor.at = sets + 1
    if not cursor.more:
        return
    yield from assigned(cursor.part(cursor.at, cursor.end), table)
    yield from _copies(cursor, table, start, sets, before)


def _copies(cursor: Cursor, table: Name, start: int, sets: int, before: str) -> Iterator[Copy]:
    """One copy for each assignment whose value may come from another relation."""
    stop = cursor.find(STOPS)
    target = cursor.part(start, sets)
    given = cursor.part(cursor.find({"FROM"}) + 1, cursor.end)
    given = given.part(given.at, given.find(STOPS - {"FROM"}))
    items = _items(target.part(start, sets)) | _items(given.part(given.at, given.end))
    source = _source(target, given, table)
    several = len(items) > 1 or bool(before)
    for piece in list(cursor.part(cursor.at, stop).pieces())[:_MOST]:
        words = {token.upper for token in piece.tokens[piece.at : piece.end]}
        if several or "SELECT" in words:
            yield from _copy(piece, table, items, f"{before}{{}} FROM {source}")


def _copy(piece: Cursor, table: Name, items: dict[str, Name], text: str) -> Iterator[Copy]:
    if piece.word() == "(":
        columns, whole = columns_named(piece.group()), table
    elif piece.peek().kind in _NAMES:
        *owner, column = read_name(piece)
        columns, whole = (column,), tuple(owner) or table
    else:
        return
    if not piece.take("=") and not piece.take(":="):
        return
    whole = items.get(whole[-1].casefold(), table)
    value, place = piece.text(piece.at, piece.end), piece.place()
    if not any(token.kind in _NAMES for token in piece.tokens[piece.at : piece.end]):
        return
    alone = len(columns) > 1 and piece.word() == "(" and piece.word(1) in ("SELECT", "WITH")
    said = value if alone else text.replace("{}", f"SELECT {value.strip()}", 1)
    query = Query(text=said, place=place, parts=True, quoted=piece.statement.source.quoted)
    yield Copy(table=whole, query=query, place=piece.statement.place(), columns=columns)


def _source(target: Cursor, given: Cursor, table: Name) -> str:
    """What the values are selected from: FROM, with the target unless it stands there (SQL Server)."""
    own, more = target.text(target.at, target.end), given.text(given.at, given.end)
    if not more:
        return own
    there = _items(given.part(given.at, given.end))
    listed = table[-1].casefold() in there or table in there.values()
    return more if listed else f"{own}, {more}"


def _items(cursor: Cursor) -> dict[str, Name]:
    """Alias, or last part of the name -> name, of the relations in a FROM; queries in brackets are not."""
    found: dict[str, Name] = {}
    wanted = True
    while cursor.more:
        if wanted and cursor.peek().kind in _NAMES:
            name = read_name(cursor)
            cursor.take("AS")
            alias = cursor.peek()
            named = alias.kind in _NAMES and alias.upper not in _JOINS
            found[(cursor.next().value if named else name[-1]).casefold()] = name
            wanted = False
            continue
        wanted = cursor.word() in _NEXT
        cursor.skip()
    return found
