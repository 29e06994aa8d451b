"""What was there before the gate was: ``guard-baseline.txt``, one violation a line, that only shrinks.

::

    # 2026-03-01 zhang.san +12: 上线时的存量
    0c1f…  # hr.employee.sfzh · sensitive-undeclared · 2026-03-01

Sorted by fingerprint, so that two branches seldom change the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from guard.gate.suppress.dates import day
from guard.gate.suppress.fingerprint import DIGITS
from guard.model import RefusedError, UsageError
from guard.model.gate import Violation
from guard.sdk.display import visible

MAX_BYTES = 16 * 1024 * 1024
MENDED = frozenset({"declaration-invalid", "waiver-invalid"})
"""Rules whose violations no baseline takes: what is written wrongly is put right at once."""
_SEPARATOR = " · "
_ENTRY = re.compile(rf"(?P<fingerprint>[0-9a-f]{{{DIGITS}}})  # (?P<told>\S.*)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One violation that is put up with: ``where`` it was (``hr.employee.sfzh``), its rule, since when."""

    fingerprint: str
    where: str
    rule: str
    since: str

    def __str__(self) -> str:
        return f"{self.fingerprint}  # {self.where}{_SEPARATOR}{self.rule}{_SEPARATOR}{self.since}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The entries by fingerprint, and the comment lines: who let it grow, when and why."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The whole file."""
        lines = (*self.remarks, *(str(self.entries[key]) for key in sorted(self.entries)))
        return "".join(f"{line}\n" for line in lines)


def baseline(path: Path) -> Baseline | None:
    """The baseline in the file ``path``, None where there is none.

    Raises UsageError ``baseline-line``, ``baseline-twice``, ``baseline-encoding`` with file and line,
    ``baseline-large``, ``baseline-unreadable``.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError("baseline-unreadable", file=str(path), code=type(error).__name__) from None
    if len(content) > MAX_BYTES:
        raise UsageError("baseline-large", file=str(path), most=MAX_BYTES // 1024 // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError("baseline-encoding", file=str(path), line=line) from None
    return _parsed(text, str(path))


def _parsed(text: str, file: str) -> Baseline:
    entries: dict[str, Entry] = {}
    remarks = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.startswith("#"):
            remarks.append(line)
        elif line:
            entry = _entry(line)
            if entry is None or entry.fingerprint in entries:
                code = "baseline-twice" if entry else "baseline-line"
                raise UsageError(code, file=file, line=number)
            entries[entry.fingerprint] = entry
    return Baseline(entries=entries, remarks=tuple(remarks))


def _entry(line: str) -> Entry | None:
    found = _ENTRY.fullmatch(line)
    told = found["told"].rsplit(_SEPARATOR, 2) if found else []
    if found is None or len(told) != 3 or not all(told) or day(told[2]) is None:
        return None
    return Entry(fingerprint=found["fingerprint"], where=told[0], rule=told[1], since=told[2])


def where(violation: Violation) -> str:
    """Where a violation is, as the baseline tells it: ``hr.employee.sfzh``, or its file without a table."""
    names = ".".join(part for part in (violation.table, violation.column) if part)
    return visible(names or violation.place.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """That more is put up with than before: who says so, and why."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A baseline to be written: what it is now, and how many entries came and went."""

    baseline: Baseline
    added: int
    removed: int


def rewritten(
    before: Baseline | None, violations: Iterable[Violation], *, today: date, growth: Growth | None = None
) -> Rewritten:
    """The baseline that holds exactly those of ``violations`` (with fingerprints) that no waiver excuses,
    without those of ``MENDED``.

    The first one may hold anything. Later, raises RefusedError ``baseline-grows`` for a violation that
    was not in it, unless ``growth`` says why: fewer other ones do not make up for a new one.
    """
    known = before.entries if before else {}
    wanted = [one for one in violations if one.state != "waived" and one.rule not in MENDED]
    entries = {one.fingerprint: known.get(one.fingerprint) or _new(one, today) for one in wanted}
    added = [entry for key, entry in entries.items() if key not in known]
    if added and before is not None and growth is None:
        raise RefusedError("baseline-grows", count=len(added), rule=added[0].rule, where=added[0].where)
    remarks = before.remarks if before else ()
    if added and growth is not None:
        remarks += (f"# {today} {visible(growth.actor)} +{len(added)}: {visible(growth.reason)}",)
    removed = len(known.keys() - entries.keys())
    return Rewritten(baseline=Baseline(entries=entries, remarks=remarks), added=len(added), removed=removed)


def _new(violation: Violation, today: date) -> Entry:
    place = where(violation)
    return Entry(fingerprint=violation.fingerprint, where=place, rule=violation.rule, since=str(today))
