"""Decisions to look at: which count, wait, or differ from what the policy now says; one column's history."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.reviewing import Item
from guard.catalog.tables import decisions
from guard.model import Decision, Standing, UsageError
from guard.ops.review_lost import reference
from guard.ops.review_queue import nearest_ref
from guard.ops.review_work import Work, moved_tables
from guard.policy.decide import POLICY_DIFFERS

_OPEN = (Standing.ACTIVE, Standing.PENDING)

Listed = tuple[Decision, Item | None]
"""A decision, and its column in the run; None where it counts for none there."""


def decided(
    work: Work,
    *,
    pending: bool = False,
    differs: bool = False,
    expired: bool = False,
    every: bool = False,
    match: str = "",
) -> list[Listed]:
    """Decisions in the order in which they were made: in force and waiting, or only those asked for.

    ``differs`` keeps those about which the policy now says otherwise; ``every`` adds what was replaced,
    undone, refused and expired.
    """
    here = {item.decision.id: item for item in work.items_decided() if item.decision}
    standings = {Standing.ACTIVE, Standing.PENDING}
    if pending or expired:
        standings = {
            one for one, asked in ((Standing.PENDING, pending), (Standing.EXPIRED, expired)) if asked
        }
    made = kept.history(work.store) if every else work.held
    return [
        (one, here.get(one.id))
        for one in made
        if (every or one.standing in standings)
        and (not match or fnmatchcase(reference(one), match))
        and (not differs or _differs(here.get(one.id)))
    ]


def _differs(item: Item | None) -> bool:
    return item is not None and item.decision is not None and item.decision.note == POLICY_DIFFERS


def gone(work: Work, listed: Sequence[Listed]) -> frozenset[str]:
    """The ids of the decisions in force or waiting whose column is not in the run, though its source is."""
    asked = [one for one, item in listed if item is None and one.standing in _OPEN]
    if not asked:
        return frozenset()
    back = moved_tables(work.store, work.run.id)
    places = {place: back.get(place, place) for place in reviewing.places(work.store, work.run.id).values()}
    sources = {source for source, _ in places}
    there = {(*place, "") for place in places.values()}  # a decision about a table itself names no column
    there |= {(*places[item.source, item.path], item.column) for item in work.items()}
    return frozenset(
        one.id for one in asked if one.source in sources and (one.source, one.path, one.column) not in there
    )


def about(work: Work, word: str) -> list[Listed]:
    """Every decision about the column ``word`` (a reference or the end of one), or of that id or batch.

    Raises UsageError ``unknown-column`` where the run holds no such column and nothing was ever decided so.
    """
    here = {item.decision.id: item for item in work.items_decided() if item.decision}
    found = kept.of_batch(work.store, word)
    if not found:
        items = {item.ref: item for item in (*work.items(), *work.tables())}
        refs = [ref for ref in items if ref == word or ref.endswith(f"/{word}")]
        for ref in refs:
            item = items[ref]
            found += _history(work, item)
        if not refs:
            name = word.rpartition("/")[2]
            found = kept.history(work.store, decisions.c.column.in_((name, "")))
            found = tuple(one for one in found if f"/{reference(one)}".endswith(f"/{word}"))
        if not refs and not found:
            raise UsageError("unknown-column", word=word, nearest=nearest_ref(word, items.values()))
    return [(one, here.get(one.id)) for one in found]


def _history(work: Work, item: Item) -> tuple[Decision, ...]:
    if item.of_table:
        return kept.of_table(work.store, item.source, item.path)
    return kept.of_column(work.store, item.source, item.path, item.column)
