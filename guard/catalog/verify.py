"""Checks the audit log of a catalogue, or of an exported file, entry by entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, inspect, text

from guard.catalog import anchor
from guard.catalog.anchor import Anchor
from guard.catalog.audit import catalogue_id, noted_head, raw_entries
from guard.catalog.chain import TEXTS, Fault, Head, Raw, Verdict, sealed_of, walk
from guard.catalog.connect import Place
from guard.catalog.store import Store
from guard.catalog.tables import audit, compact
from guard.catalog.vouched import Told
from guard.model import RefusedError, UsageError

FORMAT = 1
_LONGEST_LINE = 16 << 20
_TAIL = 1 << 16
_HEAD = re.compile(r"(?<![0-9])[0-9]{1,18}:[0-9a-f]{64}(?![0-9a-f])")


def verify(store: Store, noted: Iterable[Head] = ()) -> Verdict:
    """Walk the whole log, against the heads kept in the catalogue, in the anchor and in ``noted``; and
    hold the decisions against what the log says of them.

    Memory grows with the decisions, not with the log. Writers may go on meanwhile.
    """
    outside = seen(store.place)
    with store.reading() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        found = judge(connection, outside, noted)
    # Read again, after whoever was writing: what they committed, their anchor now knows.
    return ahead(found, seen(store.place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is known outside of the catalogue. ``alone``: whoever writes the log moves this anchor."""

    anchor: Anchor | None
    alone: bool


def seen(place: Place) -> Outside:
    """The anchor of a catalogue; one that is damaged counts as none."""
    try:
        known = anchor.read(place)
    except OSError:
        known = None
    # Whoever else works with a catalogue on a server has an anchor of their own.
    return Outside(anchor=known, alone=place.file is not None)


def judge(connection: Connection, outside: Outside, noted: Iterable[Head] = ()) -> Verdict:
    """The log as one transaction sees it; ``outside`` was read before."""
    catalogue = catalogue_id(connection)
    if not inspect(connection).has_table(audit.name):
        return Verdict(count=0, head=Head(), catalogue=catalogue, faults=(Fault(number=0, kind="gone"),))
    known = outside.anchor
    ours = known if known and known.catalogue == catalogue else None
    told = Told()
    entries = told.follow(raw_entries(connection))
    found = walk(entries, (*noted, *((ours.head,) if ours else ())))
    decided, changed = told.faults(connection)
    faults = [*found.faults, *_inside(connection, found), *changed]
    if known and not ours:
        faults.append(Fault(number=0, kind="foreign"))
    if found.count:  # a log that never began needs no anchor
        if known is None and outside.alone:
            faults.append(Fault(number=0, kind="unanchored"))
        if found.catalogue != catalogue:
            faults.append(Fault(number=1, kind="replaced"))
    distinct = tuple(dict.fromkeys(faults))
    return replace(found, catalogue=catalogue, faults=distinct, decisions=decided)


def ahead(found: Verdict, outside: Outside) -> Verdict:
    """``found`` with a fault ``unseen`` where entries were added past the only writer's anchor."""
    known = outside.anchor
    if not outside.alone or known is None or known.catalogue != found.catalogue:
        return found
    first, last = known.head.number + 1, found.head.number
    if first > last:
        return found
    return replace(found, faults=(*found.faults, Fault(number=first, kind="unseen", until=last)))


def _inside(connection: Connection, found: Verdict) -> list[Fault]:
    try:
        noted, algorithm = noted_head(connection)
    except RefusedError:
        return [Fault(number=found.head.number, kind="unnoted")]
    if noted.number > found.head.number:
        return [Fault(number=found.head.number + 1, kind="cut", until=noted.number)]
    same = noted == found.head and algorithm == (found.algorithm or "sha256")
    return [] if same else [Fault(number=found.head.number, kind="unnoted")]


def export(store: Store, stream: TextIO) -> Head:
    """Write the log as JSON Lines: what it is, every entry, the head. Returns the head.

    Raises RefusedError ``audit-tampered`` where an entry cannot be read.
    """
    with store.reading() as connection:
        about = {"record": "audit", "format": FORMAT, "catalogue": catalogue_id(connection)}
        stream.write(compact(about) + "\n")
        head = Head()
        for raw in raw_entries(connection):
            sealed = sealed_of(raw)
            if sealed is None:
                raise RefusedError("audit-tampered", number=raw.number)
            head = Head(number=sealed.number, hash=sealed.hash)
            stream.write(entry_text(raw) + "\n")
    stream.write(compact({"record": "head", "head": str(head)}) + "\n")
    return head


def entry_text(raw: Raw) -> str:
    """An entry as a line of JSON; ASCII, so that any name survives any file."""
    line = {"record": "entry", "number": raw.number, **raw.texts, "detail": raw.detail}
    return json.dumps(line, separators=(",", ":"))


def verify_file(path: Path, noted: Iterable[Head] = ()) -> Verdict:
    """Walk an exported log. Raises UsageError ``audit-no-export`` for a file that is none."""
    try:
        with path.open("rb") as stream:
            reader = _Reader(path, iter(lambda: stream.readline(_LONGEST_LINE), b""))
            found = walk(reader.entries(), noted)
    except OSError as error:
        raise UsageError("audit-no-file", file=str(path), code=error.strerror or "OSError") from None
    faults = list(found.faults)
    if reader.head is None:
        faults.append(Fault(number=found.head.number, kind="headless"))
    elif reader.head.number > found.head.number:
        faults.append(Fault(number=found.head.number + 1, kind="cut", until=reader.head.number))
    elif reader.head != found.head:
        faults.append(Fault(number=found.head.number, kind="unnoted"))
    if found.count and found.catalogue != reader.catalogue:
        faults.append(Fault(number=1, kind="replaced"))
    return replace(found, catalogue=reader.catalogue, faults=tuple(dict.fromkeys(faults)))


class _Reader:
    """The lines of an exported log."""

    def __init__(self, path: Path, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.head: Head | None = None
        first = _parsed(next(lines, b"")) or {}
        if first.get("record") != "audit":
            raise UsageError("audit-no-export", file=str(path))
        if first.get("format") != FORMAT:
            raise UsageError("audit-newer", file=str(path), found=str(first.get("format"))[:20], known=FORMAT)
        self.catalogue = str(first.get("catalogue", ""))

    def entries(self) -> Iterator[Raw]:
        """Every entry; what comes after the head counts as inserted."""
        number = 0
        for line in self._lines:
            found = _parsed(line) or {}
            if found.get("record") == "head" and self.head is None:
                self.head = _head_of(found)
                continue
            given = found.get("number")
            readable = found.get("record") == "entry" and type(given) is int and self.head is None
            number = given if readable and type(given) is int else number + 1
            yield Raw(
                number=number,
                texts={name: _string(found.get(name)) if readable else None for name in TEXTS},
                detail=_object(found.get("detail")),
            )


def _head_of(found: dict[str, Any]) -> Head | None:
    try:
        return Head.parse(str(found.get("head")))
    except ValueError:
        return None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: Any) -> dict[str, object] | None:
    return value if isinstance(value, dict) else None


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
        written = json.dumps(found, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and line == written + b"\n" else None


def head_of(text_or_path: str) -> Head:
    """The head of ``NUMBER:HASH``, or the last one that stands in a file (an export, an anchor, a note).

    Raises UsageError ``audit-no-head``.
    """
    try:
        return Head.parse(text_or_path)
    except ValueError:
        pass
    try:
        with Path(text_or_path).open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(stream.tell() - _TAIL, 0))
            found = _HEAD.findall(stream.read().decode("utf-8", "replace"))
    except (OSError, ValueError):
        raise UsageError("audit-no-head", given=text_or_path) from None
    if not found:
        raise UsageError("audit-no-head", given=text_or_path)
    return Head.parse(found[-1])
