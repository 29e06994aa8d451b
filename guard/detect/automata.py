"""The rules as compiled automata, and RE2 for the few that need it: the same answers as ``expressions``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from guard.checks import Bools
from guard.detect import kernels, normalise
from guard.detect.compile import Part, Plan
from guard.detect.expressions import Expressions
from guard.detect.rules import Hits, Matches, Rule
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
        self._kinds = _kinds()

    def whole(self, values: Any) -> Matches:
        """The values, trimmed and on one line each, that match rules as a whole."""
        offsets, data = normalise.buffers(values)
        wide = not _ascii(data, offsets)
        parts = [
            (part.sets, _whole(part, data, offsets)) for part in self._plan.whole if wide or not part.wide
        ]
        single: dict[int, Bools] = {}
        for part in self._plan.loose:
            which = _whole(part, data, offsets)
            for rule in part.rules:
                holds = np.fromiter((rule in one for one in part.sets), dtype=np.bool_, count=len(part.sets))
                single[rule] = self._confirmed(rule, values, np.flatnonzero(holds[which]))
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
        for rule in np.unique(hits.rules).tolist():
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
        return hits.joined(Hits.of(more)) if more else hits.sorted()

    def _found(self, values: Any) -> tuple[Hits, dict[int, NDArray[np.int64]]]:
        """Hits that are certain, and by rule the values that RE2 must look into."""
        offsets, data = normalise.buffers(values)
        found = [_runs(part, self._kinds, data, offsets, len(self.rules)) for part in self._plan.runs]
        maybe: dict[int, NDArray[np.int64]] = {
            rule: np.arange(len(values)) for rule in self._plan.inside_slow
        }
        for part, (_, stopped) in zip(self._plan.runs, found, strict=True):
            if len(stopped):
                maybe |= dict.fromkeys(part.rules, stopped)
        for part in self._plan.triggers:
            maybe |= _triggers(part, data, offsets)
        hits = Hits.of([])
        for part_hits, _ in found:
            hits = part_hits if not len(hits) else hits.joined(part_hits)
        return hits, maybe


def _ascii(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> bool:
    return len(offsets) < 2 or not bool((data[offsets[0] : offsets[-1]] & 0x80).any())


def _whole(part: Part, data: Any, offsets: Any) -> NDArray[np.uint16]:
    which = np.empty(len(offsets) - 1, dtype=np.uint16)
    kernels.whole(data, offsets, part.moves, part.classes, part.width, which)
    return which


def _runs(part: Part, kinds: Any, data: Any, offsets: Any, rules: int) -> tuple[Hits, NDArray[np.int64]]:
    """The hits of one automaton, and the values it gave up on."""
    lows, spans = _begins(part)
    pieces = [_NOTHING]
    for begin, end in _blocks(offsets):
        pieces += _runs_of(part, kinds, data, offsets[begin : end + 1], begin, (lows, spans))
    rows, starts, ends, sets = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
    stopped = sets == kernels.STOPPED
    given_up = rows[stopped]
    if len(given_up):
        rows, starts, ends, sets = (array[~stopped] for array in (rows, starts, ends, sets))
    firsts, members = _listed(part)
    most = int((firsts[sets + 1] - firsts[sets]).sum()) + rules
    out = np.empty((most, 4), dtype=np.int64)
    count = kernels.longest(rows, starts, ends, sets, firsts, members, rules, out)
    return Hits(*(out[:count, column] for column in range(4))), given_up


def _runs_of(
    part: Part, kinds: Any, data: Any, offsets: Any, row: int, begins: tuple[Any, Any]
) -> list[list[NDArray[np.int64]]]:
    """The places of one block, whose first value is number ``row`` of all."""
    size = int(offsets[-1] - offsets[0])
    marked = np.zeros(size + 8 & ~7, dtype=np.uint8)
    kernels.marks(data[offsets[0] : offsets[-1]], offsets, *begins, marked)
    words = marked.view(np.uint64)
    pieces, first, room = [], 0, _ROOM
    while first < len(offsets) - 1:
        out = [np.empty(room, dtype=np.int64) for _ in range(4)]
        count, after = kernels.runs(
            data, offsets, first, marked, words, part.moves, part.classes, part.width, kinds, *out
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


def _begins(part: Part) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The bytes with which some rule begins, as ranges: first byte and how many follow it."""
    begins = np.flatnonzero(part.moves[part.width + part.classes.astype(np.int64)])
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
    found: dict[int, list[Any]] = {}
    for number in np.unique(sets).tolist():
        for rule in part.sets[number]:
            found.setdefault(rule, []).append(rows[sets == number])
    return {rule: np.unique(np.concatenate(arrays)) for rule, arrays in found.items()}


def _listed(part: Part) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    sizes = [len(one) for one in part.sets]
    members = np.array([rule for one in part.sets for rule in one] or [0], dtype=np.int64)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), members


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
