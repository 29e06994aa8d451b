"""One sheet as plain texts, with what a reader of values alone would not see: merged cells and formulas."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A merged range; first and last row and column, from 0, both inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """``rows`` of cell texts, from the sheet's first row and column on.

    ``formulas`` are places whose text is what a formula last gave; ``blind`` says that formulas
    cannot be told in this kind of file. Cells may hold real values: never shown by ``repr``.
    """

    name: str
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    spans: tuple[Span, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    blind: bool = False

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.rows), default=0)

    def text(self, row: int, column: int) -> str:
        """The text of a cell itself; empty outside the sheet."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return ""
        return self.rows[row][column].strip()


class Merged:
    """Which merged range covers a cell."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._by_row: dict[int, list[Span]] = {}
        last = len(grid.rows) - 1
        for span in grid.spans:
            for row in range(span.top, min(span.bottom, last) + 1):
                self._by_row.setdefault(row, []).append(span)

    def span(self, row: int, column: int) -> Span | None:
        """The range that covers the cell, if any."""
        return next((one for one in self._by_row.get(row, ()) if one.left <= column <= one.right), None)

    def text(self, row: int, column: int) -> str:
        """What a reader sees in the cell: the text of the range that covers it, or its own."""
        span = self.span(row, column)
        return self._grid.text(row, column) if span is None else self._grid.text(span.top, span.left)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The place that gives the cell its text."""
        span = self.span(row, column)
        return (row, column) if span is None else (span.top, span.left)

    def joined(self, row: int, column: int) -> bool:
        """Whether the cell is one of several rows that were merged."""
        span = self.span(row, column)
        return span is not None and span.bottom > span.top
