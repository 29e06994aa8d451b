"""USE, SET search_path, SET SCHEMA, CURRENT_SCHEMA: where unqualified names are from here on."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.literals import is_literal
from guard.gate.ddl.names import read_name
from guard.model.gate import UseSchema

_OTHER = {"ROLE", "WAREHOUSE", "CATALOG", "SECONDARY", "MODULES", "CONNECTION", "FILTER"}
_SETS = {"SEARCH_PATH", "SCHEMA", "CURRENT_SCHEMA", "SQLID", "PATH"}


def use(cursor: Cursor) -> Iterator[UseSchema]:
    """What follows USE, or OPEN SCHEMA."""
    opens = cursor.at and cursor.uppers[cursor.at - 1] == "OPEN"
    if (opens and not cursor.sees("SCHEMA")) or (cursor.word() in _OTHER and cursor.peek(1).kind != "end"):
        return
    if cursor.word() in ("SCHEMA", "DATABASE", "NAMESPACE") and cursor.peek(1).kind != "end":
        cursor.at += 1
    if cursor.more:
        yield UseSchema(schema=read_name(cursor)[-1], place=cursor.statement.place())


def set_schema(cursor: Cursor) -> Iterator[UseSchema]:
    """What follows SET: nothing unless it is the schema."""
    while cursor.take("LOCAL") or cursor.take("SESSION") or cursor.take("CURRENT"):
        pass
    if not cursor.take_any(_SETS):
        return
    if not cursor.take("="):
        cursor.take("TO")
    for piece in cursor.pieces():
        said = piece.peek().value if is_literal(piece.peek()) else ".".join(read_name(piece))
        schema = said.strip('"')
        if schema != "$user" and schema.upper() not in ("DEFAULT", "PG_CATALOG"):
            yield UseSchema(schema=schema, place=cursor.statement.place())
            return
