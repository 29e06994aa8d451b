"""GRANT on tables, schemas and databases, in the words of any dialect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.names import columns_named, read_name
from guard.gate.ddl.words import words
from guard.model.gate import Grant, Name

_WHOLE = {"SCHEMA", "DATABASE"}
_TO = {"TO", "FROM"}
_AFTER_GRANTEES = {"WITH", "IDENTIFIED", "GRANTED", "AS", "CASCADE", "RESTRICT"}


def grant(cursor: Cursor) -> Iterator[Grant]:
    """What follows GRANT, REVOKE or DENY. Nothing for roles and other objects. Raises NotRead."""
    place = cursor.statement.place()
    revoke = cursor.uppers[cursor.at - 1] != "GRANT"
    cursor.take("GRANT", "OPTION", "FOR")
    privileges, columns = _privileges(cursor)
    if not _concerned(privileges):
        return
    found = Grant(privileges=privileges, columns=columns, to=(), place=place, revoke=revoke)
    if cursor.take("ON"):
        on = _on(cursor, found)
    else:
        on = replace(found, everything=True) if _everywhere(cursor, privileges) else None
    if on is None:
        return
    cursor.at = cursor.find(_TO) + 1
    to = _grantees(cursor)
    if not to:
        raise NotRead("grant", cursor.peek())
    yield replace(on, to=to)


def _privileges(cursor: Cursor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    end = cursor.find(_TO | {"ON"})
    found: list[str] = []
    columns: list[str] = []
    for piece in cursor.part(cursor.at, end).pieces():
        said = []
        while piece.more:
            if piece.word() == "(":
                columns += columns_named(piece.group())
            else:
                said.append(piece.next().value.upper())
        found.append(" ".join(said))
    cursor.at = end
    return tuple(found), tuple(columns)


def _concerned(privileges: tuple[str, ...]) -> bool:
    return any(said.split(" ")[0] in words("table_privileges") for said in privileges if said)


def _everywhere(cursor: Cursor, privileges: tuple[str, ...]) -> bool:
    """Without ON: ``SELECT ANY TABLE`` of Oracle, a right on the whole database of SQL Server."""
    if any(said.endswith(("ANY TABLE", "ANY VIEW")) for said in privileges):
        return True
    return "go" in cursor.statement.dialect.traits


def _on(cursor: Cursor, found: Grant) -> Grant | None:
    if cursor.word() in ("ALL", "FUTURE"):
        return _all_tables(cursor, found)
    if cursor.word() in _WHOLE and cursor.peek(1).text != ".":
        return _whole(cursor, found)
    if cursor.word() in ("TABLES", "VIEWS") and cursor.word(1) in _TO:
        return replace(found, everything=True)
    kind = cursor.take_any(words("relations")) if cursor.word(1) not in (".", ",", "TO", "FROM") else ""
    cursor.take("::")
    if not kind and _other_object(cursor):
        return None
    return _tables(cursor, found)


def _other_object(cursor: Cursor) -> bool:
    """``SEQUENCE s``, ``FUNCTION f(int)``, ``TYPE::t``: two words where a name would end."""
    after = cursor.peek(1)
    return cursor.word() not in ("*",) and (
        after.kind in ("name",) or (after.kind == "word" and after.upper not in _TO) or after.text == "::"
    )


def _tables(cursor: Cursor, found: Grant) -> Grant:
    tables: list[Name] = []
    while True:
        starred = _starred(cursor)
        if starred is not None:
            return replace(found, everything=True, schema=starred)
        tables.append(read_name(cursor))
        if cursor.word() == "(":
            found = replace(found, columns=columns_named(cursor.group()))
        if not cursor.take(","):
            return replace(found, tables=tuple(tables))


def _starred(cursor: Cursor) -> str | None:
    """``*``, ``*.*`` and ``db.*``: the schema, empty for all; None for a name."""
    if cursor.take("*"):
        while cursor.take(".") or cursor.take("*"):
            pass
        return ""
    if cursor.word(1) == "." and cursor.word(2) == "*":
        schema = cursor.next().value
        cursor.at += 2
        while cursor.take(".") or cursor.take("*"):
            pass
        return schema
    return None


def _all_tables(cursor: Cursor, found: Grant) -> Grant | None:
    """ALL or FUTURE TABLES IN SCHEMA or DATABASE."""
    cursor.at += 1
    while cursor.take_any({"EXTERNAL", "MATERIALIZED", "ICEBERG", "DYNAMIC", "FOREIGN", "EVENT"}):
        pass
    if not cursor.take_any(words("relations")):
        return None
    schema = ""
    if cursor.take("IN") and cursor.take_any(_WHOLE | {"ALL"}):
        schema = read_name(cursor)[-1] if not cursor.sees("SCHEMAS") else ""
    return replace(found, everything=True, schema=schema)


def _whole(cursor: Cursor, found: Grant) -> Grant | None:
    """A whole schema or database; in PostgreSQL and Snowflake ALL on it gives no table."""
    cursor.at += 1
    cursor.take("::")
    schema = ".".join(read_name(cursor))
    plain = {said.split(" ")[0] for said in found.privileges}
    gives = plain & (words("reading") - {"ALL", "OWNERSHIP"})
    if not gives and ("ALL" not in plain or cursor.statement.dialect.traits & {"dollar"}):
        return None
    return replace(found, everything=True, schema=schema)


def _grantees(cursor: Cursor) -> tuple[str, ...]:
    end = cursor.find(_AFTER_GRANTEES)
    found = []
    for piece in cursor.part(cursor.at, end).pieces():
        while piece.word() in words("grantees") and piece.peek(1).kind != "end" and piece.word(1) != "@":
            piece.at += 1
        if piece.more:
            found.append(_grantee(piece))
    return tuple(found)


def _grantee(piece: Cursor) -> str:
    said = piece.next().value
    while piece.more and piece.peek().start == piece.tokens[piece.at - 1].end:
        said += piece.next().value
    return said


def default_privileges(cursor: Cursor) -> Iterator[Grant]:
    """ALTER DEFAULT PRIVILEGES … GRANT … ON TABLES TO …: all tables to come."""
    head = cursor.part(cursor.at, cursor.find({"GRANT", "REVOKE"}))
    cursor.at = head.end
    if not cursor.take_any({"GRANT", "REVOKE"}):
        return
    schema = ""
    head.at = head.find({"SCHEMA"})
    if head.take("SCHEMA"):
        schema = read_name(head)[-1]
    for found in grant(cursor):
        yield replace(found, schema=schema)
