"""Decisions whose column or table was renamed or is gone, and what it may be now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.reviewing import Item
from guard.model import Decision
from guard.ops.review_work import Work, moved_tables
from guard.policy.moved import likely_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A decision whose column is no longer where it was: ``news`` are references of columns or tables that it
    may be now, likeliest first; none where it is just gone. ``sure`` where it was carried already."""

    decision: Decision
    old: str
    news: tuple[str, ...]
    sure: bool = False


def questions(work: Work, *, carried: bool = True) -> list[Question]:
    """Decisions whose column was renamed or is gone; with ``carried``, also those that went along surely."""
    active = kept.active_ids(work.store)
    counting = reviewing.decided(work.store, work.run.id) if active else {}
    lost = kept.by_ids(work.store, active - counting.keys())
    made = _carried(work) if carried else []
    if not lost:
        return made
    places = {place: id for id, place in reviewing.places(work.store, work.run.id).items()}
    sources = {source for source, _ in places}
    moved = {old: new for new, old in moved_tables(work.store, work.run.id).items()}
    for one in sorted(lost.values(), key=lambda one: one.at):
        place = moved.get((one.source, one.path), (one.source, one.path))
        if place in places:
            made += _gone_column(work, one, places[place])
        elif one.source in sources:
            made += _gone_table(work, one, places)
    return made


def _carried(work: Work) -> list[Question]:
    items = {item.decision.id: item for item in work.items_decided() if item.decision}
    return [
        Question(decision=one, old=reference(one), news=(items[one.id].ref,), sure=True)
        for one in kept.by_ids(work.store, items).values()
        if reference(one) != items[one.id].ref
    ]


def _gone_column(work: Work, one: Decision, table: int) -> Iterator[Question]:
    if one.of_table or any(item.column == one.column for item in work.items_in(table)):
        return  # it is where it was; what was rejected is no longer found
    yield Question(decision=one, old=reference(one), news=tuple(_likely_columns(work, one, table)))


def _likely_columns(work: Work, one: Decision, table: int) -> list[str]:
    """References of a table's undecided columns that may be the one decided upon: by name, or likeliest."""
    free = [item for item in work.items_in(table) if item.decision is None]
    named = [item.ref for item in free if item.column == one.column]
    likely = sorted(((_agreeing(one, item), item) for item in free), key=lambda pair: -pair[0])
    return named or [item.ref for marks, item in likely if marks >= 2]


def _agreeing(one: Decision, item: Item) -> int:
    same = (one.position == item.position, one.declared == item.declared, one.found == item.found)
    return sum(same) + (bool(one.found) and same[2])


def _gone_table(
    work: Work, one: Decision, places: Mapping[tuple[str, tuple[str, ...]], int]
) -> Iterator[Question]:
    id = reviewing.last_seen(work.store, one.source, one.path, before=work.run.id)
    if id is None:
        return
    before = set(reviewing.places(work.store, reviewing.run_of(work.store, id)).values())
    fresh = {place: at for place, at in places.items() if place not in before and place[0] == one.source}
    shapes = reviewing.tables(work.store, [id, *fresh.values()])
    likely = likely_tables(
        (one.source, one.path), shapes[id], {place: shapes[at] for place, at in fresh.items()}
    )
    if one.of_table:
        news = [reviewing.table_ref(*place) for place in likely]
    else:
        news = [ref for place in likely for ref in _likely_columns(work, one, fresh[place])]
    yield Question(decision=one, old=reference(one), news=tuple(news))


def reference(one: Decision) -> str:
    """The reference of the column, or table, that was decided upon."""
    if one.of_table:
        return reviewing.table_ref(one.source, one.path)
    return _reference(one.source, one.path, one.column)


def _reference(source: str, path: tuple[str, ...], column: str) -> str:
    return f"{reviewing.table_ref(source, path)}/{column}"
