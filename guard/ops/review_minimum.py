"""Which decisions go below a minimum that the rules of a pack set. Nothing is forbidden: it is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from guard.catalog import reviewing
from guard.model import Act, Decision, Reason
from guard.ops.review_work import Work, moved_tables
from guard.policy.decide import Decisions, judged
from guard.policy.minimum import minima, under

Below = Mapping[str, tuple[Reason, ...]]
"""By the id of a decision: the floors that it goes below, the highest first."""


def below_minimum(work: Work, chosen: Iterable[Decision]) -> Below:
    """The minima that ``chosen`` decisions go below; those that go below none are left out.

    Only a correction to a lower level or another type can: what is confirmed or rejected gets its level
    from the rules.
    """
    rank = work.rules.policy.rank
    places: dict[tuple[str, tuple[str, ...]], list[Decision]] = defaultdict(list)
    for one in chosen:
        lower = rank.get(one.level, -1) < rank.get(one.proposed, -1) or one.type != one.found
        if one.act is Act.CORRECT and lower:
            places[one.source, one.path].append(one)
    if not places:
        return {}
    moved = {old: new for new, old in moved_tables(work.store, work.run.id).items()}
    wanted = {moved.get(place, place): every for place, every in places.items()}
    ids = {id: place for id, place in reviewing.places(work.store, work.run.id).items() if place in wanted}
    back = {new: old for old, new in moved.items()}
    others = Decisions(work.held, work.rules.policy, today=work.today, moved=back)
    found: dict[str, tuple[Reason, ...]] = {}
    for id, result in reviewing.results(work.store, sorted(ids)):
        findings = list(others.findings(result.asset, result.findings))
        at = {column.name: index for index, column in enumerate(result.asset.columns)}
        here = {at[one.column]: one for one in wanted[ids[id]] if one.column in at}
        for index, one in here.items():
            findings[index] = judged(result.findings[index], one.type, one.found)
        floors = minima(result.asset, findings, work.rules.policy, here)
        for index, one in here.items():
            low = under(one.level, floors[index], work.rules.policy)
            found |= {one.id: low} if low else {}
    return found
