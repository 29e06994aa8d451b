"""COMMENT ON TABLE, VIEW and COLUMN, and the extended properties by which SQL Server holds comments."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.literals import literal
from guard.gate.ddl.names import passed_if, read_name
from guard.gate.ddl.words import words
from guard.model.gate import CommentOn, Name


def comment_on(cursor: Cursor) -> Iterator[CommentOn]:
    """What follows COMMENT. Nothing for other objects. Raises NotRead ``comment`` and ``name``."""
    passed_if(cursor)
    if not cursor.take("ON"):
        raise NotRead("comment", cursor.peek())
    if cursor.take("COLUMN"):
        name = read_name(cursor)
        yield from _column(cursor, name)
        return
    while cursor.word() in words("modifiers"):
        cursor.at += 1
    kind = cursor.take_any(words("relations"))
    passed_if(cursor)
    if not kind and cursor.peek().kind not in ("word", "name"):
        return
    table = read_name(cursor)
    if kind and cursor.word() == "IS":
        yield CommentOn(table=table, comment=_said(cursor), place=cursor.statement.place())
    if cursor.word() == "(" and cursor.word(2) == "IS":
        yield from _several(cursor, table)


def _column(cursor: Cursor, name: Name) -> Iterator[CommentOn]:
    if len(name) < 2:
        raise NotRead("name", cursor.peek())
    place = cursor.statement.place()
    yield CommentOn(table=name[:-1], column=name[-1], comment=_said(cursor), place=place)


def _several(cursor: Cursor, table: Name) -> Iterator[CommentOn]:
    """``(a IS '…', b IS '…')`` of DB2 and Exasol."""
    for piece in cursor.group().pieces():
        start = piece.at
        column = read_name(piece)[-1]
        said = _said(piece)
        yield CommentOn(table=table, column=column, comment=said, place=piece.place(start, piece.at))


def _said(cursor: Cursor) -> str:
    cursor.take("IS")
    said = literal(cursor)
    if said is None:
        raise NotRead("comment", cursor.peek())
    return said
