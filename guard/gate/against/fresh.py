"""What a change brought: which lines it touches, which tables, and what the version before had already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from guard.model.gate import Change, Export, Grant, Name, Place, Script, Unread, UseSchema, Violation

Changed = Mapping[str, Collection[int] | None]
"""File -> the lines that were added or changed in it, None for all of them (a new file)."""


def touches(changed: Changed, place: Place) -> bool:
    """Whether a changed line is one of those at ``place``."""
    if place.file not in changed:
        return False
    lines = changed[place.file]
    return lines is None or any(line in lines for line in range(place.line, place.last + 1))


def within(violations: Iterable[Violation], changed: Changed) -> tuple[Violation, ...]:
    """Those of ``violations`` that stand on changed lines."""
    return tuple(one for one in violations if touches(changed, one.place))


def compared(violations: Iterable[Violation], before: Mapping[str, str]) -> tuple[Violation, ...]:
    """``violations`` told to be new or not: ``before`` are the compared version's, fingerprint -> state.

    One that was excused and is open now is new.
    """
    return tuple(replace(one, new=_is_new(one, before.get(one.fingerprint))) for one in violations)


def _is_new(violation: Violation, was: str | None) -> bool:
    return was is None or (violation.state == "open" and was != "open")


def touched(scripts: Iterable[Script], changed: Changed) -> frozenset[str]:
    """The tables, folded, of which a changed line says something: ``--ratchet table`` counts them again."""
    changes = (change for script in scripts if script.file in changed for change in script.changes)
    names = (name for change in changes if touches(changed, change.place) for name in _tables(change))
    return frozenset(".".join(name).casefold() for name in names)


def _tables(change: Change) -> Iterator[Name]:
    if isinstance(change, Grant):
        yield from change.tables
    elif not isinstance(change, Unread | UseSchema | Export):
        name = change.name if hasattr(change, "name") else change.table
        yield from (name,) if name else ()
