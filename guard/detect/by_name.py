"""Findings without a value: what names, comments and SQL types say, as a Detector does, and nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guard.detect.fuse import fuse
from guard.detect.learned import Learned
from guard.detect.names import NameJudge
from guard.model import Asset, DataType, Finding


@dataclass(frozen=True, slots=True)
class _Types:
    by_id: Mapping[str, DataType] = field(default_factory=dict)


class ByName:
    """Gives the findings of ``Detector.findings`` for an asset of which no value was read."""

    def __init__(self, types: Iterable[DataType], lexicon: Mapping[str, Any]) -> None:
        self._types = _Types({one.id: one for one in types})
        self._names = NameJudge(self._types, lexicon)
        self._learned = Learned(lexicon)
        self._weights: Mapping[str, Any] = lexicon["fusion"]

    def __call__(self, asset: Asset) -> tuple[Finding, ...]:
        """One finding for each column of ``asset``, in order."""
        found = fuse(asset, self._names.judge(asset), None, self._types, self._weights)
        return self._learned.settled(found)
