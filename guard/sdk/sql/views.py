"""Random rows of what has no key to reach into: views, virtual and foreign tables.

A view may be endless or dear, so only a window of its first rows is ordered at random, and
only where a count of the rows wanted showed that the window is affordable.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from guard.sdk.sql.dialect import Dialect
from guard.sdk.sql.reading import Reading, Rows
from guard.sdk.sql.session import Session

# The window, in rows per row wanted: it bounds what the source computes for us.
WINDOW = 20
# The share of a statement's seconds that the window may be expected to take.
AFFORDABLE = 0.25


def view_rows(dialect: Dialect, session: Session, reading: Reading, parts: dict[str, object]) -> Rows:
    """Random rows of the view's window, or its first rows where the window costs too much.

    ``parts`` fills ``{table}``, ``{columns}`` and ``{inner}``. Sets ``reading.front`` where the
    rows stand only for the beginning of the view. Returns True when every row was read.
    """
    wanted = reading.budget.rows
    if wanted is None:
        reading.front = True
        return (yield from reading.drain(session.stream(dialect.statement("all", **parts))))
    window = wanted * WINDOW
    started = time.monotonic()
    few = _count(dialect, session, parts, wanted) <= wanted
    costs = WINDOW * (time.monotonic() - started)
    if few or costs > AFFORDABLE * min(reading.budget.seconds, reading.statement_seconds):
        reading.front = True
        statement = dialect.statement("first", **parts, limit=wanted + 1)
        return (yield from reading.drain(session.stream(statement), wanted))
    reading.front = _count(dialect, session, parts, window) > window
    seed = reading.budget.seed % 2_147_483_647
    statement = dialect.statement("windowed", **{**parts, "seed": seed, "window": window, "limit": wanted})
    yield from reading.drain(session.stream(statement), wanted)
    return False


def _count(dialect: Dialect, session: Session, parts: dict[str, object], most: int) -> int:
    """How many rows the view has, as far as one more than ``most``."""
    return int(session.rows(dialect.statement("counted", **{**parts, "limit": most + 1}))[0][0])


def view_preview(dialect: Dialect, parts: dict[str, object], rows: int | None) -> Iterator[str]:
    """The statements that ``view_rows`` may send."""
    if rows is None:
        yield dialect.statement("all", **parts)
        return
    parts = {**parts, "seed": 0, "window": rows * WINDOW}
    yield dialect.statement("counted", **{**parts, "limit": rows + 1})
    yield "-- one of: the first rows (few rows, or a slow view)\n" + dialect.statement(
        "first", **{**parts, "limit": rows + 1}
    )
    yield "-- or: random rows of a window\n" + dialect.statement(
        "counted", **{**parts, "limit": rows * WINDOW + 1}
    )
    yield dialect.statement("windowed", **{**parts, "limit": rows})
