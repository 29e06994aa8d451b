"""From rows of cells to Samples: random choice, equal widths, Arrow arrays."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from guard.sdk import Asset, AssetKind, Budget, Column, Problem, Sample

T = TypeVar("T")
BATCH_ROWS = 16384
_EXACT = 1 << 53
_SPARE_COLUMNS = 64
# A marking of secrecy stands at the head: these rows of a table, or of a document, are always read.
TABLE_HEAD, DOCUMENT_HEAD = 5, 100


class Clock:
    """The seconds of a Budget, counted from when it is made."""

    def __init__(self, budget: Budget) -> None:
        self._end = time.monotonic() + budget.seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._end


def chance(budget: Budget, asset: Asset) -> random.Random:
    """The repeatable source of randomness for one asset."""
    return random.Random(f"{budget.seed}/{asset.ref}")  # noqa: S311 - sampling, not secrets


def reservoir(rows: Iterable[T], wanted: int, luck: random.Random) -> tuple[list[T], int]:
    """``wanted`` rows, each equally likely, in their order, and how many there were (Li's algorithm L)."""
    counter = itertools.count()
    numbered = zip(rows, counter, strict=False)
    kept = list(itertools.islice(numbered, wanted))
    weight = math.exp(math.log(luck.random() or 0.5) / wanted) if wanted else 0.0
    while len(kept) == wanted and wanted:
        skip = int(math.log(luck.random() or 0.5) / math.log(1 - weight)) if weight < 1 else 0
        row = next(itertools.islice(numbered, skip, None), None)
        if row is None:
            break
        kept[luck.randrange(wanted)] = row
        weight *= math.exp(math.log(luck.random() or 0.5) / wanted)
    if not wanted:
        for _ in numbered:
            pass
    kept.sort(key=lambda pair: pair[1])
    return [row for row, _ in kept], next(counter)


def first_rows(budget: Budget, most: int) -> int:
    """How many rows of the start always belong to a sample: ``most``, or half of a small budget."""
    return most if budget.rows is None else min(most, (budget.rows + 1) // 2)


def headed(rows: Iterable[T], budget: Budget, luck: random.Random, most: int) -> tuple[list[T], int]:
    """The first rows and random ones of the rest, within ``budget.rows``, and how many there were."""
    walk = iter(rows)
    head = list(itertools.islice(walk, first_rows(budget, most)))
    kept, count = reservoir(walk, (budget.rows or 0) - len(head), luck)
    return head + kept, count + len(head)


def columns(names: Sequence[str], types: Sequence[str] = ()) -> tuple[Column, ...]:
    """Columns of those names, in that order, positions from 1."""
    padded = [*types, *[""] * (len(names) - len(types))]
    return tuple(
        Column(name=name, position=place, type=padded[place - 1]) for place, name in enumerate(names, 1)
    )


def even(
    rows: list[list[str]], names: tuple[str, ...]
) -> tuple[Sequence[Sequence[str | None]], tuple[str, ...], int]:
    """Rows of equal width, the names with those of surplus cells, and how many rows were ragged.

    A short row is filled with nulls; surplus cells get columns of their own, and beyond
    64 of them are kept together in the last.
    """
    width = len(names)
    if not rows or set(map(len, rows)) == {width}:
        return rows, names, 0
    widest = min(max([width, *map(len, rows)]), width + _SPARE_COLUMNS)
    ragged = 0
    level: list[list[str | None]] = []
    for row in rows:
        cells: list[str | None] = list(row)
        if len(row) != width:
            ragged += 1
            if len(row) > widest:
                cells[widest - 1 :] = [" ".join(row[widest - 1 :])]
            cells += [None] * (widest - len(cells))
        elif widest > width:
            cells += [None] * (widest - width)
        level.append(cells)
    taken = set(names)
    extra = [f"column_{place}" for place in range(width + 1, widest + 1)]
    return level, (*names, *(name if name not in taken else f"{name}_2" for name in extra)), ragged


def text_batch(rows: Sequence[Sequence[Any]], width: int) -> Any:
    """A record batch of ``width`` string arrays from equally wide ``rows``."""
    import pyarrow as pa

    turned = list(zip(*rows, strict=True)) if rows else [()] * width
    return batch([pa.array(cells, pa.large_string()) for cells in turned], len(rows))


def batch(arrays: Sequence[Any], rows: int) -> Any:
    """A record batch of ``arrays``, with positions as field names; ``rows`` counts where there are none."""
    import pyarrow as pa

    if not arrays:
        return pa.RecordBatch.from_arrays([], names=[])
    assert rows == len(arrays[0])  # noqa: S101
    return pa.RecordBatch.from_arrays(list(arrays), names=[str(place) for place in range(len(arrays))])


def typed(values: Sequence[Any]) -> tuple[Any, str, bool]:
    """An Arrow array for spreadsheet cells, its type's name, and whether whole numbers lost digits.

    Numbers stay numbers where the whole column is numbers; whole ones become integers.
    Anything mixed becomes text, without the ``.0`` that spreadsheets add.
    """
    import pyarrow as pa

    filled = [value for value in values if value is not None and value != ""]
    kinds = {type(value) for value in filled}
    lost = any(isinstance(value, float) and abs(value) >= _EXACT for value in filled)
    cells = [None if value == "" else value for value in values]
    if kinds and kinds <= {int, float}:
        if all(isinstance(value, int) or value.is_integer() for value in filled) and not lost:
            whole = [None if cell is None else int(cell) for cell in cells]
            if all(-_EXACT <= cell <= _EXACT for cell in whole if cell is not None):
                return pa.array(whole, pa.int64()), "integer", lost
        return pa.array([None if c is None else float(c) for c in cells], pa.float64()), "number", lost
    if kinds == {bool}:
        return pa.array(cells, pa.bool_()), "boolean", False
    name = "date" if kinds and kinds <= {dt.date, dt.datetime} else "text"
    return pa.array([None if c is None else shown(c) for c in cells], pa.large_string()), name, lost


def shown(value: Any) -> str:
    """One spreadsheet cell as a person would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e21 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def count_cells(batch: Any, mark: str) -> int:
    """How many cells of a batch of texts hold ``mark``."""
    import pyarrow.compute as pc

    return sum(pc.sum(pc.match_substring(column, mark)).as_py() or 0 for column in batch.columns)


def emptied(asset: Asset, names: Sequence[str] = (), notes: tuple[Problem, ...] = ()) -> Sample:
    """The Sample of an asset that was read whole and has no rows."""
    found = replace(asset, columns=columns(names), rows=0)
    return Sample(found, text_batch([], len(names)), complete=True, notes=notes)


def part(asset: Asset, name: str, kind: AssetKind) -> Asset:
    """A finer asset inside ``asset``: a sheet, a member, a nested table."""
    return replace(asset, path=(*asset.path, name), kind=kind, columns=(), comment="", rows=None, bytes=None)


def last_marked(items: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """Each item with whether it is the last."""
    walk = iter(items)
    held = next(walk, None)
    while held is not None:
        following = next(walk, None)
        yield held, following is None
        held = following
