"""Seed rows are judged by the first ones: the rest of the INSERT statements of a dump is passed over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from guard.gate.script.statement import Statement
from guard.model.gate import Change, Literals

MOST = 1_000  # INSERT … VALUES into one table of one script
_VALUES = re.compile(
    r"(?i)(?:insert|replace)\s++(?:ignore\s++)?(?:into\s++)?([^\s(]{1,300}+)\s*+"
    r"(?:\([^()']{0,20000}+\)\s*+)?values?\b"
)


class SeedRows:
    """Counts the statements that put literals into each table of one script."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def enough(self, statement: Statement) -> bool:
        """Whether ``statement`` only puts more literals into a table of which enough were read."""
        found = _VALUES.match(statement.source.text, statement.start, statement.end)
        if found is None:
            return False
        self._seen[found[1]] += 1
        return self._seen[found[1]] > MOST

    def told(self, changes: Sequence[Change]) -> list[Change]:
        """``changes``, the last literals of each table that had more of them marked so."""
        if max(self._seen.values(), default=0) <= MOST:
            return list(changes)
        counts = Counter(one.table for one in changes if isinstance(one, Literals))
        full = {one.table: at for at, one in enumerate(changes) if isinstance(one, Literals)}
        cut = {at for table, at in full.items() if counts[table] >= MOST}
        return [
            replace(one, more=True) if at in cut and isinstance(one, Literals) else one
            for at, one in enumerate(changes)
        ]
