"""Waivers in scripts that excuse nothing because they are written wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from guard.gate.context import Context
from guard.gate.rule import Rule, rules
from guard.gate.suppress.inline import is_waiver, wrong
from guard.model.gate import Violation


def invalid(rule: Rule, context: Context) -> Iterator[Violation]:
    """Notes that want to excuse something and cannot, at the note."""
    for note in (note for script in context.scripts for note in script.notes if is_waiver(note)):
        found = wrong(note, rules=rules(), today=context.today, days=context.waiver_days)
        if found:
            yield Violation(rule=rule.id, severity=rule.severity, place=note.place, params=found)


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {"waiver-invalid": invalid}
