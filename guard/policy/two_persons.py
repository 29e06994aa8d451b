"""Which decisions of another catalogue one person cannot make count: those that lower, or nominate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from guard.model import AssetResult, Decision, Standing, same_person
from guard.policy.decide import Decisions, Place
from guard.policy.falls import falls
from guard.policy.grade import grade
from guard.policy.policy import Policy


def one_handed(
    coming: Sequence[Decision],
    held: Sequence[Decision],
    results: Iterable[AssetResult],
    policy: Policy,
    *,
    today: str,
) -> set[str]:
    """The ids of those of ``coming`` decisions that would need a second person and have none.

    What they come to is graded here, over ``held`` and those that two persons made; what they say was
    proposed is believed only where it is higher. A decision about what ``results`` do not hold, where
    nothing can be graded, needs a second person.
    """
    alone = {one.id: one for one in coming if same_person(one.author, one.approver)}
    sure = [*(one for one in held if one.standing is Standing.ACTIVE)]
    sure += [one for one in coming if one.id not in alone]
    waits = {id for id, one in alone.items() if _lowers(one, one.proposed, policy)}
    asked: dict[Place, list[Decision]] = defaultdict(list)
    for id in alone.keys() - waits:
        asked[alone[id].source, alone[id].path].append(alone[id])
    if not asked:
        return waits
    for result in results:
        mine = asked.get((result.asset.source, result.asset.path))
        if mine and result.findings:
            del asked[result.asset.source, result.asset.path]
            waits |= _waiting(result, mine, sure, policy, today)
    return waits | {one.id for every in asked.values() for one in every}


def _waiting(
    result: AssetResult, mine: Sequence[Decision], sure: Sequence[Decision], policy: Policy, today: str
) -> set[str]:
    asset, findings = result.asset, result.findings
    place = (asset.source, asset.path)
    beside = [one for one in sure if (one.source, one.path) == place]
    before = grade(asset, findings, policy, Decisions(beside, policy, today=today))
    levels = {column.name: said.level for column, said in zip(asset.columns, before.columns, strict=True)}
    waits = {one.id for one in mine if _lowers(one, levels.get(one.column, before.table.level), policy)}
    rest = [one for one in mine if one.id not in waits]
    after = grade(asset, findings, policy, Decisions([*beside, *rest], policy, today=today))
    if any(falls(asset, before, after, policy)):
        waits |= {one.id for one in rest}
    return waits


def _lowers(one: Decision, level: str, policy: Policy) -> bool:
    """Whether ``one`` gives less than ``level``, or what is only ever nominated."""
    given = one.level if one.level in policy.rank else policy.from_common(one.level)
    return given in policy.nominated or policy.rank.get(given, -1) < policy.rank.get(level, -1)
