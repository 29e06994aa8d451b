"""Where the catalogue is, and how to open it: a private SQLite file, or PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from guard.model import UsageError
from guard.sdk import Secret

BUSY_SECONDS = 30
HEAD_ENDING = ".head"  # the anchor of the audit log, beside a SQLite file
_HEADER = b"SQLite format 3\0"
_SCHEMES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A catalogue's place. ``file`` is None on a server; ``name`` is for people, without a password."""

    name: str
    file: Path | None = None
    url: URL | None = None

    def paths(self) -> tuple[str, ...]:
        """Absolute paths of the catalogue's own files, which no scan may read."""
        if self.file is None:
            return ()
        return tuple(f"{self.file}{ending}" for ending in ("", "-wal", "-shm", "-journal", HEAD_ENDING))


def locate(address: str | Path, password: Secret | None = None) -> Place:
    """The place of ``address``: a path, ``sqlite:PATH``, ``sqlite:///PATH`` or ``postgresql://…``.

    A path is relative to the working directory. Raises UsageError ``catalog-scheme``.
    """
    text = str(address)
    scheme, colon, rest = text.partition(":")
    if scheme == "sqlite" and colon:
        return _file(rest.removeprefix("///"))
    if scheme not in ("postgres", "postgresql"):
        if rest.startswith("//"):
            raise UsageError("catalog-scheme", scheme=scheme, known=", ".join(_SCHEMES))
        return _file(text)
    try:
        url = make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise UsageError("catalog-scheme", scheme=scheme, known=", ".join(_SCHEMES)) from None
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return Place(
        name=shown.render_as_string(),
        url=url.set(password=password.reveal()) if password else url,
    )


def _file(path: str) -> Place:
    real = Path(os.path.realpath(path or "guard.db"))
    return Place(name=str(real), file=real)


def prepare(place: Place, *, create: bool) -> None:
    """See that the file of ``place`` can be a catalogue; make it, mode 0600, before anything is written.

    Raises UsageError ``catalog-missing``, ``catalog-foreign``; OSError.
    """
    path = place.file
    if path is None:
        return
    try:
        found = path.stat()
    except FileNotFoundError:
        if not create:
            raise UsageError("catalog-missing", catalog=place.name) from None
        _create(path)
        return
    if not stat.S_ISREG(found.st_mode):
        raise UsageError("catalog-foreign", catalog=place.name)
    if not found.st_size:
        path.chmod(0o600)
        return
    with path.open("rb") as stream:
        if stream.read(len(_HEADER)) != _HEADER:
            raise UsageError("catalog-foreign", catalog=place.name)


def tighten(place: Place) -> None:
    """Make the files of a catalogue private (0600) where we own them; others' rights are theirs.

    Done only once the file is known to be a catalogue.
    """
    for name in place.paths():
        path = Path(name)
        with suppress(OSError):  # beside a catalogue that nobody writes, there is nothing more
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(0o600)


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return  # another scan was faster; it made the file the same way


def engine(place: Place) -> Engine:
    """An engine on ``place``; statements of it never show their parameters."""
    if place.file is not None:
        made = create_engine(
            URL.create("sqlite", database=str(place.file)),
            hide_parameters=True,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(made, "connect", _tune)
        event.listen(made, "begin", _begin)
        return made
    assert place.url is not None  # noqa: S101 - a place has a file or a URL
    return create_engine(
        place.url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"application_name": "guard-catalog", "connect_timeout": 10, "client_encoding": "utf8"},
    )


def _tune(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late to take the write lock; _begin sends it.
    connection.isolation_level = None
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def share(made: Engine) -> None:
    """Let readers and one writer work at once on a SQLite catalogue (WAL); kept by the file itself.

    Done only once the file is known to be ours. SQLite does not wait for this lock by itself.
    """
    if made.dialect.name != "sqlite":
        return
    patience = time.monotonic() + BUSY_SECONDS
    raw = made.raw_connection()
    try:
        while True:
            try:
                raw.cursor().execute("PRAGMA journal_mode=WAL").close()
                return
            except sqlite3.OperationalError:
                if time.monotonic() > patience:
                    return  # somebody holds it: slower, and still correct
                time.sleep(0.05)
    finally:
        raw.close()


def _begin(connection: Connection) -> None:
    # A writer that starts as a reader fails at once when another writer was faster.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
