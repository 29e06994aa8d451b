"""Where the table of a sheet begins, and which column holds what: one heading row, or two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guard.policy.sheet.grid import Grid, Merged
from guard.policy.sheet.words import CATEGORIES, SheetWords

LOOK_ROWS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``first`` is the first row below the headings, from 0; ``columns`` maps a field to its column.

    ``unused`` are headings that name no field; ``doubled`` those that name one already found. ``title``
    is what stands above the headings.
    """

    first: int
    title: str
    columns: Mapping[str, int]
    unused: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()

    @property
    def categories(self) -> tuple[int, ...]:
        """The columns of the category, the broadest first."""
        return tuple(self.columns[name] for name in CATEGORIES if name in self.columns)


def layout(grid: Grid, merged: Merged, words: SheetWords) -> Layout | None:
    """The layout of a sheet, or None where no row within the first 15 heads a catalogue."""
    best: tuple[int, Layout] | None = None
    looked = range(min(LOOK_ROWS, len(grid.rows)))
    for height, row in ((height, row) for height in (1, 2) for row in looked):
        labels = _labels(grid, merged, row, height, words)
        found = _found(labels) if labels else None
        if found is not None and (best is None or len(found[0]) > best[0]):
            columns, unused, doubled = found
            best = (
                len(columns),
                Layout(
                    first=row + height,
                    title=_title(grid, merged, row),
                    columns=columns,
                    unused=unused,
                    doubled=doubled,
                ),
            )
    return best[1] if best else None


def _labels(
    grid: Grid, merged: Merged, row: int, height: int, words: SheetWords
) -> list[tuple[str, str]] | None:
    """(field, heading) of every column; None where a second row holds data and not headings."""
    upper = [merged.text(row, column) for column in range(grid.width)]
    if height == 1:
        return [(words.field(text), text) for text in upper]
    labels = []
    for column, above in enumerate(upper):
        below = merged.text(row + 1, column)
        own = merged.origin(row + 1, column) != merged.origin(row, column)
        if not below or not own:
            labels.append((words.field(above), above))
            continue
        wide = merged.span(row, column)
        if words.field(above) and (wide is None or wide.right == wide.left):
            return None  # a heading of its own with something below it: that row is data
        labels.append((_below(above, below, words), f"{above} {below}"))
    return labels


def _below(above: str, below: str, words: SheetWords) -> str:
    """The field of a heading below another: 数据分类 + 一级 is a category, 数据级别 + 一级 is none."""
    both, own = words.field(above + below), words.field(below)
    if not both and own in CATEGORIES and words.field(above) == "level":
        return ""
    return both or own


def _found(
    labels: list[tuple[str, str]],
) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]] | None:
    columns: dict[str, int] = {}
    unused, doubled = [], []
    for column, (name, label) in enumerate(labels):
        if name and name not in columns:
            columns[name] = column
        elif name:
            doubled.append(label)
        elif label:
            unused.append(label)
    named = {"item", "path", *CATEGORIES} & columns.keys()
    if "level" not in columns or not named:
        return None
    return columns, tuple(unused), tuple(doubled)


def _title(grid: Grid, merged: Merged, row: int) -> str:
    """The longest text above the headings, wherever those begin."""
    columns = range(grid.width)
    top = min((merged.origin(row, column)[0] for column in columns), default=row)
    texts = [grid.text(above, column) for above in range(top) for column in columns]
    return max(texts, key=len, default="")[:80]
