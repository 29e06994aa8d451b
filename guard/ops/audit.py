"""What commands write to the audit log, and how they read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from guard.catalog import audit as log
from guard.catalog import verify as checking
from guard.catalog.audit import append, last_event, moment
from guard.catalog.chain import ALGORITHMS, SWITCHED, Head, Raw, Verdict
from guard.catalog.memory import MemoryStore
from guard.catalog.store import Store
from guard.model import Event, GuardError, RefusedError, UsageError
from guard.ops.actor import actor, may_hold_value
from guard.ops.engine import Rules
from guard.ops.session import Session
from guard.sdk.whole import whole

POLICY = "policy.changed"
READ = "audit.read"


def event(session: Session | None, action: str, subject: str, detail: Mapping[str, object]) -> Event:
    """An event of now by whoever acts. ``detail`` holds counts, levels and digests, never a value."""
    name, account = actor(session)
    return Event(
        at=moment(), actor=name, account=account, action=action, subject=subject, detail=dict(detail)
    )


def record(session: Session, action: str, subject: str, detail: Mapping[str, object]) -> None:
    """Write one event to the log of the session's catalogue. Call it before what it records is done.

    Raises RefusedError ``audit-unwritable`` or ``audit-broken``: then nothing may be done.
    """
    with recording(session, action, subject, detail):
        pass


@contextmanager
def recording(session: Session, action: str, subject: str, detail: Mapping[str, object]) -> Iterator[None]:
    """Do what the body does only if it can be logged; where the body raises, nothing is logged.

    Raises as ``record``.
    """
    made = event(session, action, subject, detail)
    entered = False
    try:
        with session.store() as store, store.writing() as connection:
            append(connection, made)
            entered = True
            yield
            entered = False
    except GuardError as error:
        if entered or not error.id.startswith("catalog-"):
            raise
        raise RefusedError("audit-unwritable", code=error.id) from None


def note_policy(session: Session, store: Store | MemoryStore, rules: Rules) -> bool:
    """Log ``policy.changed`` where the policy in force is not the one logged last. Returns whether it was.

    Where nothing changed it only reads. Raises RefusedError as ``record``.
    """
    if isinstance(store, MemoryStore):
        return False
    policy = rules.policy
    with store.reading() as connection:
        if _last_policy(last_event(connection, POLICY)) == policy.digest:
            return False
    packs = [{"id": info.id, "version": info.version, "digest": info.digest} for info in policy.infos]
    with store.writing() as connection:
        before = _last_policy(last_event(connection, POLICY))  # another process may have been faster
        if before == policy.digest:
            return False
        detail = {"old": before, "new": policy.digest, "packs": packs}
        append(connection, event(session, POLICY, policy.pack, detail))
    return True


def _last_policy(found: Event | None) -> str:
    return str(found.detail.get("new", "")) if found else ""


def entries(session: Session, *, since: str = "", action: str = "*", last: int = 50) -> list[Raw]:
    """The ``last`` entries from ``since`` (RFC 3339 or the start of it) on whose action matches.

    That they were read is logged first; what is unreadable is among them.
    """
    asked = {"since": since, "action": action, "last": last}
    with session.store(create=False) as store:
        _note_reading(session, store, asked)
        with store.reading() as connection:
            found = (raw for raw in log.raw_entries(connection) if _matches(raw, since, action))
            return list(deque(found, maxlen=last))


def _matches(raw: Raw, since: str, action: str) -> bool:
    at, name = raw.texts["at"], raw.texts["action"]
    if at is None or name is None:
        return True
    return at >= since and fnmatchcase(name, action)


def _note_reading(session: Session, store: Store, asked: Mapping[str, object]) -> None:
    with store.writing() as connection:
        subject = log.catalogue_id(connection)
        append(connection, event(session, READ, subject, asked))


def export(session: Session, path: Path) -> Head:
    """Write the log to ``path``, whole or not at all, private; that it was read is logged first.

    Raises UsageError ``cannot-write``.
    """
    with session.store(create=False) as store:
        _note_reading(session, store, {"export": path.name})
        try:
            with whole(path) as draft:
                draft.touch(mode=0o600)
                with draft.open("w", encoding="ascii", newline="\n") as stream:
                    return checking.export(store, stream)
        except OSError as error:
            raise UsageError("cannot-write", path=str(path), why=error.strerror or "OSError") from None


def verify(session: Session, file: Path | None = None, heads: tuple[str, ...] = ()) -> Verdict:
    """Check the log of the catalogue, or an exported ``file``, also against heads noted elsewhere.

    ``heads`` are ``NUMBER:HASH`` or files that hold one. Checking is not logged: it changes nothing.
    """
    noted = tuple(checking.head_of(text) for text in heads)
    if file is not None:
        return checking.verify_file(file, noted)
    with session.store(create=False) as store:
        return checking.verify(store, noted)


def head(session: Session) -> Head:
    """The last entry's number and hash, to be noted on paper."""
    with session.store(create=False) as store, store.reading() as connection:
        return log.last_head(connection)


def accept(session: Session, reason: str) -> Head:
    """Go on with a log that does not end as it did, e.g. after a backup came back; says so in the log.

    Values in ``reason`` are masked as in that of a decision.
    """
    if not reason.strip():
        raise UsageError("audit-no-reason")
    detector = session.rules().detector() if may_hold_value(reason) else None
    with session.store(create=False) as store:
        why = detector.conceal(reason, store.key) if detector else reason
        made = event(session, "", "", {"reason": why})
        with store.writing() as connection:
            sealed = log.accept(connection, store.place, made)
    return Head(number=sealed.number, hash=sealed.hash)


def switch(session: Session, algorithm: str) -> Head:
    """Seal with ``algorithm`` (sha256 or sm3) from the next entry on; an empty log from its first."""
    if algorithm not in ALGORITHMS:
        raise UsageError("audit-algorithm", given=algorithm, known=", ".join(ALGORITHMS))
    with session.store() as store, store.writing() as connection:
        made = event(session, SWITCHED, log.catalogue_id(connection), {"hash": algorithm})
        sealed = log.begin(connection, made, algorithm)
    return Head(number=sealed.number, hash=sealed.hash)
