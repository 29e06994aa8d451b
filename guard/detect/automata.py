"""The rules as compiled automata, and RE2 for the few that need it: the same answers as ``expressions``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guard.checks import Bools
from guard.detect import kernels, normalise, places
from guard.detect.compile import Part, Plan, slack
from guard.detect.expressions import Expressions
from guard.detect.rules import Hits, Matches, Rule, RuleSets
from guard.detect.store import load

_ROOM = 1 << 16
_BLOCK = 1 << 18  # bytes
_WORD, _POINT, _DIGIT = 1, 2, 8
_NOTHING = [np.zeros(0, dtype=np.int64)] * 4


class Automata:
    """``rules`` compiled; ``expressions`` are the same rules, for what automata cannot hold."""

    def __init__(self, rules: Sequence[Rule], expressions: Expressions) -> None:
        self.rules = tuple(rules)
        self._expressions = expressions
        self._plan: Plan = load(self.rules)
        self._sets = [RuleSets(part.sets) for part in self._plan.whole]
        self._loose_sets = [RuleSets(part.sets) for part in self._plan.loose]
        self._runs = _Band.of(self._plan.runs)
        self._strict = _strict(self._plan.strict, self.rules)
        self._free = _strict((), self.rules)
        self._exact = {rule: _Band.of((part,)) for part in self._plan.exact for rule in part.rules}
        self._sieves = {rule: part for part in self._plan.sieves for rule in part.rules}
        self._kinds = _kinds()

    def whole(self, values: Any) -> Matches:
        """The values, trimmed and on one line each, that match rules as a whole."""
        offsets, data = normalise.buffers(values)
        heads = _heads(data, offsets)
        parts = [
            (sets, _whole(part, data, offsets))
            for part, sets in zip(self._plan.whole, self._sets, strict=True)
            if _may_begin(part, heads)
        ]
        single: dict[int, Bools] = {}
        for part, sets in zip(self._plan.loose, self._loose_sets, strict=True):
            which = _whole(part, data, offsets)
            for rule in sets.rules:
                holding = sets.holding(rule)
                assert holding is not None  # noqa: S101 - it is one of the sets' own
                single[rule] = self._confirmed(rule, values, np.flatnonzero(holding[which]))
        for rule in self._plan.whole_slow:
            single[rule] = self._confirmed(rule, values, np.arange(len(values)))
        return Matches(len(self.rules), len(values), parts, single)

    def _confirmed(self, rule: int, values: Any, rows: NDArray[np.int64]) -> Bools:
        matched = np.zeros(len(values), dtype=np.bool_)
        if len(rows):
            some = values.take(pa.array(rows))
            form = normalise.compact(some) if self.rules[rule].form == "compact" else some
            matched[rows] = self._expressions.whole_rows(rule, form)
        return matched

    def rows(self, values: Any) -> Iterator[tuple[int, Bools]]:
        """Rules that occur inside values, and in which."""
        hits, maybe = self._found(values)
        for rule in np.flatnonzero(np.bincount(hits.rules)).tolist():
            if rule not in maybe:
                yield rule, _flags(hits.rows[hits.rules == rule], len(values))
        for rule, rows in maybe.items():
            inside = np.zeros(len(values), dtype=np.bool_)
            inside[hits.of_rule(rule).rows] = True
            inside[rows] |= self._expressions.inside_rows(rule, values.take(pa.array(rows)))
            if inside.any():
                yield rule, inside

    def inside(self, values: Any) -> Hits:
        """Where rules occur inside values."""
        hits, maybe = self._found(values)
        more: list[tuple[int, int, int, int]] = []
        for rule, rows in maybe.items():
            more += self._expressions.located(rule, values, rows)
        return hits.joined(Hits.of(more)) if more else hits

    def _found(self, values: Any) -> tuple[Hits, dict[int, NDArray[np.int64]]]:
        """Hits that are certain, and by rule the values that RE2 must look into."""
        offsets, data = normalise.buffers(values)
        maybe = {rule: np.arange(len(values)) for rule in self._plan.inside_slow}
        pieces = []
        if self._runs is not None:
            hits, stopped = _runs(self._runs, self._strict, self._kinds, data, offsets)
            pieces.append(hits)
            if len(stopped):
                maybe |= dict.fromkeys(self._runs.rules, stopped)
        for part in self._plan.triggers:
            for rule, rows in _triggers(part, data, offsets).items():
                hits, left = self._confirmed_inside(rule, values, rows)
                pieces.append(hits)
                if len(left):
                    maybe[rule] = left
        return Hits.all(pieces), maybe

    def _sieved(self, rule: int, values: Any, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of ``rows`` those in which the rule, its long counters left open, ends at a word's end."""
        part = self._sieves.get(rule)
        if part is None:
            return rows
        offsets, data = normalise.buffers(_taken(values, rows))
        flags = np.empty(len(rows), dtype=np.bool_)
        kernels.ends(data, offsets, part.moves, part.classes, part.width, self._kinds, flags)
        return rows[flags]

    def _confirmed_inside(
        self, rule: int, values: Any, rows: NDArray[np.int64]
    ) -> tuple[Hits, NDArray[np.int64]]:
        """The hits of one rule in ``rows``, by its own automaton, and the rows left to RE2."""
        rows = self._sieved(rule, values, rows)
        band = self._exact.get(rule)
        if band is None or not len(rows):
            return Hits.of([]), rows
        offsets, data = normalise.buffers(_taken(values, rows))
        hits, left = _runs(band, self._free, self._kinds, data, offsets)
        return Hits(rows[hits.rows], hits.starts, hits.ends, hits.rules), rows[left]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """Automata that begin at the same places, as ``kernels.runs`` walks them."""

    moves: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    shape: NDArray[np.int64]
    head_firsts: NDArray[np.int64]
    heads: NDArray[np.int64]
    lows: NDArray[np.uint8]
    spans: NDArray[np.uint8]
    firsts: NDArray[np.int64]
    members: NDArray[np.int64]
    rules: frozenset[int]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> _Band | None:
        """The band of ``parts``; None without any."""
        if not parts:
            return None
        tables = np.cumsum([0, *(len(part.moves) for part in parts)])
        sets = [one for part in parts for one in part.sets]
        numbers = np.cumsum([0, *(len(part.sets) for part in parts)])
        shape = [[tables[place], part.width, numbers[place]] for place, part in enumerate(parts)]
        opens = np.stack([part.moves[part.width + part.classes.astype(np.int64)] != 0 for part in parts])
        lows, spans = _begins(opens)
        return cls(
            moves=np.concatenate([part.moves for part in parts]),
            classes=np.stack([part.classes for part in parts]),
            shape=np.array(shape, dtype=np.int64),
            head_firsts=np.cumsum([0, *opens.sum(axis=0)]).astype(np.int64),
            heads=np.nonzero(opens.T)[1],
            lows=lows,
            spans=spans,
            firsts=np.cumsum([0, *map(len, sets)]).astype(np.int64),
            members=np.array([rule for one in sets for rule in one] or [0], dtype=np.int64),
            rules=frozenset().union(*(part.rules for part in parts)),
        )


def _taken(values: Any, rows: NDArray[np.int64]) -> Any:
    return values if len(rows) == len(values) else values.take(pa.array(rows))


def _heads(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> Bools:
    """Which bytes values begin with, by byte; the last stands for values that are empty."""
    filled = offsets[1:] > offsets[:-1]
    found = np.zeros(257, dtype=np.bool_)
    found[data[offsets[:-1][filled]]] = True
    found[256] = not filled.all()
    return found


def _may_begin(part: Part, heads: Bools) -> bool:
    """Whether any value begins as one that the automaton accepts."""
    opens = part.moves[part.width + part.classes.astype(np.int64)] != 0
    empty = bool(heads[256]) and bool(part.moves[2 * part.width - 1])
    return empty or bool((opens & heads[:256]).any())


def _whole(part: Part, data: Any, offsets: Any) -> NDArray[np.uint16]:
    which = np.empty(len(offsets) - 1, dtype=np.uint16)
    kernels.whole(data, offsets, part.moves, part.classes, part.width, which)
    return which


_Strict = tuple[NDArray[np.int64], NDArray[np.int64], Any, Any, Any]


def _strict(parts: Sequence[Part], rules: Sequence[Rule]) -> _Strict:
    """For every rule the number of its own automaton (-1: none) and the bytes up to which it is not
    asked, and these automata as in a band."""
    numbers, spare = np.full(len(rules), -1, dtype=np.int64), np.zeros(len(rules), dtype=np.int64)
    for place, part in enumerate(parts):
        for rule in part.rules:
            numbers[rule], spare[rule] = place, slack(rules[rule])
    band = _Band.of(parts)
    if band is None:
        nothing = np.zeros(1, np.uint32), np.zeros((1, 256), np.uint8), np.zeros((1, 3), np.int64)
        return numbers, spare, *nothing
    return numbers, spare, band.moves, band.classes, band.shape


def _runs(
    band: _Band, strict: _Strict, kinds: Any, data: Any, offsets: Any
) -> tuple[Hits, NDArray[np.int64]]:
    """The hits of a band, and the values it gave up on."""
    pieces = [_NOTHING]
    for begin, end in _blocks(offsets):
        pieces += _runs_of(band, kinds, data, offsets[begin : end + 1], begin)
    rows, starts, ends, sets = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    stopped = sets == kernels.STOPPED
    given_up = rows[stopped]
    if len(given_up):
        rows, starts, ends, sets = (array[~stopped] for array in (rows, starts, ends, sets))
    most = int((band.firsts[sets + 1] - band.firsts[sets]).sum())
    out = np.empty((most, 4), dtype=np.int64)
    count = places.longest(
        data, offsets, rows, starts, ends, sets, band.firsts, band.members, *strict, kinds, out
    )
    return Hits(*(out[:count, column] for column in range(4))), given_up


def _runs_of(band: _Band, kinds: Any, data: Any, offsets: Any, row: int) -> list[list[NDArray[np.int64]]]:
    """The places of one block, whose first value is number ``row`` of all."""
    marked = np.zeros(int(offsets[-1] - offsets[0]) + 8 & ~7, dtype=np.uint8)
    kernels.marks(data[offsets[0] : offsets[-1]], offsets, band.lows, band.spans, marked)
    words = marked.view(np.uint64)
    pieces, first, room = [], 0, _ROOM
    while first < len(offsets) - 1:
        out = [np.empty(room, dtype=np.int64) for _ in range(4)]
        count, after = kernels.runs(
            data,
            offsets,
            first,
            marked,
            words,
            band.moves,
            band.classes,
            band.shape,
            band.head_firsts,
            band.heads,
            kinds,
            *out,
        )
        pieces.append([out[0][:count] + row, *(array[:count] for array in out[1:])])
        room = room * 4 if after == first else room
        first = after
    return pieces


def _blocks(offsets: Any) -> Iterator[tuple[int, int]]:
    """Ranges of values that fit the cache together."""
    edges = np.searchsorted(offsets, np.arange(offsets[0], offsets[-1], _BLOCK, dtype=np.int64), side="left")
    cuts = np.unique(np.append(edges, [0, len(offsets) - 1])).tolist()
    yield from pairwise(cuts)


def _begins(opens: Bools) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The bytes with which some automaton begins, as ranges: first byte and how many follow it."""
    begins = np.flatnonzero(opens.any(axis=0))
    breaks = np.flatnonzero(np.diff(begins) > 1)
    lows = begins[np.concatenate([[0], breaks + 1])]
    highs = begins[np.concatenate([breaks, [len(begins) - 1]])]
    return lows.astype(np.uint8), (highs - lows).astype(np.uint8)


def _triggers(part: Part, data: Any, offsets: Any) -> dict[int, NDArray[np.int64]]:
    pieces, first, room = [_NOTHING[:2]], 0, _ROOM
    while first < len(offsets) - 1:
        rows, sets = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        count, after = kernels.triggers(
            data, offsets, first, part.moves, part.classes, part.width, rows, sets
        )
        pieces.append([rows[:count], sets[:count]])
        room = room * 4 if after == first else room
        first = after
    rows, sets = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    found: dict[int, Bools] = {}
    for number in np.flatnonzero(np.bincount(sets)).tolist():
        own = rows[sets == number]
        for rule in part.sets[number]:
            found.setdefault(rule, np.zeros(len(offsets) - 1, dtype=np.bool_))[own] = True
    return {rule: np.flatnonzero(flags) for rule, flags in found.items()}


def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(256, dtype=np.uint8)
    for byte in range(128):
        mark = chr(byte)
        kinds[byte] = _WORD * mark.isalnum() | _DIGIT * mark.isdigit() | _POINT * (mark == ".")
    return kinds


def _flags(rows: NDArray[np.int64], size: int) -> Bools:
    flags = np.zeros(size, dtype=np.bool_)
    flags[rows] = True
    return flags
