"""The only reader of results for reports and formats: one run, streamed in path order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, and_, func, null, or_, select
from sqlalchemy.sql import Select

from guard.catalog.codec import CLASSIFICATION, conflicting, result_from
from guard.catalog.memory import MemoryStore
from guard.catalog.nominated import is_nominated, nominated_table
from guard.catalog.store import Store
from guard.catalog.tables import assets, columns, runs
from guard.model import AssetResult, DataType, PackInfo, Run, Status, Totals
from guard.text import t

_CHUNK = 50
PENDING = "decision-pending"
"""The review code of a column whose decision waits for a second person."""


class RunFacts:
    """What Facts of any store share: types, levels, packs and texts."""

    def __init__(
        self,
        types: Mapping[str, DataType],
        levels: Sequence[str],
        language: str,
        packs: Sequence[PackInfo] = (),
    ) -> None:
        self.types = types
        self.levels = tuple(levels)
        self.language = language
        self.packs = tuple(packs)

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
        self,
        store: Store,
        run_id: str,
        types: Mapping[str, DataType],
        levels: Sequence[str],
        language: str,
        packs: Sequence[PackInfo] = (),
    ) -> None:
        super().__init__(types, levels, language, packs)
        self._store = store
        self._run_id = run_id

    @cached_property
    def run(self) -> Run:
        """The run reported on. Raises UsageError ``run-unknown``."""
        return self._store.find_run(self._run_id)

    @cached_property
    def totals(self) -> Totals:
        """The run's roll-up, summed by the database."""
        number = self._number
        with self._store.reading() as connection:
            by_status = _counts(connection, assets.c.status, assets.c.run == number)
            reasons = _counts(connection, assets.c.reason, assets.c.run == number, assets.c.reason != "")
            ours = columns.c.asset.in_(select(assets.c.id).where(assets.c.run == number))
            levels = _counts(connection, columns.c.level, ours, columns.c.level.is_not(None))
            total, candidates, review, decided, pending = connection.execute(_column_sums().where(ours)).one()
            named = select(func.count()).select_from(assets).where(assets.c.run == number, nominated_table())
            candidate_tables = connection.execute(named).scalar_one()
            said = _counts(connection, columns.c.opinions, ours, columns.c.opinions.is_not(None))
        return Totals(
            assets=sum(by_status.values()),
            scanned=by_status.get(Status.SCANNED, 0),
            sampled=by_status.get(Status.SAMPLED, 0),
            skipped=by_status.get(Status.SKIPPED, 0),
            columns=total,
            levels=self.in_order(levels),
            candidates=candidates,
            candidate_tables=candidate_tables,
            review=review,
            decided=decided,
            pending=pending,
            conflicts=sum(count for text, count in said.items() if conflicting(text)),
            reasons=dict(sorted(reasons.items())),
        )

    @property
    def store(self) -> Store:
        """The catalogue read from."""
        return self._store

    @cached_property
    def size(self) -> int:
        """How many columns the run holds."""
        ours = columns.c.asset.in_(select(assets.c.id).where(assets.c.run == self._number))
        with self._store.reading() as connection:
            return connection.execute(select(func.count()).select_from(columns).where(ours)).scalar_one()

    def results(self) -> Iterator[AssetResult]:
        """Every asset of the run by source and path; what is stored meanwhile may be seen."""
        return (result for ids in self.pages() for result in self.page(ids))

    def holding(self, kinds: Collection[str]) -> Iterator[AssetResult]:
        """As ``results``, each with only those columns that are of one of the types ``kinds``, or keys.

        Their classifications are left out; with no ``kinds`` the columns are as well: reading tables alone
        is a fraction of the work.
        """
        return (result for ids in self.pages() for result in self.page(ids, tuple(kinds)))

    def pages(self) -> Iterator[tuple[int, ...]]:
        """The row ids of the assets by source and path, at most 50 at once, for ``page``."""
        page = (
            select(assets.c.id, assets.c.order_key)
            .where(assets.c.run == self._number)
            .order_by(assets.c.order_key, assets.c.id)
            .limit(_CHUNK)
        )
        after: Any = None
        while True:
            with self._store.reading() as connection:
                rows = connection.execute(page if after is None else page.where(after)).all()
            if rows:
                yield tuple(row.id for row in rows)
            if len(rows) < _CHUNK:
                return
            last = rows[-1]
            after = or_(
                assets.c.order_key > last.order_key,
                and_(assets.c.order_key == last.order_key, assets.c.id > last.id),
            )

    def page(self, ids: Sequence[int], kinds: tuple[str, ...] | None = None) -> list[AssetResult]:
        """The assets of those row ids by source and path, with the columns that ``holding`` has."""
        wanted = select(assets).where(assets.c.id.in_(ids)).order_by(assets.c.order_key, assets.c.id)
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
            parts = _columns_of(connection, ids, kinds)
        return [result_from(row, parts[row["id"]]) for row in rows]

    @property
    def _number(self) -> Any:
        return select(runs.c.number).where(runs.c.id == self.run.id).scalar_subquery()


class MemoryFacts(RunFacts):
    """Facts of a run that is kept in memory."""

    def __init__(
        self,
        store: MemoryStore,
        run_id: str,
        types: Mapping[str, DataType],
        levels: Sequence[str],
        language: str,
        packs: Sequence[PackInfo] = (),
    ) -> None:
        super().__init__(types, levels, language, packs)
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
            candidate_tables=sum(map(is_nominated, results)),
            review=sum(not answer.confirmable for answer in answers),
            decided=sum(answer.decision is not None for answer in answers),
            pending=sum(answer.review == PENDING for answer in answers),
            conflicts=sum(answer.conflicting for answer in answers),
            reasons=dict(sorted(reasons.items())),
        )

    def results(self) -> Iterator[AssetResult]:
        """Every asset of the run by source and path."""
        yield from self._store.results(self.run.id)

    def holding(self, kinds: Collection[str]) -> Iterator[AssetResult]:  # noqa: ARG002 - nothing is saved here
        """Every asset whole: in memory there is nothing to save."""
        return self.results()


def _counts(connection: Connection, column: Any, *where: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}


def _column_sums() -> Select[Any]:
    candidates = func.count().filter(columns.c.candidate != "")
    review = func.count().filter(columns.c.level.is_not(None), columns.c.confirmable.is_(False))
    decided = func.count(columns.c.decision)
    pending = func.count().filter(columns.c.review == PENDING)
    return select(func.count(), candidates, review, decided, pending).select_from(columns)


def _columns_of(
    connection: Connection, ids: Sequence[int], kinds: tuple[str, ...] | None
) -> Mapping[int, list[Mapping[Any, Any]]]:
    found: dict[int, list[Mapping[Any, Any]]] = defaultdict(list)
    if kinds == ():
        return found
    wanted = select(columns) if kinds is None else _UNGRADED.where(_held(kinds))
    ours = wanted.where(columns.c.asset.in_(ids)).order_by(columns.c.asset, columns.c.ordinal)
    for row in connection.execute(ours).mappings().all():
        found[row["asset"]].append(row)
    return found


_UNGRADED = select(*(one for one in columns.c if one.name not in CLASSIFICATION), null().label("level"))


def _held(kinds: tuple[str, ...]) -> Any:
    return or_(columns.c.found.in_(kinds), columns.c.key == "pk")
