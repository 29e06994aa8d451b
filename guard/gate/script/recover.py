"""Where a quote that is never closed was opened, and where reading can go on after it."""

from __future__ import annotations

import re
from functools import lru_cache

from guard.gate.script.dialect import Dialect
from guard.gate.script.passing import any_comment, begins, passing, past
from guard.gate.script.quoting import Traits


def opened(text: str, dialect: Dialect, start: int, end: int) -> int:
    """Where the literal or quoted name between ``start`` and ``end`` opens that runs over a line on which
    another statement begins; -1 where none does. If some quote was forgotten, it is that one's."""
    expression = passing(dialect.traits, "", starters=False)
    at = start
    while found := _resumes(dialect.traits).search(text, at, end):
        # Cut off in the middle of a quoted thing, the text looks as if that was never closed.
        at = past(expression, text, at, found.end())
        passed = any_comment(dialect.traits).match(text, at)
        if not passed:
            return at if at < found.end() else -1
        at = passed.end()
    return -1


def resumed(text: str, dialect: Dialect, opens: int) -> int:
    """Where the next statement begins after a quote opened at ``opens``: at a line, or at the end of all."""
    found = _resumes(dialect.traits).search(text, opens)
    return found.end() if found else len(text)


@lru_cache(maxsize=64)
def _resumes(traits: Traits) -> re.Pattern[str]:
    return re.compile(rf"\n(?=[ \t]*+(?i:{begins(traits)}))")
