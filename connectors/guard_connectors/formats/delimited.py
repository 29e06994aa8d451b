"""csv and tsv: any of five delimiters, any encoding, quoted newlines, ragged rows, no header."""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from guard.sdk import Asset, Budget, Problem, Sample
from guard_connectors.formats import cells, header, lines
from guard_connectors.formats.rows import (
    BATCH_ROWS,
    TABLE_HEAD,
    Clock,
    chance,
    columns,
    count_cells,
    emptied,
    even,
    first_rows,
    headed,
    text_batch,
)

DELIMITERS = (",", "\t", ";", "|", "\x01")
_LOOK_ROWS = 60
_RUNAWAY = 4 << 20
csv.field_size_limit(2 * _RUNAWAY)  # a longer one is a quote never closed; long cells are cut after


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the cells of one file are told apart."""

    delimiter: str = ","
    quoted: bool = True

    def rows(self, source: Iterator[str]) -> Iterator[list[str]]:
        """Rows of the lines ``source``; empty lines are no rows."""
        if self.quoted:
            return filter(None, csv.reader(source, delimiter=self.delimiter))
        return filter(None, csv.reader(source, delimiter=self.delimiter, quoting=csv.QUOTE_NONE))


class _BadQuotes(Exception):  # noqa: N818 - a finding about the file
    """Quotes do not pair up: read again without them."""


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One table. Random rows within ``budget``; complete when all were read."""
    text = lines.opened(stream)
    dialect = Dialect(delimiter=sniff(lines.head(text, budget)))
    try:
        yield from _read(text, dialect, asset, budget)
    except _BadQuotes:
        yield from _read(text, replace(dialect, quoted=False), asset, budget)


def sniff(head: list[str]) -> str:
    """The delimiter that cuts the lines ``head`` most evenly; a comma where none does."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        sample = list(itertools.islice(_safely(Dialect(delimiter=delimiter).rows(iter(head))), _LOOK_ROWS))
        widths = [len(row) for row in sample]
        width = max(set(widths), key=lambda each: (widths.count(each), each), default=0)
        points = widths.count(width) / len(widths) * min(width, 20) ** 0.25 if width > 1 else 0.0
        if points > most + 0.01:
            best, most = delimiter, points
    return best


def _safely(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:
        return


def _read(text: lines.Text, dialect: Dialect, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    clock, luck = Clock(budget), chance(budget, asset)
    whole = text.size <= budget.bytes
    if budget.rows is None and whole and lines.quotes(text):
        # Rows go out before the end is seen: find a quote that is never closed first.
        deque(_checked(_Source(text, clock, dialect), dialect), maxlen=0)
    source = _Source(text, clock, dialect)
    rows = _checked(source, dialect)
    look = list(itertools.islice(rows, _LOOK_ROWS))
    if not look and not source.runaway:
        yield emptied(asset, notes=_notes(asset, text, dialect, source, text_batch([], 0), 0))
        return
    layout = header.layout(look)
    named = replace(asset, columns=columns(layout.names), comment=asset.comment or layout.title)
    if not whole:
        skipped = layout.first + first_rows(budget, TABLE_HEAD)
        blocks = _from_blocks(text, dialect, source, len(layout.names), budget, luck, skipped)
        rest: Iterator[list[str]] = itertools.chain(look[layout.first : skipped], blocks)
    else:
        rest = itertools.chain(look[layout.first :], rows)
    if budget.rows is None:
        yield from _all(rest, named, text, dialect, source, whole)
        return
    kept, count = headed(rest, budget, luck, TABLE_HEAD)
    if source.runaway:
        raise _BadQuotes
    read_all = whole and not source.stopped
    complete = read_all and count == len(kept)
    if not whole:
        count = lines.estimate(text, [dialect.delimiter.join(row) for row in kept])
    named = replace(named, rows=count if not source.stopped else None)
    yield _sample(named, kept, text, dialect, source, complete=complete)


class _Source(lines.Lines):
    """The lines of a table; cells too long are cut by ``cutter``, NULs that only pad are counted."""

    def __init__(self, text: lines.Text, clock: Clock, dialect: Dialect) -> None:
        self.cutter = cells.Cutter(dialect.delimiter, quoted=dialect.quoted)
        self.padded = 0
        super().__init__(text, clock, _RUNAWAY, trim=self.cutter.line)

    def cleaned(self, row: list[str]) -> list[str]:
        """``row`` with long cells cut and without the NULs at the ends of its cells."""
        if any(len(cell) > cells.LONGEST for cell in row):
            row = self.cutter.row(row)
        if any("\0" in cell for cell in row):
            bare = [cell.strip("\0") for cell in row]
            self.padded += sum(map(len, row)) > sum(map(len, bare))
            return bare
        return row


def _checked(source: _Source, dialect: Dialect) -> Iterator[list[str]]:
    """Rows of the whole file; _BadQuotes where a quote that is never closed swallows lines."""
    row: list[str] = []
    try:
        for row in dialect.rows(source):
            suspect = source.nuls or source.since > cells.LONGEST
            source.mark()
            yield source.cleaned(row) if suspect else row
    except csv.Error:
        raise _BadQuotes from None
    if dialect.quoted and (source.runaway or (source.odd_quotes and row and "\n" in row[-1])):
        raise _BadQuotes


def _from_blocks(
    text: lines.Text,
    dialect: Dialect,
    source: _Source,
    width: int,
    budget: Budget,
    luck: object,
    first: int,
) -> Iterator[list[str]]:
    for place, block in enumerate(lines.blocks(text, budget, luck)):  # type: ignore[arg-type]
        if place == 0:
            start = list(_safely(dialect.rows(iter(_cut(block)))))
            yield from map(source.cleaned, start[first:-1])
            continue
        readings = [block, '"' + block] if dialect.quoted and '"' in block else [block]
        parsed = [list(_safely(dialect.rows(iter(_cut(each))))) for each in readings]
        best = max(parsed, key=lambda rows: sum(len(row) == width for row in rows))
        yield from map(source.cleaned, best[1:-1] if len(readings) > 1 else best)


def _cut(block: str) -> list[str]:
    return [line + "\n" for line in block.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _all(
    rows: Iterator[list[str]],
    asset: Asset,
    text: lines.Text,
    dialect: Dialect,
    source: _Source,
    whole: bool,
) -> Iterator[Sample]:
    """Every row, in batches; surplus cells of later batches stay in the last column."""
    chunk = list(itertools.islice(rows, BATCH_ROWS))
    _, names, _ = even(chunk, tuple(column.name for column in asset.columns))
    asset = replace(asset, columns=columns(names))
    while True:
        following = list(itertools.islice(rows, BATCH_ROWS))
        complete = not following and whole and not source.stopped
        yield _sample(asset, chunk, text, dialect, source, complete=complete, fixed=True)
        if not following:
            return
        chunk = following


def _sample(
    asset: Asset,
    rows: list[list[str]],
    text: lines.Text,
    dialect: Dialect,
    source: _Source,
    *,
    complete: bool,
    fixed: bool = False,
) -> Sample:
    names = tuple(column.name for column in asset.columns)
    if fixed and max(map(len, rows), default=0) > len(names):
        last = len(names) - 1
        rows = [[*row[:last], " ".join(row[last:])] if len(row) > len(names) else row for row in rows]
    level, names, ragged = even(rows, names)
    found = replace(asset, columns=columns(names))
    made = text_batch(level, len(names))
    notes = _notes(asset, text, dialect, source, made, ragged)
    return Sample(found, made, complete=complete, notes=notes)


def _notes(
    asset: Asset, text: lines.Text, dialect: Dialect, source: _Source, made: Any, ragged: int
) -> tuple[Problem, ...]:
    """What is doubtful about these rows."""
    notes = []
    params: dict[str, str | int | float]
    broken = count_cells(made, "\ufffd")
    if broken or not text.encoding.sure:
        params = {"encoding": text.encoding.name, "cells": broken}
        notes.append(Problem(code="encoding-doubtful", path=asset.path, params=params))
    if ragged:
        params = {"rows": ragged, "of": made.num_rows}
        notes.append(Problem(code="ragged-rows", path=asset.path, params=params))
    if source.cutter.cuts:
        params = {"cells": source.cutter.cuts, "kilobytes": cells.LONGEST >> 10}
        notes.append(Problem(code="cell-cut", path=asset.path, params=params))
    if source.padded:
        notes.append(Problem(code="nul-padding", path=asset.path))
    if count_cells(made, "\0"):
        notes.append(Problem(code="nul-bytes", path=asset.path))
    if not dialect.quoted:
        notes.append(Problem(code="quotes-broken", path=asset.path))
    return tuple(notes)
