"""Names in columns of free text: in which share of a bounded sample of values they occur.

A column is read so only where its values are long Chinese text that no type explains; what is told
is a statistic over the sample, never a single hit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guard.detect.entities import ADDRESS, ORGANISATION, PERSON
from guard.detect.ner import LONGEST, Names
from guard.detect.types import TypeCatalogue
from guard.detect.values import ColumnProfile, TableProfile
from guard.detect.weigh import MAJORITY
from guard.model import Mixed
from guard.sdk import Sample

VALUES = 128  # distinct values kept of a column
CHARACTERS = 8192  # of them that the tagger reads
_TYPES = {PERSON: "person_name", ADDRESS: "home_address", ORGANISATION: "org_name"}
_HAN = re.compile("[㐀-䶿一-鿿]")
_MEAN = 10.0  # Chinese characters of a value that has some
_LEAST, _SHARE, _SURE = 2, 0.03, 0.5


class _Kept:
    """Some distinct values of one column, from all over its first samples, and how often each was met."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}

    def add(self, array: Any) -> None:
        """Keep some values of one Arrow array."""
        if len(self._values) >= VALUES or not len(array):
            return
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            return
        places = np.unique(np.linspace(0, len(array) - 1, num=min(2 * VALUES, len(array)), dtype=np.int64))
        some = array.take(pa.array(places)).drop_null()
        try:
            some.validate(full=True)
        except pa.ArrowInvalid:  # no UTF-8, whatever the file says
            return
        some = pc.utf8_slice_codeunits(some, 0, LONGEST)
        for value in some.to_pylist():
            if value and (value in self._values or len(self._values) < VALUES):
                self._values[value] = self._values.get(value, 0) + 1

    def texts(self) -> Mapping[str, int]:
        """The values, as many as may be read; none where they are no long Chinese text."""
        values = list(self._values)
        han = [count for value in values if (count := len(_HAN.findall(value)))]
        if len(han) < _LEAST or sum(han) < _MEAN * len(han):
            return {}
        read = np.cumsum([len(value) for value in values])
        return {
            value: self._values[value] for value in values[: max(_LEAST, int((read <= CHARACTERS).sum()))]
        }


class NamedProfile(TableProfile):
    """``inner``, and the Chinese names in its columns of free text.

    ``trouble`` is, after ``columns()``, the id of the problem that kept names from being looked for.
    """

    def __init__(self, inner: TableProfile, names: Names, catalogue: TypeCatalogue, columns: int) -> None:
        self._inner, self._names = inner, names
        self._kinds = {kind: name for kind, name in _TYPES.items() if name in catalogue.by_id}
        self._kept = [_Kept() for _ in range(columns)]
        self.trouble = ""

    def add(self, sample: Sample) -> None:
        """Count the rows of one sample."""
        self._inner.add(sample)
        for kept, array in zip(self._kept, sample.batch.columns, strict=True):
            kept.add(array)

    @property
    def counted(self) -> TableProfile:
        """The profile without names in texts."""
        return self._inner.counted

    @property
    def secret(self) -> bool:
        """Whether a state-secret marking has been seen: reading must stop."""
        return self._inner.secret

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profile of every column, in order."""
        profiles = self._inner.columns()
        if not self._kinds:
            return profiles
        return tuple(
            self._with_names(profile, kept) for profile, kept in zip(profiles, self._kept, strict=True)
        )

    def _with_names(self, profile: ColumnProfile, kept: _Kept) -> ColumnProfile:
        texts = {} if _explained(profile) else kept.texts()
        if not texts:
            return profile
        shares = self._shares(texts)
        self.trouble = self.trouble or self._names.trouble
        filled = profile.shape.rows - profile.shape.nulls
        known = {item.type for item in profile.mixed}
        found = [
            Mixed(type=self._kinds[kind], hits=round(filled * share), total=filled, embedded=True)
            for kind, share in shares.items()
            if share and self._kinds[kind] not in known
        ]
        mixed = tuple(sorted((*profile.mixed, *found), key=lambda item: -item.hits))
        return replace(profile, mixed=mixed) if found else profile

    def _shares(self, texts: Mapping[str, int]) -> Mapping[str, float]:
        """The share of the rows in which each kind of name occurs; 0 where there are too few to tell."""
        rows, values = dict.fromkeys(self._kinds, 0), dict.fromkeys(self._kinds, 0)
        for entities, count in zip(self._names.entities(list(texts)), texts.values(), strict=True):
            for kind in {one.kind for one in entities if one.sureness >= _SURE} & rows.keys():
                rows[kind] += count
                values[kind] += 1
        total = sum(texts.values())
        return {
            kind: rows[kind] / total if values[kind] >= _LEAST and rows[kind] >= _SHARE * total else 0.0
            for kind in rows
        }


def _explained(profile: ColumnProfile) -> bool:
    """Whether most values are, as a whole, of a type whose shape says something."""
    return any(
        item.kind == "value"
        and item.detail in ("strong", "medium")
        and item.total
        and (item.hits or 0) >= MAJORITY * item.total
        for item in profile.evidence
    )
