"""Confidence that keeps its word: how often a verdict with such evidence is right.

The sum of log-odds decides the type; it is no probability, for names and comments are not
independent. What separates right verdicts from wrong ones is which kinds of evidence agree, how
far the second best type is behind, and what speaks against. A logistic model of these features,
with its weights in ``lexicon/fusion.yaml`` (``calibration``), gives the confidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from guard.model import Evidence

Features = Mapping[str, float]
_NAMES = frozenset({"name", "table"})
_VALUES = frozenset({"value", "check", "dictionary"})
_NEARLY = 0.9
_LEAST, _MOST = -2.0, 6.0
_FAR = 4.0
_STRONG = 5.0


def found(kind: str, evidence: Sequence[Evidence], odds: float, second: float | None) -> Features:
    """Features of the verdict ``kind``, whose log-odds are ``odds``; ``second`` are the next type's."""
    own = [item for item in evidence if item.type == kind]
    good = [item for item in own if item.weight > 0]
    comment = any(item.kind == "comment" for item in good)
    named = any(item.kind in _NAMES for item in good)
    checked = any(item.kind == "check" for item in good)
    valued = any(item.kind in _VALUES and _nearly_all(item) for item in good)
    return {
        "odds": _within(odds),
        "margin": _FAR if second is None else max(0.0, min(_FAR, odds - second)),
        "comment": float(comment),
        "both": float(comment and named),
        "strong": float(odds >= _STRONG),
        "checked": float(checked),
        "valued": float(valued and (comment or named)),
        "against": float(any(item.weight < 0 for item in own) or any(not item.type for item in evidence)),
    }


def nothing(evidence: Sequence[Evidence], best: float | None, *, read: bool) -> Features:
    """Features of the verdict that a column holds none of the types; ``best`` are the log-odds of the
    likeliest of them, ``read`` whether values were seen."""
    against = {item.kind for item in evidence if not item.type and item.weight < 0}
    return {
        "said": float(bool(against)),
        "twice": float(len(against) > 1),
        "read": float(read),
        "unsaid": float(not evidence),
        "odds": 0.0 if best is None else _within(best) - _LEAST,
    }


def probability(weights: Mapping[str, float], features: Features) -> float:
    """The logistic of ``bias`` and the weighted features. Weights of unknown features count as 0."""
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def _within(odds: float) -> float:
    return max(_LEAST, min(_MOST, odds))


def _nearly_all(item: Evidence) -> bool:
    return bool(item.total) and (item.hits or 0) >= _NEARLY * (item.total or 0)
