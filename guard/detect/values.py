"""Value evidence: Arrow samples in, counts and evidence out. No value leaves this module."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from guard.detect import shape, weigh
from guard.detect.dictionaries import dictionaries
from guard.detect.matching import Matcher
from guard.detect.tally import Tally
from guard.detect.types import TypeCatalogue
from guard.model import Evidence, Mixed, Shape
from guard.sdk import Sample

_MOSTLY = 0.95
_LARGE = 1 << 20  # bytes of a sample from which on threads pay
_MOST_CORES = 16
_PICTURE = {"image": ("personal_photo", "id_card_image"), "pdf": ("id_card_image",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What the values of one column say. ``evidence`` may name several types."""

    evidence: tuple[Evidence, ...] = ()
    mixed: tuple[Mixed, ...] = ()
    shape: Shape = field(default_factory=Shape)


class TableProfile:
    """Accumulates the samples of one table.

    ``columns`` is the number of columns of every sample. ``year`` is the year in which ages
    are reckoned; without it there are no age facts (this module has no clock). ``matcher``
    may be shared between tables of one catalogue and lexicon. ``trouble`` is the id of a problem
    that kept something from being looked for, empty where there was none.
    """

    trouble = ""

    def __init__(
        self,
        catalogue: TypeCatalogue,
        lexicon: Mapping[str, Any],
        columns: int,
        *,
        year: int | None = None,
        matcher: Matcher | None = None,
    ) -> None:
        self._matcher = matcher or Matcher(catalogue, dictionaries(lexicon))
        self._catalogue, self._year = catalogue, year
        self._tallies = [Tally(self._matcher) for _ in range(columns)]

    def add(self, sample: Sample) -> None:
        """Count the rows of one sample; large ones on all cores, a column each."""
        pairs = zip(self._tallies, sample.batch.columns, strict=True)
        if sample.batch.nbytes < _LARGE or not self._matcher.fast(sample.batch):
            for tally, array in pairs:
                tally.add(array)
        else:
            # Largest first, so that no core waits long for the last column.
            largest = sorted(pairs, key=lambda pair: -pair[1].nbytes)
            list(_cores().map(lambda pair: pair[0].add(pair[1]), largest))

    @property
    def counted(self) -> TableProfile:
        """This profile without what takes long to find; for a look while rows still arrive."""
        return self

    @property
    def secret(self) -> bool:
        """Whether a state-secret marking has been seen: reading must stop."""
        return any(
            (count.hits or count.inside)
            and self._catalogue.shaped_by_id[name].type.candidate == "scope-secret"
            for tally in self._tallies
            for name, count in tally.types.items()
        )

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profile of every column, in order."""
        return tuple(self._profile(tally) for tally in self._tallies)

    def _profile(self, tally: Tally) -> ColumnProfile:
        total = tally.filled
        flags = _flags(tally)
        evidence: list[Evidence] = []
        mixed: list[Mixed] = []
        numeric = bool({"integer", "number"} & set(tally.shapes)) and "text" not in flags
        doubtful = bool({"sequence", "epoch"} & set(flags))
        for name, count in tally.types.items():
            shaped = self._catalogue.shaped_by_id[name]
            exact = self._matcher.exact(shaped)
            evidence += weigh.evidence(shaped, count, total, exact=exact, doubtful=doubtful)
            mixed += weigh.mixed(shaped, count, total, numeric=numeric)
            if shaped.type.candidate == "scope-secret" and (count.hits or count.inside):
                flags.append("secret-marking")
        evidence += _pictures(tally, self._catalogue)
        return ColumnProfile(
            evidence=tuple(sorted(evidence, key=lambda item: (-item.weight, item.type, item.kind))),
            mixed=tuple(sorted(mixed, key=lambda item: (-item.hits, item.type, item.embedded))),
            shape=Shape(
                rows=tally.rows,
                nulls=tally.nulls,
                distinct=tally.distinct,
                min_length=tally.shortest,
                max_length=tally.longest,
                mean_length=round(tally.characters / total, 2) if total else 0.0,
                flags=tuple(dict.fromkeys(flags)),
                facts=self._facts(tally),
            ),
        )

    def _facts(self, tally: Tally) -> dict[str, float]:
        facts: dict[str, float] = {}
        if tally.decimals:
            facts["decimals"] = float(tally.decimals)
        if self._year is None:
            return facts
        for rows in tally.born.values():
            years = np.flatnonzero(rows)
            counts = rows[years].astype(np.int64)
            if counts.sum() >= weigh.MAJORITY * tally.filled:
                facts |= shape.ages(years, counts, self._year)
        return facts


@cache
def _cores() -> ThreadPoolExecutor:
    """One pool for all scans of this process; the kernels release the interpreter lock."""
    return ThreadPoolExecutor(min(_MOST_CORES, os.cpu_count() or 1), thread_name_prefix="guard-detect")


def _flags(tally: Tally) -> list[str]:
    total = tally.filled
    flags = [name for name in shape.FLAGGED if total and tally.shapes.get(name, 0) >= _MOSTLY * total]
    flags += [name for name in ("boolean", "binary", "nested", "time", "number") if name in tally.kinds]
    if tally.lost:
        flags.append("precision-lost")
    if tally.shapes.get("mojibake"):
        flags.append("mojibake")
    if tally.sequence:
        flags.append("sequence")
    if tally.epoch:
        flags.append("epoch")
    if tally.distinct == 1 and total > 1:
        flags.append("constant")
    return flags + list(tally.magic)


def _pictures(tally: Tally, catalogue: TypeCatalogue) -> list[Evidence]:
    """Pictures say that a column may hold photos or scans, and no more."""
    return [
        Evidence(kind="value", type=name, detail=kind, weight=weigh.BARE["weak"], hits=hits, total=tally.rows)
        for kind, hits in tally.magic.items()
        for name in _PICTURE.get(kind, ())
        if name in catalogue.by_id and hits >= weigh.MAJORITY * tally.rows
    ]
