"""Texts drawn from a pattern, to measure how many of its matches pass a check by luck."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from guard.detect.syntax import Chars, Choice, Node, NotPortable, Repeat, Series, tree

_SEED = 97
_MORE = 6  # repeats beyond the least, where the pattern has no bound
_ASCII = (32, 126)


def drawn(pattern: str, count: int) -> Sequence[str]:
    """``count`` texts that match ``pattern`` (RE2, no anchors), always the same; none without a tree."""
    try:
        node = tree(pattern)
    except (NotPortable, re.error):
        return ()
    source = random.Random(_SEED)  # noqa: S311 - no secret; the same draw in every run
    return [_one(node, source) for _ in range(count)]


def _one(node: Node, source: random.Random) -> str:
    if isinstance(node, Chars):
        return _character(node, source)
    if isinstance(node, Series):
        return "".join(_one(part, source) for part in node.nodes)
    if isinstance(node, Choice):
        return _one(source.choice(node.nodes), source)
    return _several(node, source)


def _several(node: Repeat, source: random.Random) -> str:
    most = node.low + _MORE if node.high is None else min(node.high, node.low + 4 * _MORE)
    return "".join(_one(node.node, source) for _ in range(source.randint(node.low, most)))


def _character(node: Chars, source: random.Random) -> str:
    low, high = _ASCII
    plain = [(max(a, low), min(b, high)) for a, b in node.ranges if a <= high and b >= low]
    ranges = plain or list(node.ranges)
    weights = [b - a + 1 for a, b in ranges]
    first, last = source.choices(ranges, weights)[0]
    return chr(source.randint(first, last))
