"""What a decision about one column does to the others: a type lifts its neighbours and its table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.decisions import key_of
from guard.model import Asset, Decision, Standing
from guard.ops.review_work import Work, moved_tables
from guard.policy.decide import Decisions, Place
from guard.policy.falls import TABLE, Fall, falls
from guard.policy.grade import grade

Fallen = Mapping[Place, tuple[Fall, ...]]
"""What would fall, by the place of its table in the run; tables in which nothing would are left out."""


def fallen(
    work: Work, made: Sequence[Decision], gone: Iterable[Decision] = (), *, others_only: bool = False
) -> Fallen:
    """What would be lower if ``made`` were in force, and ``gone`` no longer, than it is with those in force.

    With ``others_only``, the columns that ``made`` is about do not count.
    """
    old = list(gone)
    moved = moved_tables(work.store, work.run.id)
    now_at = {place: here for here, place in moved.items()}
    touched = {(one.source, one.path) for one in (*made, *old)}
    touched = {now_at.get(place, place) for place in touched}
    if not touched:
        return {}
    held = kept.held(work.store, {*touched, *(moved.get(place, place) for place in touched)})
    over = {key_of(one) for one in made} | {key_of(one) for one in old}
    active = [replace(one, standing=Standing.ACTIVE) for one in made]
    rest = [one for one in held if key_of(one) not in over]
    policy = work.rules.policy
    before = Decisions(held, policy, today=work.today, moved=moved)
    after = Decisions([*rest, *active], policy, today=work.today, moved=moved)
    ids = [id for id, place in reviewing.places(work.store, work.run.id).items() if place in touched]
    found: dict[Place, tuple[Fall, ...]] = {}
    for _, result in reviewing.results(work.store, sorted(ids)):
        asset = result.asset
        if not result.findings:
            continue
        leave = _own(asset, made, moved) if others_only else ()
        was = grade(asset, result.findings, policy, before)
        now = grade(asset, result.findings, policy, after)
        low = tuple(falls(asset, was, now, policy, leave))
        found |= {(asset.source, asset.path): low} if low else {}
    return found


def _own(asset: Asset, made: Iterable[Decision], moved: Mapping[Place, Place]) -> Collection[int]:
    here = (asset.source, asset.path)
    about = [one for one in made if (one.source, one.path) in (here, moved.get(here))]
    names = {one.column for one in about if not one.of_table}
    own = {at for at, column in enumerate(asset.columns) if column.name in names}
    return own | ({TABLE} if any(one.of_table for one in about) else set())


def told(found: Fallen, most: int = 50) -> list[str]:
    """The falls as the audit log and a person read them, the first few."""
    return [str(one) for every in found.values() for one in every][:most]
