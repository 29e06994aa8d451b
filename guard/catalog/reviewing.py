"""What a review asks of the catalogue: columns by name, type and level, and single columns of one run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, func, or_, select, type_coerce

from guard.catalog.codec import conflicting, decided_from, nominating, result_from
from guard.catalog.nominated import nominated_table
from guard.catalog.store import Store
from guard.catalog.tables import assets, columns, runs
from guard.model import Asset, AssetKind, AssetResult, Decided
from guard.policy.decide import PENDING, POLICY_DIFFERS

SCOPE_SECRET = "scope-secret"  # noqa: S105 - the id of a review, no password
_CHUNK = 500


def table_ref(source: str, path: tuple[str, ...]) -> str:
    """The reference of the table at that place."""
    return Asset(source=source, path=path, kind=AssetKind.TABLE).ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One column of a run as a review sees it, or a table itself: ``column`` is empty, ``position`` -1 then,
    and ``because`` are the rules that nominate it. ``asset`` is its table's row id in the catalogue.

    ``level`` is the level that counts, with the decision in force if there is one; ``conflicting`` says
    whether packs that grade side by side disagree.
    """

    asset: int
    ordinal: int
    source: str
    path: tuple[str, ...]
    column: str
    position: int
    declared: str
    found: str
    confidence: float
    domain: str
    category: str
    level: str
    candidate: str
    confirmable: bool
    review: str
    conflicting: bool
    decision: Decided | None
    because: tuple[str, ...] = ()

    @property
    def of_table(self) -> bool:
        """Whether it is the table itself."""
        return self.position < 0

    @property
    def table(self) -> str:
        """The reference of its table: ``source/path/table``."""
        return table_ref(self.source, self.path)

    @property
    def ref(self) -> str:
        """``source/path/table/column``, as ``guard finding show`` takes it; of a table its own."""
        return self.table if self.of_table else f"{self.table}/{self.column}"

    @property
    def proposed(self) -> str:
        """The level that the machine proposes now."""
        return self.decision.proposed if self.decision else self.level

    @property
    def waiting(self) -> bool:
        """Whether a decision about it waits for a second person."""
        return self.review == PENDING

    @property
    def undecided(self) -> bool:
        """Whether a person may be asked about it."""
        return not self.waiting and (self.decision is None or not self.confirmable)


class Count(NamedTuple):
    """Columns of a run that are alike: how many, in how many tables, and the first table (row id)."""

    name: str
    found: str
    level: str
    candidate: str
    confirmable: bool
    review: str
    conflicting: bool
    columns: int
    assets: int
    first: int
    least: float
    most: float


def counts(store: Store, run_id: str) -> Iterator[Count]:
    """The undecided columns of a run, counted by the database: by name, found type, level and review."""
    alike = (
        columns.c.name,
        columns.c.found,
        columns.c.level,
        columns.c.candidate,
        columns.c.confirmable,
        columns.c.review,
        columns.c.opinions,
    )
    sums = (
        func.count().label("columns"),
        func.count(columns.c.asset.distinct()).label("assets"),
        func.min(columns.c.asset).label("first"),
        func.min(columns.c.confidence).label("least"),
        func.max(columns.c.confidence).label("most"),
    )
    open_ = or_(columns.c.decision.is_(None), columns.c.confirmable.is_(False))
    wanted = (
        select(*alike, *sums)
        .where(_ours(run_id), columns.c.level.is_not(None), open_)
        .where(columns.c.review.not_in((PENDING, SCOPE_SECRET)))
        .group_by(*alike)
    )
    with store.reading() as connection:
        rows = connection.execute(wanted).all()
    for row in rows:
        yield Count(
            name=row.name,
            found=row.found or "",
            level=row.level,
            candidate=row.candidate,
            confirmable=row.confirmable,
            review=row.review,
            conflicting=_conflicting(row.opinions),
            columns=row.columns,
            assets=row.assets,
            first=row.first,
            least=row.least or 0.0,
            most=row.most or 0.0,
        )


def items(store: Store, run_id: str, *where: Any) -> Iterator[Item]:
    """The columns of a run that meet ``where`` (conditions on ``columns``), by table."""
    wanted = (
        select(
            columns.c.asset,
            columns.c.ordinal,
            columns.c.name,
            columns.c.position,
            columns.c.type,
            columns.c.found,
            columns.c.confidence,
            columns.c.domain,
            columns.c.category,
            columns.c.level,
            columns.c.candidate,
            columns.c.confirmable,
            columns.c.review,
            columns.c.opinions,
            columns.c.decision,
        )
        .where(_ours(run_id), columns.c.level.is_not(None), *where)
        .order_by(columns.c.asset, columns.c.ordinal)
    )
    with store.reading() as connection:
        places = _places(connection, run_id)
        for row in connection.execute(wanted):
            source, path = places[row.asset]
            yield Item(
                asset=row.asset,
                ordinal=row.ordinal,
                source=source,
                path=path,
                column=row.name,
                position=row.position,
                declared=row.type,
                found=row.found or "",
                confidence=row.confidence or 0.0,
                domain=row.domain,
                category=row.category,
                level=row.level,
                candidate=row.candidate,
                confirmable=row.confirmable,
                review=row.review,
                conflicting=_conflicting(row.opinions),
                decision=decided_from(row.decision),
            )


_TABLE = (
    *("id", "source", "path", "domain", "category", "level", "level_confidence", "candidate"),
    *("confirmable", "review", "reasons", "decision"),
)


def table_items(store: Store, run_id: str, *, every: bool = False) -> Iterator[Item]:
    """The tables of a run that a review asks about themselves, or that carry a decision; or ``every`` one."""
    wanted = select(*(assets.c[name] for name in _TABLE)).where(assets.c.run == _number(run_id))
    wanted = wanted.where(assets.c.level.is_not(None)).order_by(assets.c.order_key, assets.c.id)
    if not every:
        wanted = wanted.where(or_(assets.c.decision.is_not(None), nominated_table()))
    with store.reading() as connection:
        for row in connection.execute(wanted):
            yield Item(
                asset=row.id,
                ordinal=-1,
                source=row.source,
                path=tuple(row.path),
                column="",
                position=-1,
                declared="",
                found="",
                confidence=row.level_confidence or 0.0,
                domain=row.domain,
                category=row.category,
                level=row.level,
                candidate=row.candidate,
                confirmable=row.confirmable,
                review=row.review,
                conflicting=False,
                decision=decided_from(row.decision),
                because=nominating(row.reasons),
            )


def levels_in(store: Store, asset: int) -> tuple[str, ...]:
    """The levels that count in the columns of an asset."""
    wanted = select(columns.c.level).where(columns.c.asset == asset, columns.c.level.is_not(None)).distinct()
    with store.reading() as connection:
        return tuple(connection.execute(wanted).scalars())


def decided(store: Store, run_id: str) -> dict[str, int]:
    """The ids of the decisions that count in a run, each with the row id of the table it counts in."""
    wanted = select(columns.c.decision, columns.c.asset).where(_ours(run_id), columns.c.decision.is_not(None))
    tables_ = select(assets.c.decision, assets.c.id.label("asset")).where(
        assets.c.run == _number(run_id), assets.c.decision.is_not(None)
    )
    with store.reading() as connection:
        return {row.decision[0]: row.asset for one in (wanted, tables_) for row in connection.execute(one)}


def differing(store: Store, run_id: str) -> int:
    """In how many columns and tables of a run the policy now says otherwise than when a person decided."""
    here = ((columns, _ours(run_id)), (assets, assets.c.run == _number(run_id)))
    found = 0
    with store.reading() as connection:
        for rows, ours in here:
            noted = type_coerce(rows.c.decision, Text).like(f'%"{POLICY_DIFFERS}"%')
            wanted = select(func.count()).select_from(rows).where(ours, noted)
            found += int(connection.execute(wanted).scalar_one())
    return found


def places(store: Store, run_id: str) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Source and path of every asset of a run, by row id."""
    with store.reading() as connection:
        return _places(connection, run_id)


def _places(connection: Connection, run_id: str) -> dict[int, tuple[str, tuple[str, ...]]]:
    number = select(runs.c.number).where(runs.c.id == run_id).scalar_subquery()
    rows = connection.execute(
        select(assets.c.id, assets.c.source, assets.c.path).where(assets.c.run == number)
    )
    return {row.id: (row.source, tuple(row.path)) for row in rows}


def tables(store: Store, ids: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Names and SQL types of the columns of assets, in their order, by row id."""
    found: dict[int, list[tuple[str, str]]] = {id: [] for id in ids}
    with store.reading() as connection:
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            wanted = (
                select(columns.c.asset, columns.c.name, columns.c.type)
                .where(columns.c.asset.in_(part))
                .order_by(columns.c.asset, columns.c.ordinal)
            )
            for row in connection.execute(wanted):
                found[row.asset].append((row.name, row.type))
    return {id: tuple(cells) for id, cells in found.items()}


def last_seen(store: Store, source: str, path: tuple[str, ...], before: str) -> int | None:
    """The row id of the asset at that place in the last run before ``before`` that held it."""
    number = select(runs.c.number).where(runs.c.id == before).scalar_subquery()
    wanted = (
        select(assets.c.id)
        .where(assets.c.source == source, assets.c.path == list(path), assets.c.run < number)
        .order_by(assets.c.run.desc())
        .limit(1)
    )
    with store.reading() as connection:
        found = connection.execute(wanted).scalar()
    return None if found is None else int(found)


def run_of(store: Store, asset: int) -> str:
    """The id of the run that an asset's row belongs to."""
    wanted = select(runs.c.id).join(assets, assets.c.run == runs.c.number).where(assets.c.id == asset)
    with store.reading() as connection:
        return str(connection.execute(wanted).scalar_one())


def results_of(connection: Connection, ids: Sequence[int]) -> list[AssetResult]:
    """The results of the assets of those row ids."""
    cells: dict[int, list[Mapping[Any, Any]]] = defaultdict(list)
    wanted = select(columns).where(columns.c.asset.in_(ids)).order_by(columns.c.asset, columns.c.ordinal)
    for row in connection.execute(wanted).mappings():
        cells[row["asset"]].append(row)
    rows = connection.execute(select(assets).where(assets.c.id.in_(ids))).mappings()
    return [result_from(row, cells[row["id"]]) for row in rows]


def results(store: Store, ids: Sequence[int]) -> Iterator[tuple[int, AssetResult]]:
    """The results of assets by row id, a few at a time."""
    for start in range(0, len(ids), 50):
        for id in ids[start : start + 50]:
            with store.reading() as connection:
                yield from ((id, result) for result in results_of(connection, [id]))


def _number(run_id: str) -> Any:
    return select(runs.c.number).where(runs.c.id == run_id).scalar_subquery()


def _ours(run_id: str) -> Any:
    return columns.c.asset.in_(select(assets.c.id).where(assets.c.run == _number(run_id)))


def _conflicting(text: str | None) -> bool:
    return bool(text) and conflicting(str(text))


def is_decided(store: Store, asset: int) -> bool:
    """Whether a decision counts in any column of an asset, or for itself."""
    cells = select(columns.c.asset).where(columns.c.asset == asset, columns.c.decision.is_not(None)).limit(1)
    itself = select(assets.c.id).where(assets.c.id == asset, assets.c.decision.is_not(None))
    with store.reading() as connection:
        return any(connection.execute(wanted).first() is not None for wanted in (itself, cells))
