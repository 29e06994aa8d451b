"""Exceptions beside the statement: ``-- guard: waive RULE until 2026-09-30: reason``.

At the end of a line it speaks of what stands there; alone on its line, of the line after it. Whoever
reviews the change approves it, so it names no approver.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from guard.gate.suppress.dates import MAX_DAYS, day, last_day
from guard.model.gate import Note, Violation, Waiver
from guard.yamldoc import nearest

FORM = "waive RULE until 2026-09-30: reason"
_WAIVE = re.compile(r"(?i)\s*waive(?![\w-])")
_FORM = re.compile(
    r"(?i)\s*waive\s++(?P<rule>[^\s:：]++)\s++until\s++(?P<date>[^\s:：]++)\s*+(?>(?:[:：]\s*+(?P<reason>.*+))?)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """A waiver in a script and the line of which it speaks."""

    waiver: Waiver
    line: int

    def excuses(self, violation: Violation) -> bool:
        """Whether it speaks of ``violation``: its rule, on its line."""
        place = violation.place
        on = place.file == self.waiver.place.file and place.line <= self.line <= place.last
        return on and self.waiver.rule == violation.rule


def is_waiver(note: Note) -> bool:
    """Whether ``note`` wants to excuse something, rightly written or not."""
    return _WAIVE.match(note.text) is not None


def inlines(
    notes: Iterable[Note], *, rules: Collection[str], today: date, days: int = MAX_DAYS
) -> tuple[Inline, ...]:
    """The waivers among ``notes`` in which nothing is wrong, expired ones too.

    ``notes`` are all those of the scripts: one that stands alone speaks past others that stand alone.
    """
    notes = tuple(notes)
    alone = {(note.place.file, line) for note in notes if note.alone for line in _lines(note)}
    good = (
        note for note in notes if is_waiver(note) and not wrong(note, rules=rules, today=today, days=days)
    )
    return tuple(Inline(waiver=_waiver(note), line=_line(note, alone)) for note in good)


def wrong(
    note: Note, *, rules: Collection[str], today: date | None = None, days: int = MAX_DAYS
) -> dict[str, str | int]:
    """What is wrong with a waiver, as parameters of its sentence; none where nothing is.

    ``form`` (what one looks like), ``unknown`` with ``nearest`` (no rule is called so), ``date`` (is none),
    ``far`` with ``days`` and ``latest`` (more than may be granted; only with ``today``), ``reasonless``.
    """
    found = _FORM.fullmatch(note.text)
    if found is None:
        return {"form": FORM}
    word, until, end = found["rule"], found["date"], day(found["date"])
    if word not in rules:
        return {"unknown": word, "nearest": nearest(word, rules) or "-"}
    if end is None:
        return {"date": until}
    if today is not None and end > (latest := last_day(today, days)):
        return {"far": until, "days": days, "latest": str(latest)}
    return {} if (found["reason"] or "").strip() else {"reasonless": word}


def _lines(note: Note) -> range:
    return range(note.place.line, note.place.last + 1)


def _line(note: Note, alone: Collection[tuple[str, int]]) -> int:
    if not note.alone:
        return note.place.line
    line = note.place.last + 1
    while (note.place.file, line) in alone:
        line += 1
    return line


def _waiver(note: Note) -> Waiver:
    found = _FORM.fullmatch(note.text)
    told = found.groupdict("") if found else {"rule": "", "date": "", "reason": ""}
    return Waiver(
        rule=told["rule"],
        where="",
        reason=told["reason"].strip(),
        approved_by="",
        author="",
        ticket="",
        expires=told["date"],
        place=note.place,
        inline=True,
    )
