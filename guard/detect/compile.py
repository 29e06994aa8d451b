"""Rules into few automata, once: exact where the states suffice, wider and confirmed where not.

Whole values: one automaton from the first byte to the last, split in two as often as it takes to
keep each within ``STATES``. Inside values: rules that begin with an ASCII character start only at
word boundaries (``runs``); the others have a telling piece looked for anywhere (``triggers``), and an
automaton of their own (``exact``), or RE2, decides where it occurs. What cannot be compiled at all
is left to RE2 by name, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from guard.detect.dfa import Dfa, Sets, TooManyStates, build
from guard.detect.factors import TELLING, factor
from guard.detect.nfa import Nfa
from guard.detect.rules import Rule
from guard.detect.syntax import (
    Chars,
    Choice,
    Node,
    NotPortable,
    Repeat,
    Series,
    cased,
    characters,
    tree,
)

STATES = 25_000
ALONE = 30_000
_SWOLLEN = 3
_SPARE = 2000
ACCEPTING = np.uint32(1 << 31)
_LONG = 8
_ENDLESS = 17
_SIZE = 20_000  # bytes of pattern tree, counters written out
VERSION = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One automaton as the kernels walk it.

    ``moves``: uint32, flat; the state is the offset of its row, the last column of a row the number
    of its rule set, and the top bit of a move says that the next state has one. ``classes``: uint8,
    256. ``sets``: rule numbers.
    """

    moves: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    width: int
    sets: Sets

    @property
    def rules(self) -> frozenset[int]:
        """The rules that the automaton knows."""
        return frozenset(rule for one in self.sets for rule in one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All automata over one list of rules, and the rules left to RE2.

    ``strict`` holds one rule each, of those that are wider in ``runs``; ``exact`` and ``sieves`` of those
    in ``triggers``: itself where it fits, and with its long counters left open.
    """

    whole: tuple[Part, ...] = ()
    loose: tuple[Part, ...] = ()
    whole_slow: tuple[int, ...] = ()
    runs: tuple[Part, ...] = ()
    strict: tuple[Part, ...] = ()
    triggers: tuple[Part, ...] = ()
    exact: tuple[Part, ...] = ()
    sieves: tuple[Part, ...] = ()
    inside_slow: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    number: int
    rule: Rule
    node: Node
    states: int = 0


def whole_plan(rules: Sequence[Rule]) -> Plan:
    """The automata for values as a whole."""
    exact, wider, slow = [], [], []
    for number, rule in enumerate(rules):
        read = _read(number, rule)
        if read is not None and (fitting := _fits(read)):
            exact.append(fitting)
        elif read is not None and (fitting := _fits(replace(read, node=_open(read.node)))):
            wider.append(fitting)
        else:
            slow.append(number)
    return Plan(whole=_parts(exact), loose=_parts(wider), whole_slow=tuple(slow))


def inside_plan(rules: Sequence[Rule]) -> Plan:
    """The automata for rules inside values."""
    run, strict, pieces, alone, sieves, slow = [], [], [], [], [], []
    for number, rule in enumerate(rules):
        read = _read(number, rule)
        if read is not None and _ascii_first(read.node) and (fitting := _fits(read, _inside)):
            wider = _fits(replace(read, node=_unbounded(read.node)), _inside)
            if wider is not None and wider.node != read.node:
                run.append(wider)
                strict.append(fitting)
            else:
                run.append(fitting)
        elif read is not None and (piece := _piece(read)) is not None:
            pieces.append(piece)
            if fitting := _fits(read, _inside):
                alone.append(fitting)
            if fitting := _fits(replace(read, node=_open(read.node)), _anywhere):
                sieves.append(fitting)
        else:
            slow.append(number)
    return Plan(
        runs=_parts(run, _inside),
        strict=tuple(part for one in strict for part in _parts([one], _inside)),
        triggers=_parts(pieces, _anywhere),
        exact=tuple(part for one in alone for part in _parts([one], _inside)),
        sieves=tuple(part for one in sieves for part in _parts([one], _anywhere)),
        inside_slow=tuple(slow),
    )


def _read(number: int, rule: Rule) -> _Read | None:
    try:
        node = tree(rule.pattern)
        if rule.form != "plain":
            cased(characters(node))
    except (NotPortable, re.error, RecursionError, OverflowError):
        return None
    return _Read(number=number, rule=rule, node=node) if _size(node) <= _SIZE else None


def _size(node: Node) -> int:
    """Characters with every counter written out: what the automaton is made of."""
    if isinstance(node, Chars):
        return max(1, min(8, len(node.ranges)))
    if isinstance(node, Repeat):
        return _size(node.node) * max(1, node.high or node.low + 1)
    return sum(_size(one) for one in node.nodes) + 1


def _open(node: Node) -> Node:
    """Long counters without their upper bound: a wider rule that needs fewer states."""
    if isinstance(node, Repeat):
        bounded = node.high is not None and (node.high < _LONG or node.high == node.low)
        low = node.low if bounded else min(node.low, 2)
        return Repeat(_open(node.node), low, node.high if bounded else None)
    if isinstance(node, (Series, Choice)):
        return type(node)(tuple(_open(one) for one in node.nodes))
    return node


def _unbounded(node: Node) -> Node:
    """The most that long counters allow left out: a wider rule that begins alike, in fewer states."""
    if isinstance(node, Repeat):
        long = node.high is not None and node.high >= _ENDLESS and node.high > node.low
        return Repeat(_unbounded(node.node), node.low, None if long else node.high)
    if isinstance(node, (Series, Choice)):
        return type(node)(tuple(_unbounded(one) for one in node.nodes))
    return node


def slack(rule: Rule) -> int:
    """Up to how many bytes a match of the rule as it is in ``runs`` is a match of the rule itself."""
    return _least_long(tree(rule.pattern))


def _least_long(node: Node) -> int:
    if isinstance(node, Repeat):
        own = node.high if node.high is not None and node.high >= _ENDLESS and node.high > node.low else None
        inner = _least_long(node.node)
        return inner if own is None else min(inner, own)
    if isinstance(node, (Series, Choice)):
        return min(map(_least_long, node.nodes), default=_SIZE)
    return _SIZE


def _ascii_first(node: Node) -> bool:
    """Whether every match begins with an ASCII character."""
    return _begins(node) == (True, False, False)


def _begins(node: Node) -> tuple[bool, bool, bool]:
    """Whether a match may begin with an ASCII character, with another, or be empty."""
    if isinstance(node, Chars):
        return (
            bool(node.ranges) and node.ranges[0][0] < 128,
            bool(node.ranges) and node.ranges[-1][1] > 127,
            False,
        )
    if isinstance(node, Repeat):
        narrow, wide, empty = _begins(node.node)
        return narrow, wide, empty or not node.low
    parts = [_begins(one) for one in node.nodes]
    if isinstance(node, Series):
        needed = next((place for place, part in enumerate(parts) if not part[2]), len(parts))
        head = parts[: needed + 1]
        return any(part[0] for part in head), any(part[1] for part in head), needed == len(parts)
    return any(part[0] for part in parts), any(part[1] for part in parts), any(part[2] for part in parts)


def _piece(read: _Read) -> _Read | None:
    piece, bits = factor(read.node)
    return _fits(replace(read, node=piece), _anywhere) if bits >= TELLING else None


def _whole(group: Sequence[_Read], limit: int) -> Dfa:
    nfa = Nfa()
    start = nfa.state()
    for read in group:
        form = read.rule.form
        nfa.add(read.node, read.number, start, fold=form != "plain", skip=form == "compact")
    return build(nfa, start, limit=limit)


def _inside(group: Sequence[_Read], limit: int, *, anywhere: bool = False) -> Dfa:
    nfa = Nfa()
    start = nfa.state()
    for read in group:
        nfa.add(read.node, read.number, start, fold=read.rule.form != "plain")
    return build(nfa, start, limit=limit, anywhere=anywhere)


def _anywhere(group: Sequence[_Read], limit: int) -> Dfa:
    return _inside(group, limit, anywhere=True)


_Builder = Callable[[Sequence[_Read], int], Dfa]


def _fits(read: _Read, builder: _Builder = _whole) -> _Read | None:
    """The rule with the number of states it takes alone; None where they are too many."""
    try:
        return replace(read, states=builder([read], ALONE).built)
    except (TooManyStates, RecursionError):
        return None


def _parts(group: Sequence[_Read], builder: _Builder = _whole) -> tuple[Part, ...]:
    """The group's automata: those that skip separators, those that begin wide, and the rest apart."""
    if not group:
        return ()
    unique: dict[tuple[Node, str], list[int]] = {}
    for read in group:
        unique.setdefault((read.node, read.rule.form), []).append(read.number)
    first = {numbers[0]: tuple(numbers) for numbers in unique.values()}
    chosen = [read for read in group if read.number in first]
    buckets: dict[tuple[bool, bool, bool], list[_Read]] = {}
    for read in chosen:
        skips = builder is _whole and read.rule.form == "compact"
        key = (False,) * 3 if builder is _anywhere else (skips, *_begins(read.node)[:2])
        buckets.setdefault(key, []).append(read)
    return tuple(_part(dfa, first) for key in sorted(buckets) for dfa in _split(buckets[key], builder))


def _split(group: Sequence[_Read], builder: _Builder) -> list[Dfa]:
    """One automaton, or two parts where one would be too large for what they are alone."""
    alone = sum(read.states for read in group)
    limit = min(STATES, _SWOLLEN * alone + _SPARE)
    if len(group) == 1 or builder is _anywhere:
        limit = ALONE  # every trigger part costs a pass over all bytes: few and large ones
    try:
        return [builder(group, limit)]
    except TooManyStates:
        # One rule that outweighs the rest goes alone.
        group = sorted(group, key=lambda read: -read.states)
        half = 1 if 2 * group[0].states > alone else len(group) // 2
        return [*_split(group[:half], builder), *_split(group[half:], builder)]


def _part(dfa: Dfa, alike: dict[int, tuple[int, ...]]) -> Part:
    states, count = dfa.moves.shape
    width = count + 1
    table = np.zeros((states, width), dtype=np.uint32)
    table[:, :count] = dfa.moves * np.uint32(width)
    table[:, :count] |= np.where(dfa.accepts[dfa.moves] > 0, ACCEPTING, np.uint32(0))
    table[:, count] = dfa.accepts
    sets = tuple(tuple(sorted(n for rule in one for n in alike[rule])) for one in dfa.sets)
    return Part(moves=table.ravel(), classes=dfa.classes, width=width, sets=sets)
