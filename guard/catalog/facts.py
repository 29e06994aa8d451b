"""The only reader of results for reports and formats: one run, streamed in path order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.sql import Select

from guard.catalog.codec import result_from
from guard.catalog.memory import MemoryStore
from guard.catalog.store import Store
from guard.catalog.tables import assets, columns, runs
from guard.model import AssetResult, DataType, Run, Status, Totals
from guard.text import t

_CHUNK = 50


class RunFacts:
    """What Facts of any store share: types, levels and texts."""

    def __init__(self, types: Mapping[str, DataType], levels: Sequence[str], language: str) -> None:
        self.types = types
        self.levels = tuple(levels)
        self.language = language

    def text(self, key: str, /, **params: object) -> str:
        """The text of ``key`` in this report's language."""
        return t(key, self.language, **params)

    def in_order(self, levels: Mapping[str, int]) -> dict[str, int]:
        """Level counts, lowest level first, what is no level of the pack last."""
        known = {level: levels[level] for level in self.levels if level in levels}
        return known | {level: levels[level] for level in sorted(levels) if level not in known}


class CatalogFacts(RunFacts):
    """Facts of a stored run. Memory is bounded by 50 assets with their columns."""

    def __init__(
        self, store: Store, run_id: str, types: Mapping[str, DataType], levels: Sequence[str], language: str
    ) -> None:
        super().__init__(types, levels, language)
        self._store = store
        self._run_id = run_id

    @cached_property
    def run(self) -> Run:
        """The run reported on. Raises UsageError ``run-unknown``."""
        return self._store.find_run(self._run_id)

    @cached_property
    def totals(self) -> Totals:
        """The run's roll-up, summed by the database."""
        number = select(runs.c.number).where(runs.c.id == self.run.id).scalar_subquery()
        with self._store.reading() as connection:
            by_status = _counts(connection, assets.c.status, assets.c.run == number)
            reasons = _counts(connection, assets.c.reason, assets.c.run == number, assets.c.reason != "")
            ours = columns.c.asset.in_(select(assets.c.id).where(assets.c.run == number))
            levels = _counts(connection, columns.c.level, ours, columns.c.level.is_not(None))
            total, candidates, review = connection.execute(_column_sums().where(ours)).one()
        return Totals(
            assets=sum(by_status.values()),
            scanned=by_status.get(Status.SCANNED, 0),
            sampled=by_status.get(Status.SAMPLED, 0),
            skipped=by_status.get(Status.SKIPPED, 0),
            columns=total,
            levels=self.in_order(levels),
            candidates=candidates,
            review=review,
            reasons=dict(sorted(reasons.items())),
        )

    def results(self) -> Iterator[AssetResult]:
        """Every asset of the run by source and path; what is stored meanwhile may be seen."""
        number = select(runs.c.number).where(runs.c.id == self.run.id).scalar_subquery()
        page = (
            select(assets)
            .where(assets.c.run == number)
            .order_by(assets.c.order_key, assets.c.id)
            .limit(_CHUNK)
        )
        after: Any = None
        while True:
            with self._store.reading() as connection:
                rows = connection.execute(page if after is None else page.where(after)).mappings().all()
                parts = _columns_of(connection, [row["id"] for row in rows])
            for row in rows:
                yield result_from(row, parts[row["id"]])
            if len(rows) < _CHUNK:
                return
            last = rows[-1]
            after = or_(
                assets.c.order_key > last["order_key"],
                and_(assets.c.order_key == last["order_key"], assets.c.id > last["id"]),
            )


class MemoryFacts(RunFacts):
    """Facts of a run that is kept in memory."""

    def __init__(
        self,
        store: MemoryStore,
        run_id: str,
        types: Mapping[str, DataType],
        levels: Sequence[str],
        language: str,
    ) -> None:
        super().__init__(types, levels, language)
        self._store = store
        self._run_id = run_id

    @property
    def run(self) -> Run:
        """The run reported on. Raises UsageError ``run-unknown``."""
        return self._store.find_run(self._run_id)

    @property
    def totals(self) -> Totals:
        """The run's roll-up."""
        results = self._store.results(self.run.id)
        by_status = Counter(result.coverage.status for result in results)
        answers = [answer for result in results for answer in result.classifications]
        skipped = [result.coverage for result in results if result.coverage.status is Status.SKIPPED]
        reasons = Counter(coverage.problems[0].code for coverage in skipped if coverage.problems)
        return Totals(
            assets=len(results),
            scanned=by_status[Status.SCANNED],
            sampled=by_status[Status.SAMPLED],
            skipped=by_status[Status.SKIPPED],
            columns=sum(len(result.asset.columns) for result in results),
            levels=self.in_order(Counter(answer.level for answer in answers)),
            candidates=sum(bool(answer.candidate) for answer in answers),
            review=sum(not answer.confirmable for answer in answers),
            reasons=dict(sorted(reasons.items())),
        )

    def results(self) -> Iterator[AssetResult]:
        """Every asset of the run by source and path."""
        yield from self._store.results(self.run.id)


def _counts(connection: Connection, column: Any, *where: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}


def _column_sums() -> Select[Any]:
    candidates = func.count().filter(columns.c.candidate != "")
    review = func.count().filter(columns.c.level.is_not(None), columns.c.confirmable.is_(False))
    return select(func.count(), candidates, review).select_from(columns)


def _columns_of(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Mapping[Any, Any]]]:
    found: dict[int, list[Mapping[Any, Any]]] = defaultdict(list)
    wanted = select(columns).where(columns.c.asset.in_(ids)).order_by(columns.c.asset, columns.c.ordinal)
    for row in connection.execute(wanted).mappings():
        found[row["asset"]].append(row)
    return found
