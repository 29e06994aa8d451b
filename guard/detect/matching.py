"""The catalogue's types against columns: which values a type fits, inside which it occurs, check digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools, evaluate
from guard.detect import normalise
from guard.detect.dictionaries import Dictionary
from guard.detect.expressions import FEW
from guard.detect.rules import Hits, Matches, Rule
from guard.detect.scanner import Scanner
from guard.detect.shape import MOJIBAKE, SHAPES
from guard.detect.types import Shaped, TypeCatalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in values as a whole. ``hits`` are rows by type; ``matches`` knows which values."""

    hits: Mapping[str, int]
    shapes: Mapping[str, int]
    matches: Matches
    numbers: Mapping[str, int]

    def rows(self, name: str) -> Bools:
        """The values that match the type or shape ``name``."""
        return self.matches.rows(self.numbers[name])

    def distinct(self, fresh: Bools | None, *, single: bool) -> Mapping[str, int]:
        """How many values match each type; of ``fresh`` only, if given. ``single``: each is one row."""
        if single and fresh is None:
            return self.hits
        total = self.matches.counts(fresh.astype(np.int64) if fresh is not None else None)
        return {name: int(total[self.numbers[name]]) for name in self.hits}


class Matcher:
    """The catalogue's rules and word lists, applied to arrays of strings without nulls.

    ``compiled`` and ``few`` are ``Scanner``'s and ``Expressions``'s.
    """

    def __init__(
        self,
        catalogue: TypeCatalogue,
        lists: Mapping[str, Dictionary],
        *,
        compiled: bool | None = None,
        few: int = FEW,
    ) -> None:
        self.catalogue, self._lists = catalogue, lists
        rules = [item.rule for item in catalogue.shaped]
        rules += [
            Rule(name=f"shape:{name}", pattern=pattern, inside=False) for name, pattern in SHAPES.items()
        ]
        self._types = len(catalogue.shaped)
        self._names = [rule.name for rule in rules]
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._scanner = Scanner(rules, compiled=compiled, few=few)

    def fast(self, data: Any) -> bool:
        """Whether ``data`` (anything with ``nbytes``) is matched by compiled automata."""
        return self._scanner.fast(data)

    def plain(self, values: Any) -> tuple[Any, Bools | None]:
        """The values trimmed, half-width and on one line each, and which may be mojibake; None: any."""
        if not self._scanner.fast(values):
            return normalise.plain(values), None
        from guard.detect import settle

        return settle.plain(values)

    def garbled(self, values: Any, maybe: Bools | None) -> Bools:
        """Which values are what is left of text read in a wrong encoding."""
        if maybe is None:
            return np.asarray(pc.match_substring_regex(values, MOJIBAKE))
        rows = np.flatnonzero(maybe)
        found = np.zeros(len(values), dtype=np.bool_)
        if len(rows):
            found[rows] = np.asarray(pc.match_substring_regex(values.take(pa.array(rows)), MOJIBAKE))
        return found

    def match(self, values: Any, counts: NDArray[np.int64] | None) -> Found:
        """The types and shapes that fit plain values, each of which stands for ``counts`` rows (or one)."""
        matches = self._scanner.whole(normalise.whole(values))
        total = matches.counts(counts)
        there = np.flatnonzero(total)
        found = [(self._names[number], int(total[number])) for number in there.tolist()]
        types = int((there < self._types).sum())
        return Found(
            hits=dict(found[:types]),
            shapes=dict(found[types:]),
            matches=matches,
            numbers=self._numbers,
        )

    def listed(self, dictionary: str, values: Any) -> NDArray[np.bool_]:
        """Which values are in the word list; none where the lexicon lacks it."""
        words = self._lists.get(dictionary)
        return words.contains(values) if words else np.zeros(len(values), dtype=np.bool_)

    def exact(self, shaped: Shaped) -> bool:
        """Whether the type's word list holds whole values."""
        words = self._lists.get(shaped.dictionary)
        return words is None or words.match == "exact"

    def passed(self, shaped: Shaped, values: Any, matched: Bools) -> Bools:
        """Of the values ``matched``, all of which fit the type, those that pass its check."""
        right = np.zeros(len(values), dtype=np.bool_)
        rows = np.flatnonzero(matched)
        if shaped.check is None:
            right[rows] = True
        elif self._scanner.fast(values) and _has_kernel(shaped):
            offsets, data = normalise.buffers(values)
            right[rows] = _compiled(shaped, data, offsets[rows], offsets[rows + 1])
        elif len(rows):
            right[rows] = passed(shaped, values if len(rows) == len(values) else values.take(pa.array(rows)))
        return right

    def inside(self, values: Any) -> Iterator[tuple[Shaped, Bools]]:
        """Types that occur inside longer plain values, check digit confirmed, and in which values."""
        types = self.catalogue.shaped
        checked: Hits | None = None
        for rule, rows in self._scanner.rows(values):
            found = rows
            if types[rule].check:
                checked = self._scanner.inside(values) if checked is None else checked
                found = self._confirmed(types[rule], values, checked.of_rule(rule))
            yield types[rule], found

    def _confirmed(self, shaped: Shaped, values: Any, hits: Hits) -> Bools:
        """The values in which at least one hit passes the type's check."""
        offsets, data = normalise.buffers(values)
        starts, ends = offsets[hits.rows] + hits.starts, offsets[hits.rows] + hits.ends
        if self._scanner.fast(values) and _has_kernel(shaped):
            right = _compiled(shaped, data, starts, ends)
        else:
            text = data.tobytes()
            spans = [text[start:end].decode() for start, end in zip(starts, ends, strict=True)]
            right = passed(shaped, pa.array(spans, pa.string()))
        found = np.zeros(len(values), dtype=np.bool_)
        found[hits.rows[right]] = True
        return found


def passed(shaped: Shaped, values: Any) -> Bools:
    """Which of the values, all of which match the type's pattern, pass its check."""
    if shaped.check is None:
        return np.ones(len(values), dtype=np.bool_)
    form = values if shaped.form == "plain" else pc.ascii_upper(values)
    offsets, data = normalise.buffers(normalise.compact(form) if shaped.form == "compact" else form)
    return evaluate(shaped.check, data, offsets)


def _has_kernel(shaped: Shaped) -> bool:
    from guard.checks import CHECKS
    from guard.checks.compiled import COMPILED

    check = shaped.check
    return check is not None and check.id in COMPILED and CHECKS.get(check.id) is check


def _compiled(shaped: Shaped, data: Any, starts: Any, ends: Any) -> Bools:
    from guard.checks import compiled

    assert shaped.check is not None  # noqa: S101 - asked for by callers that looked
    skip = shaped.form == "compact"
    return compiled.evaluate(shaped.check.id, data, starts.astype(np.int64), ends.astype(np.int64), skip)
