"""Queries inside statements, with the place at which they begin; they are read by ``guard.lineage``."""

from __future__ import annotations

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.words import words
from guard.model.gate import Query

_TRAILERS = (
    ("WITH", "DATA"),
    ("WITH", "NO", "DATA"),
    ("WITH", "CHECK", "OPTION"),
    ("WITH", "LOCAL", "CHECK", "OPTION"),
    ("WITH", "CASCADED", "CHECK", "OPTION"),
    ("WITH", "READ", "ONLY"),
    ("WITH", "NO", "SCHEMA", "BINDING"),
    ("DEFINITION", "ONLY"),
)


def starts_query(cursor: Cursor) -> bool:
    """Whether a query comes next. ``(`` counts where a query is inside."""
    word = cursor.word()
    if word == "(":
        ahead = 1
        while cursor.word(ahead) == "(":
            ahead += 1
        return cursor.word(ahead) in words("query_starts")
    if word == "WITH":
        return cursor.peek(1).kind in ("word", "name")
    if word == "FROM":
        return cursor.peek(1).kind in ("word", "name")
    return word in words("query_starts")


def read_query(cursor: Cursor, *, before: str = "") -> Query:
    """The query from the cursor to the end, without what only concerns the view around it.

    ``before`` is put in front: common table expressions that stand before an INSERT.
    """
    start, end = cursor.at, cursor.end
    for words_ in _TRAILERS:
        at = end - len(words_)
        if at > start and cursor.uppers[at:end] == words_:
            end = at
    place = cursor.place(start, end)
    cursor.at = cursor.end
    quoted = cursor.statement.source.quoted
    return Query(text=f"{before}{_selected(cursor, start, end)}", place=place, quoted=quoted)


def selecting(values: str, source: str) -> str:
    """The query of ``values`` from ``source``: it is read, never run."""
    return f"SELECT {values} FROM {source}"  # noqa: S608


def _selected(cursor: Cursor, start: int, end: int) -> str:
    if cursor.uppers[start] == "TABLE":
        return selecting("*", cursor.text(start + 1, end))
    return cursor.text(start, end)
