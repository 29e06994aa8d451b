"""Random rows by ranges of an integer key, for databases without TABLESAMPLE.

The span of the key is cut into strata; each gives a short range that begins at a random
point. Ranges are index seeks: the cost depends on the rows wanted, not on the table.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from guard.sdk.sql.dialect import Dialect
from guard.sdk.sql.reading import Reading, Rows
from guard.sdk.sql.session import Session

STRATA = 64
# Up to this many keys per row wanted, ordering all keys at random is cheap and exact.
SHUFFLE_SPAN = 50
# Without a key, one row in this many is taken: that bounds what is looked at per row wanted.
SPRINKLE = 100


def keyed_rows(
    dialect: Dialect, session: Session, reading: Reading, parts: dict[str, object], key: str
) -> Rows:
    """Random rows of one table within ``reading``'s budget.

    ``parts`` fills ``{table}`` and ``{columns}``; ``key`` is a quoted integer key or empty.
    Sets ``reading.front`` where what is read stands only for the beginning.
    Returns True when every row was read.
    """
    wanted = reading.budget.rows
    parts = {**parts, "key": key, "seed": reading.budget.seed % 2_147_483_647}
    reading.front = True
    if wanted is None:
        return (yield from reading.drain(session.stream(dialect.statement("all", **parts))))
    if not session.rows(dialect.statement("probe", **parts, offset=wanted)):
        statement = dialect.statement("first", **parts, limit=wanted + 1)
        return (yield from reading.drain(session.stream(statement), wanted))
    if not key:
        return (yield from _sprinkled(dialect, session, reading, parts))
    low, high = _bounds(dialect, session, parts)
    if high - low < wanted * SHUFFLE_SPAN:
        reading.front = False
        statement = dialect.statement("shuffled", **parts, limit=wanted)
        yield from reading.drain(session.stream(statement), wanted)
        return False
    return (yield from _stratified(dialect, session, reading, parts, (low, high)))


def keyed_preview(dialect: Dialect, parts: dict[str, object], key: str, rows: int | None) -> Iterator[str]:
    """The statements that ``keyed_rows`` may send, with ``:low``, ``:high`` for the ends of a range."""
    parts = {**parts, "key": key, "seed": 0}
    if rows is None:
        yield dialect.statement("all", **parts)
        return
    yield dialect.statement("probe", **parts, offset=rows)
    first = dialect.statement("first", **parts, limit=rows + 1)
    yield f"-- one of: all rows of a table that has no more than asked for\n{first}"
    if not key:
        probe = dialect.statement("probe", **parts, offset=rows * SHUFFLE_SPAN)
        yield f"-- or: a table without a key\n{probe}"
        yield "-- one of:\n" + dialect.statement("random", **parts, limit=rows)
        yield "-- or:\n" + dialect.statement("sprinkled", **parts, share=1 / SPRINKLE, limit=rows)
        return
    yield "-- or: a table with a key\n" + dialect.statement("bounds", **parts)
    yield "-- one of: keys that lie close\n" + dialect.statement("shuffled", **parts, limit=rows)
    one = dialect.statement("range", **parts, low=":low", high=":high", place=0, limit=-(-rows // STRATA))
    yield (
        f"-- or: {min(STRATA, rows)} ranges of the key like this one; :low is a random key, :high the next"
        " range's bound\n" + dialect.statement("stratified", **parts, ranges=one, limit=rows)
    )
    yield (
        "-- and where they held few rows; :seen are the ranges already read\n"
        + dialect.statement("rest", **parts, seen=":seen", limit=rows)
    )


def _bounds(dialect: Dialect, session: Session, parts: dict[str, object]) -> tuple[int, int]:
    found = session.rows(dialect.statement("bounds", **parts))
    low, high = found[0] if found else (None, None)
    try:
        return int(low), int(high)
    except (TypeError, ValueError):
        # No rows, or a key that SQLite lets hold text: ordered as a whole instead.
        return 0, 0


def _stratified(
    dialect: Dialect, session: Session, reading: Reading, parts: dict[str, object], span: tuple[int, int]
) -> Rows:
    wanted = reading.budget.rows or 0
    ranges = _ranges(span, min(STRATA, wanted), reading.budget.seed)
    share, more = divmod(wanted, len(ranges))
    union = " UNION ALL ".join(
        dialect.statement("range", **parts, low=low, high=high, place=place, limit=share + (place < more))
        for place, (low, high) in enumerate(ranges)
    )
    taken = 0
    statement = dialect.statement("stratified", **parts, ranges=union, limit=wanted)
    for rows in reading.drain(session.stream(statement), wanted):
        taken += len(rows)
        yield rows
    # The ranges are read in the order of the key: cut short, they are the beginning.
    reading.front = reading.late()
    if taken < wanted // 2:
        # Keys lie in clumps: the rest comes from outside the ranges already read, the first of it.
        reading.front = True
        seen = " OR ".join(
            f"(t.{parts['key']} >= {low} AND t.{parts['key']} < {high})" for low, high in ranges
        )
        statement = dialect.statement("rest", **parts, seen=seen, limit=wanted - taken)
        yield from reading.drain(session.stream(statement), wanted - taken)
    return False


def _ranges(span: tuple[int, int], strata: int, seed: int) -> list[tuple[int, int]]:
    """Per stratum of ``span``, a range from a random point in its first half to its end."""
    low, high = span
    dice = random.Random(seed)  # noqa: S311 - which rows are looked at is no secret
    edges = [low + (high + 1 - low) * step // strata for step in range(strata + 1)]
    return [(dice.randint(start, max(start, (start + end) // 2)), end) for start, end in pairwise(edges)]


def _sprinkled(dialect: Dialect, session: Session, reading: Reading, parts: dict[str, object]) -> Rows:
    wanted = reading.budget.rows or 0
    if not session.rows(dialect.statement("probe", **parts, offset=wanted * SHUFFLE_SPAN)):
        reading.front = False
        statement = dialect.statement("random", **parts, limit=wanted)
        yield from reading.drain(session.stream(statement), wanted)
        return False
    taken = 0
    statement = dialect.statement("sprinkled", **parts, share=1 / SPRINKLE, limit=wanted)
    for chunk in reading.drain(session.stream(statement), wanted):
        taken += len(chunk)
        yield chunk
    # A table with more rows than the share was reckoned for was left before its end.
    reading.front = taken >= wanted or reading.late()
    if not taken:
        reading.front = True
        statement = dialect.statement("first", **parts, limit=wanted + 1)
        yield from reading.drain(session.stream(statement), wanted)
    return False
