"""The most telling piece that every match of a pattern must hold: a trigger for the exact search."""

from __future__ import annotations

import math

from guard.detect.syntax import Chars, Choice, Node, Repeat, Series

TELLING = 3.0  # bits: about one place in eight of those that do not match
_ENOUGH = 45.0
_MOST = 8
# Blocks of characters: from, to, and how many of them are in common use.
_BLOCKS = (
    (0x00, 0x2F, 15.0),
    (0x30, 0x39, 10.0),
    (0x3A, 0x40, 6.0),
    (0x41, 0x5A, 26.0),
    (0x5B, 0x60, 6.0),
    (0x61, 0x7A, 26.0),
    (0x7B, 0x7FF, 200.0),
    (0x800, 0x10FFFF, 300.0),
)
# What columns are full of (numbers and codes, Latin text, Chinese text): the share of each block.
_COLUMNS = (
    (0.05, 0.7, 0.01, 0.2, 0.01, 0.05, 0.001, 0.001),
    (0.15, 0.05, 0.02, 0.1, 0.01, 0.65, 0.01, 0.001),
    (0.05, 0.05, 0.01, 0.02, 0.01, 0.03, 0.01, 0.85),
)
Bits = tuple[float, ...]


def factor(node: Node) -> tuple[Node, float]:
    """The piece, and how telling it is in the least favourable kind of column, in bits; 0: not at all."""
    if isinstance(node, Choice):
        parts = [factor(one) for one in node.nodes]
        return Choice(tuple(piece for piece, _ in parts)), min(bits for _, bits in parts)
    if isinstance(node, Repeat):
        if not node.low:
            return Series(()), 0.0
        run = Repeat(node.node, min(node.low, _MOST), min(node.low, _MOST))
        return max((factor(node.node), (run, min(_bits(run)))), key=lambda found: found[1])
    if isinstance(node, Series):
        found = [_best(node.nodes), *map(factor, node.nodes)]
        return max(found, key=lambda one: one[1])
    return node, min(_bits(node))


def _best(nodes: tuple[Node, ...]) -> tuple[Node, float]:
    """The best run of neighbours that are all there, none longer than it needs to be."""
    best: tuple[Node, float] = (Series(()), 0.0)
    for first in range(len(nodes)):
        run: list[Node] = []
        for node in nodes[first:]:
            fixed = not isinstance(node, Repeat) or (node.low == node.high and node.low <= _MOST)
            run.append(Repeat(node.node, *(min(node.low, _MOST),) * 2) if isinstance(node, Repeat) else node)
            piece = Series(tuple(run))
            bits = min(_bits(piece))
            if bits > best[1] + 0.5:
                best = piece, bits
            if not fixed or bits >= _ENOUGH:
                break
    return best


def _bits(node: Node) -> Bits:
    if isinstance(node, Chars):
        return tuple(_rarity(node, shares) for shares in _COLUMNS)
    if isinstance(node, Repeat):
        return tuple(node.low * bits for bits in _bits(node.node))
    parts = [_bits(one) for one in node.nodes]
    if isinstance(node, Series):
        return tuple(sum(column) for column in zip(*parts, strict=True)) if parts else (0.0,) * len(_COLUMNS)
    less = math.log2(len(parts))
    return tuple(max(0.0, min(column) - less) for column in zip(*parts, strict=True))


def _rarity(chars: Chars, shares: tuple[float, ...]) -> float:
    """Bits of one character: how much of what stands in such a column it leaves."""
    share = 0.0
    for (low, high, used), written in zip(_BLOCKS, shares, strict=True):
        size = sum(max(0, min(last, high) - max(first, low) + 1) for first, last in chars.ranges)
        share += written * min(1.0, size / used)
    return min(_ENOUGH, -math.log2(share)) if share else _ENOUGH
