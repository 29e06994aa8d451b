"""The loops over bytes, compiled by numba: Arrow buffers in, small arrays out, the interpreter lock released.

``data``: uint8, the bytes of all values; ``offsets``: int32, values + 1. An automaton is a flat uint32
table (see ``compile.Part``): a state is the offset of its row, state 0 is dead, the start is ``width``.
No value becomes a Python object here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks.machine import njit

# Rows given up on because automata would restart too often in them.
STOPPED = -1
FLAG = np.uint32(1 << 31)
MASK = np.uint32((1 << 31) - 1)
_STEPS = 64  # a byte may be read so often before a row is given to RE2
_LEAST = 4096


@njit(nogil=True, cache=True)
def whole(data: Any, offsets: Any, moves: Any, classes: Any, width: Any, out: Any) -> None:
    """For every value the number of the rule set that matches it as a whole, into ``out`` (uint16).

    Four values at a time: their table look-ups do not wait for one another.
    """
    last = width - 1
    rows = len(offsets) - 1
    full = rows - rows % 4
    for row in range(0, full, 4):
        a, b, c, d = offsets[row], offsets[row + 1], offsets[row + 2], offsets[row + 3]
        e = offsets[row + 4]
        common = min(b - a, c - b, d - c, e - d)
        s = t = u = v = np.uint32(width)
        for at in range(common):
            s = moves[(s & MASK) + classes[data[a + at]]]
            t = moves[(t & MASK) + classes[data[b + at]]]
            u = moves[(u & MASK) + classes[data[c + at]]]
            v = moves[(v & MASK) + classes[data[d + at]]]
            if (s | t | u | v) == 0:
                break
        if s | t | u | v:
            s = _finish(data, a + common, b, moves, classes, s)
            t = _finish(data, b + common, c, moves, classes, t)
            u = _finish(data, c + common, d, moves, classes, u)
            v = _finish(data, d + common, e, moves, classes, v)
        out[row] = moves[(s & MASK) + last]
        out[row + 1] = moves[(t & MASK) + last]
        out[row + 2] = moves[(u & MASK) + last]
        out[row + 3] = moves[(v & MASK) + last]
    for row in range(full, rows):
        state = _finish(data, offsets[row], offsets[row + 1], moves, classes, np.uint32(width))
        out[row] = moves[(state & MASK) + last]


@njit(nogil=True, cache=True, inline="always")
def _finish(data: Any, at: Any, end: Any, moves: Any, classes: Any, state: Any) -> Any:
    while at < end and state != 0:
        state = moves[(state & MASK) + classes[data[at]]]
        at += 1
    return state


@njit(nogil=True, cache=True)
def marks(data: Any, offsets: Any, lows: Any, spans: Any, out: Any) -> None:
    """1 where a rule may begin, else 0: a byte of the ranges ``lows[i] .. lows[i] + spans[i]`` that
    begins a value or follows no ASCII letter or digit. ``data`` begins with the first value."""
    for place in range(len(lows)):
        low, span = lows[place], spans[place]
        for at in range(len(data)):
            out[at] |= np.uint8(np.uint8(data[at] - low) <= span)
    word = np.empty(len(data) + 1, np.uint8)
    word[0] = 0
    for at in range(len(data)):
        letter = np.uint8((data[at] | 32) - 97) <= 25
        word[at + 1] = letter | (np.uint8(data[at] - 48) <= 9)
    for row in range(len(offsets) - 1):
        word[offsets[row] - offsets[0]] = 0
    for at in range(len(data)):
        out[at] &= np.uint8(1 - word[at])


@njit(nogil=True, cache=True)
def runs(  # noqa: PLR0912, PLR0913, PLR0915, PLR0917 - one loop; numba takes arrays, no records
    data: Any,
    offsets: Any,
    first: Any,
    marked: Any,
    words: Any,
    moves: Any,
    classes: Any,
    shape: Any,
    head_firsts: Any,
    heads: Any,
    kinds: Any,
    rows: Any,
    starts: Any,
    ends: Any,
    sets: Any,
) -> tuple[int, int]:
    """Every place from a word boundary to a word boundary that one of several automata accepts.

    Begins with value ``first`` and stops when the output arrays are full. ``marked``: where rules may
    begin (``marks``), and ``words`` the same eight at a time. ``moves`` of all automata one after
    another; ``classes``: automata x 256; ``shape``: automata x 3, where its moves begin, its width, the
    number of its first rule set; ``heads``: by byte (``head_firsts``) the automata that begin with it.
    ``kinds``: uint8, 256: 1 ASCII letter or digit, 2 point, 8 a digit.
    Returns the number of places and the value to go on with. A set of ``STOPPED`` marks a value that
    was given up on.
    """
    origin, total = np.int64(offsets[0]), len(offsets) - 1
    found, room = 0, len(rows)
    row, kept = first, 0
    base, end = np.int64(offsets[row]), np.int64(offsets[row + 1])
    left = _STEPS * (end - base) + _LEAST
    at, stop = base, np.int64(offsets[total])
    while at < stop:
        if (at - origin) % 8 == 0:
            while at < stop and words[(at - origin) >> 3] == 0:
                at += 8
            if at >= stop:
                break
        if not marked[at - origin]:
            at += 1
            continue
        while at >= end:
            row += 1
            base, end = end, np.int64(offsets[row + 1])
            left = _STEPS * (end - base) + _LEAST
            kept = found
        if left >= 0 and (at == base or _opens(data, base, at, kinds)):
            for head in range(head_firsts[data[at]], head_firsts[data[at] + 1]):
                part = heads[head]
                table, width = shape[part, 0], shape[part, 1]
                state, to = np.int64(width), at
                while to < end:
                    move = moves[table + state + classes[part, data[to]]]
                    if move == 0:
                        break
                    state = np.int64(move & MASK)
                    to += 1
                    if move & FLAG and closes(data, to, end, kinds):
                        if found == room:
                            return kept, row
                        if found - kept > end - base + _LEAST:
                            left = np.int64(-1)  # more places than bytes: nothing that text looks like
                            break
                        rows[found] = row
                        starts[found] = at - base
                        ends[found] = to - base
                        sets[found] = shape[part, 2] + np.int64(moves[table + state + width - 1])
                        found += 1
                left -= to - at
                if left < 0:
                    break
            if left < 0:
                found = kept
                if found == room:
                    return kept, row
                rows[found] = row
                starts[found] = 0
                ends[found] = 0
                sets[found] = STOPPED
                found += 1
        at += 1
    return found, total


@njit(nogil=True, cache=True, inline="always")
def _opens(data: Any, base: Any, at: Any, kinds: Any) -> Any:
    before = kinds[data[at - 1]]
    if before & 2 and at - base >= 2:
        return kinds[data[at - 2]] & 8 == 0
    return before & 1 == 0


@njit(nogil=True, cache=True, inline="always")
def closes(data: Any, at: Any, end: Any, kinds: Any) -> Any:
    """Whether a place that ends before byte ``at`` of a value ending at ``end`` ends at a word boundary."""
    if at == end:
        return True
    after = kinds[data[at]]
    if after & 2:
        return at + 1 == end or kinds[data[at + 1]] & 8 == 0
    return after & 1 == 0


@njit(nogil=True, cache=True)
def triggers(
    data: Any, offsets: Any, first: Any, moves: Any, classes: Any, width: Any, rows: Any, sets: Any
) -> tuple[int, int]:
    """The values in which a telling piece of a rule occurs, and the set of those rules.

    One entry for every change of set in a value. Returns as ``runs`` does. Four values at a time.
    """
    found, room, total = 0, len(rows), len(offsets) - 1
    full = first + (total - first) // 4 * 4
    for row in range(first, full, 4):
        a, b, c, d = offsets[row], offsets[row + 1], offsets[row + 2], offsets[row + 3]
        e = offsets[row + 4]
        common = min(b - a, c - b, d - c, e - d)
        s = t = u = v = np.uint32(width)
        kept = found
        seen_s = seen_t = seen_u = seen_v = np.uint32(0)
        for at in range(common):
            s = moves[(s & MASK) + classes[data[a + at]]]
            t = moves[(t & MASK) + classes[data[b + at]]]
            u = moves[(u & MASK) + classes[data[c + at]]]
            v = moves[(v & MASK) + classes[data[d + at]]]
            if (s | t | u | v) & FLAG:
                if found + 4 > room:
                    return kept, row
                seen_s, found = _noted(s, seen_s, row, moves, width, rows, sets, found)
                seen_t, found = _noted(t, seen_t, row + 1, moves, width, rows, sets, found)
                seen_u, found = _noted(u, seen_u, row + 2, moves, width, rows, sets, found)
                seen_v, found = _noted(v, seen_v, row + 3, moves, width, rows, sets, found)
        for place in range(4):
            state = s if place == 0 else t if place == 1 else u if place == 2 else v
            seen = seen_s if place == 0 else seen_t if place == 1 else seen_u if place == 2 else seen_v
            begin = a if place == 0 else b if place == 1 else c if place == 2 else d
            for at in range(begin + common, offsets[row + place + 1]):
                state = moves[(state & MASK) + classes[data[at]]]
                if found == room:
                    return kept, row
                seen, found = _noted(state, seen, row + place, moves, width, rows, sets, found)
    for row in range(full, total):
        state = np.uint32(width)
        kept, seen = found, np.uint32(0)
        for at in range(offsets[row], offsets[row + 1]):
            state = moves[(state & MASK) + classes[data[at]]]
            if found == room:
                return kept, row
            seen, found = _noted(state, seen, row, moves, width, rows, sets, found)
    return found, total


@njit(nogil=True, cache=True, inline="always")
def _noted(state: Any, seen: Any, row: Any, moves: Any, width: Any, rows: Any, sets: Any, found: Any) -> Any:
    """Enter the set of an accepting state, if it is not the one last entered for the value."""
    if state & FLAG:
        held = moves[(state & MASK) + width - 1]
        if held != seen:
            rows[found] = row
            sets[found] = held
            return held, found + 1
    return seen, found


@njit(nogil=True, cache=True)
def ends(data: Any, offsets: Any, moves: Any, classes: Any, width: Any, kinds: Any, out: Any) -> None:
    """Which values (bool) hold a place that the automaton accepts and at which a word may end."""
    for row in range(len(offsets) - 1):
        state = np.uint32(width)
        end = offsets[row + 1]
        out[row] = False
        for at in range(offsets[row], end):
            state = moves[(state & MASK) + classes[data[at]]]
            if state & FLAG and closes(data, at + 1, end, kinds):
                out[row] = True
                break
