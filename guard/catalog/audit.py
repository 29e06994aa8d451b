"""The audit log: entries are appended within the transaction of what they record, or that is undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RootTransaction, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from guard.catalog import anchor
from guard.catalog.anchor import Anchor
from guard.catalog.chain import ACCEPTED, ANCHORED, BEGUN, Head, Raw, seals, walk
from guard.catalog.connect import Place
from guard.catalog.tables import SafeText, audit, digest, escaped, json_text, meta, unescaped
from guard.catalog.vouched import KEY, gone, snapshot
from guard.model import Event, RefusedError, Sealed

HEAD_KEY = "audit-head"
_LOCK = 7_310_562_845  # any number, the same in every guard: PostgreSQL's advisory lock
_STATE = "guard-audit"
_BATCH = 5000
_ESCAPING = frozenset(column.name for column in audit.c if isinstance(column.type, SafeText))
_FIELDS = ("at", "actor", "account", "action", "subject", "detail", "previous", "hash")


@dataclass(slots=True)
class _State:
    """What one write transaction knows of the log: its end before and now."""

    before: Head
    head: Head
    algorithm: str
    catalogue: str
    last: Event | None = None


def append(connection: Connection, event: Event) -> Sealed:
    """Add ``event`` to the log, within the caller's write transaction of the catalogue.

    Raises RefusedError ``audit-unwritable`` where it cannot be written and ``audit-broken`` where the
    log does not end as it did; the caller's transaction must then end without a change.
    """
    return append_all(connection, (event,))[-1]


def append_all(connection: Connection, events: Iterable[Event]) -> list[Sealed]:
    """Add many events at once; see ``append``."""
    try:
        return _append(connection, tuple(events))
    except DBAPIError as error:
        raise RefusedError("audit-unwritable", code=_code(error)) from None


def _append(connection: Connection, events: tuple[Event, ...]) -> list[Sealed]:
    state = _state(connection)
    if not state.head.number and events:
        events = (_genesis(state.catalogue, events[0], state.algorithm), *events)
    made: list[Sealed] = []
    for sealed, algorithm in seals(events, state.head, state.algorithm):
        made.append(sealed)
        state.algorithm = algorithm
    for start in range(0, len(made), _BATCH):
        connection.execute(insert(audit), [_row(sealed) for sealed in made[start : start + _BATCH]])
    if made:
        state.head = Head(number=made[-1].number, hash=made[-1].hash)
        state.last = made[-1].event
        _keep(connection, state)
    return made


def _genesis(catalogue: str, first: Event, algorithm: str) -> Event:
    detail = {"format": 1, "hash": algorithm}
    return replace(first, action=BEGUN, subject=catalogue, detail=detail)


def begin(connection: Connection, event: Event, algorithm: str) -> Sealed:
    """Append ``event``, which names an algorithm; a log that is empty begins with that one."""
    state = _state(connection)
    if not state.head.number:
        state.algorithm = algorithm
    return append(connection, event)


def _row(sealed: Sealed) -> dict[str, Any]:
    event = sealed.event
    return {
        "number": sealed.number,
        "at": event.at,
        "actor": event.actor,
        "account": event.account,
        "action": event.action,
        "subject": event.subject,
        "detail": dict(event.detail),
        "previous": sealed.previous,
        "hash": sealed.hash,
    }


def _state(connection: Connection) -> _State:
    known = connection.info.get(_STATE)
    if isinstance(known, _State):
        return known
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    noted, algorithm = noted_head(connection)
    stored = _last_head(connection)
    if stored != noted:
        raise RefusedError("audit-broken", number=stored.number, noted=noted.number)
    state = _State(before=stored, head=stored, algorithm=algorithm, catalogue=catalogue_id(connection))
    connection.info[_STATE] = state
    return state


def noted_head(connection: Connection) -> tuple[Head, str]:
    """The head that the catalogue knows, and the algorithm of the next entry. Raises RefusedError."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == HEAD_KEY)).scalar()
    if not found:
        return Head(), "sha256"
    try:
        kept = json.loads(found)
        return Head.parse(kept["head"]), str(kept["hash"])
    except (ValueError, KeyError, TypeError):
        raise RefusedError("audit-broken", number="?", noted="?") from None


def _keep(connection: Connection, state: _State) -> None:
    kept = json.dumps({"head": str(state.head), "hash": state.algorithm})
    connection.execute(delete(meta).where(meta.c.key == HEAD_KEY))
    connection.execute(insert(meta), [{"key": HEAD_KEY, "value": kept}])


def catalogue_id(connection: Connection) -> str:
    """What tells this catalogue from others: a digest of its key, which does not give the key away."""
    key = connection.execute(select(meta.c.value).where(meta.c.key == "digest-key")).scalar_one()
    return digest("govguard-catalogue", key)[:32]


@contextmanager
def committed(connection: Connection, place: Place) -> Iterator[None]:
    """One write transaction; where it appended to the log, the anchor outside follows it.

    An anchor that cannot be written, or that knows of entries which are gone, refuses the whole
    (RefusedError ``audit-unwritable``, ``audit-broken``).
    """
    connection.info.pop(_STATE, None)
    with connection.begin() as transaction:
        yield
        state = connection.info.get(_STATE)
        if not isinstance(state, _State) or state.head == state.before:
            return
        try:
            with anchor.hold(place) as held:
                _follow(connection, held, state, alone=place.file is not None)
                held.reserve()
                _commit(transaction)
                _flush(connection)
                with suppress(OSError):  # an older anchor is still true
                    held.write(Anchor(catalogue=state.catalogue, head=state.head))
        except OSError as error:
            raise RefusedError("audit-unwritable", code=error.strerror or "OSError") from None


def _commit(transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        raise RefusedError("audit-unwritable", code=_code(error)) from None


def _flush(connection: Connection) -> None:
    # On the disk before the anchor says so: a power cut must not look like a log cut short.
    if connection.dialect.name == "sqlite":
        with suppress(sqlite3.Error):
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def _follow(connection: Connection, held: anchor.Held, state: _State, *, alone: bool) -> None:
    """See that the log still holds what the anchor knows; note an anchor that is new here."""
    found = held.found
    accepted = state.last is not None and state.last.action == ACCEPTED
    if accepted or (found is None and not held.damaged and not state.before.number):
        return
    if found is not None and found.catalogue == state.catalogue:
        if found.head.number and _hash_at(connection, found.head.number) != found.head.hash:
            raise RefusedError("audit-broken", number=state.before.number, noted=found.head.number)
        if found.head == state.before or not alone:
            return
    why = "missing"
    if found:
        why = "behind" if found.catalogue == state.catalogue else "replaced"
    elif held.damaged:
        why = "damaged"
    detail: dict[str, object] = {"why": why}
    if found:
        detail |= {"catalogue": found.catalogue, "head": str(found.head)}
    assert state.last is not None  # noqa: S101 - the head moved, so there is a last event
    append(connection, replace(state.last, action=ANCHORED, subject=state.catalogue, detail=detail))


def _hash_at(connection: Connection, number: int) -> str | None:
    return connection.execute(select(audit.c.hash).where(audit.c.number == number)).scalar()


def accept(connection: Connection, place: Place, event: Event) -> Sealed:
    """Take the log and the decisions as they are now, whatever the heads that were noted say; what they said
    is recorded.

    ``event`` says who and why; its action becomes ``audit.accepted``. Raises RefusedError ``audit-gone``.
    """
    kept = connection.execute(select(meta.c.value).where(meta.c.key == HEAD_KEY)).scalar()
    detail = {**event.detail, "inside": _head_text(kept), "outside": _outside(place)}
    detail[KEY] = snapshot(connection)
    head = last_head(connection)
    algorithm = walk(raw_entries(connection)).algorithm or "sha256"
    catalogue = catalogue_id(connection)
    connection.info[_STATE] = _State(before=head, head=head, algorithm=algorithm, catalogue=catalogue)
    return append(connection, replace(event, action=ACCEPTED, subject=catalogue, detail=detail))


def _outside(place: Place) -> str:
    try:
        known = anchor.read(place)
    except OSError:
        return "damaged"
    return str(known.head) if known else ""


def last_head(connection: Connection) -> Head:
    """The number and hash of the last entry that is stored. Raises RefusedError ``audit-gone``."""
    try:
        return _last_head(connection)
    except DBAPIError as error:
        raise gone(error) from None


def _last_head(connection: Connection) -> Head:
    row = connection.execute(
        select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    ).first()
    return Head(number=row.number, hash=row.hash) if row else Head()


def last_event(connection: Connection, action: str) -> Event | None:
    """The last entry of an action. Raises RefusedError ``audit-gone``."""
    fields = (audit.c.at, audit.c.actor, audit.c.account, audit.c.action, audit.c.subject, audit.c.detail)
    wanted = select(*fields).where(audit.c.action == action).order_by(audit.c.number.desc()).limit(1)
    try:
        found = connection.execute(wanted).first()
    except DBAPIError as error:
        raise gone(error) from None
    return Event(**found._mapping) if found else None


def events_of(connection: Connection, prefix: str) -> Iterator[Event]:
    """The entries whose action begins with ``prefix``, in order."""
    fields = (audit.c.at, audit.c.actor, audit.c.account, audit.c.action, audit.c.subject, audit.c.detail)
    wanted = (
        select(*fields).where(audit.c.action.startswith(prefix, autoescape=True)).order_by(audit.c.number)
    )
    for row in connection.execute(wanted):
        yield Event(**row._mapping)


def _head_text(kept: str | None) -> str:
    try:
        return str(Head.parse(json.loads(kept)["head"])) if kept else ""
    except (ValueError, KeyError, TypeError):
        return "damaged"


def raw_entries(connection: Connection, *, after: int = 0) -> Iterator[Raw]:
    """Every entry from ``after`` on as it is stored, in order, streamed; nothing of it is trusted."""
    sqlite = connection.dialect.name == "sqlite"
    # Bytes, so that text which is no UTF-8 is found instead of failing.
    names = ", ".join(f"CAST({name} AS BLOB)" if sqlite else name for name in _FIELDS)
    where = f"WHERE number > {int(after)} " if after else ""
    query = text(f"SELECT number, {names} FROM audit {where}ORDER BY number")  # noqa: S608 - our names
    rows = connection.execute(query, execution_options={"yield_per": 1000})
    for number, *stored in rows:
        parts = dict(zip(_FIELDS, map(_text, stored), strict=True))
        detail = _detail(parts.pop("detail"))
        texts = {name: _unescaped(name, value) for name, value in parts.items()}
        yield Raw(number=number, texts=texts, detail=detail)


def _text(stored: Any) -> str | None:
    if isinstance(stored, bytes):
        try:
            return stored.decode()
        except UnicodeDecodeError:
            return None
    return stored if isinstance(stored, str) else None


def _detail(stored: str | None) -> Mapping[str, object] | None:
    try:
        found = json.loads(stored or "")
        same = stored == json_text(found)
    except (ValueError, RecursionError):
        return None
    return found if same and isinstance(found, dict) else None


def _unescaped(name: str, stored: str | None) -> str | None:
    if stored is None or name not in _ESCAPING:
        return stored
    try:
        value = unescaped(stored)
    except ValueError:
        return None
    return value if escaped(value) == stored else None


def _code(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return str(code or type(error.orig).__name__)


def moment() -> str:
    """The time, RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
