"""What the audit log vouches for of the decisions: each as it was made, how each stands, and all together.

An event that changes decisions carries ``vouched``: ``made`` (the mark of every decision made, by id),
``stood`` (ids with the standing, approver and time of approval that they got, in order) and ``state``, the
digest of the whole table after it. ``whole`` says that the event tells of every decision there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, inspect, or_, select
from sqlalchemy.exc import DBAPIError

from guard.catalog.chain import ACCEPTED, ALGORITHMS, MOST_FAULTS, Fault, Raw, hash_of
from guard.catalog.tables import audit, decisions
from guard.model import Decision, Event, RefusedError

KEY = "vouched"
# The columns of a row, in the order that marks and states are made of.
NAMES = (*(item.name for item in fields(Decision)), "digest")
_COLUMNS = tuple(decisions.c[name] for name in NAMES)
_AT = {name: at for at, name in enumerate(NAMES)}
_ID, _BATCH = _AT["id"], _AT["batch"]
LATER = ("standing", "approver", "approved")
_AT_LATER = tuple(_AT[name] for name in LATER)
_FIXED = tuple(at for name, at in _AT.items() if name not in LATER)

Row = tuple[Any, ...]


def rows(connection: Connection) -> list[Row]:
    """Every decision ever made, whatever it stands for now, in order; the cells are those of ``NAMES``."""
    return [tuple(row) for row in connection.execute(select(*_COLUMNS).order_by(decisions.c.number))]


def row_of(given: Mapping[str, Any]) -> Row:
    """The row of the cells that are stored."""
    return tuple(given[name] for name in NAMES)


def standing_as(row: Row, values: Mapping[str, str]) -> Row:
    """``row`` with other cells."""
    changed = list(row)
    for name, value in values.items():
        changed[_AT[name]] = value
    return tuple(changed)


def mark(row: Row) -> str:
    """SHA-256 over a decision as it was made: all but how it stands and who approved it."""
    return _digest([row[at] for at in _FIXED])


def state(every: Iterable[Row]) -> str:
    """SHA-256 over all decisions, in order, with how they stand."""
    return _digest(list(every))


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, default=repr).encode("ascii")).hexdigest()


def snapshot(connection: Connection) -> dict[str, object]:
    """The ``vouched`` of an event that takes every decision as it is now."""
    every = rows(connection)
    stood = [(row[_ID], dict(zip(LATER, (row[at] for at in _AT_LATER), strict=True))) for row in every]
    return {
        "whole": True,
        "made": {row[_ID]: mark(row) for row in every},
        "stood": list(grouped(stood)),
        "state": state(every),
    }


def grouped(stood: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[dict[str, object]]:
    """Neighbours that got the same standing, as one item with their ids."""
    last: Mapping[str, str] = {}
    ids: list[str] = []
    for id, values in stood:
        if values != last:
            if ids:
                yield {**last, "ids": ids}
            last, ids = values, []
        ids.append(id)
    if ids:
        yield {**last, "ids": ids}


def expected(connection: Connection) -> list[Row]:
    """As ``rows``. Raises RefusedError ``decisions-tampered`` where they are not those the log told of last,
    and ``audit-gone``.
    """
    told = last_state(connection)
    try:
        every = rows(connection)
    except (ValueError, TypeError):  # cells that nobody stored so
        raise RefusedError("decisions-tampered") from None
    if told != state(every):
        raise RefusedError("decisions-tampered")
    return every


def last_state(connection: Connection) -> str:
    """The state of the decisions by the log's last word on them; empty where that was tampered with.

    Raises RefusedError ``audit-gone``.
    """
    about = or_(audit.c.action.like("review.%"), audit.c.action.in_(("bundle.merge", ACCEPTED)))
    wanted = select(*audit.c).where(about).order_by(audit.c.number.desc())
    try:
        with connection.execute(wanted.execution_options(yield_per=1)) as found:
            for row in found:
                told = row.detail.get(KEY) if isinstance(row.detail, dict) else None
                if isinstance(told, dict):
                    return str(told.get("state")) if _sealed(row) else ""
    except (DBAPIError, ValueError) as error:
        raise gone(error) from None
    return state(())


def _sealed(row: Any) -> bool:
    event = Event(**{item.name: getattr(row, item.name) for item in fields(Event)})
    return any(hash_of(row.number, event, row.previous, kind) == row.hash for kind in ALGORITHMS)


def gone(error: Exception) -> RefusedError:
    """RefusedError ``audit-gone`` for a log that is not there or cannot be read."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return RefusedError("audit-gone", code=str(code or type(error).__name__))


@dataclass(slots=True)
class Told:
    """What the entries of the log say of the decisions, gathered one by one; grows with the decisions."""

    made: dict[str, tuple[int, str]] = field(default_factory=dict)
    stood: dict[str, tuple[object, ...]] = field(default_factory=dict)
    batches: set[str] = field(default_factory=set)  # of entries that tell no more than the batch
    state: str = ""

    def follow(self, entries: Iterable[Raw]) -> Iterator[Raw]:
        """``entries``, as they come."""
        for raw in entries:
            self.take(raw)
            yield raw

    def take(self, raw: Raw) -> None:
        """Note what one entry says; what cannot be understood says nothing (the walk finds it edited)."""
        detail = raw.detail or {}
        told = detail.get(KEY)
        if isinstance(told, dict):
            try:
                self._take(raw.number, told)
            except (TypeError, KeyError, AttributeError):
                return
        elif str(raw.texts.get("action")).startswith("review."):
            named = detail.get("batches")
            self.batches |= {str(name) for name in (named if isinstance(named, list) else ())}
            self.batches.add(str(detail.get("batch")))

    def _take(self, number: int, told: Mapping[str, Any]) -> None:
        if told.get("whole"):
            self.made.clear()
            self.stood.clear()
        for id, found in told["made"].items():
            self.made[id] = (number, found)
        for item in told["stood"]:
            for id in item["ids"]:
                before = self.stood.get(id, ("", "", ""))
                self.stood[id] = tuple(item.get(name, was) for name, was in zip(LATER, before, strict=True))
        self.state = str(told["state"])

    def faults(self, connection: Connection) -> tuple[int, list[Fault]]:
        """How many decisions are stored, and what is wrong with them, told by their ids (50 at most)."""
        there = inspect(connection).has_table(decisions.name)
        try:
            every = rows(connection) if there else []
        except (DBAPIError, ValueError, TypeError):
            return 0, [Fault(number=0, kind="decisions-unreadable")]
        found: list[Fault] = []
        for fault in self._faults(every):
            found.append(fault)
            if len(found) == MOST_FAULTS:
                break
        if not found and every and self.state != state(every):
            found.append(Fault(number=0, kind="decisions-moved"))
        return len(every), found

    def _faults(self, every: Iterable[Row]) -> Iterator[Fault]:
        left = dict(self.made)
        for row in every:
            id = row[_ID]
            number, wanted = left.pop(id, (0, ""))
            if not number:
                kind = "decision-unvouched" if row[_BATCH] in self.batches else "decision-added"
                yield Fault(number=0, kind=kind, id=id)
            elif wanted != mark(row):
                yield Fault(number=number, kind="decision-edited", id=id)
            elif self.stood.get(id) != tuple(row[at] for at in _AT_LATER):
                yield Fault(number=number, kind="decision-stands", id=id)
        for id, (number, _) in left.items():
            yield Fault(number=number, kind="decision-gone", id=id)
