"""Patterns as one automaton whose states are made when they are met: no numpy, no compiling, linear time.

Every character takes one step, whatever the pattern: the state is the set of all places in the patterns
at once. A step that is new costs as much as there are such places; then it is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from guard.detect.syntax import Chars, Choice, Node, Ranges, Repeat, Series, cased

MAX_STATES = 20_000
"""Remembered states; where there are more, all are forgotten and made anew."""


class Places:
    """The places in patterns: from each, the characters that lead on, and what is reached without one."""

    def __init__(self) -> None:
        self.moves: list[list[tuple[Ranges, int]]] = []
        self.free: list[list[int]] = []
        self.accepts: dict[int, int] = {}

    def place(self) -> int:
        """A new place."""
        self.moves.append([])
        self.free.append([])
        return len(self.moves) - 1

    def add(self, node: Node, at: int, *, fold: bool) -> int:
        """The place where ``node`` ends that begins at ``at``; ``fold``: ASCII case counts for nothing."""
        if isinstance(node, Chars):
            end = self.place()
            self.moves[at].append((_folded(node.ranges) if fold else node.ranges, end))
            return end
        if isinstance(node, Series):
            for one in node.nodes:
                at = self.add(one, at, fold=fold)
            return at
        if isinstance(node, Choice):
            end = self.place()
            for one in node.nodes:
                self.free[self.add(one, self._after(at), fold=fold)].append(end)
            return end
        return self._repeat(node, at, fold=fold)

    def _repeat(self, repeat: Repeat, at: int, *, fold: bool) -> int:
        for _ in range(repeat.low):
            at = self.add(repeat.node, at, fold=fold)
        end = self._after(at)
        if repeat.high is None:
            self.free[self.add(repeat.node, end, fold=fold)].append(end)
            return end
        for _ in range(repeat.high - repeat.low):
            at = self.add(repeat.node, at, fold=fold)
            self.free[at].append(end)
        return end

    def _after(self, at: int) -> int:
        following = self.place()
        self.free[at].append(following)
        return following


class _State(dict[str, "_State"]):
    """The states that follow, by character; ``accepts`` are the rules that end here."""

    __slots__ = ("accepts", "members", "owner")

    def __init__(self, owner: Automaton, members: frozenset[int]) -> None:
        super().__init__()
        self.owner, self.members = owner, members
        ends = owner.places.accepts
        self.accepts = frozenset(ends[one] for one in members if one in ends)

    def __missing__(self, character: str) -> _State:
        return self.owner.step(self, character)


class Automaton:
    """The automaton of rules, each a number and the tree of its pattern."""

    def __init__(self, rules: Iterable[tuple[int, Node]], *, fold: bool = False) -> None:
        self.places = Places()
        root = self.places.place()
        for number, node in rules:
            begin = self.places.place()
            self.places.free[root].append(begin)
            self.places.accepts[self.places.add(node, begin, fold=fold)] = number
        self._states: dict[frozenset[int], _State] = {}
        self._root = self._closed({root})
        self.start = self._state(self._root)

    def whole(self, text: str) -> frozenset[int]:
        """The rules that match all of ``text``."""
        state = self.start
        for character in text:
            state = state[character]
            if not state.members:
                break
        return state.accepts

    def begins(self, text: str, start: int, end: int) -> list[tuple[int, frozenset[int]]]:
        """Where matches from ``start`` may end, at ``end`` at the latest, shortest first, and their rules."""
        found = []
        state = self.start
        for at in range(start, end):
            state = state[text[at]]
            if not state.members:
                break
            if state.accepts:
                found.append((at + 1, state.accepts))
        return found

    def step(self, state: _State, character: str) -> _State:
        """The state after ``character``; remembered."""
        code, moves = ord(character), self.places.moves
        reached = {
            to
            for one in state.members
            for ranges, to in moves[one]
            if any(low <= code <= high for low, high in ranges)
        }
        following = self._state(self._closed(reached))
        state[character] = following
        return following

    def _state(self, members: frozenset[int]) -> _State:
        found = self._states.get(members)
        if found is None:
            if len(self._states) >= MAX_STATES:
                self._forget()
            found = self._states[members] = _State(self, members)
        return found

    def _forget(self) -> None:
        for state in self._states.values():
            state.clear()
        self._states = {self._root: self.start} if self._states else {}

    def _closed(self, members: set[int]) -> frozenset[int]:
        free, waiting = self.places.free, list(members)
        while waiting:
            for one in free[waiting.pop()]:
                if one not in members:
                    members.add(one)
                    waiting.append(one)
        return frozenset(members)


@lru_cache(maxsize=1024)
def _folded(ranges: Ranges) -> Ranges:
    return cased(ranges)
