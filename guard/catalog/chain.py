"""The chain of the audit log: how an entry is sealed, and what is wrong with entries that were tampered with.

Each hash is that of the entry's canonical JSON (keys sorted, ASCII, no spaces) together with the
hash before it, by SHA-256 (FIPS 180-4) or SM3 (GB/T 32905). The first entry names the algorithm;
an entry ``audit.hash`` names another one for those after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guard.catalog.tables import plain
from guard.model import Event, Sealed

ALGORITHMS = ("sha256", "sm3")
BEGUN, SWITCHED = "audit.begun", "audit.hash"
ANCHORED, ACCEPTED = "audit.anchored", "audit.accepted"
START = "0" * 64
MOST_FAULTS = 50
_NOTED = {ANCHORED: "anchored", ACCEPTED: "accepted"}
TEXTS = ("at", "actor", "account", "action", "subject", "previous", "hash")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Head:
    """The end of a chain: the number of its last entry and that entry's hash. No entry: number 0."""

    number: int = 0
    hash: str = START

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head of ``NUMBER:HASH``. Raises ValueError."""
        number, _, found = text.strip().partition(":")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise ValueError(text)
        if len(found) != 64 or not set(found) <= set("0123456789abcdef"):
            raise ValueError(text)
        return cls(number=int(number), hash=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong at entry ``number``.

    ``edited``, ``missing`` (up to ``until``), ``inserted``, ``unlinked`` (its neighbour is not the
    one it followed), ``unreadable``, ``cut`` (entries up to ``until`` were there), ``replaced`` (whole, and
    not what was noted). Of a catalogue also ``unnoted`` (it does not know its own head),
    ``unanchored`` (no readable anchor), ``foreign`` (another catalogue's anchor), ``unseen`` (added past
    the anchor, up to ``until``), ``gone`` (no log at all); of a file ``headless``.

    Of the decision ``id``, made at entry ``number``: ``decision-edited``, ``decision-stands`` (its standing
    or approver is not as logged), ``decision-gone``, ``decision-added``, ``decision-unvouched`` (the log
    tells too little of it); of all of them ``decisions-moved`` (their order is another one) and
    ``decisions-unreadable``.
    """

    number: int
    kind: str
    until: int = 0
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a walk found: entries seen, the head that they end in, and the faults (50 at most).

    ``notes`` are entries that say where the log could not be held against its anchor, or was
    taken over by a person in spite of it: kinds ``anchored`` and ``accepted``. ``decisions`` is how many
    decisions were held against the log, None where that was not done.
    """

    count: int
    head: Head
    catalogue: str = ""
    algorithm: str = ""
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    decisions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An entry as it is stored, nothing of it trusted: None stands for what cannot be read."""

    number: int
    texts: Mapping[str, str | None]
    detail: Mapping[str, object] | None


class Running:
    """The hash of bytes that come in parts. Raises KeyError for an unknown algorithm."""

    def __init__(self, algorithm: str) -> None:
        self._running = _STARTS[algorithm]()

    def update(self, content: bytes) -> None:
        """Add ``content``."""
        self._running.update(content)

    def hexdigest(self) -> str:
        """The hash in hexadecimal; nothing may be added after it."""
        found = self._running.finalize() if hasattr(self._running, "finalize") else self._running.digest()
        return bytes(found).hex()


def _sm3() -> Any:
    from cryptography.hazmat.primitives import hashes

    return hashes.Hash(hashes.SM3())


_STARTS: Mapping[str, Callable[[], Any]] = {"sha256": hashlib.sha256, "sm3": _sm3}


def fingerprint(content: bytes, algorithm: str) -> str:
    """The hash of ``content`` in hexadecimal."""
    running = Running(algorithm)
    running.update(content)
    return running.hexdigest()


def seal(event: Event, before: Head, algorithm: str) -> Sealed:
    """``event`` as the entry after ``before``. Raises TypeError, ValueError for a detail that is no JSON."""
    detail = json.loads(json.dumps(event.detail, default=plain, allow_nan=False))
    number = before.number + 1
    clean = Event(
        at=event.at,
        actor=event.actor,
        account=event.account,
        action=event.action,
        subject=event.subject,
        detail=detail,
    )
    return Sealed(
        number=number,
        event=clean,
        previous=before.hash,
        hash=hash_of(number, clean, before.hash, algorithm),
    )


def hash_of(number: int, event: Event, previous: str, algorithm: str) -> str:
    """The hash of an entry in hexadecimal. ``event.detail`` holds what JSON holds."""
    content = {
        "number": number,
        "at": event.at,
        "actor": event.actor,
        "account": event.account,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
        "previous": previous,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return fingerprint(text.encode("ascii"), algorithm)


def algorithm_after(event: Event, current: str) -> str:
    """The algorithm that holds from the next entry on; of the first entry, already for itself."""
    named = event.detail.get("hash") if event.action in (BEGUN, SWITCHED) else None
    return named if isinstance(named, str) and named in ALGORITHMS else current


def sealed_of(raw: Raw) -> Sealed | None:
    """The entry, None where any part of it cannot be read."""
    texts, detail = raw.texts, raw.detail
    if detail is None or any(texts.get(name) is None for name in TEXTS):
        return None
    event = Event(
        at=str(texts["at"]),
        actor=str(texts["actor"]),
        account=str(texts["account"]),
        action=str(texts["action"]),
        subject=str(texts["subject"]),
        detail=detail,
    )
    return Sealed(number=raw.number, event=event, previous=str(texts["previous"]), hash=str(texts["hash"]))


@dataclass(slots=True)
class _Walk:
    """The state of a walk: what the next entry must follow."""

    noted: tuple[Head, ...]
    head: Head = field(default_factory=Head)
    algorithm: str = ""
    catalogue: str = ""
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(self, number: int, kind: str, until: int = 0) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(number=number, kind=kind, until=until))

    def take(self, raw: Raw) -> None:
        self.count += 1
        wanted = self.head.number + 1
        if raw.number < wanted:
            self.fault(raw.number, "inserted")
            return
        if raw.number > wanted:
            self.fault(wanted, "missing", raw.number - 1)
        sealed = sealed_of(raw)
        if sealed is None:
            self.fault(raw.number, "unreadable")
            self.head = Head(number=raw.number, hash=raw.texts.get("hash") or START)
            return
        self._judge(sealed, gap=raw.number > wanted)

    def _judge(self, sealed: Sealed, *, gap: bool) -> None:
        event = sealed.event
        if sealed.number == 1:
            self.algorithm = algorithm_after(event, "sha256")
            self.catalogue = event.subject
            if event.action != BEGUN:
                self.fault(1, "edited")
        algorithm = self.algorithm or "sha256"
        if hash_of(sealed.number, event, sealed.previous, algorithm) != sealed.hash:
            self.fault(sealed.number, "edited")
        elif sealed.previous != self.head.hash and not gap:
            self.fault(sealed.number, "unlinked")
        for head in self.noted:
            if head.number == sealed.number and head.hash != sealed.hash:
                self.fault(sealed.number, "replaced")
        if event.action in _NOTED and len(self.notes) < MOST_FAULTS:
            self.notes.append(Fault(number=sealed.number, kind=_NOTED[event.action]))
        self.algorithm = algorithm_after(event, algorithm)
        self.head = Head(number=sealed.number, hash=sealed.hash)


def walk(entries: Iterable[Raw], noted: Iterable[Head] = ()) -> Verdict:
    """Check ``entries``, in the order of their numbers, against each other and against heads noted elsewhere.

    Memory does not grow with the number of entries. A noted head that the entries do not reach is
    a fault ``cut``; one that they pass with another hash, ``replaced``.
    """
    heads = tuple(noted)
    state = _Walk(noted=heads)
    for raw in entries:
        state.take(raw)
    for head in heads:
        if head.number > state.head.number:
            state.fault(state.head.number + 1, "cut", head.number)
    return Verdict(
        count=state.count,
        head=state.head,
        catalogue=state.catalogue,
        algorithm=state.algorithm,
        faults=tuple(dict.fromkeys(state.faults)),
        notes=tuple(state.notes),
    )


def seals(events: Iterable[Event], before: Head, algorithm: str) -> Iterator[tuple[Sealed, str]]:
    """Every event sealed after ``before``, each with the algorithm that holds after it."""
    for event in events:
        if not before.number:
            algorithm = algorithm_after(event, algorithm)
        sealed = seal(event, before, algorithm)
        algorithm = algorithm_after(sealed.event, algorithm)
        before = Head(number=sealed.number, hash=sealed.hash)
        yield sealed, algorithm
