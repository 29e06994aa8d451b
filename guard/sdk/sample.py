"""A Sample: rows of one asset as Arrow arrays, that refuse to be printed, pickled or logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from guard.model import Asset, Problem

if TYPE_CHECKING:
    import pyarrow as pa


class Sample:
    """Some rows of ``asset``, one Arrow array per column, in the order of ``asset.columns``.

    ``batch`` has exactly ``len(asset.columns)`` arrays of equal length, of any primitive
    Arrow type (string, binary, integer, float, decimal, boolean, date, timestamp).
    ``asset`` may be finer than what was asked for: a sheet of the listed workbook, a member
    of the listed archive, with the columns that were found there.
    ``complete`` is True on the last Sample of an asset when every row of it was read.
    ``notes`` say what is doubtful about these rows (rows hidden by row security, ragged rows).

    Values never leave ``guard.detect``: ``repr`` shows only sizes, and pickling is refused.
    """

    __slots__ = ("asset", "batch", "complete", "notes")

    def __init__(
        self, asset: Asset, batch: pa.RecordBatch, *, complete: bool = False, notes: tuple[Problem, ...] = ()
    ) -> None:
        if batch.num_columns != len(asset.columns):
            raise ValueError(f"{batch.num_columns} arrays for {len(asset.columns)} columns")
        self.asset = asset
        self.batch = batch
        self.complete = complete
        self.notes = notes

    @property
    def rows(self) -> int:
        """Number of rows in this sample."""
        return int(self.batch.num_rows)

    def __repr__(self) -> str:
        return f"<Sample {self.rows} rows x {len(self.asset.columns)} columns>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Sample holds values and is never pickled")

    __reduce_ex__ = __reduce__  # type: ignore[assignment]
    __getstate__ = __reduce__
