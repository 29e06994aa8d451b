"""ALTER TABLE: what MODIFY, CHANGE and ALTER COLUMN make of a column."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.columns import Attributes
from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.literals import assigned
from guard.gate.ddl.names import column_name, passed_if
from guard.gate.ddl.queries import read_query, starts_query
from guard.gate.ddl.types import read_type
from guard.gate.ddl.words import words
from guard.model.gate import Change, ChangeColumn, CommentOn, Create, Name, RelationKind, RenameColumn

Changes = Iterator[Change]


def other_object(piece: Cursor) -> bool:
    """Whether ADD, DROP or MODIFY speaks of something else than a column; a column may be called so."""
    if piece.word() == "CONSTRAINT" or (piece.word() == "NOT" and piece.word(1) == "NULL"):
        return True
    if piece.word() not in words("other_objects"):
        return False
    return piece.peek(1).kind != "end" or piece.word() in ("CONSTRAINT", "PARTITION")


def looks_typed(piece: Cursor) -> bool:
    """``ADD key varchar(10)`` adds a column although ``ADD KEY k (a)`` adds none."""
    after = piece.part(piece.at + 2, piece.end)
    return piece.peek(1).kind == "word" and after.word() == "(" and after.peek(1).kind == "number"


def modify(piece: Cursor, table: Name) -> Changes:
    """What follows MODIFY or ALTER: columns, in some dialects the comment or query. Raises NotRead."""
    if piece.word() == "COMMENT" and (said := _table_comment(piece)) is not None:
        yield CommentOn(table=table, comment=said, place=piece.place())
        piece.at = piece.end
        return
    if piece.word() == "QUERY" and starts_query(piece.part(piece.at + 1, piece.end)):
        place = piece.statement.place()
        piece.at += 1
        yield Create(name=table, place=place, kind=RelationKind.VIEW, query=read_query(piece), replace=True)
        return
    column = piece.take("COLUMN")
    passed_if(piece)
    if piece.word() == "(":
        for inside in piece.group().pieces():
            inside.take("COLUMN")
            yield from _changed(inside, table)
        return
    if not column and other_object(piece) and not looks_typed(piece):
        piece.at = piece.end
        return
    yield from _changed(piece, table)


def _table_comment(piece: Cursor) -> str | None:
    ahead = piece.part(piece.at + 1, piece.end)
    said = assigned(ahead)
    return said if not ahead.more else None


def _changed(piece: Cursor, table: Name) -> Changes:
    """``name what``: a new type with attributes, or a clause of ALTER COLUMN."""
    start = piece.at
    name = column_name(piece)
    if piece.take("RENAME", "TO"):
        yield RenameColumn(table=table, column=name, to=column_name(piece), place=piece.place(start))
        return
    yield _redefined(piece, table, name, start)


def _redefined(piece: Cursor, table: Name, name: str, start: int, to: str = "") -> ChangeColumn:
    kind: str | None = None
    piece.take("SET") and piece.take("DATA")
    if piece.take("TYPE") or piece.word() not in words("column_clauses"):
        kind = read_type(piece) or None
    drops = piece.sees("DROP", "NOT", "NULL")
    clause = piece.part(piece.at, piece.find({"USING", "ALTER"} if kind else {"ALTER"}))
    said = Attributes(clause)
    piece.at = clause.end
    expression = ""
    if piece.take("USING"):
        using = piece.at
        piece.at = piece.find({"ALTER"})
        expression = piece.text(using, piece.at)
    anew = kind is not None and piece.statement.dialect.name == "mysql"  # which keeps nothing unsaid
    return ChangeColumn(
        table=table,
        column=name,
        place=piece.place(start, piece.at),
        type=kind,
        comment="" if anew and said.comment is None else said.comment,
        nullable=True if drops else said.nullable,
        to=to if to != name else "",
        expression=expression,
        literal=said.literal,
        protection=said.protection,
    )


def redefine(piece: Cursor, table: Name) -> Changes:
    """What follows CHANGE: the old name, the new one, the new definition. Raises NotRead."""
    piece.take("COLUMN")
    passed_if(piece)
    start = piece.at
    name = column_name(piece)
    to = column_name(piece)
    yield _redefined(piece, table, name, start, to)
