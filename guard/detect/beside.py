"""Values read by a detector from outside, beside our own patterns: a bounded sample of each column.

The reader is handed in; this module knows no library. It is given texts and answers with places in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from guard.detect import normalise, weigh
from guard.detect.ner import Names
from guard.detect.table import WordedProfile
from guard.detect.text import TextReader
from guard.detect.types import Shaped, TypeCatalogue
from guard.detect.values import ColumnProfile
from guard.detect.weigh import Count
from guard.model import Evidence, Mixed, Span
from guard.sdk import Sample

Reader = Callable[[Sequence[str]], Sequence[Sequence[Span]]]  # of each text, what was found where
TEXTS = 256  # distinct values of one sample that are read, spread evenly
CHARACTERS = 4096  # of each


class BesideTally:
    """What an outside reader finds in one column. Counts of a part stand for all, in proportion."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rows = 0
        self._counts: dict[str, Count] = defaultdict(Count)

    def add(self, array: Any) -> None:
        """Read a part of the values of one Arrow array."""
        read = normalise.texts(array)
        table = pc.value_counts(read.values.drop_null())
        values, counts = table.field(0), np.asarray(table.field(1))
        self._rows += int(counts.sum())
        if not len(values) or read.kind not in ("text", "number", "binary"):
            return
        chosen = np.unique(np.linspace(0, len(values) - 1, num=min(TEXTS, len(values)), dtype=np.int64))
        texts = pc.utf8_slice_codeunits(values.take(chosen), 0, CHARACTERS).to_pylist()
        weight = counts[chosen]
        scale = counts.sum() / weight.sum()
        whole: dict[str, set[int]] = defaultdict(set)
        inside: dict[str, set[int]] = defaultdict(set)
        for at, spans in enumerate(self._reader(texts)):
            for span in spans:
                (whole if _is_all(span, texts[at]) else inside)[span.type].add(at)
        for name in whole.keys() | inside.keys():
            count = self._counts[name]
            count.hits += round(int(weight[sorted(whole[name])].sum()) * scale)
            count.distinct += len(whole[name])
            count.inside += round(int(weight[sorted(inside[name] - whole[name])].sum()) * scale)

    def profile(self, own: ColumnProfile, types: Mapping[str, Shaped]) -> ColumnProfile:
        """``own`` with what was found; ``types`` are the reader's types by id."""
        evidence: list[Evidence] = []
        mixed: list[Mixed] = []
        for name, count in self._counts.items():
            shaped = types.get(name)
            if shaped is not None:
                evidence += weigh.evidence(shaped, count, self._rows, exact=True, doubtful=False)
                mixed += weigh.mixed(shaped, count, self._rows, numeric=False)
        if not evidence and not mixed:
            return own
        return replace(
            own,
            evidence=tuple(sorted((*own.evidence, *evidence), key=lambda item: -item.weight)),
            mixed=tuple(sorted((*own.mixed, *mixed), key=lambda item: -item.hits)),
        )


def _is_all(span: Span, text: str) -> bool:
    return not text[: span.start].strip() and not text[span.end :].strip()


class BesideText(TextReader):
    """A TextReader that also asks ``reader``; where the two overlap our own span counts."""

    def __init__(
        self, catalogue: TypeCatalogue, lexicon: Mapping[str, Any], names: Names, *, reader: Reader
    ) -> None:
        super().__init__(catalogue, lexicon, names)
        self._beside = reader

    def spans(self, texts: Sequence[str], *, names: bool = True) -> list[list[Span]]:
        """The spans of each text, in order and without overlaps."""
        return [
            _merged(own, other)
            for own, other in zip(super().spans(texts, names=names), self._beside(texts), strict=True)
        ]


def _merged(own: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    kept = list(own)
    for one in sorted(other, key=lambda span: (span.start - span.end, -span.confidence)):
        if all(one.end <= span.start or span.end <= one.start for span in kept):
            kept.append(one)
    return sorted(kept, key=lambda span: span.start)


class BesideProfile(WordedProfile):
    """A WordedProfile that also asks ``reader``, whose types are ``adopted``."""

    def __init__(
        self,
        catalogue: TypeCatalogue,
        lexicon: Mapping[str, Any],
        columns: int,
        *,
        reader: Reader,
        adopted: Mapping[str, Shaped],
        **named: Any,
    ) -> None:
        super().__init__(catalogue, lexicon, columns, **named)
        self._adopted = adopted
        self._beside = [BesideTally(reader) for _ in range(columns)]

    def add(self, sample: Sample) -> None:
        """Count the rows of one sample."""
        super().add(sample)
        for tally, array in zip(self._beside, sample.batch.columns, strict=True):
            tally.add(array)

    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profile of every column, in order."""
        return tuple(
            tally.profile(own, self._adopted)
            for tally, own in zip(self._beside, super().columns(), strict=True)
        )
