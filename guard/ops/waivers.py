"""``guard waiver``: the exceptions in guard-waivers.yaml, who granted them and how long they hold."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from guard.gate.against.repository import git
from guard.gate.rule import rules
from guard.gate.suppress.dates import days_left
from guard.gate.suppress.waiver import checked, excuses, waivers
from guard.gate.suppress.waiver_edit import with_entries, without_entries
from guard.model import GuardError, SourceError, UsageError
from guard.model.gate import Place, Verdict, Waiver
from guard.ops.actor import actor
from guard.sdk.whole import whole

if TYPE_CHECKING:
    from guard.ops.session import Session

FILE = "guard-waivers.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A waiver, how many days it still holds (negative: expired), and whether it excuses nothing."""

    waiver: Waiver
    left: int
    unused: bool = False


def file_of(session: Session) -> Path:
    """The list of exceptions: as guard.yaml says, else beside it, else in the current folder."""
    return beside(session, session.config.gate.waivers, FILE)


def beside(session: Session, given: str, name: str) -> Path:
    """The file ``given`` in guard.yaml, else the one called ``name`` beside it."""
    home = session.config.path.parent if session.config.path else Path.cwd()
    return Path(given) if given else home / name


def listed(session: Session, paths: Sequence[Path] = (), *, judged: bool = False) -> tuple[Granted, ...]:
    """Every waiver; with ``judged`` those in the scripts at ``paths`` too, and which of all are unused.

    Raises UsageError with file and line for what is wrong in the list, and SourceError ``waivers-partial``
    where a statement could not be read: which waivers it needs is not known.
    """
    today = date.today()
    found = _read(session)
    if not judged:
        return tuple(Granted(waiver=one, left=days_left(one, today)) for one in found)
    verdict = _verdict(session, paths)
    inside = {one.waiver for one in verdict.violations if one.waiver and one.waiver.inline}
    inside |= {one for one in (*verdict.unused, *verdict.lapsed) if one.inline}
    every = (*found, *sorted(inside, key=lambda one: (one.place.file, one.place.line)))
    unused = {one for one in verdict.unused if one.inline}
    unused |= {one for one in found if not any(excuses(one, violation) for violation in verdict.violations)}
    return tuple(Granted(waiver=one, left=days_left(one, today), unused=one in unused) for one in every)


def author_of(session: Session) -> str:
    """Who asks for a waiver, or lets the baseline grow: the name claimed by ``--as``, else git's
    ``user.name``, else the account."""
    claimed, account = actor(session)
    if claimed != account or session.actor or os.environ.get("GUARD_ACTOR"):
        return claimed
    try:
        return git(Path.cwd(), "config", "user.name").decode("utf-8", "replace").strip() or claimed
    except GuardError:
        return claimed


def add(session: Session, asked: Sequence[Waiver]) -> Path:
    """Append ``asked`` to the list, whole or not at all; the file.

    Raises UsageError as reading the list does, and ``cannot-write``.
    """
    path = file_of(session)
    old = _text(path)
    before = _checked(session, old, str(path))
    text = with_entries(old, asked, str(path))
    try:
        after = _checked(session, text, str(path))
    except UsageError as error:  # of what was typed, not of a line of the file
        told = {key: value for key, value in error.params.items() if key not in ("file", "line")}
        raise UsageError(error.id, **told) from None
    if _plain(after) != _plain((*before, *asked)):
        raise UsageError("waivers-flow", file=str(path), line=1)
    written(path, text)
    return path


def going(session: Session, paths: Sequence[Path], *, judged: bool) -> tuple[Granted, ...]:
    """The waivers of the list that ``prune`` takes out: expired ones and, with ``judged``, unused ones."""
    found = listed(session, paths, judged=judged)
    return tuple(one for one in found if not one.waiver.inline and (one.left < 0 or one.unused))


def prune(session: Session, gone: Collection[Waiver]) -> None:
    """Take ``gone`` out of the list, or nothing. Raises UsageError ``waivers-moved``, ``cannot-write``."""
    path = file_of(session)
    old = _text(path)
    before = _checked(session, old, str(path))
    numbers = [number for number, one in enumerate(before) if one in gone]
    text = without_entries(old, numbers, str(path))
    kept = [one for one in before if one not in gone]
    if len(numbers) != len(gone) or _plain(_checked(session, text, str(path))) != _plain(kept):
        raise UsageError("waivers-moved", file=str(path))
    written(path, text)


def _verdict(session: Session, paths: Sequence[Path]) -> Verdict:
    from guard.ops.gate import Request, judge  # what judges a schema change is not needed to list waivers

    verdict = judge(session, Request(paths=tuple(paths))).verdict
    if verdict.unread:
        first = verdict.unread[0].place
        raise SourceError("waivers-partial", count=len(verdict.unread), file=first.file, line=first.line)
    return verdict


def _plain(some: Sequence[Waiver]) -> list[Waiver]:
    nowhere = Place(file="", line=0)
    return [replace(one, place=nowhere) for one in some]


def _read(session: Session) -> tuple[Waiver, ...]:
    return waivers(file_of(session), rules=rules(), today=date.today(), days=session.config.gate.waiver_days)


def _checked(session: Session, text: str, path: str) -> tuple[Waiver, ...]:
    return checked(text, path, rules=rules(), today=date.today(), days=session.config.gate.waiver_days)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError("yaml-broken", file=str(path), line=line, detail="encoding") from None
    except OSError as error:
        raise UsageError("waivers-unreadable", file=str(path), code=type(error).__name__) from None


def written(path: Path, text: str) -> None:
    """Put ``text`` into ``path``, whole or not at all, with the rights it had. Raises ``cannot-write``."""
    try:
        with whole(path) as draft:
            draft.write_bytes(text.encode())
            if path.exists():
                shutil.copymode(path, draft)
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None
