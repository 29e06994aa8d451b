"""Web pages and XML saved as spreadsheets, as many systems export them: each table as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import BinaryIO

from guard.sdk import Asset, AssetKind, Budget, Problem, Sample, Unreadable
from guard_connectors.formats import encoding, workbook
from guard_connectors.formats.rows import part

_TABLES, _ROWS, _CELLS = ("table", "worksheet"), ("tr", "row"), ("td", "th", "cell")
_SILENT = ("script", "style")
_MOST_SPAN = 1000


def read(stream: BinaryIO, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:
    """One table as the asset itself, several as sheets of it; ``no-table`` where there is none."""
    found = encoding.detect(encoding.probe(stream))
    tables = _Tables()
    tables.feed(stream.read().decode(found.name, "replace"))
    tables.close()
    filled = [(name, rows) for name, rows in tables.found if any(any(row) for row in rows)]
    if not filled:
        raise Unreadable(Problem(code="no-table", path=asset.path))
    for place, (name, rows) in enumerate(filled, 1):
        inner = part(asset, name or f"table {place}", AssetKind.SHEET) if len(filled) > 1 else asset
        width = max(map(len, rows))
        yield workbook.sheet([[*row, *[""] * (width - len(row))] for row in rows], inner, budget)


class _Tables(HTMLParser):
    """Collects the rows of every table; a cell that spans rows stands in each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[list[str]]]] = []
        self._open: list[tuple[list[list[str]], dict[int, tuple[int, str]]]] = []
        self._words: list[str] | None = None
        self._spans = (1, 1)
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, row or cell begins; one that was not closed ends."""
        tag = tag.rpartition(":")[2]
        given = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag in _TABLES and not (tag == "table" and self._open and self.found[-1][0]):
            self._cell_ends()
            rows: list[list[str]] = []
            self.found.append((given.get("name", ""), rows))
            self._open.append((rows, {}))
        elif tag in _ROWS and self._open:
            self._cell_ends()
            self._open[-1][0].append([])
        elif tag in _CELLS and self._open and self._open[-1][0]:
            self._cell_ends()
            self._fill_to(given.get("index", ""))
            self._spans = (_span(given, "colspan", "mergeacross"), _span(given, "rowspan", "mergedown"))
            self._words = []
        elif tag in ("br", "p", "div") and self._words:
            self._words.append(" ")
        self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        """A cell, row or table ends."""
        tag = tag.rpartition(":")[2]
        if tag in (*_CELLS, *_ROWS):
            self._cell_ends()
        elif tag in _TABLES and self._open and not (tag == "table" and self.found[-1][0]):
            self._cell_ends()
            self._open.pop()
        self._silent = max(0, self._silent - (tag in _SILENT))

    def handle_data(self, data: str) -> None:
        """Text inside a cell."""
        if self._words is not None and not self._silent:
            self._words.append(data)

    def _fill_to(self, index: str) -> None:
        row = self._open[-1][0][-1]
        if index.isdecimal():
            row += [""] * (min(int(index), 16384) - 1 - len(row))

    def _cell_ends(self) -> None:
        if self._words is None:
            return
        words, self._words = " ".join("".join(self._words).split()), None
        rows, spanning = self._open[-1]
        row = rows[-1]
        while len(row) in spanning:
            left, text = spanning.pop(len(row))
            if left > 1:
                spanning[len(row)] = (left - 1, text)
            row.append(text)
        across, down = self._spans
        if down > 1:
            spanning[len(row)] = (down - 1, words)
        row += [words, *[""] * (across - 1)]


def _span(given: dict[str, str], plain: str, merged: str) -> int:
    """Columns or rows of a cell; XML counts those beyond the first."""
    value = given.get(plain) or given.get(merged, "")
    number = int(value) if value.isdecimal() else 0
    return max(1, min(number + (plain not in given), _MOST_SPAN))
