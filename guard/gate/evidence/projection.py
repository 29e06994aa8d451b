"""The expressions of a query's outermost SELECT: what is said of an output points at what gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guard.gate.ddl.cursor import Cursor
from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token
from guard.gate.script.statement import Statement, Text

_NAMES = ("word", "name")
_ENDS = {
    "FROM", "INTO", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT", "MINUS",
    "FETCH", "WINDOW", "QUALIFY", "BULK", "LATERAL",
}  # fmt: skip
_FEW = {"DISTINCT", "ALL", "DISTINCTROW", "SQL_NO_CACHE", "SQL_CALC_FOUND_ROWS", "STRAIGHT_JOIN"}
_MOST = 200_000  # characters of a query that are looked at


@dataclass(frozen=True, slots=True)
class Projected:
    """One expression at ``start`` to ``end`` of the query's text, and the name that it gives an output
    (``*`` for a star, empty for none). ``words`` are its tokens."""

    start: int
    end: int
    name: str
    words: tuple[Token, ...]


@lru_cache(maxsize=4)  # what is said of one query is said of all its columns
def projected(query: str, dialect: Dialect) -> tuple[tuple[Projected, ...], ...]:
    """The expressions of ``query``, for each SELECT that a UNION joins at its outermost level."""
    if len(query) > _MOST:
        return ()
    cursor = Cursor(Statement(source=Text(file="", text=query), start=0, end=len(query), dialect=dialect))
    while cursor.word() == "(" and cursor.after(cursor.at) == cursor.end:
        cursor = cursor.group()
    return tuple(_arms(cursor))


def _arms(cursor: Cursor) -> Iterator[tuple[Projected, ...]]:
    while True:
        cursor.at = cursor.find({"SELECT"})
        if not cursor.take("SELECT"):
            return
        _pass_few(cursor)
        end = cursor.find(_ENDS)
        yield tuple(_one(piece) for piece in cursor.part(cursor.at, end).pieces() if piece.more)
        cursor.at = end


def _pass_few(cursor: Cursor) -> None:
    while cursor.take_any(_FEW):
        if cursor.word() == "ON":
            cursor.at += 1
            cursor.skip()
    if cursor.take("TOP"):
        cursor.skip()
        cursor.take("PERCENT")
        cursor.take("WITH", "TIES")


def _one(piece: Cursor) -> Projected:
    start, end = piece.at, piece.end
    tokens = piece.tokens
    name = tokens[end - 1].value if tokens[end - 1].kind in _NAMES else ""
    if tokens[end - 1].text == "*":
        name = "*"
    elif piece.peek(1).text == "=" and piece.peek().kind in _NAMES and end - start > 2:
        name, start = tokens[start].value, start + 2  # SQL Server
    elif end - start > 2 and piece.uppers[end - 2] == "AS":
        name, end = tokens[end - 1].value, end - 2
    elif end - start > 1 and name and _closes(tokens[end - 2]) and piece.uppers[end - 1] != "END":
        end -= 1
    elif end - start > 1 and piece.uppers[end - 2] != ".":
        name = ""
    words = tuple(tokens[start:end])
    return Projected(words[0].start, words[-1].end, name, words)


def _closes(token: Token) -> bool:
    """Whether an expression may end here, so that a name behind it is an alias."""
    return token.kind in ("name", "text", "number", "word") or token.text in (")", "]")


def simple(words: Sequence[Token], passing: frozenset[str]) -> bool:
    """Whether an expression is a column, or one in functions among ``passing`` that give a text on."""
    expects = True
    for at, token in enumerate(words):
        if token.kind in _NAMES:
            following = words[at + 1].text if at + 1 < len(words) else ""
            if not expects or (following == "(" and token.upper.casefold() not in passing):
                return False
            expects = False
        elif token.text in (".", "("):
            expects = True
        elif token.text != ")":
            return False
    return not expects
