"""The stored procedures by which SQL Server renames, and holds comments: ``EXEC sp_…``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.literals import is_literal, literal
from guard.gate.ddl.names import read_name
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Change, CommentOn, Name, Rename, RenameColumn

_PROPERTY = (
    "name",
    "value",
    "level0type",
    "level0name",
    "level1type",
    "level1name",
    "level2type",
    "level2name",
)
_RENAME = ("objname", "newname", "objtype")
_RELATIONS = {"TABLE", "VIEW"}


def executed(cursor: Cursor) -> Iterator[Change]:
    """What follows EXEC. Nothing for other procedures. Raises NotRead ``comment`` and ``name``."""
    if cursor.peek().kind not in ("word", "name"):
        return
    if cursor.peek(1).text == "=":
        cursor.at += 2  # EXEC @result = …
    name = read_name(cursor)[-1].lower()
    if name in ("sp_addextendedproperty", "sp_updateextendedproperty"):
        yield from _property(cursor)
    elif name == "sp_dropextendedproperty":
        yield from _property(cursor, drops=True)
    elif name == "sp_rename":
        yield from _renamed(cursor)


def _property(cursor: Cursor, *, drops: bool = False) -> Iterator[Change]:
    order = tuple(name for name in _PROPERTY if not drops or name != "value")
    said = _arguments(cursor, order)
    if (said.get("name") or "").lower() != "ms_description":
        return
    if (said.get("level1type") or "").upper() not in _RELATIONS:
        return
    table = tuple(part for part in (said.get("level0name"), said.get("level1name")) if part)
    column = (
        (said.get("level2name") or "") if (said.get("level2type") or "COLUMN").upper() == "COLUMN" else None
    )
    comment = "" if drops else said.get("value")
    if comment is None or not said.get("level1name"):
        raise NotRead("comment", cursor.peek())
    if column is not None:
        yield CommentOn(table=table, column=column, comment=comment, place=cursor.statement.place())


def _renamed(cursor: Cursor) -> Iterator[Change]:
    said = _arguments(cursor, _RENAME)
    name, to, kind = said.get("objname"), said.get("newname"), (said.get("objtype") or "OBJECT").upper()
    if name is None or to is None:
        raise NotRead("name", cursor.peek())
    parts, place = _parsed(cursor, name), cursor.statement.place()
    if kind == "COLUMN" and len(parts) > 1:
        yield RenameColumn(table=parts[:-1], column=parts[-1], to=to, place=place)
    elif kind == "OBJECT":
        yield Rename(name=parts, to=(to,), place=place)


def _arguments(cursor: Cursor, order: tuple[str, ...]) -> Mapping[str, str | None]:
    """Parameter -> its literal; None where it is a variable."""
    said: dict[str, str | None] = {}
    for position, piece in enumerate(cursor.pieces()):
        name = order[position] if position < len(order) else ""
        if piece.peek(1).text == "=" and piece.peek().text[:1] == "@":
            name = piece.next().text[1:].lower()
            piece.at += 1
        plain = piece.peek().kind in ("word", "name") and piece.peek().text[:1] != "@"
        said[name] = piece.next().value if plain and not is_literal(piece.peek()) else literal(piece)
    return said


def _parsed(cursor: Cursor, name: str) -> Name:
    """The parts of a name that a literal says."""
    text = Text(file="", text=name)
    dialect = cursor.statement.dialect
    return read_name(Cursor(Statement(source=text, start=0, end=len(name), dialect=dialect)))
