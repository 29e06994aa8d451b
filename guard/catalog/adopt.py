"""Decisions that come along in a bundle, under the names that their sources have here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, select

from guard.catalog.decisions import Changing, key_of
from guard.catalog.tables import decisions as decision_table
from guard.catalog.unbundle import Bundle
from guard.model import Decision, Standing

_OPEN = (Standing.ACTIVE.value, Standing.PENDING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A decision that came along where this catalogue holds another one about the same column."""

    column: str
    ours: str
    theirs: str


def site_name(source: str, site: str) -> str:
    """What a source of another site is called here."""
    return f"{source}@{site}"


def id_at(id: str, catalogue: str) -> str:
    """What a decision of another catalogue is called here."""
    return f"{id}@{catalogue[:8]}"


def adopt(
    connection: Connection, change: Changing, bundle: Bundle, waits: Collection[str] = ()
) -> tuple[list[Clash], int]:
    """Take the decisions of a bundle along: where they differ from ours, and how many are new.

    What was taken back there no longer counts here; where this catalogue has its own, that one does.
    Those of the ids ``waits`` wait here for a second person, unless one approved them here already.
    """
    about = bundle.manifest
    coming = {one.id: _waiting(one) if one.id in waits else one for one in arriving(bundle)}
    held = _held(connection, id_at("", about.catalogue))
    sources = {site_name(source, about.site) for source in about.sources}
    gone = [id for id, one in held.items() if one.source in sources and one.standing in _OPEN]
    change.stand([id for id in gone if id not in coming], Standing.UNDONE)
    again = [id for id in coming if id in held and held[id].standing == Standing.UNDONE.value]
    new = [one for id, one in coming.items() if id not in held]
    ours = _ours(change, [*new, *(coming[id] for id in again)])
    back = [id for id in again if key_of(coming[id]) not in ours]
    late = [id for id in back if coming[id].standing is Standing.PENDING and not held[id].approver]
    change.stand(late, Standing.PENDING)
    change.stand([id for id in back if id not in late], Standing.ACTIVE)
    change.add([replace(one, standing=Standing.REPLACED) if key_of(one) in ours else one for one in new])
    return [clash for one in new if (clash := _clash(one, ours)) is not None], len(new)


def _waiting(one: Decision) -> Decision:
    return replace(one, standing=Standing.PENDING, approver="", approved="")


def arriving(bundle: Bundle) -> Iterator[Decision]:
    """The decisions of a bundle under the ids and sources that they have here."""
    about = bundle.manifest
    for one in bundle.decisions():
        yield replace(
            one,
            id=id_at(one.id, about.catalogue),
            batch=id_at(one.batch, about.catalogue),
            source=site_name(one.source, about.site),
        )


class _Kept(NamedTuple):
    """What is held of a decision that came before."""

    source: str
    standing: str
    approver: str


def _held(connection: Connection, ending: str) -> Mapping[str, _Kept]:
    names = ("id", "source", "standing", "approver")
    wanted = select(*(decision_table.c[name] for name in names))
    rows = connection.execute(wanted.where(decision_table.c.id.endswith(ending)))
    return {row.id: _Kept(row.source, row.standing, row.approver) for row in rows}


def _ours(change: Changing, coming: Sequence[Decision]) -> dict[str, Decision]:
    """This catalogue's own decisions in force or waiting about the columns of ``coming``."""
    keys = {key_of(one) for one in coming}
    if not keys:
        return {}
    found: dict[str, Decision] = {}
    for one in change.held({(one.source, one.path) for one in coming}):
        if one.standing.value in _OPEN and key_of(one) in keys:
            found[key_of(one)] = one
    return found


def _clash(coming: Decision, ours: Mapping[str, Decision]) -> Clash | None:
    held = ours.get(key_of(coming))
    if held is None or (held.act, held.type, held.level) == (coming.act, coming.type, coming.level):
        return None
    where = "/".join((coming.source, *coming.path, coming.column))
    return Clash(column=where, ours=held.level or held.act.value, theirs=coming.level or coming.act.value)
