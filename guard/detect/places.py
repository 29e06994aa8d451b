"""Of the places that automata accept, those that count: compiled as in ``kernels``."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks.machine import njit
from guard.detect.kernels import FLAG, MASK, closes


@njit(nogil=True, cache=True)
def longest(  # noqa: PLR0913, PLR0917 - numba takes arrays, no records
    data: Any,
    offsets: Any,
    rows: Any,
    starts: Any,
    ends: Any,
    sets: Any,
    firsts: Any,
    members: Any,
    strict: Any,
    spare: Any,
    moves: Any,
    classes: Any,
    shape: Any,
    kinds: Any,
    out: Any,
) -> int:
    """Of every rule's places the leftmost, of those the longest, none overlapping; returns how many.

    ``firsts`` and ``members`` list the rules of each set. ``strict``: for every rule the number of the
    automaton that says where it really ends if it is longer than ``spare`` bytes, -1 where the place
    itself does; ``moves``, ``classes`` and ``shape`` as in ``runs``. ``out``: int64, 4 columns row, start,
    end, rule; in the order of row, start, rule.
    """
    rules = len(strict)
    last_row = np.full(rules, -1, np.int64)
    last_start = np.zeros(rules, np.int64)
    last_place = np.full(rules, -1, np.int64)
    asked = np.zeros(rules, np.bool_)
    found = begun = 0
    current = np.int64(-1)
    for hit in range(len(rows)):
        row, start = rows[hit], starts[hit]
        if row != current:
            _ordered(out, begun, found)
            begun, current = found, row
        for place in range(firsts[sets[hit]], firsts[sets[hit] + 1]):
            rule, end = members[place], ends[hit]
            known = last_row[rule] == row
            again = known and start == last_start[rule]
            if again and asked[rule]:
                continue
            before = last_place[rule] if known else -1
            if not again and before >= 0 and start < out[before, 2]:
                continue
            ask = strict[rule] >= 0 and end - start > spare[rule]
            if ask:
                base, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
                end = _end(data, base + start, stop, moves, classes, shape, strict[rule], kinds) - base
            if again:
                asked[rule] = ask
                if before >= 0 and out[before, 1] == start:
                    out[before, 2] = max(out[before, 2], end)
                    continue
            last_row[rule], last_start[rule], asked[rule] = row, start, ask
            if end > start:
                out[found, 0], out[found, 1], out[found, 2], out[found, 3] = row, start, end, rule
                last_place[rule] = found
                found += 1
            elif not known:
                last_place[rule] = -1
    _ordered(out, begun, found)
    return found


@njit(nogil=True, cache=True)
def _end(data: Any, at: Any, stop: Any, moves: Any, classes: Any, shape: Any, part: Any, kinds: Any) -> Any:
    """The last place at which a match from ``at`` ends at a word's end; ``at - 1`` without any."""
    table, width = shape[part, 0], shape[part, 1]
    state, to, found = np.int64(width), at, at - 1
    while to < stop:
        move = moves[table + state + classes[part, data[to]]]
        if move == 0:
            break
        state = np.int64(move & MASK)
        to += 1
        if move & FLAG and closes(data, to, stop, kinds):
            found = to
    return found


@njit(nogil=True, cache=True)
def _ordered(out: Any, begin: Any, end: Any) -> None:
    """One value's hits by start, then rule: few, and nearly in order."""
    for place in range(begin + 1, end):
        start, stop, rule = out[place, 1], out[place, 2], out[place, 3]
        before = place - 1
        while before >= begin and (
            out[before, 1] > start or (out[before, 1] == start and out[before, 3] > rule)
        ):
            out[before + 1, 1], out[before + 1, 2], out[before + 1, 3] = (
                out[before, 1],
                out[before, 2],
                out[before, 3],
            )
            before -= 1
        out[before + 1, 1], out[before + 1, 2], out[before + 1, 3] = start, stop, rule
