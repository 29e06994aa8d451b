"""A sum of log-odds for each type: evidence in, types and confidences out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from guard.model import DataType, Evidence


class Catalogue(Protocol):
    """What names and fusion need of a type catalogue."""

    @property
    def by_id(self) -> Mapping[str, DataType]:
        """The types by id."""
        ...


def odds_of_types(evidence: Iterable[Evidence], weights: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Types with their log-odds, best first. ``weights`` is ``lexicon/fusion.yaml``.

    Evidence without a type counts for or against all of them. Where two are beyond doubt, the one
    that was spoken of first stays first.
    """
    against, total = 0.0, dict[str, float]()
    for item in evidence:
        if item.type:
            total[item.type] = total.get(item.type, 0.0) + item.weight
        else:
            against += item.weight
    scored = [(kind, weights["prior"] + against + score) for kind, score in total.items()]
    return sorted(scored, key=lambda item: -belief(item[1], weights))


def ranked_types(evidence: Iterable[Evidence], weights: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Types with the share of belief that their log-odds give them, best first."""
    return [(kind, belief(odds, weights)) for kind, odds in odds_of_types(evidence, weights)]


def belief(odds: float, weights: Mapping[str, Any]) -> float:
    """Log-odds as a number between 0 and ``ceiling``."""
    odds = max(-30.0, min(30.0, odds))
    return round(min(float(weights["ceiling"]), 1.0 / (1.0 + math.exp(-odds))), 3)
