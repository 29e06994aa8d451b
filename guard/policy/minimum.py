"""The least level that the rules of every pack ask of a column, whatever a person decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from guard.model import Asset, Finding, Reason
from guard.policy.column import Applied, reasons_of
from guard.policy.policy import Policy
from guard.policy.view import column_facts, view

BELOW = "below-minimum"
"""The id of the reason, and of the note, that a decision goes below a minimum."""


def minima(
    asset: Asset, findings: Sequence[Finding], policy: Policy, wanted: Collection[int]
) -> dict[int, tuple[Reason, ...]]:
    """The floors that hold for the columns at the indexes ``wanted``, the highest first, the first pack's
    before those of others. ``level`` of each is a level of ``policy``; ``params`` name the ``pack``.
    """
    found: dict[int, list[Reason]] = {at: [] for at in wanted}
    for one in (policy, *policy.beside):
        seen = view(asset, findings, one)
        for at in wanted:
            facts = column_facts(seen, at, one)
            applied = Applied(one.column_rules(facts.kind, facts.type, typed=facts.typed), facts)
            floors = (item for item in reasons_of(applied, facts) if item.effect == "floor")
            found[at] += (_of(item, one, policy) for item in floors)
    rank = policy.rank
    return {at: tuple(sorted(every, key=lambda one: -rank.get(one.level, -1))) for at, every in found.items()}


def _of(floor: Reason, pack: Policy, policy: Policy) -> Reason:
    level = floor.level if pack is policy else policy.from_common(pack.maps.get(floor.level, ""))
    return replace(floor, level=level, params={**floor.params, "pack": pack.base.id})


def under(level: str, floors: Sequence[Reason], policy: Policy) -> tuple[Reason, ...]:
    """Those of ``floors`` that ``level`` goes below; each rule once."""
    at = policy.rank.get(level, -1)
    low = (one for one in floors if policy.rank.get(one.level, -1) > at >= 0)
    kept: dict[str, Reason] = {}
    for one in low:
        kept.setdefault(one.rule, one)
    return tuple(kept.values())


def noted(below: Sequence[Reason]) -> Iterator[Reason]:
    """What a classification says of the minima that its decision goes below, each with its clause."""
    for one in below:
        params: Mapping[str, str | int | float] = {
            "minimum": one.level,
            "by_rule": one.rule,
            "pack": str(one.params["pack"]),
        }
        yield replace(one, rule=BELOW, effect="minimum", level="", params=params)
