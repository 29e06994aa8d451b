"""Subset construction and minimisation: one table for any number of patterns."""

from __future__ import annotations

from collections.abc import Iterable
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

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.accepts)


def build(nfa: Nfa, start: int, *, limit: int, anywhere: bool = False) -> Dfa:
    """The smallest automaton for ``nfa`` from ``start``; ``anywhere``: matches may begin at any byte.

    Raises:
        TooManyStates: more than ``limit`` states before minimisation.
    """
    classes, count = _classes(nfa)
    steps = _Steps(nfa, classes)
    first = steps.closure(start)
    known = {frozenset[int](): DEAD, first: START}
    order, rows = [frozenset[int](), first], []
    always = first if anywhere else frozenset[int]()
    for members in order:
        row = np.full(count, START if anywhere else DEAD, dtype=np.uint32)
        for cls, target in steps.out(members, always).items():
            number = known.get(target)
            if number is None:
                number = known[target] = len(order)
                order.append(target)
                if number > limit:
                    raise TooManyStates(limit)
            row[cls] = number
        rows.append(row)
    sets: dict[tuple[int, ...], int] = {(): 0}
    accepts = [
        sets.setdefault(tuple(sorted({nfa.accepts[s] for s in members if s in nfa.accepts})), len(sets))
        for members in order
    ]
    moves, which = _minimised(np.array(rows), np.array(accepts, dtype=np.int64))
    return Dfa(
        moves=moves, classes=classes, accepts=which.astype(np.uint16), sets=tuple(sets), built=len(order)
    )


def _classes(nfa: Nfa) -> tuple[NDArray[np.uint8], int]:
    """Bytes that every move treats alike share a class."""
    spans = {(low, high) for moves in nfa.moves for low, high, _ in moves}
    cuts = sorted({0, 256} | {low for low, _ in spans} | {high + 1 for _, high in spans})
    lows, highs = (
        (np.array(side) for side in zip(*sorted(spans), strict=True)) if spans else (np.zeros(0),) * 2
    )
    classes = np.zeros(256, dtype=np.uint8)
    known: dict[bytes, int] = {}
    for at, after in pairwise(cuts):
        key = ((lows <= at) & (highs >= at)).tobytes()
        classes[at:after] = known.setdefault(key, len(known))
    return classes, len(known)


class _Steps:
    def __init__(self, nfa: Nfa, classes: NDArray[np.uint8]) -> None:
        self._nfa = nfa
        self._classes = [int(cls) for cls in classes]
        self._closed: dict[int, frozenset[int]] = {}
        self._out: dict[int, dict[int, frozenset[int]]] = {}

    def closure(self, state: int) -> frozenset[int]:
        """The states reached without a byte, as far as they move or accept."""
        found = self._closed.get(state)
        if found is None:
            seen, waiting = {state}, [state]
            while waiting:
                for following in self._nfa.free[waiting.pop()]:
                    if following not in seen:
                        seen.add(following)
                        waiting.append(following)
            found = frozenset(s for s in seen if self._nfa.moves[s] or s in self._nfa.accepts)
            self._closed[state] = found
        return found

    def out(self, members: Iterable[int], always: frozenset[int]) -> dict[int, frozenset[int]]:
        """The set of states after one byte, by class."""
        found: dict[int, list[frozenset[int]]] = {}
        for state in members:
            for cls, targets in self._of(state).items():
                found.setdefault(cls, []).append(targets)
        if always:
            return {cls: always.union(*sets) for cls, sets in found.items()}
        return {cls: sets[0] if len(sets) == 1 else sets[0].union(*sets[1:]) for cls, sets in found.items()}

    def _of(self, state: int) -> dict[int, frozenset[int]]:
        found = self._out.get(state)
        if found is None:
            found = {}
            for low, high, following in self._nfa.moves[state]:
                closed = self.closure(following)
                for cls in set(self._classes[low : high + 1]):
                    found[cls] = found[cls] | closed if cls in found else closed
            self._out[state] = found
        return found


def _minimised(
    moves: NDArray[np.uint32], accepts: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Moore's refinement on hashed rows; two 64-bit hashes, so that no two rows are taken for one."""
    random = np.random.default_rng(20240321)
    weights = random.integers(1, 2**63, size=(2, moves.shape[1] + 1), dtype=np.uint64) | np.uint64(1)
    part = accepts.astype(np.int64)
    part = np.unique(part, return_inverse=True)[1]
    while True:
        mixed = _scrambled(part)
        rows = mixed[moves]
        keys = np.stack([rows @ line[1:] + mixed * line[0] for line in weights], axis=1)
        _, new = np.unique(keys, axis=0, return_inverse=True)
        new = new.ravel()
        if new.max() == part.max():
            break
        part = new
    order = np.unique(part, return_index=True)[1]
    ranked = sorted(order, key=lambda state: (state != _twin(part, DEAD), state != _twin(part, START), state))
    number = np.empty(len(ranked), dtype=np.uint32)
    number[part[ranked]] = np.arange(len(ranked), dtype=np.uint32)
    return np.ascontiguousarray(number[part[moves[ranked]]]), accepts[ranked]


def _twin(part: NDArray[np.int64], state: int) -> int:
    """The first state of the same part as ``state``."""
    return int(np.argmax(part == part[state]))


def _scrambled(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser: small numbers become far apart."""
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return found
