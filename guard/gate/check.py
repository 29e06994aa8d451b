"""Every rule over one context: the violations, each once, in the order of the scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from guard.gate.checks import CHECKS
from guard.gate.context import Context
from guard.gate.rule import SEVERITIES, Rule
from guard.model.gate import Place, Violation

OFF = "off"
SETTINGS = (*SEVERITIES, OFF)


def check(
    context: Context, rules: Iterable[Rule], settings: Mapping[str, str] | None = None
) -> tuple[Violation, ...]:
    """What breaks ``rules``, sorted by file, line and place on it.

    ``settings`` gives rules another severity (``note``, ``warning``, ``error``) or switches them ``off``;
    what a check itself made less severe stays so. Raises KeyError for a check that is not known.
    """
    found: dict[tuple[object, ...], Violation] = {}
    shared = _shared(context)
    for rule in rules:
        wanted = (settings or {}).get(rule.id, rule.severity)
        if wanted == OFF:
            continue
        for violation in _of(rule, context, wanted):
            place, column = violation.place, violation.column.casefold()
            table = "" if (place, column) in shared else violation.table.casefold()
            found.setdefault((rule.id, table, column, place.file, place.line, place.at), violation)
    return tuple(sorted(found.values(), key=_order))


def _shared(context: Context) -> frozenset[tuple[Place, str]]:
    """The columns that several relations have from one definition (LIKE, PARTITION OF, INHERITS): what is
    wrong there is told once."""
    defined = (column for relation in context.schema.relations for column in relation.columns)
    counts = Counter((column.place, column.name.casefold()) for column in defined)
    return frozenset(key for key, count in counts.items() if count > 1)


def _of(rule: Rule, context: Context, wanted: str) -> Iterator[Violation]:
    for violation in CHECKS[rule.check](rule, context):
        milder = SEVERITIES.index(violation.severity) < SEVERITIES.index(rule.severity)
        least = min(wanted, violation.severity, key=SEVERITIES.index) if milder else wanted
        yield violation if least == violation.severity else replace(violation, severity=least)


def _order(violation: Violation) -> tuple[str, int, int, str, str]:
    place = violation.place
    return place.file, place.line, place.at, violation.rule, violation.column
