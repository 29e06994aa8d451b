"""What the columns of one table say together, as numbers: subjects, small classes, traces, ages, decimals.

Which columns count is told by the types found in them (``lexicon/measures.yaml``). No value is kept: equal
ones meet by their hash (``guard.detect.sketch``).

Facts, each on the first column it is measured of:

- ``subjects_seen``: different identifiers in the rows read; ``subjects`` where all rows were read.
- ``quasi``: how many columns together single persons out (GB/T 42460-2023 App. D); ``min_class``: the fewest
  rows that share their values, k; ``below_5``: the share of rows in classes below 5. Of rows that are a
  sample the same is ``min_class_seen`` and ``below_5_seen``, which says nothing certain of the whole table.
  Of a table with very many classes some of them are counted: k is at most ``min_class``.
- ``points``: the most points in time and space that one subject has; ``traced``: subjects with 3 or more.
- ``min_age``, ``max_age``, ``minors`` of a column of ages; ``decimals`` of a column of coordinate pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guard.detect.sketch import Hashes, Sketch, hashes, together
from guard.detect.trace import Traces
from guard.model import Finding

_LIKELY = 0.5
_LOOK = 200
_MOSTLY = 0.9
_TIME = r"^\s*\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?[ T]?\d{1,2}:?\d{2}"
_FRACTION = r"\.(?P<digits>\d+)"
_MOST_AGE, _CHILD = 149, 14
Facts = dict[int, dict[str, float]]


class Columns:
    """The columns of one table that are measured together, by position."""

    def __init__(self, findings: Sequence[Finding], batch: Any, lists: Mapping[str, Any]) -> None:
        at: dict[str, int] = {}
        for place, item in enumerate(findings):
            if item.type and item.confidence >= _LIKELY:
                at.setdefault(item.type, place)
        self.quasi = [at[kind] for kind in lists["quasi"] if kind in at]
        self.subject = next((at[kind] for kind in lists["subjects"] if kind in at), None)
        found = ([at[kind] for kind in kinds] for kinds in lists["places"] if all(k in at for k in kinds))
        self.place: list[int] = next(found, [])
        self.ages = [at[kind] for kind in lists["ages"] if kind in at]
        traced = self.subject is not None and bool(self.place)
        others = {*self.quasi, *self.place, self.subject}
        self.time = _time(batch, others) if traced else None

    @property
    def any(self) -> bool:
        """Whether there is anything to measure."""
        return self.subject is not None or len(self.quasi) > 1 or bool(self.ages or self.place)

    def agree(self, findings: Sequence[Finding], lists: Mapping[str, Any]) -> bool:
        """Whether the whole table's findings pick the same columns as those it was begun with."""
        other = Columns(findings, None, lists)
        return (other.quasi, other.subject, other.place) == (self.quasi, self.subject, self.place)


class Together:
    """Measures one table, sample by sample."""

    def __init__(self, columns: Columns, lists: Mapping[str, Any]) -> None:
        self._columns = columns
        self._small, self._trace = int(lists["small_class"]), int(lists["trace_points"])
        self._subjects, self._classes, self._traces = Sketch(), Sketch(), Traces()
        self._ages = _Ages()
        self._decimals = 0

    def add(self, batch: Any) -> None:
        """Measure the rows of one record batch."""
        at = self._columns
        known = None if at.subject is None else hashes(batch.column(at.subject))
        if known is not None:
            self._subjects.add(known)
        if len(at.quasi) > 1 and (parts := _all([hashes(batch.column(place)) for place in at.quasi])):
            self._classes.add(together(parts))
        if known is not None and at.time is not None:
            moment, places = hashes(batch.column(at.time)), [hashes(batch.column(one)) for one in at.place]
            if moment is not None and (parts := _all(places)):
                self._traces.add(known, np.where(together(parts) == 0, np.uint64(0), moment))
        for place in at.ages:
            self._ages.add(batch.column(place))
        if len(at.place) == 1:
            self._decimals = max(self._decimals, _decimals(batch.column(at.place[0])))

    def facts(self, *, whole: bool) -> Facts:
        """The facts by position of their column. ``whole``: every row of the table was read."""
        at, found = self._columns, Facts()
        if at.subject is not None and (number := self._subjects.distinct):
            own = found.setdefault(at.subject, {})
            own["subjects_seen"] = number
            if whole:
                own["subjects"] = number
            own |= self._points()
        if len(at.quasi) > 1:
            found.setdefault(at.quasi[0], {}).update(self._risk(whole=whole))
        for place in at.ages:
            found.setdefault(place, {}).update(self._ages.facts())
        if self._decimals:
            found.setdefault(at.place[0], {})["decimals"] = float(self._decimals)
        return found

    def _points(self) -> dict[str, float]:
        points = self._traces.points()
        if not len(points):
            return {}
        return {"points": float(points.max()), "traced": float((points >= self._trace).sum())}

    def _risk(self, *, whole: bool) -> dict[str, float]:
        counts = self._classes.counts()
        if not len(counts):
            return {}
        below = counts[counts < self._small].sum() / counts.sum()
        end = "" if whole else "_seen"
        return {
            "quasi": float(len(self._columns.quasi)),
            f"min_class{end}": float(counts.min()),
            f"below_5{end}": round(float(below), 4),
        }


class _Ages:
    """Ages as whole numbers: the lowest, the highest, and how many are below 14."""

    def __init__(self) -> None:
        self._rows = self._filled = self._young = 0
        self._low, self._high = float("inf"), float("-inf")

    def add(self, array: Any) -> None:
        numbers = _numbers(array)
        self._filled += len(array) - array.null_count
        known = numbers[(numbers >= 0) & (numbers <= _MOST_AGE)]
        if len(known):
            self._rows += len(known)
            self._young += int((known < _CHILD).sum())
            self._low, self._high = min(self._low, float(known.min())), max(self._high, float(known.max()))

    def facts(self) -> dict[str, float]:
        """Nothing where most values are no ages (a number of years of something else)."""
        if not self._rows or self._rows < _MOSTLY * self._filled:
            return {}
        return {"min_age": self._low, "max_age": self._high, "minors": self._young / self._rows}


def _numbers(array: Any) -> Any:
    """The numbers of a column of numbers or of digits."""
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array = array.filter(pc.fill_null(pc.match_substring_regex(array, r"^\d{1,3}$"), False))
    if pa.types.is_boolean(array.type) or pa.types.is_temporal(array.type) or pa.types.is_nested(array.type):
        return np.zeros(0)
    try:
        return np.asarray(array.drop_null().cast(pa.float64()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return np.zeros(0)


def _all(parts: Sequence[Hashes | None]) -> list[Hashes]:
    """The hashes of all columns; none where one of them cannot be compared."""
    found = [part for part in parts if part is not None]
    return found if len(found) == len(parts) else []


def _time(batch: Any, others: set[int | None]) -> int | None:
    """The first column of points in time: of that type, or texts that look so."""
    for place, array in enumerate(batch.columns if batch is not None else ()):
        if place in others:
            continue
        if pa.types.is_timestamp(array.type):
            return place
        if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
            some = array.slice(0, _LOOK).drop_null()
            matched = pc.sum(pc.match_substring_regex(some, _TIME)).as_py() or 0
            if len(some) and matched >= _MOSTLY * len(some):
                return place
    return None


def _decimals(array: Any) -> int:
    """The most digits after a point among the first texts of a column of coordinate pairs."""
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return 0
    found = pc.extract_regex(array.slice(0, _LOOK).drop_null(), _FRACTION).drop_null()
    return int(pc.max(pc.utf8_length(found.field(0))).as_py() or 0) if len(found) else 0
