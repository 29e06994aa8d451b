"""Matches distinct values against all types: one automaton pass first, then only the patterns that occur.

Few values are put through the automaton one by one, which costs one call a value; many go
through Arrow's RE2 kernel, which costs one call a pattern. Both give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools, evaluate
from guard.detect import normalise
from guard.detect.dictionaries import Dictionary
from guard.detect.shape import SHAPES
from guard.detect.types import PatternSet, Shaped, TypeCatalogue

FEW = 512
_HITS = 8
FORMS = ("plain", "upper", "compact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Which names (type ids, or ``shape:`` names) match which values: one row of ``matrix`` a name."""

    names: tuple[str, ...]
    matrix: Bools


class _Form:
    """The patterns that are matched in one form, and their automaton."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self.names = tuple(patterns)
        self.patterns = tuple(patterns.values())
        self.set = PatternSet(self.patterns)

    def match(self, values: Any, few: int) -> tuple[list[str], list[Bools]]:
        lines = values.to_pylist()
        occurring = self.set.which("\n".join(lines))
        if not occurring:
            return [], []
        matrix = self._each(lines, occurring) if len(lines) <= few else None
        if matrix is None:
            rows = [np.asarray(pc.match_substring_regex(values, self.patterns[index])) for index in occurring]
        else:
            rows = list(matrix)
        return [self.names[index] for index in occurring], rows

    def _each(self, lines: list[str], occurring: list[int]) -> Bools | None:
        found = self.set.each(lines)
        if found is None:
            return None
        lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        indexes = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(lengths.sum()))
        matrix = np.zeros((len(self.names) + 1, len(lines)), dtype=np.bool_)
        matrix[indexes, np.repeat(np.arange(len(lines)), lengths)] = True
        chosen = matrix[occurring]
        # A line for which the automaton ran out of memory would look like one without a match.
        return chosen if chosen.any(axis=1).all() else None


class Matcher:
    """The catalogue's automata and word lists, applied to arrays of distinct values."""

    def __init__(self, catalogue: TypeCatalogue, lists: Mapping[str, Dictionary], *, few: int = FEW) -> None:
        self.catalogue, self._lists, self._few = catalogue, lists, few
        shapes = {f"shape:{name}": f"^(?:{pattern})$" for name, pattern in SHAPES.items()}
        self._forms = {
            form: _Form(
                {item.id: item.whole for item in catalogue.shaped if item.form == form}
                | (shapes if form == "plain" else {})
            )
            for form in FORMS
        }
        self._alike = _Form({item.id: item.whole for item in catalogue.shaped} | shapes)

    def forms(self, values: Any) -> Mapping[str, Any]:
        """The values in the three forms that types are matched in."""
        plain = normalise.whole(values)
        upper = pc.ascii_upper(plain)
        return {"plain": plain, "upper": upper, "compact": normalise.compact(upper)}

    def match(self, forms: Mapping[str, Any]) -> Matches:
        """All types and shapes that match at least one value as a whole."""
        names: list[str] = []
        rows: list[Bools] = []
        alike = all(forms[form].equals(forms["plain"]) for form in FORMS[1:])
        parts = {"plain": self._alike} if alike else self._forms
        for form, part in parts.items():
            more, matched = part.match(forms[form], self._few)
            names += more
            rows += matched
        size = len(forms["plain"])
        return Matches(names=tuple(names), matrix=np.array(rows, dtype=np.bool_).reshape(len(rows), size))

    def listed(self, dictionary: str, values: Any) -> NDArray[np.bool_]:
        """Which values are in the word list; none where the lexicon lacks it."""
        words = self._lists.get(dictionary)
        return words.contains(values) if words else np.zeros(len(values), dtype=np.bool_)

    def exact(self, shaped: Shaped) -> bool:
        """Whether the type's word list holds whole values."""
        words = self._lists.get(shaped.dictionary)
        return words is None or words.match == "exact"

    def inside(self, values: Any) -> Iterator[tuple[Shaped, Bools]]:
        """Types that occur inside longer values, check digit confirmed, and in which values."""
        types = self.catalogue.embedded
        for index in self.catalogue.inside_set.which("\n".join(values.to_pylist())):
            found = np.asarray(pc.match_substring_regex(values, types[index].inside))
            if found.any() and types[index].check:
                found = _confirmed(types[index], values, found)
            yield types[index], found


def passed(shaped: Shaped, values: Any) -> Bools:
    """Which of the values, all of which match the type's pattern, pass its check."""
    if shaped.check is None:
        return np.ones(len(values), dtype=np.bool_)
    offsets, data = normalise.buffers(values)
    return evaluate(shaped.check, data, offsets)


def _confirmed(shaped: Shaped, values: Any, found: Bools) -> Bools:
    """Of the values ``found``, those in which one of the first hits passes the type's check."""
    confirmed = np.zeros(len(found), dtype=np.bool_)
    open_rows = np.flatnonzero(found)
    rest = values.filter(pa.array(found))
    for _ in range(_HITS):
        hits = pc.ascii_upper(pc.struct_field(pc.extract_regex(rest, shaped.inside), "hit"))
        known = np.asarray(pc.is_valid(hits))
        hits = pc.fill_null(hits, "")
        right = passed(shaped, normalise.compact(hits) if shaped.form == "compact" else hits)
        confirmed[open_rows[right & known]] = True
        again = known & ~right
        if not again.any():
            break
        open_rows, rest = open_rows[again], rest.filter(pa.array(again))
        rest = pc.replace_substring_regex(rest, shaped.inside, " ", max_replacements=1)
    return confirmed
