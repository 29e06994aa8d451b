"""``guard baseline``: the violations that were there before the gate was, which only become fewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from guard.gate.suppress.baseline import Baseline, Growth, Rewritten, baseline, rewritten
from guard.model import SourceError, UsageError
from guard.ops.waivers import author_of, beside, written

if TYPE_CHECKING:
    from guard.ops.session import Session

FILE = "guard-baseline.txt"


def file_of(session: Session) -> Path:
    """The baseline: as guard.yaml says, else beside it, else in the current folder."""
    return beside(session, session.config.gate.baseline, FILE)


def known(session: Session) -> Baseline:
    """The baseline, empty where there is none. Raises UsageError with file and line for a wrong line."""
    return baseline(file_of(session)) or Baseline()


def write(session: Session, paths: Sequence[Path], *, grow: bool = False, reason: str = "") -> Rewritten:
    """Judge ``paths`` and put what is found into the baseline; an unchanged one is not written again.

    Raises RefusedError ``baseline-grows`` where there is more than before and not ``grow``, UsageError
    ``baseline-reason`` where nothing says why, SourceError ``baseline-partial`` where a statement could not
    be read: what it breaks is not known.
    """
    from guard.ops.gate import Request, judge  # what judges a schema change is not needed to show it

    if grow != bool(reason.strip()):
        raise UsageError("baseline-reason")
    path = file_of(session)
    before = baseline(path)
    verdict = judge(session, Request(paths=tuple(paths))).verdict
    if verdict.unread:
        first = verdict.unread[0].place
        raise SourceError("baseline-partial", count=len(verdict.unread), file=first.file, line=first.line)
    growth = Growth(actor=author_of(session), reason=reason.strip()) if grow else None
    done = rewritten(before, verdict.violations, today=date.today(), growth=growth)
    if done.baseline != before:
        written(path, str(done.baseline))
    return done
