"""Trees of patterns as one non-deterministic automaton over UTF-8 bytes (Thompson 1968)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from guard.detect.syntax import Chars, Choice, Node, Ranges, Repeat, Series, cased, merged

# What people and spreadsheets put inside numbers; normalise.compact drops the same.
SEPARATORS: Ranges = merged([(ord(mark),) * 2 for mark in "-' \t\"="] + [(0x2010, 0x2015)])
_LIMITS = (0x7F, 0x7FF, 0xFFFF)


@dataclass(slots=True)
class Nfa:
    """``moves[state]`` are (low byte, high byte, next state); ``free[state]`` are moves without a byte."""

    moves: list[list[tuple[int, int, int]]] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)
    accepts: dict[int, int] = field(default_factory=dict)

    def state(self) -> int:
        """A new state."""
        self.moves.append([])
        self.free.append([])
        return len(self.moves) - 1

    def add(self, node: Node, rule: int, start: int, *, fold: bool = False, skip: bool = False) -> None:
        """From ``start``, accept ``rule`` after ``node``.

        ``fold``: ASCII case counts for nothing. ``skip``: separators count for nothing, anywhere.
        """
        builder = _Builder(self, fold=fold, skip=skip)
        at = self.state()
        self.free[start].append(at)
        builder.skipping(at)
        self.accepts[builder.node(node, at)] = rule


@dataclass(slots=True)
class _Builder:
    nfa: Nfa
    fold: bool
    skip: bool

    def node(self, node: Node, at: int) -> int:
        if isinstance(node, Chars):
            return self.chars(node.ranges, at)
        if isinstance(node, Series):
            for one in node.nodes:
                at = self.node(one, at)
            return at
        if isinstance(node, Choice):
            end = self.nfa.state()
            for one in node.nodes:
                first = self.nfa.state()
                self.nfa.free[at].append(first)
                self.nfa.free[self.node(one, first)].append(end)
            return end
        return self.repeat(node, at)

    def repeat(self, repeat: Repeat, at: int) -> int:
        for _ in range(repeat.low):
            at = self.node(repeat.node, at)
        end = self.nfa.state()
        self.nfa.free[at].append(end)
        if repeat.high is None:
            self.nfa.free[self.node(repeat.node, end)].append(end)
            return end
        for _ in range(repeat.high - repeat.low):
            at = self.node(repeat.node, at)
            self.nfa.free[at].append(end)
        return end

    def chars(self, ranges: Ranges, at: int) -> int:
        end = self.nfa.state()
        for sequence in utf8(_without(ranges, SEPARATORS) if self.skip else _folded(ranges, self.fold)):
            self.path(sequence, at, end)
        self.skipping(end)
        return end

    def path(self, sequence: list[tuple[int, int]], at: int, end: int) -> None:
        for low, high in sequence[:-1]:
            following = self.nfa.state()
            self.nfa.moves[at].append((low, high, following))
            at = following
        self.nfa.moves[at].append((*sequence[-1], end))

    def skipping(self, state: int) -> None:
        if self.skip:
            for sequence in utf8(SEPARATORS):
                self.path(sequence, state, state)


def _folded(ranges: Ranges, fold: bool) -> Ranges:
    return cased(ranges) if fold else ranges


def _without(ranges: Ranges, others: Ranges) -> Ranges:
    """``ranges`` in either case, less ``others``: after separators are dropped none can match."""
    found = []
    for first, high in cased(ranges):
        low = first
        for start, end in others:
            if low <= end and start <= high:
                found.append((low, start - 1))
                low = end + 1
        found.append((low, high))
    return tuple((low, high) for low, high in found if low <= high)


def utf8(ranges: Ranges) -> Iterator[list[tuple[int, int]]]:
    """Ranges of code points as sequences of byte ranges, one sequence a uniform block."""
    waiting = [(low, high) for low, high in reversed(ranges)]
    while waiting:
        low, high = waiting.pop()
        cut = _cut(low, high)
        if cut is not None:
            waiting += [(cut + 1, high), (low, cut)]
        elif low <= high and not 0xD800 <= low <= high <= 0xDFFF:
            yield list(zip(chr(low).encode(), chr(high).encode(), strict=True))


def _cut(low: int, high: int) -> int | None:
    """Where the block must be cut: at another length, at the surrogates, at a partial last byte."""
    for limit in (*_LIMITS, 0xD7FF, 0xDFFF):
        if low <= limit < high:
            return limit
    for place in range(1, 1 + sum(high > limit for limit in _LIMITS)):
        mask = (1 << 6 * place) - 1
        if low & ~mask != high & ~mask:
            if low & mask:
                return low | mask
            if high & mask != mask:
                return (high & ~mask) - 1
    return None
