"""One column's counts over any number of samples; each distinct value is judged once a sample."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools
from guard.detect import normalise, shape
from guard.detect.matching import Matcher, passed
from guard.detect.types import Shaped
from guard.detect.weigh import Count

KEPT = 10_000
_YEARS = 10_000  # of four digits
_INSIDE_FROM = 8
_SOME = 0.3
_BORN = {"resident_id_18": 6, "hmt_residence_permit": 6, "foreign_pr_id_2023": 6, "birth_date": 0}


class Tally:
    """Counts of one column. ``distinct`` is exact up to 10,000, beyond that an upper bound."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.rows = self.nulls = self.distinct = 0
        self.kinds: set[str] = set()
        self.lost = 0
        self.shortest, self.longest, self.characters = 0, 0, 0
        self.types: dict[str, Count] = defaultdict(Count)
        self.shapes: dict[str, int] = defaultdict(int)
        self.magic: dict[str, int] = defaultdict(int)
        # Rows by year of birth, so that five million birthdays take no more room than one.
        self.born: dict[str, NDArray[Any]] = {}
        self.sequence: bool | None = None
        self.epoch: bool | None = None
        self.decimals = 0
        self._kept: Any = None

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.nulls

    def add(self, array: Any) -> None:
        """Count the values of one Arrow array."""
        for flag, number in shape.magic(array).items():
            self.magic[flag] += number
        read = normalise.texts(array)
        self.kinds.add(read.kind)
        self.lost += read.lost
        self.rows += len(array)
        table = pc.value_counts(read.values.drop_null())
        values, counts = normalise.plain(table.field(0)), np.asarray(table.field(1))
        lengths = np.asarray(pc.utf8_length(values))
        if len(lengths) and not lengths.all():
            some = lengths > 0
            values, counts, lengths = values.filter(pa.array(some)), counts[some], lengths[some]
        self.nulls += len(array) - int(counts.sum())
        if len(values):
            self._measure(lengths, counts)
            self._judge(values, counts, read.kind)

    def _measure(self, lengths: NDArray[Any], counts: NDArray[Any]) -> None:
        low, high = int(lengths.min()), int(lengths.max())
        self.shortest = low if not self.longest else min(self.shortest, low)
        self.longest = max(self.longest, high)
        self.characters += int((lengths * counts).sum())

    def _judge(self, values: Any, counts: NDArray[Any], kind: str) -> None:
        fresh = self._fresh(values)
        forms = self._matcher.forms(values)
        found = self._matcher.match(forms)
        hits, distinct = found.matrix @ counts, found.matrix @ fresh.astype(np.int64)
        full: dict[str, Bools] = {}
        best, rows = 0, int(counts.sum())
        for index, name in enumerate(found.names):
            matched = found.matrix[index]
            if name.startswith("shape:"):
                self._shape(name[6:], matched, forms["plain"], counts)
                continue
            shaped = self._matcher.catalogue.shaped_by_id[name]
            full[name] = matched
            count = self.types[name]
            count.hits += int(hits[index])
            count.distinct += int(distinct[index])
            if shaped.strength == "strong":
                best = max(best, int(hits[index]))
            if shaped.strength == "strong" or hits[index] >= _SOME * rows:
                self._look(shaped, matched, counts, fresh, forms[shaped.form])
        if kind in ("text", "binary") and self.longest >= _INSIDE_FROM and best < rows:
            self._inside(values, counts, full)

    def _fresh(self, values: Any) -> Bools:
        """Which distinct values have not been seen in an earlier sample; all of them beyond the cap."""
        if self._kept is None:
            self._kept, self.distinct = values.slice(0, KEPT), len(values)
            return np.ones(len(values), dtype=np.bool_)
        new = ~np.asarray(pc.is_in(values, self._kept))
        self.distinct += int(new.sum())
        room = KEPT - len(self._kept)
        if room > 0 and new.any():
            self._kept = pa.concat_arrays([self._kept, values.filter(pa.array(new)).slice(0, room)])
        return new

    def _look(self, shaped: Shaped, matched: Bools, counts: NDArray[Any], fresh: Bools, values: Any) -> None:
        """Check digits, word lists and birth years of the values that match ``shaped``."""
        count = self.types[shaped.id]
        if shaped.check:
            right = np.zeros(len(matched), dtype=np.bool_)
            right[matched] = passed(shaped, values.filter(pa.array(matched)))
            count.passed += int(counts[right].sum())
            count.distinct_passed += int((right & fresh).sum())
        if shaped.dictionary:
            listed = self._matcher.listed(shaped.dictionary, values) & matched
            count.listed += int(counts[listed].sum())
            count.distinct_listed += int((listed & fresh).sum())
        if shaped.id in _BORN:
            at = _BORN[shaped.id]
            years = pc.utf8_slice_codeunits(values.filter(pa.array(matched)), at, at + 4)
            year = np.asarray(years.cast(pa.int64()))
            rows = np.bincount(year, weights=counts[matched], minlength=_YEARS)
            self.born[shaped.id] = self.born.get(shaped.id, 0) + rows

    def _shape(self, name: str, matched: Bools, values: Any, counts: NDArray[Any]) -> None:
        everywhere = bool(matched.all())
        if name == "mojibake" or everywhere:
            self.shapes[name] += int(counts[matched].sum())
        if name == "scientific":
            self.lost += int(counts[matched].sum())
        elif name == "integer" and everywhere:
            self._integers(values, counts)
        elif name == "decimal":
            self.decimals = max(self.decimals, shape.decimals(values.filter(pa.array(matched))))

    def _integers(self, values: Any, counts: NDArray[Any]) -> None:
        if self.longest > 18:
            return
        counting = shape.sequence(values, len(values), int(counts.sum()))
        self.sequence = counting if self.sequence is None else self.sequence and counting
        if self.longest == self.shortest and self.longest in (10, 13, 16):
            times = shape.epoch(values)
            self.epoch = times if self.epoch is None else self.epoch and times

    def _inside(self, values: Any, counts: NDArray[Any], full: dict[str, Bools]) -> None:
        for shaped, found in self._matcher.inside(values):
            longer = found & ~full[shaped.id] if shaped.id in full else found
            if longer.any():
                self.types[shaped.id].inside += int(counts[longer].sum())
