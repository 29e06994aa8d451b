"""The anchor: the head of the audit log, kept outside the catalogue, so that a log cut short shows.

For a SQLite catalogue it is ``<file>.head`` beside it; for one on a server,
``$XDG_STATE_HOME/govguard/<digest of host, port and database>.head`` of the account that writes.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from guard.catalog.chain import Head
from guard.catalog.connect import HEAD_ENDING, Place
from guard.catalog.tables import digest

_SIZE = 512  # always as long: writing it again needs no room on a full disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The head that was last seen, and which catalogue's it is (a digest of its key)."""

    catalogue: str
    head: Head


class DamagedAnchorError(OSError):
    """The file is there and is no anchor."""


def path_of(place: Place) -> Path:
    """Where the anchor of a catalogue is."""
    if place.file is not None:
        return Path(f"{place.file}{HEAD_ENDING}")
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    url = place.url
    where = ("", "", "") if url is None else (url.host or "", str(url.port or 5432), url.database or "")
    return Path(state) / "govguard" / f"{digest(*where)[:32]}{HEAD_ENDING}"


def read(place: Place) -> Anchor | None:
    """The anchor of a catalogue, None where there is none; waits for who is writing it.

    Raises OSError (DamagedAnchorError).
    """
    try:
        handle = os.open(path_of(place), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        _lock(handle, fcntl.LOCK_SH)
        return _parsed(os.pread(handle, _SIZE, 0))
    finally:
        os.close(handle)


def _lock(handle: int, how: int) -> None:
    with suppress(OSError):  # a file system without locks: the catalogue's own lock orders writers
        fcntl.flock(handle, how)


def _parsed(content: bytes) -> Anchor | None:
    if not content:
        return None
    try:
        found = json.loads(content)
        return Anchor(catalogue=str(found["catalogue"]), head=Head.parse(found["head"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedAnchorError("damaged") from None


class Held:
    """The anchor file, locked. ``found`` is what it says."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.found: Anchor | None = None
        self.damaged = False
        try:
            self.found = _parsed(os.pread(handle, _SIZE, 0))
        except DamagedAnchorError:
            self.damaged = True

    def reserve(self) -> None:
        """See that there is room for an anchor before anything depends on it. Raises OSError."""
        os.pwrite(self._handle, os.pread(self._handle, _SIZE, 0).ljust(_SIZE), 0)

    def write(self, anchor: Anchor) -> None:
        """Keep ``anchor``. Raises OSError."""
        text = json.dumps({"catalogue": anchor.catalogue, "head": str(anchor.head)})
        os.pwrite(self._handle, text.encode("ascii").ljust(_SIZE - 1) + b"\n", 0)


@contextmanager
def hold(place: Place) -> Iterator[Held]:
    """The anchor of a catalogue, made (0600) where there is none; others wait. Raises OSError."""
    path = path_of(place)
    if place.file is None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, fcntl.LOCK_EX)
        yield Held(handle)
    finally:
        os.close(handle)
