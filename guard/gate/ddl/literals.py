"""Quoted literals: comments, which are kept, and defaults, which are only judged."""

from __future__ import annotations

from guard.gate.ddl.cursor import Cursor
from guard.gate.script.lexer import Token

_JOINS = {"||", "+"}


def literal(cursor: Cursor) -> str | None:
    """The literal at the cursor, all parts of a joined one; ``""`` for NULL. None where there is none."""
    if cursor.take("NULL"):
        return ""
    if cursor.word() == "(":
        return _bracketed(cursor)
    if not is_literal(cursor.peek()):
        return None
    said = [cursor.next().value]
    while True:
        if is_literal(cursor.peek()):
            said.append(cursor.next().value)
        elif cursor.word() in _JOINS and is_literal(cursor.peek(1)):
            cursor.at += 1
        else:
            return "".join(said)


def assigned(cursor: Cursor) -> str | None:
    """The literal after ``COMMENT``, with or without ``=``; the cursor stays where there is none."""
    start = cursor.at
    cursor.take("=")
    said = literal(cursor)
    if said is None:
        cursor.at = start
    return said


def is_literal(token: Token) -> bool:
    """Whether ``token`` is a literal where a literal is meant: ``"…"`` too, as MySQL and Hive write it."""
    return token.kind == "text" or (token.kind == "name" and token.text[:1] == '"')


def option(cursor: Cursor, *names: str) -> str | None:
    """What the option of one of these ``names`` says in ``(name = 'text', …)``; None without one."""
    for piece in cursor.pieces():
        token = piece.next()
        said = token.value.strip().lower()
        if said in names:
            return assigned(piece)
    return None


def _bracketed(cursor: Cursor) -> str | None:
    """``(('x'))`` as SQL Server writes it back."""
    inside = cursor.group()
    while inside.word() == "(":
        inside = inside.group()
    return literal(inside)
