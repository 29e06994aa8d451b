"""One column's counts over any number of samples; each distinct value is judged once a sample."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools
from guard.detect import normalise, shape
from guard.detect.batch import Batch
from guard.detect.matching import Found, Matcher
from guard.detect.types import Shaped
from guard.detect.weigh import Count

KEPT = 10_000
_YEARS = 10_000  # of four digits
_INSIDE_FROM = 8
_SOME = 0.3
PLACES = 10  # rows of a rare type that are told
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
        batch = Batch.of(read.values, self.rows)
        values, garbled = self._matcher.plain(batch.values)
        batch = replace(batch, values=values)
        lengths = np.asarray(pc.utf8_length(values))
        if len(lengths) and not lengths.all():
            some = lengths > 0
            batch, lengths = batch.only(some), lengths[some]
            garbled = garbled[some] if garbled is not None else None
        self.rows += len(array)
        self.nulls += len(array) - batch.rows
        if len(batch):
            self._measure(lengths, batch)
            self._garbled(batch, garbled)
            self._judge(batch, read.kind)

    def _measure(self, lengths: NDArray[Any], batch: Batch) -> None:
        low, high = int(lengths.min()), int(lengths.max())
        self.shortest = low if not self.longest else min(self.shortest, low)
        self.longest = max(self.longest, high)
        self.characters += int(lengths.sum() if batch.counts is None else (lengths * batch.counts).sum())

    def _garbled(self, batch: Batch, maybe: Bools | None) -> None:
        if maybe is None or maybe.any():
            rows = batch.sum(self._matcher.garbled(batch.values, maybe))
            if rows:
                self.shapes["mojibake"] += rows

    def _judge(self, batch: Batch, kind: str) -> None:
        fresh = self._fresh(batch)
        found = self._matcher.match(batch.values, batch.counts)
        distinct = found.distinct(fresh, single=batch.counts is None)
        full: dict[str, Bools] = {}
        lists: dict[str, Bools] = {}
        best, rows = 0, batch.rows
        for name, hits in found.shapes.items():
            self._shape(name[6:], hits == rows, hits, found, batch)
        for name, hits in found.hits.items():
            shaped = self._matcher.catalogue.shaped_by_id[name]
            count = self.types[name]
            count.hits += hits
            count.distinct += distinct[name]
            if shaped.embedded:
                full[name] = found.rows(name)
            if shaped.strength == "strong":
                best = max(best, hits)
            if shaped.strength == "strong" or hits >= _SOME * rows:
                self._look(shaped, found.rows(name), batch, fresh, lists)
        if kind in ("text", "binary") and self.longest >= _INSIDE_FROM and best < rows:
            self._inside(batch, full)

    def _fresh(self, batch: Batch) -> Bools | None:
        """Which values have not been seen in an earlier sample; None: all, as far as is known."""
        values = batch.values
        if self._kept is None:
            self._kept, self.distinct = values.slice(0, KEPT), len(values)
            return None
        if batch.counts is None:
            self.distinct += len(values)
            return None
        new = ~np.asarray(pc.is_in(values, self._kept))
        self.distinct += int(new.sum())
        room = KEPT - len(self._kept)
        if room > 0 and new.any():
            self._kept = pa.concat_arrays([self._kept, values.filter(pa.array(new)).slice(0, room)])
        return new

    def _look(
        self,
        shaped: Shaped,
        matched: Bools,
        batch: Batch,
        fresh: Bools | None,
        lists: dict[str, Bools],
    ) -> None:
        """Check digits, word lists, birth years of the values that fit ``shaped``; rare ones' rows."""
        count, proven = self.types[shaped.id], matched
        if shaped.check:
            proven = self._matcher.passed(shaped, batch.values, matched)
            count.passed += batch.sum(proven)
            count.distinct_passed += int((proven if fresh is None else proven & fresh).sum())
        if shaped.dictionary:
            if shaped.dictionary not in lists:
                lists[shaped.dictionary] = self._matcher.listed(shaped.dictionary, batch.values)
            listed = lists[shaped.dictionary] & matched
            count.listed += batch.sum(listed)
            count.distinct_listed += int((listed if fresh is None else listed & fresh).sum())
        if shaped.id in _BORN:
            self._birth(shaped, matched, batch)
        if shaped.strength == "strong" and len(count.places) < PLACES and 2 * batch.sum(proven) < batch.rows:
            count.places += batch.places(proven, PLACES - len(count.places))

    def _birth(self, shaped: Shaped, matched: Bools, batch: Batch) -> None:
        at = _BORN[shaped.id]
        own = batch if matched.all() else batch.only(matched)
        values = normalise.compact(own.values) if at else own.values
        years = np.asarray(pc.utf8_slice_codeunits(values, at, at + 4).cast(pa.int64()))
        rows = np.bincount(years, weights=own.counts, minlength=_YEARS)
        self.born[shaped.id] = self.born.get(shaped.id, 0) + rows

    def _shape(self, name: str, everywhere: bool, hits: int, found: Found, batch: Batch) -> None:
        if everywhere:
            self.shapes[name] += hits
        if name == "scientific":
            self.lost += hits
        elif name == "integer" and everywhere:
            self._integers(batch)
        elif name == "decimal":
            points = batch.values if everywhere else batch.only(found.rows(f"shape:{name}")).values
            self.decimals = max(self.decimals, shape.decimals(points))

    def _integers(self, batch: Batch) -> None:
        if self.longest > 18:
            return
        counting = shape.sequence(batch.values, batch.rows)
        self.sequence = counting if self.sequence is None else self.sequence and counting
        if self.longest == self.shortest and self.longest in (10, 13, 16):
            times = shape.epoch(batch.values)
            self.epoch = times if self.epoch is None else self.epoch and times

    def _inside(self, batch: Batch, full: dict[str, Bools]) -> None:
        """Types in the middle of values, other than in those that are one number or word of a type."""
        solid = [rows for name, rows in full.items() if self._matcher.catalogue.shaped_by_id[name].solid]
        if solid:
            rest = ~np.logical_or.reduce(solid)
            batch, full = batch.only(rest), {name: rows[rest] for name, rows in full.items()}
        if not len(batch):
            return
        for shaped, found in self._matcher.inside(batch.values):
            longer = found & ~full[shaped.id] if shaped.id in full else found
            if longer.any():
                count = self.types[shaped.id]
                count.inside += batch.sum(longer)
                if len(count.inside_places) < PLACES:
                    count.inside_places += batch.places(longer, PLACES - len(count.inside_places))
