"""Where the rows stand that a script gives to COPY … FROM stdin, as ``pg_dump`` writes them."""

from __future__ import annotations

import re

_COPIES = re.compile(r"(?i)copy\b[^;']*?\bfrom\s+stdin\b")
LAST = re.compile(r"(?m)^\\\.[ \t]*$")


def rows_after(script: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the rows of the statement at ``start`` to ``end`` begin, and where the line that ends them does;
    None where the statement is not followed by rows."""
    if not _COPIES.match(script, start, end):
        return None
    begin = script.find("\n", end) + 1 or len(script)
    last = LAST.search(script, begin)
    return begin, last.end() if last else len(script)
