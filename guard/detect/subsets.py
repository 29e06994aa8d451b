"""Subset construction (Rabin and Scott 1959), compiled: an automaton of thousands of states in a blink."""

from __future__ import annotations

from typing import Any

import numpy as np

from guard.checks.machine import njit

FULL = -1
_PRIME = np.uint64(1099511628211)
_BASIS = np.uint64(14695981039346656037)


@njit(nogil=True, cache=True)
def subsets(  # noqa: PLR0912, PLR0913, PLR0915, PLR0917 - one loop; numba takes arrays, no records
    move_firsts: Any,
    move_spans: Any,
    move_targets: Any,
    span_firsts: Any,
    span_classes: Any,
    closed_firsts: Any,
    closed: Any,
    start: Any,
    always: Any,
    classes: Any,
    limit: Any,
) -> Any:
    """The deterministic states reached from ``start``, at most ``limit`` (else FULL is the count).

    State ``s`` moves ``move_firsts[s]`` to ``move_firsts[s + 1]``: over the byte classes of a span to
    every state of ``closed`` for the target. ``always``: the start is added to every set, as in a search
    that may begin anywhere. Returns the count, the moves (states x ``classes``, int32; 0 is dead, 1 the
    start), and the members of all states with the place where each state's begin.
    """
    size = len(move_firsts) - 1
    moves = np.zeros((64, classes), np.int32)
    pool = np.empty(1024, np.int32)
    firsts = np.zeros(limit + 3, np.int64)
    slots = np.full(_slots(limit), -1, np.int32)
    stamp = np.zeros((classes, size), np.int32)
    bucket = np.empty((classes, size), np.int32)
    filled = np.zeros(classes, np.int64)
    # State 0 has no members; state 1 those of the start.
    count, used = 1, 0
    for place in range(closed_firsts[start], closed_firsts[start + 1]):
        pool = _grown(pool, used)
        pool[used] = closed[place]
        used += 1
    pool[:used].sort()
    firsts[1], firsts[2] = 0, used
    count = 2
    _found(pool, firsts, slots, 1, used, 1)
    done = 1
    while done < count:
        for member in range(firsts[done], firsts[done + 1]):
            state = pool[member]
            for move in range(move_firsts[state], move_firsts[state + 1]):
                target, span = move_targets[move], move_spans[move]
                for place in range(span_firsts[span], span_firsts[span + 1]):
                    cls = span_classes[place]
                    for each in range(closed_firsts[target], closed_firsts[target + 1]):
                        found = closed[each]
                        if stamp[cls, found] != done:
                            stamp[cls, found] = done
                            bucket[cls, filled[cls]] = found
                            filled[cls] += 1
        if done >= len(moves):
            wider = np.zeros((2 * len(moves), classes), np.int32)
            wider[: len(moves)] = moves
            moves = wider
        for cls in range(classes):
            if filled[cls] == 0:
                moves[done, cls] = 1 if always else 0
                continue
            if always:
                for place in range(closed_firsts[start], closed_firsts[start + 1]):
                    if stamp[cls, closed[place]] != done:
                        bucket[cls, filled[cls]] = closed[place]
                        filled[cls] += 1
            width = filled[cls]
            filled[cls] = 0
            while used + width > len(pool):
                pool = _grown(pool, len(pool))
            _sorted(bucket[cls], width)
            pool[used : used + width] = bucket[cls, :width]
            known = _found(pool, firsts, slots, count, used + width, used)
            if known == count:
                if count > limit:
                    return FULL, moves, pool, firsts
                used += width
                count += 1
                firsts[count] = used
            moves[done, cls] = known
        done += 1
    return count, moves[:count], pool[:used], firsts[: count + 1]


@njit(nogil=True, cache=True)
def _slots(limit: Any) -> Any:
    size = 64
    while size < 3 * limit:
        size *= 2
    return size


@njit(nogil=True, cache=True)
def _grown(pool: Any, used: Any) -> Any:
    if used < len(pool):
        return pool
    wider = np.empty(2 * len(pool), np.int32)
    wider[: len(pool)] = pool
    return wider


@njit(nogil=True, cache=True)
def _sorted(values: Any, width: Any) -> None:
    if width > 24:
        values[:width].sort()
        return
    for place in range(1, width):
        value = values[place]
        before = place - 1
        while before >= 0 and values[before] > value:
            values[before + 1] = values[before]
            before -= 1
        values[before + 1] = value


@njit(nogil=True, cache=True)
def _found(pool: Any, firsts: Any, slots: Any, count: Any, end: Any, begin: Any) -> Any:
    """The number of the state whose members are ``pool[begin:end]``, entered as ``count`` if new."""
    if count == 1:
        begin = 0
    key = _BASIS
    for place in range(begin, end):
        key = (key ^ np.uint64(pool[place])) * _PRIME
    mask = len(slots) - 1
    slot = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(mask))
    while slots[slot] >= 0:
        known = slots[slot]
        if firsts[known + 1] - firsts[known] == end - begin:
            same = True
            for place in range(end - begin):
                if pool[firsts[known] + place] != pool[begin + place]:
                    same = False
                    break
            if same:
                return known
        slot = (slot + 1) & mask
    slots[slot] = count
    return count


@njit(nogil=True, cache=True)
def digests(part: Any, moves: Any, weights: Any) -> Any:
    """Two 64-bit digests of every state's part and of the parts it moves to (states x 2, uint64)."""
    states, classes = moves.shape
    mixed = np.empty(states, np.uint64)
    for state in range(states):
        # SplitMix64's finaliser: small numbers become far apart.
        value = np.uint64(part[state] + 1) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed[state] = value ^ (value >> np.uint64(31))
    out = np.empty((states, 2), np.uint64)
    for state in range(states):
        one = mixed[state] * weights[0, 0]
        other = mixed[state] * weights[1, 0]
        for cls in range(classes):
            value = mixed[moves[state, cls]]
            one += value * weights[0, cls + 1]
            other += value * weights[1, cls + 1]
        out[state, 0], out[state, 1] = one, other
    return out
