"""The values of one Arrow array, each once where they repeat, and how many rows each stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools

ALL = 16_384  # so many values are counted without a look
_LOOK = 4096
_REPEATS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """``values`` as they are matched, ``raw`` as they stand in ``cells``; all filled.

    ``counts``: rows of each value; None: one each, in the order of the rows. ``first`` is the number
    of the first cell among all rows of the column.
    """

    values: Any
    raw: Any
    counts: NDArray[np.int64] | None
    cells: Any
    first: int

    @classmethod
    def of(cls, cells: Any, first: int) -> Batch:
        """The distinct values of a string array; all of them where nearly all differ."""
        filled = cells.drop_null()
        if len(filled) > ALL:
            look = filled.take(pa.array(np.linspace(0, len(filled) - 1, num=_LOOK, dtype=np.int64)))
            if pc.count_distinct(look).as_py() > _REPEATS * _LOOK:
                return cls(values=filled, raw=filled, counts=None, cells=cells, first=first)
        table = pc.value_counts(filled)
        values, counts = table.field(0), np.asarray(table.field(1))
        return cls(values=values, raw=values, counts=counts, cells=cells, first=first)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def rows(self) -> int:
        """Rows with a value."""
        return len(self.values) if self.counts is None else int(self.counts.sum())

    def sum(self, chosen: Bools) -> int:
        """Rows that the ``chosen`` values stand for."""
        return int(chosen.sum()) if self.counts is None else int(self.counts[chosen].sum())

    def only(self, chosen: Bools) -> Batch:
        """The ``chosen`` values alone."""
        mask = pa.array(chosen)
        return replace(
            self,
            values=self.values.filter(mask),
            raw=self.raw.filter(mask),
            counts=None if self.counts is None else self.counts[chosen],
        )

    def places(self, chosen: Bools, most: int) -> list[int]:
        """The numbers of the first rows, at most ``most``, that hold one of the ``chosen`` values."""
        some = self.raw.take(pa.array(np.flatnonzero(chosen)[:most]))
        rows = np.flatnonzero(np.asarray(pc.is_in(self.cells, some)))[:most]
        return [self.first + int(row) for row in rows]
