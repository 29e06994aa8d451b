"""A level that a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guard.model import UsageError
from guard.model.standard import standing_for
from guard.sdk.report import Facts
from guard.yamldoc import nearest


def known_level(word: str, levels: Sequence[str]) -> str:
    """``word`` itself where it is one of ``levels``; else UsageError ``unknown-level`` with the nearest."""
    if word in levels:
        return word
    close = nearest(word, levels) or ""
    raise UsageError("unknown-level", word=word, nearest=close, known=", ".join(levels))


def own_level(word: str, levels: Sequence[str], maps: Mapping[str, str]) -> str:
    """``word`` where it is one of ``levels``, or the level that stands for the common level ``word``.

    ``maps`` are the first pack's levels, lowest first, with the common level that each stands for. Raises
    UsageError ``unknown-level`` where the pack has none for it.
    """
    if word in levels:
        return word
    return standing_for(word, maps) or known_level(word, levels)


def maps_of(facts: Facts) -> Mapping[str, str]:
    """The levels of the first pack that graded, with the common level that each stands for."""
    return facts.packs[0].maps if facts.packs else {}
