"""Decisions in the catalogue: read, and changed in one transaction with what they grade and the audit log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from guard.catalog import vouched
from guard.catalog.audit import append
from guard.catalog.reviewing import results_of
from guard.catalog.store import Store, regrade
from guard.catalog.tables import decisions, digest, runs
from guard.model import Act, AssetResult, Decision, Event, RefusedError, Sealed, Standing
from guard.policy.decide import Place

_OPEN = (Standing.ACTIVE.value, Standing.PENDING.value)
_HELD = (*_OPEN, Standing.EXPIRED.value)
_CHUNK = 500


def column_key(source: str, path: tuple[str, ...], column: str) -> str:
    """What identifies a column over all runs: 64 hexadecimal digits."""
    return digest(source, *path, "\x01", column)


def table_key(source: str, path: tuple[str, ...]) -> str:
    """What identifies a table itself over all runs, as ``column_key`` does a column."""
    return digest(source, *path, "\x02")


def key_of(decision: Decision) -> str:
    """The key of the column, or table, that ``decision`` is about."""
    if decision.of_table:
        return table_key(decision.source, decision.path)
    return column_key(decision.source, decision.path, decision.column)


def held(store: Store, places: Iterable[Place] | None = None) -> tuple[Decision, ...]:
    """The decisions that count, wait, or have expired, in the order in which they were made.

    Of all tables, or only of those at ``places``.
    """
    with store.reading() as connection:
        return _held(connection, places)


def sound(store: Store) -> tuple[Decision, ...]:
    """As ``held`` of all tables, once all decisions are those that the audit log told of last.

    Raises RefusedError ``decisions-tampered``, ``audit-gone``.
    """
    every = _expected(store)
    standing = _NAMES.index("standing")
    return tuple(_decision(dict(zip(_NAMES, row, strict=False))) for row in every if row[standing] in _HELD)


def check(store: Store) -> None:
    """Raise RefusedError ``decisions-tampered``, ``audit-gone`` as ``sound`` does."""
    _expected(store)


def _expected(store: Store) -> list[vouched.Row]:
    with store.reading() as connection:
        if connection.dialect.name == "postgresql":  # the decisions and the log as of one moment
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return vouched.expected(connection)


def _held(connection: Connection, places: Iterable[Place] | None) -> tuple[Decision, ...]:
    if places is None:
        return _read(connection, decisions.c.standing.in_(_HELD))
    wanted = set(places)
    paths = sorted({path for _, path in wanted})
    found: list[Decision] = []
    for part in _chunks(paths):
        same = decisions.c.path.in_([list(path) for path in part])
        found += _read(connection, decisions.c.standing.in_(_HELD), same)
    return tuple(one for one in found if (one.source, one.path) in wanted)


def places(store: Store) -> set[Place]:
    """Source and path of every table in which a decision counts or waits."""
    wanted = select(decisions.c.source, decisions.c.path).where(decisions.c.standing.in_(_OPEN)).distinct()
    with store.reading() as connection:
        return {(row.source, tuple(row.path)) for row in connection.execute(wanted)}


def active_ids(store: Store) -> set[str]:
    """The ids of the decisions that count."""
    wanted = select(decisions.c.id).where(decisions.c.standing == Standing.ACTIVE.value)
    with store.reading() as connection:
        return set(connection.execute(wanted).scalars())


def waiting(store: Store) -> int:
    """How many decisions wait for a second person."""
    wanted = select(func.count()).where(decisions.c.standing == Standing.PENDING.value)
    with store.reading() as connection:
        return int(connection.execute(wanted).scalar_one())


def ended(store: Store, today: str) -> tuple[Decision, ...]:
    """The decisions that count until now although they expire at ``today`` or before."""
    with store.reading() as connection:
        due = (decisions.c.expires != "", decisions.c.expires <= today)
        return _read(connection, decisions.c.standing == Standing.ACTIVE.value, *due)


def by_ids(store: Store, ids: Iterable[str]) -> dict[str, Decision]:
    """The decisions of those ids."""
    with store.reading() as connection:
        parts = _chunks(sorted(set(ids)))
        return {one.id: one for part in parts for one in _read(connection, decisions.c.id.in_(part))}


def by_key(store: Store, keys: Iterable[str]) -> dict[str, list[Decision]]:
    """Every decision ever made about columns, by their key, in order."""
    found: dict[str, list[Decision]] = defaultdict(list)
    with store.reading() as connection:
        for part in _chunks(sorted(set(keys))):
            for one in _read(connection, decisions.c.digest.in_(part)):
                found[key_of(one)].append(one)
    return found


def open_by_key(store: Store, keys: Iterable[str]) -> dict[str, list[Decision]]:
    """The decisions in force and waiting by the key of their column; columns without any are left out."""
    found: dict[str, list[Decision]] = defaultdict(list)
    with store.reading() as connection:
        for part in _chunks(sorted(set(keys))):
            for one in _read(connection, decisions.c.digest.in_(part), decisions.c.standing.in_(_OPEN)):
                found[key_of(one)].append(one)
    return found


def history(store: Store, *where: Any) -> tuple[Decision, ...]:
    """Every decision ever made that meets ``where`` (conditions on the table), in order."""
    with store.reading() as connection:
        return _read(connection, *where)


def of_column(store: Store, source: str, path: tuple[str, ...], column: str) -> tuple[Decision, ...]:
    """Every decision ever made about one column, in order."""
    return history(store, decisions.c.digest == column_key(source, path, column))


def of_table(store: Store, source: str, path: tuple[str, ...]) -> tuple[Decision, ...]:
    """Every decision ever made about a table itself, in order."""
    return history(store, decisions.c.digest == table_key(source, path))


def of_batch(store: Store, word: str) -> tuple[Decision, ...]:
    """The decisions of a batch, or the one of that id; empty where there is none."""
    return history(store, (decisions.c.batch == word) | (decisions.c.id == word))


_NAMES = tuple(item.name for item in fields(Decision))
_FIELDS = tuple(decisions.c[name] for name in _NAMES)


def _read(connection: Connection, *where: Any) -> tuple[Decision, ...]:
    rows = connection.execute(select(*_FIELDS).where(*where).order_by(decisions.c.number))
    return tuple(_decision(dict(zip(_NAMES, row, strict=True))) for row in rows.tuples())


def _decision(given: dict[str, Any]) -> Decision:
    given["act"], given["standing"] = Act(given["act"]), Standing(given["standing"])
    given["path"] = tuple(given["path"])
    return Decision(**given)


def _row(decision: Decision) -> dict[str, Any]:
    row = {name: getattr(decision, name) for name in _NAMES}
    row |= {"act": decision.act.value, "standing": decision.standing.value, "path": list(decision.path)}
    return row | {"digest": key_of(decision)}


class Changing:
    """Decisions being changed, inside one write transaction; what raises leaves everything as it was."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[str, vouched.Row] | None = None
        self._made: dict[str, str] = {}
        self._stood: list[tuple[str, dict[str, str]]] = []

    def _every(self) -> dict[str, vouched.Row]:
        """All decisions by id; before the first is changed they must be those that the log told of."""
        if self._rows is None:
            self._rows = {row[0]: row for row in vouched.expected(self._connection)}
        return self._rows

    def held(self, places: Iterable[Place] | None = None) -> tuple[Decision, ...]:
        """As ``held``, as of this transaction."""
        return _held(self._connection, places)

    def open(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """The ids of the decisions in force or waiting, by column key; columns without any are left out."""
        found: dict[str, set[str]] = defaultdict(set)
        for part in _chunks(list(keys)):
            wanted = select(decisions.c.digest, decisions.c.id).where(
                decisions.c.digest.in_(part), decisions.c.standing.in_(_OPEN)
            )
            for row in self._connection.execute(wanted):
                found[row.digest].add(row.id)
        return {key: frozenset(ids) for key, ids in found.items()}

    def expect(self, seen: Mapping[str, frozenset[str]]) -> None:
        """Raise RefusedError ``review-changed`` where a column has other open ones than those ``seen``."""
        now = self.open(seen)
        changed = [key for key, ids in seen.items() if now.get(key, frozenset()) != ids]
        if changed:
            raise RefusedError("review-changed", columns=len(changed))

    def expect_policy(self, run_id: str, policy: str) -> None:
        """Raise RefusedError ``review-stale`` where the run was graded by another policy meanwhile."""
        graded = self._connection.execute(select(runs.c.policy).where(runs.c.id == run_id)).scalar()
        if graded != policy:
            raise RefusedError("review-stale", run=run_id)

    def add(self, made: Sequence[Decision]) -> None:
        """Store new decisions. Raises RefusedError ``decisions-tampered``."""
        if not made:
            return
        every = self._every()
        for part in _chunks(made):
            stored = [_row(item) for item in part]
            self._connection.execute(insert(decisions), stored)
            for one in stored:
                row = every[one["id"]] = vouched.row_of(one)
                self._made[one["id"]] = vouched.mark(row)
                self._stood.append((one["id"], {name: one[name] for name in vouched.LATER}))

    def stand(
        self, ids: Iterable[str], standing: Standing, *, was: Standing | None = None, **more: str
    ) -> None:
        """Set the standing of decisions, and ``more`` of their fields (``approver``, ``approved``).

        With ``was``, RefusedError ``review-changed`` where one no longer stands so; ``decisions-tampered``.
        """
        changed = 0
        wanted = list(ids)
        if not wanted:
            return
        every = self._every()
        values = {"standing": standing.value, **more}
        for part in _chunks(wanted):
            where: list[Any] = [decisions.c.id.in_(part)]
            if was is not None:
                where.append(decisions.c.standing == was.value)
            changed += self._connection.execute(update(decisions).where(*where).values(**values)).rowcount
        if changed != len(wanted):
            raise RefusedError("review-changed", columns=len(wanted) - changed)
        for id in wanted:
            every[id] = vouched.standing_as(every[id], values)
            self._stood.append((id, values))

    def regrade(
        self, run_id: str, assets: Sequence[int], again: Callable[[AssetResult], AssetResult]
    ) -> None:
        """Replace the classifications of the assets of those row ids by what ``again`` makes of them."""
        number = self._connection.execute(select(runs.c.number).where(runs.c.id == run_id)).scalar_one()
        for part in _chunks(assets, 50):
            results = [again(result) for result in results_of(self._connection, part)]
            regrade(self._connection, number, results)

    def log(self, event: Event) -> Sealed:
        """Record ``event`` in the audit log, with what was done to decisions since the last one; where that
        fails, nothing of this transaction is stored."""
        if self._rows is not None:
            told = {
                "made": self._made,
                "stood": list(vouched.grouped(self._stood)),
                "state": vouched.state(self._rows.values()),
            }
            event = replace(event, detail={**event.detail, vouched.KEY: told})
            self._made, self._stood = {}, []
        return append(self._connection, event)


@contextmanager
def changing(store: Store) -> Iterator[Changing]:
    """One write transaction on decisions; nobody else changes any meanwhile."""
    with store.writing() as connection:
        lock(connection)
        yield Changing(connection)


def lock(connection: Connection) -> None:
    """Let nobody else change decisions until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))


def _chunks(items: Sequence[Any], size: int = _CHUNK) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
