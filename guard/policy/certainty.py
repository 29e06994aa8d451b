"""How sure a level is: how often levels told in such a way are right.

A logistic model over what separates right levels from wrong ones: how the type or the kind was told,
whether name and comment agree on it, whether a rule of its own or a catch-all gave the level.
The weights are data of the pack (``certainty.yaml``), fitted by ``.ci/calibrate.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from guard.model import Finding, Reason
from guard.policy.facts import Facts
from guard.policy.policy import Policy

_UNMEASURED = 0.5
_CLOSE = 0.1
_MOST, _LEAST = 0.99, 0.01


def confidence(
    facts: Facts, finding: Finding, level: str, reasons: Iterable[Reason], policy: Policy
) -> float:
    """How likely the level is right, 0..1. Of a pack without ``certainty.yaml``: the type's own
    confidence, and of an untyped column nothing that could be relied upon."""
    weights = policy.base.certainty
    if not weights:
        return finding.confidence if facts.datatype is not None else _UNMEASURED
    told = features(facts, finding, level, reasons, policy)
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in told.items())
    return round(max(_LEAST, min(_MOST, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds)))))), 3)


def features(
    facts: Facts, finding: Finding, level: str, reasons: Iterable[Reason], policy: Policy
) -> Mapping[str, float]:
    """The features of one column's level."""
    if facts.datatype is not None:
        sure = max(_LEAST, min(_MOST, finding.confidence))
        own = [item.kind for item in finding.evidence if item.type == finding.type and item.weight > 0]
        return {
            "typed": 1.0,
            "sure": math.log(sure / (1 - sure)),
            "commented": float("comment" in own),
            "rival": float(any(share > finding.confidence - _CLOSE for _, share in finding.alternatives)),
        }
    where = facts.sort.where
    given = [item.rule for item in reasons if item.effect == "level" and item.level == level]
    return {
        "comment": float(where == "comment"),
        "name": float(where in ("name", "codes")),
        "agrees": float(where == "comment" and _named(facts, policy)),
        "technical": float(facts.kind in policy.kinds.technical),
        "lowest": float(level == policy.general[0]),
        "specific": float(any(rule not in policy.catch_all for rule in given)),
        "caught": float(any(rule in policy.catch_all for rule in given)),
        "key": float(facts.key == "pk"),
    }


def _named(facts: Facts, policy: Policy) -> bool:
    """Whether the name alone tells a kind, too."""
    return bool(policy.kinds.sort(facts.column, "", policy.vocabulary.parts(facts.column)).kind)
