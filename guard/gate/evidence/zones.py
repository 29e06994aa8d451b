"""The zone that a relation or a foreign server is in, and how high a level it accepts (guard-schema.yaml)."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from guard.gate.context import Context
from guard.model.gate import Relation


def zone_of(relation: Relation, context: Context) -> str:
    """The zone declared for ``relation``, else the first whose schemas match its own; empty for none."""
    declared = relation.declaration.zone if relation.declaration else ""
    schema = relation.name[-2] if len(relation.name) > 1 else ""
    matched = (name for name, zone in context.file.zones.items() if schema and _any(zone.schemas, schema))
    return declared or next(matched, "")


def zone_of_server(server: str, context: Context) -> str:
    """The first zone whose servers match ``server``; empty for none."""
    zones = context.file.zones.items()
    return next((name for name, zone in zones if server and _any(zone.servers, server)), "")


def accepts(zone: str, level: str, context: Context) -> bool:
    """Whether ``level`` may be in ``zone``; where no zone is known, it may."""
    known = context.file.zones.get(zone)
    return known is None or not known.accepts or context.rank(level) <= context.rank(known.accepts)


def bound(zone: str, context: Context) -> str:
    """The highest level that ``zone`` accepts; empty for none known."""
    known = context.file.zones.get(zone)
    return known.accepts if known else ""


def _any(patterns: Iterable[str], name: str) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)
