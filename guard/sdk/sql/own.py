"""A catalogue of this product, met as a source: it holds findings, and is never scanned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

MARK = "guard_schema"
_FIRST = frozenset({"meta", "runs", "units", "assets", "columns"})
TABLES = _FIRST | {"decisions", "audit", "bundles"}


def own_tables(paths: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """Those of ``paths`` that are a catalogue's tables: of any version, beside their mark."""
    schemas: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for path in paths:
        schemas[path[:-1]].add(path[-1])
    return frozenset(
        (*schema, name)
        for schema, names in schemas.items()
        if names >= _FIRST | {MARK}
        for name in TABLES | {MARK}
    )
