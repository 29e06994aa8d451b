"""Patterns as trees: the part of RE2's syntax that a finite automaton over bytes can hold.

Python's own parser reads the pattern; what is left is sets of code points, sequences, choices and
repeats. Boundaries, look-around, back-references and Unicode classes are refused by name: such a
pattern is matched by RE2 alone, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Ranges = tuple[tuple[int, int], ...]
LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_BLOCK = 4096
_BRACED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")


# What RE2 reads otherwise than Python: POSIX classes, a brace that is no counter, a backslash before a
# backslash and a brace, case told apart again.
_OTHERWISE = re.compile(r"\[\[[:=.]|\{,|\\\\x\{|\(\?[a-z]*-")


class NotPortable(ValueError):  # noqa: N818 - says what the pattern is, not that something failed
    """The pattern needs more than a finite automaton. ``args[0]`` names the construct."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One code point out of ``ranges`` (inclusive, sorted, disjoint)."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Series:
    """Nodes one after another."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``node`` at least ``low`` and at most ``high`` times; None: any number of times."""

    node: Node
    low: int
    high: int | None


Node = Chars | Series | Choice | Repeat


def tree(pattern: str) -> Node:
    """The tree of ``pattern``.

    Raises:
        NotPortable: a construct that has no automaton, or that Python reads otherwise than RE2.
        re.error: the pattern is not valid.
    """
    if _OTHERWISE.search(pattern):
        raise NotPortable("syntax of RE2's own")
    python = _BRACED.sub(lambda found: re.escape(chr(int(found[1], 16))), pattern)
    parsed = parser.parse(python, re.ASCII)
    if parsed.state.flags & ~re.ASCII:
        raise NotPortable("flags for the whole pattern")
    return _sequence(parsed, fold=False)


def characters(node: Node) -> Ranges:
    """All code points that a match may hold."""
    if isinstance(node, Chars):
        return node.ranges
    if isinstance(node, Repeat):
        return characters(node.node)
    return merged(one for part in node.nodes for one in characters(part))


def _sequence(items: Iterable[tuple[Any, Any]], *, fold: bool) -> Node:
    nodes = tuple(_node(item, fold=fold) for item in items)
    return nodes[0] if len(nodes) == 1 else Series(nodes)


def _node(item: tuple[Any, Any], *, fold: bool) -> Node:
    kind, value = item
    if kind in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN):
        return Chars(_ranges(kind, value, fold=fold))
    if kind is codes.BRANCH:
        return Choice(tuple(_sequence(part, fold=fold) for part in value[1]))
    if kind is codes.SUBPATTERN:
        _, added, removed, inner = value
        if added & ~(re.IGNORECASE | re.ASCII) or removed & ~re.IGNORECASE:
            raise NotPortable("flags")
        return _sequence(inner, fold=(fold or bool(added & re.IGNORECASE)) and not removed)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, inner = value
        return Repeat(_sequence(inner, fold=fold), low, None if high is codes.MAXREPEAT else high)
    raise NotPortable(_NAMES.get(kind, str(kind).lower()))


_NAMES = {
    codes.AT: "anchor",
    codes.ASSERT: "look-around",
    codes.ASSERT_NOT: "look-around",
    codes.GROUPREF: "back-reference",
    codes.GROUPREF_EXISTS: "back-reference",
    codes.ATOMIC_GROUP: "atomic group",
    codes.POSSESSIVE_REPEAT: "possessive repeat",
}


def _ranges(kind: Any, value: Any, *, fold: bool) -> Ranges:
    if kind is codes.ANY:
        return inverted(((10, 10),))
    if kind is codes.LITERAL:
        return cased(((value, value),)) if fold else ((value, value),)
    if kind is codes.NOT_LITERAL:
        return inverted(cased(((value, value),)) if fold else ((value, value),))
    negated = value[0][0] is codes.NEGATE
    found = [one for item in value[negated:] for one in _members(*item)]
    ranges = cased(found) if fold else merged(found)
    return inverted(ranges) if negated else ranges


def _members(kind: Any, value: Any) -> Ranges:
    if kind is codes.LITERAL:
        return ((value, value),)
    if kind is codes.RANGE:
        return (tuple(value),)
    classes = {
        codes.CATEGORY_DIGIT: _DIGIT,
        codes.CATEGORY_WORD: _WORD,
        codes.CATEGORY_SPACE: _SPACE,
        codes.CATEGORY_NOT_DIGIT: inverted(_DIGIT),
        codes.CATEGORY_NOT_WORD: inverted(_WORD),
        codes.CATEGORY_NOT_SPACE: inverted(_SPACE),
    }
    if kind is codes.CATEGORY and value in classes:
        return classes[value]
    raise NotPortable(str(value).lower())


def merged(ranges: Iterable[Sequence[int]]) -> Ranges:
    """Sorted and disjoint."""
    found: list[tuple[int, int]] = []
    for low, high in sorted((low, high) for low, high in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def inverted(ranges: Ranges) -> Ranges:
    """All other code points, without the surrogates, which no UTF-8 holds."""
    found, at = [], 0
    for low, high in merged((*ranges, _SURROGATES)):
        if low > at:
            found.append((at, low - 1))
        at = high + 1
    return (*found, (at, LAST)) if at <= LAST else tuple(found)


def cased(ranges: Iterable[Sequence[int]]) -> Ranges:
    """With the other case of every ASCII letter in ``ranges``.

    Raises:
        NotPortable: a letter beyond ASCII has two cases.
    """
    found = [tuple(one) for one in ranges]
    for low, high in found:
        # A wide block holds both cases of what it holds.
        if high > 127 and high - low < _BLOCK and any(_two(code) for code in range(max(low, 128), high + 1)):
            raise NotPortable("case beyond ASCII")
    for low, high in list(found):
        for first, last, other in ((65, 90, 32), (97, 122, -32)):
            start, end = max(low, first), min(high, last)
            if start <= end:
                found.append((start + other, end + other))
    return merged(found)


def _two(code: int) -> bool:
    mark = chr(code)
    return mark.lower() != mark or mark.upper() != mark
