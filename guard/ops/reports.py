"""Reports: which are installed, and building one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from guard import plugins
from guard.model import UsageError
from guard.sdk.report import Facts, Report, ReportInfo
from guard.yamldoc import nearest


def installed() -> tuple[ReportInfo, ...]:
    """What ``guard report list`` shows."""
    return tuple(_report(name).info for name in sorted(plugins.reports()))


def check(report: str, kinds: Sequence[str]) -> None:
    """Raise UsageError for a report or format that there is not, before anything is read."""
    known = plugins.reports()
    if report not in known:
        close = nearest(report, known) or "-"
        raise UsageError("unknown-report", word=report, nearest=close, known=", ".join(known))
    formats = _report(report).info.formats
    for kind in kinds:
        if kind not in formats:
            close = nearest(kind, formats) or "-"
            raise UsageError("unknown-format", word=kind, nearest=close, known=", ".join(formats))


def build(report: str, facts: Facts, kind: str, path: Path, language: str) -> None:
    """Write ``report`` whole to ``path``. Raises UsageError where the file cannot be written."""
    try:
        _report(report).build(facts, kind, path, language=language)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise UsageError("cannot-write", path=str(path), why=why) from None


def _report(name: str) -> Report:
    made: Report = plugins.load(plugins.reports()[name])()
    return made
