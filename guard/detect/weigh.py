"""From counts to evidence: how much a share of matching values says for or against a type, in log-odds.

A check digit is judged against luck: each distinct value that passes a check which random
values pass with probability ``chance`` multiplies the odds by 0.97 / chance, and each that
fails divides them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from guard.detect.types import Shaped
from guard.model import Evidence, Mixed

BARE = {"strong": 5.0, "medium": 2.2, "weak": 0.7}
CHECKED = {"strong": 2.5, "medium": 1.0, "weak": 0.3}
CAP = {"strong": 4.0, "medium": 3.0, "weak": 1.5}
WORDS = {"strong": 3.0, "medium": 2.5, "weak": 1.2}
LISTED = 0.2
MAJORITY = 0.5
MIXED_PROOF = 2.0
_RIGHT = 0.97
_PREFIX_CHANCE = 0.35
_LUCKY = 0.25  # a check that more pass is no check digit: its pattern is the proof


@dataclass(slots=True, kw_only=True)
class Count:
    """What was counted for one type in one column. Rows, unless ``distinct`` says otherwise.

    ``places`` are the numbers, from 0, of the first rows that hold it where it is rare.
    """

    hits: int = 0
    distinct: int = 0
    passed: int = 0
    distinct_passed: int = 0
    listed: int = 0
    distinct_listed: int = 0
    inside: int = 0
    places: list[int] = field(default_factory=list)
    inside_places: list[int] = field(default_factory=list)


def luck(passed: int, matched: int, chance: float) -> float:
    """Log-odds that the ones that passed did so because they are right, not by luck."""
    failed = matched - passed
    return passed * math.log(_RIGHT / chance) + failed * math.log((1 - _RIGHT) / (1 - chance))


def evidence(shaped: Shaped, count: Count, total: int, *, exact: bool, doubtful: bool) -> list[Evidence]:
    """Evidence that a majority of the rows speaks for ``shaped``; empty where it is a minority.

    ``exact`` says that the type's word list holds whole values; ``doubtful`` that the values count up.
    """
    rate = count.hits / total if total else 0.0
    if rate < MAJORITY:
        return []
    size = count.distinct / (count.distinct + 0.5)
    ramp = max(0.0, (rate - 0.4) / 0.6) * size
    base = LISTED if shaped.dictionary else (CHECKED if shaped.check else BARE)[shaped.strength]
    if doubtful and not shaped.check:
        base = min(base, LISTED)
    found = [
        Evidence(
            kind="value",
            type=shaped.id,
            detail=shaped.strength,
            weight=round(base * ramp, 3),
            hits=count.hits,
            total=total,
        )
    ]
    if shaped.check:
        cap = CAP[shaped.strength]
        odds = luck(count.distinct_passed, count.distinct, shaped.check.chance)
        found.append(
            Evidence(
                kind="check",
                type=shaped.id,
                detail=shaped.check.id,
                weight=round(max(-4.0, min(cap, odds)) * min(1.0, rate + 0.2), 3),
                hits=count.passed,
                total=count.hits,
            )
        )
    if shaped.dictionary and count.listed:
        found.append(_listed(shaped, count, total, exact))
    return found


def _listed(shaped: Shaped, count: Count, total: int, exact: bool) -> Evidence:
    share = count.listed / total
    top = WORDS[shaped.strength]
    if exact:
        weight = top * max(0.0, (share - 0.4) / 0.6)
    else:
        odds = luck(count.distinct_listed, count.distinct, _PREFIX_CHANCE)
        weight = max(-top, min(top, odds)) * count.distinct / (count.distinct + 4)
    return Evidence(
        kind="dictionary",
        type=shaped.id,
        detail=shaped.dictionary,
        weight=round(weight, 3),
        hits=count.listed,
        total=total,
    )


def mixed(shaped: Shaped, count: Count, total: int, *, numeric: bool) -> list[Mixed]:
    """Rows that hold the type, if it proves itself, and rows that hold it inside longer text."""
    found = []
    proven = count.passed if shaped.check else count.hits
    by_luck = shaped.check is not None and shaped.check.chance < _LUCKY
    if (
        shaped.check
        and by_luck
        and luck(count.distinct_passed, count.distinct, shaped.check.chance) < MIXED_PROOF
    ):
        proven = 0
    if numeric and not shaped.check:
        proven = 0
    if shaped.strength == "strong" and proven:
        found.append(Mixed(type=shaped.id, hits=proven, total=total, rows=tuple(count.places)))
    if count.inside:
        found.append(
            Mixed(
                type=shaped.id,
                hits=count.inside,
                total=total,
                embedded=True,
                rows=tuple(count.inside_places),
            )
        )
    return found
