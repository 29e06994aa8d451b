"""One asset being read within its budget: rows from a driver become bounded Samples."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.model import Asset, Problem
from guard.sdk.connector import Budget
from guard.sdk.sample import Sample
from guard.sdk.sql.cells import batch
from guard.sdk.sql.session import Fetch, Row

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_ROWS = 16
MOST_ROWS = 20_000
BATCH_BYTES = 4 * 1024 * 1024

# What a dialect's reader yields: rows; and returns: whether every row was read.
Rows = Generator[list[Row], None, bool]


@dataclass(slots=True, kw_only=True)
class Reading:
    """How much may still be read of one asset. ``size`` is the next fetch, in rows.

    It starts small, since the first row may be huge, and follows the mean row after that.
    ``front`` is True while the rows stand only for the beginning of the asset, not for all of it.
    """

    budget: Budget
    size: int = FIRST_ROWS
    left: int = 0
    front: bool = False
    statement_seconds: float = math.inf
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.budget.bytes

    def late(self) -> bool:
        """True when the budget's seconds are over."""
        return time.monotonic() - self.started >= self.budget.seconds

    def drain(self, fetch: Fetch, limit: int | None = None) -> Rows:
        """Rows of a started query, at most ``limit``. Returns True when the query had no more."""
        taken = 0
        while limit is None or taken <= limit:
            # One row beyond the limit is asked for: it tells whether there was more.
            want = self.size if limit is None else min(self.size, limit + 1 - taken)
            if want <= 0 or self.late():
                return False
            rows = fetch(want)
            keep = rows if limit is None else rows[: limit - taken]
            taken += len(rows)
            if keep:
                yield keep
            if len(rows) < want:
                return limit is None or taken <= limit
        return False

    def samples(
        self, asset: Asset, kinds: Sequence[str], rows: Rows, notes: tuple[Problem, ...]
    ) -> Iterator[Sample]:
        """Samples of ``rows``: the last one says whether the asset was read whole.

        Where it was not and its rows are not random, the last one notes ``not-random``.
        """
        pending: pa.RecordBatch | None = None
        complete = False
        while True:
            try:
                chunk = next(rows)
            except StopIteration as stop:
                complete = bool(stop.value)
                break
            made = batch(chunk, kinds)
            fitting = self._fit(made)
            self.size = self._next_size(made)
            joined = _joined(pending, fitting)
            if joined is None and pending is not None:
                yield Sample(asset, pending, notes=notes)
            pending = joined or fitting
            if fitting.num_rows < made.num_rows or self.left <= 0:
                break
        if pending is None:
            pending = batch((), kinds)
        if self.front and not complete:
            notes = (*notes, Problem(code="not-random", path=asset.path))
        yield Sample(asset, pending, complete=complete, notes=notes)

    def _fit(self, made: pa.RecordBatch) -> pa.RecordBatch:
        while made.nbytes > self.left and made.num_rows:
            made = made.slice(0, min(made.num_rows - 1, made.num_rows * max(0, self.left) // made.nbytes))
        self.left -= made.nbytes
        return made

    def _next_size(self, made: pa.RecordBatch) -> int:
        target = max(1, min(BATCH_BYTES, self.budget.bytes // 4))
        fitting = target * made.num_rows // max(1, made.nbytes)
        return int(max(1, min(self.size * 8, fitting, MOST_ROWS)))


def _joined(one: pa.RecordBatch | None, two: pa.RecordBatch) -> pa.RecordBatch | None:
    """Two small batches of one schema as one, for columns are judged a batch at a time; else None."""
    import pyarrow as pa

    if one is None or one.schema != two.schema or one.nbytes + two.nbytes > BATCH_BYTES:
        return None
    return pa.Table.from_batches([one, two]).combine_chunks().to_batches()[0]
