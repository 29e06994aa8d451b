"""The type of a column: any words, parameters and brackets up to the first attribute."""

from __future__ import annotations

from guard.gate.ddl.cursor import Cursor, NotRead, written
from guard.gate.ddl.words import words


def read_type(cursor: Cursor) -> str:
    """The type at the cursor with single spaces, empty where the column has none.

    Raises NotRead ``type`` where neither a type nor an attribute goes on.
    """
    start = cursor.at
    if not cursor.more or (
        at_attribute(cursor) and not cursor.sees("ROW", "(") and not cursor.sees("ROW", "<")
    ):
        return ""
    if cursor.peek().kind not in ("word", "name") and cursor.word() not in ("{", "$", "%", ":"):
        raise NotRead("type", cursor.peek())
    cursor.skip()
    while cursor.more and _goes_on(cursor):
        cursor.skip()
    if cursor.more and not at_attribute(cursor):
        raise NotRead("type", cursor.peek())
    return written(cursor, start, cursor.at)


def at_attribute(cursor: Cursor) -> bool:
    """Whether what comes next is about the column, not part of its type."""
    word = cursor.word()
    if word in ("CHARACTER", "CHAR"):
        return cursor.word(1) == "SET"
    if word in ("WITH", "WITHOUT"):
        return cursor.word(1) not in words("time_zone")
    return word in words("attributes") or word in ("=", ")")


def _goes_on(cursor: Cursor) -> bool:
    word = cursor.word()
    if word in (".", "%", "{", "$"):
        cursor.at += word in {".", "%"}
        return cursor.more
    if word in ("(", "["):
        return True
    if word == "<":
        return cursor.at in cursor.closes
    if word in ("CHARACTER", "CHAR"):
        return cursor.word(1) != "SET"
    if word in ("WITH", "WITHOUT", "LOCAL", "TIME", "ZONE", "TIMEZONE"):
        return word not in ("WITH", "WITHOUT") or cursor.word(1) in words("time_zone")
    return word in words("type_goes_on")
