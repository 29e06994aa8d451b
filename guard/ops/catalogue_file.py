"""A catalogue's file -> grids: xlsx, xlsm, ods, xls, csv; bounded, nothing of it is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guard.model import UsageError
from guard.ops import catalogue_old
from guard.ops import catalogue_package as package
from guard.ops.catalogue_limits import Limits, TooLargeError
from guard.ops.catalogue_reader import UnreadableError, Values, values
from guard.policy.sheet.grid import Grid, Span

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = ",\t;|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The sheets of a file that can be read, and the names of those that are hidden."""

    grids: tuple[Grid, ...]
    hidden: tuple[str, ...] = ()


def read(path: Path, data: bytes, limits: Limits, sheets: Sequence[str] = ()) -> Book:
    """The sheets in ``data``, the content of ``path``; with ``sheets`` only those, hidden ones as well.

    Raises UsageError: ``catalogue-unreadable``, ``catalogue-too-large``, ``catalogue-sheet``.
    """
    try:
        if data.startswith(b"PK"):
            return _packed(path, data, limits, sheets)
        if data.startswith(_OLE):
            return _bare(path, data, limits, sheets)
        return Book(grids=(_text(path, data, limits),))
    except TooLargeError as error:
        raise UsageError(
            "catalogue-too-large", path=str(path), limit=error.what, most=f"{error.most:,}"
        ) from None
    except package.BrokenError:
        raise UsageError("catalogue-unreadable", path=str(path), why="damaged") from None


def load(path: Path, limits: Limits) -> bytes:
    """The bytes of ``path``. Raises UsageError where it is missing, unreadable or too large."""
    if not path.exists():
        raise UsageError("no-such-path", path=str(path), nearest="")
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.file + 1)
    except OSError as error:
        raise UsageError("catalogue-unreadable", path=str(path), why=error.strerror or "OSError") from None
    if len(data) > limits.file:
        raise UsageError("catalogue-too-large", path=str(path), limit="file", most=f"{limits.file:,}")
    return data


def _packed(path: Path, data: bytes, limits: Limits, sheets: Sequence[str]) -> Book:
    parts = package.members(data, limits)
    if "xl/workbook.xml" in parts:
        seen = package.workbook(parts, limits)
    elif "content.xml" in parts:
        seen = package.document(parts, limits)
    else:
        raise UsageError("catalogue-unreadable", path=str(path), why="format")
    if sum((one.last_row + 1) * (one.last_column + 1) for one in seen.values()) > limits.cells:
        raise TooLargeError("cells", limits.cells)
    return _values(path, package.repacked(parts), limits, sheets, seen)


def _bare(path: Path, data: bytes, limits: Limits, sheets: Sequence[str]) -> Book:
    book = _values(path, data, limits, sheets, None)
    try:
        found = catalogue_old.formulas(data)
    except catalogue_old.UntoldError:
        return book
    told = [replace(one, formulas=frozenset(found.get(one.name, ())), blind=False) for one in book.grids]
    return replace(book, grids=tuple(told))


def _values(
    path: Path, data: bytes, limits: Limits, wanted: Sequence[str], seen: dict[str, package.Seen] | None
) -> Book:
    try:
        names, hidden, sheets = values(data, limits, wanted)
    except UnreadableError as error:
        raise UsageError("catalogue-unreadable", path=str(path), why=str(error)) from None
    for name in wanted:
        if name not in names:
            raise UsageError("catalogue-sheet", path=str(path), word=name, known=", ".join(names))
    return Book(grids=tuple(_grid(sheet, seen) for sheet in sheets), hidden=tuple(hidden))


def _grid(sheet: Values, seen: dict[str, package.Seen] | None) -> Grid:
    if seen is None:
        spans = tuple(Span(top=a, left=b, bottom=c, right=d) for a, b, c, d in sheet.merged)
        return Grid(name=sheet.name, rows=sheet.rows, spans=spans, blind=True)
    found = seen.get(sheet.name, package.Seen())
    return Grid(
        name=sheet.name, rows=sheet.rows, spans=tuple(found.spans), formulas=frozenset(found.formulas)
    )


def _text(path: Path, data: bytes, limits: Limits) -> Grid:
    text = _decoded(path, data)
    lines = text.splitlines()[:20]
    mark = max(_MARKS, key=lambda one: sum(line.count(one) for line in lines))
    rows: list[tuple[str, ...]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            cells += len(row)
            if len(rows) >= limits.rows:
                raise TooLargeError("rows", limits.rows)
            if len(row) > limits.columns:
                raise TooLargeError("columns", limits.columns)
            if cells > limits.cells:
                raise TooLargeError("cells", limits.cells)
            rows.append(tuple(row))
    except csv.Error:
        raise package.BrokenError from None
    return Grid(name=path.stem, rows=tuple(rows))


def _decoded(path: Path, data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UsageError("catalogue-unreadable", path=str(path), why="encoding")
