"""``guard asset export``: a run's levels as a script for a database. The script is written, never run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from guard.emit import labels
from guard.emit.dialect import Dialect, dialect, dialects
from guard.model import UsageError
from guard.ops.levels import maps_of, own_level
from guard.ops.listing import Filter, Only
from guard.sdk.report import Facts
from guard.sdk.whole import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to label: at or above ``level``, of a department, matching a glob, decided by a person only."""

    level: str = ""
    department: str = ""
    match: str = ""
    confirmed: bool = False


def known() -> tuple[str, ...]:
    """The ids of the dialects."""
    return dialects()


def chosen(name: str) -> Dialect:
    """The dialect of that id. Raises UsageError with the nearest."""
    return dialect(name)


def write(facts: Facts, stream: TextIO, to: Dialect, wanted: Wanted, language: str) -> None:
    """Write the script to ``stream``. Raises UsageError for an unknown level."""
    level = own_level(wanted.level, facts.levels, maps_of(facts)) if wanted.level else ""
    kept = Only(facts, Filter(department=wanted.department, match=wanted.match), by_column=False)
    options = labels.LabelOptions(level=level, confirmed=wanted.confirmed)
    labels.write(kept, stream, language, to, options)


def save(facts: Facts, path: Path, to: Dialect, wanted: Wanted, language: str) -> None:
    """Write the script to ``path``, whole or not at all. Raises UsageError where it cannot be written."""
    if not path.absolute().parent.is_dir():
        raise UsageError("no-such-folder", path=str(path.absolute().parent))
    try:
        with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
            write(facts, stream, to, wanted, language)
    except OSError as error:
        raise UsageError("cannot-write", path=str(path), why=os.strerror(error.errno or 0)) from None
