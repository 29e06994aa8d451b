"""A level that a person typed."""

from __future__ import annotations

from collections.abc import Sequence

from guard.model import UsageError
from guard.yamldoc import nearest


def known_level(word: str, levels: Sequence[str]) -> str:
    """``word`` itself where it is one of ``levels``; else UsageError ``unknown-level`` with the nearest."""
    if word in levels:
        return word
    close = nearest(word, levels) or ""
    raise UsageError("unknown-level", word=word, nearest=close, known=", ".join(levels))
