"""COPY … FROM stdin: the first of the rows that follow it, in the text format or CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.insert import MOST_CHARACTERS, MOST_ROWS, Row
from guard.gate.ddl.names import columns_named, read_name
from guard.gate.script.copied import LAST, rows_after
from guard.gate.script.statement import Text
from guard.model.gate import Literals, Place

_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_LONGEST = 100_000  # characters of a row that are looked at
_NULL = r"\N"


def copy(cursor: Cursor) -> Iterator[Literals]:
    """What follows COPY: the first rows that stand in the script. Raises NotRead ``name``."""
    statement = cursor.statement
    rows = rows_after(statement.source.text, statement.start, statement.end)
    if rows is None or "BINARY" in cursor.uppers:
        return
    table = read_name(cursor)
    columns = columns_named(cursor.group()) if cursor.word() == "(" else ()
    lines = _lines(statement.source, *rows)
    found = tuple(_row(line, place, *_form(cursor)) for line, place in lines[:MOST_ROWS])
    more = len(lines) > MOST_ROWS
    yield Literals(table=table, place=statement.place(), columns=columns, rows=found, more=more)


def _lines(source: Text, start: int, end: int) -> list[tuple[str, Place]]:
    """The first lines between ``start`` and ``end`` and one more, each with its place."""
    script, found = source.text, list[tuple[str, Place]]()
    at, number = start, source.place(start, start + 1).line
    while at < end and len(found) <= MOST_ROWS and not LAST.match(script, at):
        after = script.find("\n", at, end)
        after = end if after < 0 else after
        place = Place(file=source.file, line=number, end=number)
        found.append((script[at : min(after, at + _LONGEST)], place))
        at, number = after + 1, number + 1
    return found


def _form(cursor: Cursor) -> tuple[str, bool]:
    """What separates the cells of a row, and whether they are quoted as in CSV."""
    options = cursor.part(cursor.find({"STDIN"}), cursor.end)
    quoted = "CSV" in (token.upper for token in options.tokens)
    said = next((at for at, word in enumerate(cursor.uppers) if word == "DELIMITER"), len(cursor.tokens))
    marks = [token.value for token in cursor.tokens[said + 1 : said + 3] if token.kind == "text"]
    default = "," if quoted else "\t"
    return next((default if mark == r"\t" else mark[:1] for mark in marks if mark), default), quoted


def _row(line: str, place: Place, mark: str, quoted: bool) -> Row:
    if quoted:
        try:
            cells = next(csv.reader([line], delimiter=mark), [])
        except (csv.Error, TypeError):
            cells = [line]
        return tuple((cell[:MOST_CHARACTERS], place) for cell in cells)
    row, at = [], 1
    for cell in line.split(mark):
        said = "" if cell == _NULL else _ESCAPED.sub(_unescaped, cell[:MOST_CHARACTERS])
        row.append((said, Place(file=place.file, line=place.line, end=place.line, at=at)))
        at += len(cell) + 1
    return tuple(row)


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])
