"""All that a script executes, as statements in order: also what bodies and literals of dynamic SQL hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guard.gate.script import bodies, dynamic, notes
from guard.gate.script.blocks import kind
from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token
from guard.gate.script.split import walk
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Unread

_DEPTH = 8  # bodies in literals in bodies; none that people write goes deeper


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and the text that holds it."""

    token: Token
    source: Text


@dataclass(frozen=True, slots=True)
class Routine:
    """A function, procedure or trigger as a whole; what it holds has been given before it."""

    statement: Statement


Piece = Statement | Unread | Comment | Routine


def pieces(text: Text, dialect: Dialect, depth: int = 0) -> Iterator[Piece]:
    """The statements of ``text`` as they are executed, its comments, and an Unread for what cannot be known.

    A routine, a block, or a literal that is executed gives the statements that it holds, with their lines.
    """
    for piece in walk(text, dialect):
        if isinstance(piece, Token):
            yield Comment(piece, text) if piece.kind == "comment" else _not_followed(piece, text)
            continue
        for comment in notes.inside(piece):
            yield Comment(comment, text)
        yield from _opened(piece, depth)


def _opened(statement: Statement, depth: int) -> Iterator[Piece]:
    if statement.broken >= 0:
        yield _broken(statement)
    elif depth > _DEPTH:
        yield Unread(place=statement.place(), reason="depth")
    elif kind(statement):
        for code in bodies.quoted(statement):
            yield from pieces(code, statement.dialect, depth + 1)
        for inner in bodies.inner(statement):
            yield from _opened(inner, depth + 1)
        if kind(statement) == "routine":
            yield Routine(statement)
    else:
        for one in dynamic.literals(statement):
            if isinstance(one, Unread):
                yield one
            else:
                yield from pieces(one, statement.dialect, depth + 1)
        yield statement


def _not_followed(include: Token, text: Text) -> Unread:
    """An include that stands where nothing could open the file, or that names it by a variable."""
    return Unread(place=text.place(include.start, include.end), reason="include")


def _broken(statement: Statement) -> Unread:
    at = statement.broken
    reason = "comment-open" if statement.source.text[at] == "/" else "quote-open"
    return Unread(place=statement.source.place(at, at + 1), reason=reason)
