"""Which violations count: waivers and the baseline, laid against what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from guard.gate.suppress.baseline import MENDED, Baseline
from guard.gate.suppress.dates import MAX_DAYS, days_left
from guard.gate.suppress.fingerprint import fingerprints
from guard.gate.suppress.inline import Inline, inlines
from guard.gate.suppress.waiver import excuses
from guard.model.gate import Note, Violation, Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What may excuse a violation, and within what limits.

    ``rules`` are the ids that exist; ``notes`` all those of the scripts; ``touched`` tables (folded) whose
    entries in the baseline count no longer; ``days`` the longest that a waiver may be granted for.
    """

    rules: Collection[str] = ()
    waivers: Sequence[Waiver] = ()
    notes: Sequence[Note] = ()
    baseline: Baseline | None = None
    touched: Collection[str] = ()
    days: int = MAX_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The violations with fingerprint, state and waiver.

    ``lapsed`` are waivers that have expired, whether or not they would excuse anything; ``unused`` ones
    in force that excuse nothing; ``stale`` the entries of the baseline that no violation needs.
    """

    violations: tuple[Violation, ...]
    lapsed: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = ()
    stale: tuple[str, ...] = ()


def settle(
    violations: Iterable[Violation],
    leave: Leave,
    *,
    today: date,
    isolated: bool = False,
    whole: bool = True,
) -> Settled:
    """Settle ``violations``; they come back sorted by place.

    A waiver goes before the baseline: what it excuses comes back when it ends. ``whole`` says that everything
    was judged of which waivers and baseline speak: what a part does not need is not told to be unused.
    """
    found = sorted(violations, key=lambda one: (one.place.file, one.place.line, one.place.at))
    inside = inlines(leave.notes, rules=leave.rules, today=today, days=leave.days)
    granted = (*(one.waiver for one in inside), *leave.waivers)
    lapsed = {one for one in granted if days_left(one, today) < 0}
    used: set[Waiver] = set()
    settled = []
    for violation, mark in zip(found, fingerprints(found, isolated=isolated), strict=True):
        given = [one for one in _excuses(violation, inside, leave.waivers) if one not in lapsed]
        settled.append(_settled(replace(violation, fingerprint=mark), given, leave))
        used.update(given)
    needed = {one.fingerprint for one in settled if one.state != "waived"}
    return Settled(
        violations=tuple(settled),
        lapsed=tuple(one for one in granted if one in lapsed),
        unused=tuple(one for one in granted if one not in used | lapsed and (whole or one.inline)),
        stale=_stale(leave.baseline, needed) if leave.baseline and whole else (),
    )


def _stale(known: Baseline, needed: Collection[str]) -> tuple[str, ...]:
    return tuple(str(known.entries[key]) for key in sorted(known.entries.keys() - needed))


def _settled(violation: Violation, given: Sequence[Waiver], leave: Leave) -> Violation:
    if given:
        return replace(violation, state="waived", waiver=given[0])
    known = leave.baseline is not None and violation.fingerprint in leave.baseline.entries
    known = known and violation.rule not in MENDED
    return replace(violation, state="baseline" if known and not _is_of(violation, leave.touched) else "open")


def _excuses(violation: Violation, inside: Sequence[Inline], waivers: Sequence[Waiver]) -> Iterator[Waiver]:
    yield from (one.waiver for one in inside if one.excuses(violation))
    yield from (one for one in waivers if excuses(one, violation))


def _is_of(violation: Violation, tables: Collection[str]) -> bool:
    """Whether ``violation`` is of one of ``tables``; one of the two may be written without schema."""
    table = f".{violation.table.casefold()}"
    return any(table.endswith(f".{one}") or f".{one}".endswith(table) for one in tables)
