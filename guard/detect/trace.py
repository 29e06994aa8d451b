"""Points of subjects over time: how many one subject has, counted in bounded room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guard.detect.sketch import MOST, Hashes

_NULL = np.uint64(0)


class Traces:
    """Different (subject, point) pairs, of some of the subjects where there are too many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._bits = 0
        self._held: list[Any] = []
        self._size = 0

    def add(self, subjects: Hashes, points: Hashes) -> None:
        """Count one pair a row; a row whose subject or point is 0 has none."""
        chosen = (subjects != _NULL) & (points != _NULL)
        if self._bits:
            chosen &= (subjects & np.uint64((1 << self._bits) - 1)) == 0
        self._held.append(pa.table({"subject": subjects[chosen], "point": points[chosen]}))
        self._size += self._held[-1].num_rows
        if self._size > 2 * self._most:
            self._compress()

    def _compress(self) -> None:
        merged = pa.concat_tables(self._held).group_by(["subject", "point"]).aggregate([])
        while merged.num_rows > self._most:
            self._bits += 1
            low = np.asarray(merged["subject"]) & np.uint64((1 << self._bits) - 1)
            merged = merged.filter(pa.array(low == 0))
        self._held, self._size = [merged], merged.num_rows

    def points(self) -> NDArray[np.int64]:
        """How many different points each subject has that is kept."""
        if not self._held:
            return np.zeros(0, np.int64)
        self._compress()
        counted = self._held[0].group_by("subject").aggregate([("point", "count")])
        return np.asarray(counted["point_count"]).astype(np.int64)
