"""Subset construction and minimisation: one table for any number of patterns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from guard.detect.nfa import Nfa

DEAD, START = 0, 1
Sets = tuple[tuple[int, ...], ...]


class TooManyStates(ValueError):  # noqa: N818 - a limit met, and met again in smaller groups
    """The automaton would be larger than allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dfa:
    """A byte automaton. State 0 is dead, state 1 the start.

    ``moves``: uint32, states x classes, the number of the next state. ``classes``: uint8, 256, the
    class of a byte. ``accepts``: uint16, states, an index into ``sets``; 0 is the empty set.
    ``built``: the number of states before minimisation, the cost of building it.
    """

    moves: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    accepts: NDArray[np.uint16]
    sets: Sets
    built: int


def build(nfa: Nfa, start: int, *, limit: int, anywhere: bool = False) -> Dfa:
    """The smallest automaton for ``nfa`` from ``start``; ``anywhere``: matches may begin at any byte.

    Raises:
        TooManyStates: more than ``limit`` states before minimisation.
    """
    from guard.detect.subsets import FULL, subsets  # imports numba

    classes, count, spans = _classes(nfa)
    table = {span: place for place, span in enumerate(spans)}
    moves = [move for moves in nfa.moves for move in moves]
    closed = _closures(nfa, {start, *(target for _, _, target in moves)})
    found, rows, members, firsts = subsets(
        _firsts([len(moves) for moves in nfa.moves]),
        np.array([table[low, high] for low, high, _ in moves], dtype=np.int32),
        np.array([target for _, _, target in moves], dtype=np.int32),
        _firsts([len(one) for one in spans.values()]),
        np.array([cls for one in spans.values() for cls in one], dtype=np.int32),
        _firsts([len(one) for one in closed]),
        np.array([state for one in closed for state in one], dtype=np.int32),
        start,
        anywhere,
        count,
        limit,
    )
    if found == FULL:
        raise TooManyStates(limit)
    if anywhere:
        rows[0] = 1
    sets, accepts = _accepts(nfa, members, firsts)
    smaller, which = _minimised(rows.astype(np.uint32), accepts)
    return Dfa(moves=smaller, classes=classes, accepts=which.astype(np.uint16), sets=sets, built=int(found))


def _firsts(sizes: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes], dtype=np.int64)


def _classes(nfa: Nfa) -> tuple[NDArray[np.uint8], int, dict[tuple[int, int], list[int]]]:
    """Bytes that every move treats alike share a class; the classes of each span of bytes."""
    spans = sorted({(low, high) for moves in nfa.moves for low, high, _ in moves})
    cuts = sorted({0, 256} | {low for low, _ in spans} | {high + 1 for _, high in spans})
    lows, highs = (np.array(side) for side in zip(*spans, strict=True)) if spans else (np.zeros(0),) * 2
    classes = np.zeros(256, dtype=np.uint8)
    known: dict[bytes, int] = {}
    for at, after in pairwise(cuts):
        key = ((lows <= at) & (highs >= at)).tobytes()
        classes[at:after] = known.setdefault(key, len(known))
    return classes, len(known), {span: np.unique(classes[span[0] : span[1] + 1]).tolist() for span in spans}


def _closures(nfa: Nfa, wanted: set[int]) -> list[list[int]]:
    """For every wanted state those reached without a byte, as far as they move or accept."""
    found: list[list[int]] = [[] for _ in nfa.moves]
    for state in wanted:
        seen, waiting = {state}, [state]
        while waiting:
            for following in nfa.free[waiting.pop()]:
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        found[state] = [s for s in seen if nfa.moves[s] or s in nfa.accepts]
    return found


def _accepts(
    nfa: Nfa, members: NDArray[np.int32], firsts: NDArray[np.int64]
) -> tuple[Sets, NDArray[np.int64]]:
    """The different sets of rules, and the number of each state's."""
    rule_of = np.full(len(nfa.moves), -1, dtype=np.int64)
    rule_of[list(nfa.accepts)] = list(nfa.accepts.values())
    rules = rule_of[members]
    held = np.flatnonzero(rules >= 0)
    states = np.searchsorted(firsts, held, side="right") - 1
    of_state: dict[int, set[int]] = {}
    for state, rule in zip(states.tolist(), rules[held].tolist(), strict=True):
        of_state.setdefault(state, set()).add(rule)
    sets: dict[tuple[int, ...], int] = {(): 0}
    accepts = np.zeros(len(firsts) - 1, dtype=np.int64)
    for state, own in of_state.items():
        accepts[state] = sets.setdefault(tuple(sorted(own)), len(sets))
    return tuple(sets), accepts


def _minimised(
    moves: NDArray[np.uint32], accepts: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Moore's refinement on hashed rows; two 64-bit hashes, so that no two rows are taken for one."""
    from guard.detect.subsets import digests

    random = np.random.default_rng(20240321)
    weights = random.integers(1, 2**63, size=(2, moves.shape[1] + 1), dtype=np.uint64) | np.uint64(1)
    part = np.unique(accepts, return_inverse=True)[1]
    part[START] = part.max() + 1  # a start from which nothing is accepted is still not the dead state
    while True:
        one, other = digests(part, moves, weights).T
        _, first, new = np.unique(one, return_index=True, return_inverse=True)
        if (other != other[first[new]]).any():
            new = np.unique(np.stack([one, other], axis=1), axis=0, return_inverse=True)[1].ravel()
        if new.max() == part.max():
            break
        part = new
    order = np.unique(part, return_index=True)[1]
    heads = [int(np.argmax(part == part[state])) for state in (DEAD, START)]
    ranked = sorted(order.tolist(), key=lambda state: (state != heads[0], state != heads[1], state))
    number = np.empty(len(ranked), dtype=np.uint32)
    number[part[ranked]] = np.arange(len(ranked), dtype=np.uint32)
    return np.ascontiguousarray(number[part[moves[ranked]]]), accepts[ranked]
