"""The only writer of the catalogue: runs, units, results. It is given no value and stores none.

A unit (one listed object: a table, a workbook) is written in one transaction; written again,
it replaces itself, so a resumed scan counts nothing twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from guard.catalog import migrate
from guard.catalog.audit import committed
from guard.catalog.codec import (
    Answers,
    answers_of,
    asset_row,
    column_rows,
    run_from,
    run_row,
)
from guard.catalog.connect import Place, engine, locate, prepare, share, tighten
from guard.catalog.failures import guarded
from guard.catalog.memory import MemoryStore
from guard.catalog.pick import pick_run
from guard.catalog.tables import assets, columns, digest, meta, runs, units
from guard.model import AssetResult, GuardError, Run
from guard.sdk import Secret

__all__ = ["MemoryStore", "Store"]

_CHUNK = 200


class Store:
    """A catalogue that is open. Threads may share it; two processes may use one catalogue.

    Every method raises GuardError (``catalog-full``, ``catalog-read-only``, ``catalog-busy``,
    ``catalog-damaged``, ``catalog-unreachable`` …) and leaves what was stored before untouched.
    ``record`` and ``finish`` raise SourceError (``record-full``, ``record-busy`` …) instead:
    the scan that they belong to can be resumed.
    """

    def __init__(self, place: Place, made: Engine) -> None:
        self.place = place
        self.engine = made
        self._writing = threading.Lock()
        self._numbers: dict[str, int] = {}

    @classmethod
    def open(cls, address: str | Path, *, password: Secret | None = None, create: bool = True) -> Store:
        """Open the catalogue at a path, ``sqlite:PATH`` or ``postgresql://…``; make or upgrade its tables.

        A new file has mode 0600 before anything is written. With ``create=False`` a missing
        file is UsageError ``catalog-missing``. A catalogue of a later version is RefusedError
        ``catalog-newer``; a file that is none, UsageError ``catalog-foreign``.
        """
        place = locate(address, password)
        with guarded(place.name):
            prepare(place, create=create)
            made = engine(place)
        store = cls(place, made)
        try:
            store._upgrade()
        except BaseException:
            store.close()
            raise
        return store

    def _upgrade(self) -> None:
        with self.reading() as connection:
            ready = migrate.revision(connection) == migrate.HEAD
        if ready:
            tighten(self.place)
            return
        with self.writing() as connection:
            migrate.upgrade(connection, self.place.name)
        tighten(self.place)
        with guarded(self.place.name):
            share(self.engine)

    def close(self) -> None:
        """Release every connection. May be called twice."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def paths(self) -> tuple[str, ...]:
        """Absolute paths of the catalogue's own files, so that no scan reads them."""
        return self.place.paths()

    @property
    def key(self) -> bytes:
        """32 random bytes of this catalogue, for keyed digests of names that hold a value."""
        with self.reading() as connection:
            found = connection.execute(select(meta.c.value).where(meta.c.key == "digest-key")).scalar_one()
        return bytes.fromhex(found)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; a writer does not block it."""
        with guarded(self.place.name), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, recording: bool = False) -> Iterator[Connection]:
        """A connection in one write transaction: all of it is stored, or nothing. For this package only."""
        with (
            self._writing,
            guarded(self.place.name, recording=recording),
            self.engine.connect().execution_options(write=True) as connection,
            committed(connection, self.place),
        ):
            yield connection

    def begin(self, run: Run) -> None:
        """Store ``run``; one that is stored already (a scan that resumes) goes on under its number."""
        row = run_row(run)
        with self.writing() as connection:
            again = connection.execute(
                update(runs).where(runs.c.id == run.id).values(status=run.status, finished=run.finished)
            )
            if not again.rowcount:
                connection.execute(insert(runs), [row])

    def finish(self, run_id: str, status: str, finished: str) -> None:
        """Set the end of a run. ``finished`` is an RFC 3339 time in UTC."""
        number = self._number(run_id)
        with self.writing(recording=True) as connection:
            connection.execute(
                update(runs).where(runs.c.number == number).values(status=status, finished=finished)
            )

    def record(self, run_id: str, unit: str, results: Sequence[AssetResult]) -> None:
        """Store the results of one unit whole, in the place of any stored for it before."""
        number = self._number(run_id)
        rows = [asset_row(result) for result in results]
        answers = [list(column_rows(result)) for result in results]
        with self.writing(recording=True) as connection:
            connection.execute(delete(units).where(units.c.run == number, units.c.digest == digest(unit)))
            made = connection.execute(
                insert(units).returning(units.c.id), [{"run": number, "digest": digest(unit), "name": unit}]
            ).scalar_one()
            insert_assets(connection, [{**row, "run": number, "unit": made} for row in rows], answers)

    def finished_units(self, run_id: str) -> frozenset[str]:
        """The units of a run that are stored: a resumed scan leaves them out."""
        number = self._number(run_id)
        with self.reading() as connection:
            return frozenset(connection.execute(select(units.c.name).where(units.c.run == number)).scalars())

    def replace_classifications(
        self, run_id: str, results: Iterable[AssetResult], *, pack: str = "", policy: str = ""
    ) -> None:
        """Replace the classifications of stored assets by those in ``results``, all or none.

        Of a result without classifications of columns only the table's is replaced.
        ``results`` may be read from this catalogue meanwhile. ``pack`` and ``policy``, where
        given, replace the run's. Raises GuardError ``catalog-no-asset`` for one never stored.
        """
        self.replace_answers(run_id, map(answers_of, results), pack=pack, policy=policy)

    def replace_answers(
        self, run_id: str, answers: Iterable[Answers], *, pack: str = "", policy: str = ""
    ) -> None:
        """As ``replace_classifications``, of classifications that are encoded already."""
        number = self._number(run_id)
        changed = {key: value for key, value in (("pack", pack), ("policy", policy)) if value}
        rest = iter(answers)
        with self.writing() as connection:
            while chunk := list(islice(rest, _CHUNK)):
                _write(connection, number, chunk)
            if changed:
                connection.execute(update(runs).where(runs.c.number == number).values(**changed))

    def runs(self) -> tuple[Run, ...]:
        """Every stored run, the last begun first."""
        with self.reading() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.number.desc())).mappings().all()
        return tuple(run_from(row) for row in rows)

    def find_run(self, wanted: str = "latest") -> Run:
        """The run of an id or the start of one; ``latest`` is the last begun.

        Raises UsageError ``run-none``, ``run-unknown``, ``run-ambiguous``.
        """
        return pick_run(wanted, self.runs())

    def _number(self, run_id: str) -> int:
        known = self._numbers.get(run_id)
        if known is None:
            with self.reading() as connection:
                known = connection.execute(select(runs.c.number).where(runs.c.id == run_id)).scalar()
            if known is None:
                pick_run(run_id, self.runs(), exact=True)
                raise GuardError("catalog-failed", catalog=self.place.name, code="run")
            self._numbers[run_id] = known
        return known


def insert_assets(
    connection: Connection, rows: list[dict[str, Any]], answers: list[list[dict[str, Any]]]
) -> None:
    """Insert asset rows, each with the rows of its columns. For this package only."""
    if not rows:
        return
    statement = insert(assets).returning(assets.c.id, sort_by_parameter_order=True)
    ids = connection.execute(statement, rows).scalars().all()
    cells = [{**row, "asset": made} for made, part in zip(ids, answers, strict=True) for row in part]
    if cells:
        connection.execute(insert(columns), cells)


def regrade(connection: Connection, number: int, results: Sequence[AssetResult]) -> None:
    """Replace the classifications of stored assets. For this package only."""
    _write(connection, number, [answers_of(result) for result in results])


def _write(connection: Connection, number: int, answers: Sequence[Answers]) -> None:
    wanted = {one.digest: one for one in answers}
    found = connection.execute(
        select(assets.c.id, assets.c.digest).where(assets.c.run == number, assets.c.digest.in_(list(wanted)))
    ).all()
    missing = wanted.keys() - {row.digest for row in found}
    if missing:
        raise GuardError("catalog-no-asset", asset=wanted[min(missing)].ref)
    pairs = [(row.id, wanted[row.digest]) for row in found]
    tables = [{"at": at, **one.table} for at, one in pairs if one.table is not None]
    if tables:
        connection.execute(update(assets).where(assets.c.id == bindparam("at")), tables)
    cells = [{"at": at, "nth": nth, **row} for at, one in pairs for nth, row in one.columns]
    if cells:
        same = (columns.c.asset == bindparam("at"), columns.c.ordinal == bindparam("nth"))
        connection.execute(update(columns).where(*same), cells)
