"""Names of relations and columns as scripts write them: quoted, Chinese, ``db..t``, ``t@link``, templates."""

from __future__ import annotations

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.words import words
from guard.gate.script.lexer import Token
from guard.model.gate import Name

_VARIABLES = {"&", ":", "%", "$"}  # SQL*Plus, psql, Python, sqlcmd
_NAMED = ("word", "name")


def read_name(cursor: Cursor) -> Name:
    """The name at the cursor, which passes over it. Raises NotRead ``name``."""
    parts: list[str] = []
    while True:
        parts.extend(_part(cursor))
        if cursor.word() != ".":
            break
        while cursor.take("."):
            pass
    return tuple(parts)


def column_name(cursor: Cursor) -> str:
    """The name of one column; SQLite and MySQL let a literal stand for it. Raises NotRead ``column``."""
    token = cursor.peek()
    if token.kind not in (*_NAMED, "text") and not _variable(cursor):
        raise NotRead("column", token)
    if token.kind == "text":
        cursor.at += 1
        return token.value
    return ".".join(read_name(cursor))


def columns_named(group: Cursor) -> tuple[str, ...]:
    """The columns of ``(a, b, c)``: what begins each piece, left out where that is no name."""
    return tuple(column_name(piece) for piece in group.pieces() if piece.peek().kind in _NAMED)


def names(cursor: Cursor) -> tuple[Name, ...]:
    """Names with commas between them."""
    found = [read_name(cursor)]
    while cursor.take(","):
        found.append(read_name(cursor))
    return tuple(found)


def passed_if(cursor: Cursor) -> bool:
    """Pass over ``IF EXISTS`` or ``IF NOT EXISTS``; whether there was one."""
    return cursor.take("IF", "NOT", "EXISTS") or cursor.take("IF", "EXISTS")


def passed_modifiers(cursor: Cursor) -> frozenset[str]:
    """Pass over what stands before TABLE or VIEW; also where MySQL says who defined a view."""
    found = []
    start = cursor.at
    while word := cursor.take_any(words("modifiers")):
        found.append(word)
    if cursor.word() in ("ALGORITHM", "DEFINER", "SQL"):
        cursor.at = min(
            cursor.find({"VIEW"}), cursor.find({"AS", "(", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"})
        )
    if cursor.word() not in ("TABLE", "VIEW") and cursor.peek(1).upper in ("TABLE", "VIEW"):
        word = cursor.word()
        if (
            word
            and word not in ("FOR", "ON", "TYPE", "INDEX", "AS", "DATABASE", "SCHEMA")
            and cursor.at > start
        ):
            cursor.at += 1
    return frozenset(found)


def _part(cursor: Cursor) -> list[str]:
    token = cursor.peek()
    if cursor.word() in ("IDENTIFIER", "TABLE") and cursor.word(1) == "(" and cursor.peek(2).kind == "text":
        cursor.at += 1
        return cursor.group().peek().value.split(".")
    if token.kind == "text":
        cursor.at += 1
        return [token.value]
    if cursor.word() == "{":
        start = cursor.at
        cursor.skip()
        return [cursor.text(start, min(cursor.at, cursor.end)) + _joined(cursor)]
    if _variable(cursor):
        mark = cursor.next().text
        return [mark + (_dollar(cursor) if cursor.word() == "(" else cursor.next().value) + _joined(cursor)]
    if token.kind not in _NAMED:
        raise NotRead("name", token)
    cursor.at += 1
    said = token.value + _joined(cursor)
    if token.kind == "word" and "@" in said[1:]:
        said = said[: said.index("@", 1)]
    if token.text[:1] == "`" and cursor.statement.dialect.reads == "bigquery":
        return said.split(".")
    return [said]


def _variable(cursor: Cursor) -> bool:
    token, after = cursor.peek(), cursor.peek(1)
    touches = after.start == token.end and (after.kind in _NAMED or after.text == "(")
    return cursor.word() in _VARIABLES and touches


def _dollar(cursor: Cursor) -> str:
    start = cursor.at
    cursor.skip()
    return cursor.text(start, min(cursor.at, cursor.end))


def _joined(cursor: Cursor) -> str:
    """What touches the part just read: the rest of a name around a template, or after a dash."""
    said = ""
    last = cursor.tokens[cursor.at - 1]
    while cursor.more:
        token = cursor.peek()
        if token.start != last.end or not _goes_on(cursor, token):
            break
        start = cursor.at
        cursor.skip()
        said += cursor.text(start, min(cursor.at, cursor.end))
        last = cursor.tokens[min(cursor.at, cursor.end) - 1]
    return said


def _goes_on(cursor: Cursor, token: Token) -> bool:
    if token.kind == "word":
        return True
    if token.text == "{":  # what a template begins in the middle of a word
        return cursor.tokens[cursor.at - 1].text[-1:] in "$#"
    after = cursor.peek(1)
    return token.text == "-" and after.kind == "word" and after.start == token.end
