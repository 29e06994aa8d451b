"""How good verdicts are against labels: precision, recall, confusions, and what confidence is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

NONE = "none"
WANTED_PRECISION = 0.99
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One column: what was found, how sure, and the right answers (``NONE`` for nothing to find).

    ``group`` is what results are told apart by beside the type: a style of header, or a folder.
    ``levels`` are the right levels, empty where none were given.
    """

    place: str
    group: str
    labels: tuple[str, ...]
    found: str
    confidence: float
    levels: tuple[str, ...] = ()
    level: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is one of the right ones."""
        return self.found in self.labels

    @property
    def open(self) -> bool:
        """Whether it is open if there is anything to find; such a column is no hit and no miss."""
        return NONE in self.labels and len(self.labels) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Hits, false alarms and misses; the three rates are 0 where nothing was there."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the columns given the type that hold it."""
        return self.hits / (self.hits + self.false) if self.hits else 0.0

    @property
    def recall(self) -> float:
        """Share of the columns that hold the type that were given it."""
        return self.hits / (self.hits + self.missed) if self.hits else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.hits / (2 * self.hits + self.false + self.missed) if self.hits else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Columns whose confidence lies in one range: how many, their mean confidence, the share right."""

    low: float
    high: float
    columns: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    """The largest share of columns that can be confirmed by confidence alone at the wanted precision."""

    columns: int
    share: float
    threshold: float


class Score:
    """What a list of judged columns amounts to."""

    def __init__(self, judged: Iterable[Judged]) -> None:
        self.judged = tuple(judged)

    @cached_property
    def types(self) -> dict[str, Rates]:
        """Rates by type, the most frequent first; a wrong type counts against both types."""
        hits, false, missed = Counter[str](), Counter[str](), Counter[str]()
        for one in self.judged:
            if one.open:
                continue
            there = next((label for label in one.labels if label != NONE), NONE)
            if one.found != NONE and one.right:
                hits[there] += 1
                continue
            if one.found != NONE:
                false[one.found] += 1
            if there != NONE:
                missed[there] += 1
        order = sorted({*hits, *false, *missed}, key=lambda name: (-hits[name] - missed[name], name))
        return {name: Rates(hits=hits[name], false=false[name], missed=missed[name]) for name in order}

    @property
    def total(self) -> Rates:
        """Rates over all types."""
        parts = self.types.values()
        return Rates(
            hits=sum(part.hits for part in parts),
            false=sum(part.false for part in parts),
            missed=sum(part.missed for part in parts),
        )

    def groups(self) -> dict[str, Score]:
        """The same by group, in the order in which groups came."""
        found: dict[str, list[Judged]] = {}
        for one in self.judged:
            found.setdefault(one.group, []).append(one)
        return {name: Score(part) for name, part in found.items()}

    def missed(self, name: str) -> list[str]:
        """The places of the columns of type ``name`` that were missed, each once."""
        wrong = (one for one in self.judged if not one.open and not one.right and one.labels[0] == name)
        return list(dict.fromkeys(one.place for one in wrong))

    @cached_property
    def confusions(self) -> list[tuple[str, str, int]]:
        """(true, found, columns) of the wrong answers, the most frequent first."""
        wrong = Counter((one.labels[0], one.found) for one in self.judged if not one.right)
        return [(*pair, count) for pair, count in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))]

    @property
    def accepted(self) -> float:
        """Share of all columns whose answer is right."""
        return _share(self.judged)

    @property
    def bins(self) -> list[Bin]:
        """The reliability picture, in ten equal ranges of confidence; empty ranges are left out."""
        return bins([(one.confidence, one.right) for one in self.judged])

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of confidence and share right, by columns."""
        return calibration_error([(one.confidence, one.right) for one in self.judged])

    @property
    def auto(self) -> Auto:
        """What can be confirmed without a person."""
        return auto([(one.confidence, one.right) for one in self.judged])

    @property
    def levels(self) -> tuple[int, int]:
        """Columns whose level is one of those labelled, of the columns that have such a label."""
        graded = [one for one in self.judged if one.levels]
        return sum(one.level in one.levels for one in graded), len(graded)


def _share(judged: Sequence[Judged]) -> float:
    return sum(one.right for one in judged) / len(judged) if judged else 0.0


def bins(pairs: Sequence[tuple[float, bool]]) -> list[Bin]:
    """The reliability picture of (confidence, right) pairs."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in pairs:
        held.setdefault(min(_BINS - 1, int(confidence * _BINS)), []).append((confidence, right))
    return [
        Bin(
            low=place / _BINS,
            high=(place + 1) / _BINS,
            columns=len(part),
            confidence=sum(confidence for confidence, _ in part) / len(part),
            right=sum(right for _, right in part) / len(part),
        )
        for place, part in sorted(held.items())
    ]


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten equal ranges of confidence."""
    parts = bins(pairs)
    total = sum(part.columns for part in parts)
    return sum(part.columns * abs(part.confidence - part.right) for part in parts) / total if total else 0.0


def auto(pairs: Sequence[tuple[float, bool]], precision: float = WANTED_PRECISION) -> Auto:
    """The most that can be confirmed from the surest down; equal confidences stay together."""
    ordered = sorted(pairs, reverse=True)
    rights = accumulate(right for _, right in ordered)
    best = 0
    for count, right in enumerate(rights, start=1):
        ends = count == len(ordered) or ordered[count][0] != ordered[count - 1][0]
        if ends and right >= precision * count:
            best = count
    threshold = ordered[best - 1][0] if best else 1.0
    return Auto(columns=best, share=best / len(ordered) if ordered else 0.0, threshold=threshold)
