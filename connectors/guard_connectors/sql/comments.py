"""Comments that people wrote into a CREATE TABLE: the only ones that SQLite keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*)
  | (?P<literal>'(?:[^']|'')*')
  | (?P<mark>[(),])
  | (?P<line>\n)
  | (?P<other>[^\S\n]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def ddl_comments(sql: str) -> tuple[str, Mapping[str, str]]:
    """The table's comment and its columns' comments by lower-case name, from ``sql``.

    A comment belongs to the column that its line defines; one on a line of its own, to the
    column that follows. A comment before the first column's line is the table's.
    """
    table: list[str] = []
    columns: dict[str, list[str]] = {}
    waiting: list[str] = []
    current = ""
    for event, text in _events(sql):
        if event == "column":
            current = text
            columns.setdefault(current, []).extend(waiting)
            waiting = []
        elif event == "head":
            table.append(text)
        elif event == "own-line":
            waiting.append(text)
        elif event == "comment" and current:
            columns[current].append(text)
    found = {name: " ".join(parts).strip() for name, parts in columns.items()}
    return " ".join(table).strip(), {name: text for name, text in found.items() if text}


def _events(sql: str) -> Iterator[tuple[str, str]]:
    """``column`` at a column's name; ``head``, ``own-line`` or ``comment`` for a comment."""
    depth = 0
    expecting = False
    fresh = True
    opened = False
    for token in _TOKEN.finditer(sql):
        kind, text = token.lastgroup, token.group()
        if kind == "mark":
            depth += (text == "(") - (text == ")")
            expecting = (text == "(" and depth == 1) or (text == "," and depth == 1) or expecting
            opened = opened or depth > 0
        elif kind == "line":
            fresh = True
            continue
        elif kind == "comment":
            place = (
                "head"
                if not opened or (expecting and not fresh and _at_opening(sql, token.start()))
                else ("own-line" if fresh and expecting else "comment")
            )
            yield place, _words(text)
            continue
        elif kind == "name" and depth == 1 and expecting:
            expecting = False
            yield "column", _bare(text).lower()
        if not text.isspace():
            fresh = False


def _at_opening(sql: str, place: int) -> bool:
    """True right after the opening parenthesis: such a comment speaks of the table."""
    return sql[:place].rstrip(" \t").endswith("(")


def _bare(name: str) -> str:
    if name[0] in '"`':
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[0] == "[" else name


def _words(comment: str) -> str:
    body = comment[2:] if comment.startswith("--") else comment[2:].removesuffix("*/")
    return " ".join(body.split())
