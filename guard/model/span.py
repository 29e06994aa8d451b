"""A place in a text where a type was found; never what stands there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters ``start`` to ``end`` (0-based, end-exclusive) of a decoded text hold a ``type``.

    ``confidence`` is 0..1. ``line`` and ``column`` (1-based, in characters) are where it starts; 0
    where the text is one value and not a file.
    """

    type: str
    start: int
    end: int
    confidence: float
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The spans of one asset, in order. ``more`` counts those that were found beyond the ones kept."""

    spans: tuple[Span, ...] = ()
    more: int = 0
