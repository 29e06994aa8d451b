"""The assets of a stored run as rows, decoded only where somebody must look: what two runs are joined by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, Table, Text, and_, or_, select, type_coerce

from guard.catalog.codec import result_from
from guard.catalog.store import Store
from guard.catalog.tables import Json, SafeText, assets, columns, runs, unescaped
from guard.model import AssetResult, Status
from guard.policy.regrading import Regrading

_CHUNK = 200
_ASSET = {column.name: at for at, column in enumerate(assets.columns)}
_COLUMN = {column.name: at for at, column in enumerate(columns.columns)}
_ANSWER = itemgetter(*(_ASSET[name] for name in ("status", "basis", "kind", "comment", "level", "candidate")))
_CELL = itemgetter(*(_COLUMN[name] for name in ("name", "position", "type", "found", "level", "candidate")))
_SEEN = itemgetter(*(_COLUMN[name] for name in ("name", "position", "type", "comment", "found", "evidence")))
_EVIDENCE, _REASONS, _DECISION = (_COLUMN[name] for name in ("evidence", "reasons", "decision"))
_UNMATCHED = '"unmatched"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What of a stored column can matter to a comparison, so that the rest need not be decoded.

    ``marks`` are words that evidence with a sign of protection holds, ``rules`` ids of rules that are one.
    ``whole`` compares all evidence instead: what is graded again from the same evidence is the same.
    """

    marks: tuple[str, ...]
    rules: tuple[str, ...]
    whole: bool = False

    @classmethod
    def of(cls, rules: Regrading, *, whole: bool = False) -> Looks:
        """The looks for these signs of protection."""
        marks = (_UNMATCHED, *(f'"{flag}"' for flag in sorted(rules.flags)))
        return cls(marks=marks, rules=tuple(sorted(rules.rules)), whole=whole)

    def column(self, row: Row[Any]) -> tuple[object, ...]:
        """What decides whether a column changed."""
        evidence, decided = row[_EVIDENCE], row[_DECISION] is None
        if self.whole:
            return (*_SEEN(row), decided)
        told = evidence if evidence and any(mark in evidence for mark in self.marks) else evidence is None
        reasons = row[_REASONS] or ""
        return (*_CELL(row), decided, told, *(rule in reasons for rule in self.rules))


class Stored:
    """One asset of a run as it is stored. ``key`` sorts as ``Facts.results()`` does."""

    def __init__(self, row: Row[Any], cells: Sequence[Row[Any]], looks: Looks) -> None:
        self._row = row
        self._cells = cells
        self._looks = looks
        self.key: bytes = row[_ASSET["order_key"]]
        # Texts are compared as they are stored: the same text is stored the same way.
        self.identity: tuple[str, str] = (row[_ASSET["path"]], row[_ASSET["kind"]])

    @property
    def source(self) -> str:
        """The source's name."""
        return unescaped(self._row[_ASSET["source"]])

    @property
    def skipped(self) -> bool:
        """Whether the asset could not be read."""
        return bool(self._row[_ASSET["status"]] == Status.SKIPPED.value)

    @property
    def rows(self) -> int | None:
        """The rows of the asset: the source's estimate, else what a whole read counted."""
        whole = self._row[_ASSET["status"]] == Status.SCANNED.value and self._row[_ASSET["basis"]] == "values"
        names = ("rows", "of_rows", *(("read_rows",) if whole else ()))
        return next((self._row[_ASSET[name]] for name in names if self._row[_ASSET[name]] is not None), None)

    @property
    def brief(self) -> tuple[object, ...]:
        """Equal for two assets between which nothing changed, but for the number of their rows."""
        answer = _ANSWER(self._row)[: 4 if self._looks.whole else None]
        rows = self.rows if self._looks.whole else None
        return (answer, rows, [self._looks.column(row) for row in self._cells])

    @cached_property
    def result(self) -> AssetResult:
        """Everything stored about it."""
        cells = [_mapping(columns, row) for row in self._cells]
        return result_from(_mapping(assets, self._row), cells)


def entries(store: Store, run_id: str, looks: Looks) -> Iterator[Stored]:
    """The assets of a run by source and path. Memory is bounded by 200 assets with their columns."""
    number = select(runs.c.number).where(runs.c.id == run_id).scalar_subquery()
    page = (
        select(*_stored(assets))
        .where(assets.c.run == number)
        .order_by(assets.c.order_key, assets.c.id)
        .limit(_CHUNK)
    )
    after: Any = None
    while True:
        with store.reading() as connection:
            rows = connection.execute(page if after is None else page.where(after)).all()
            ids = [row[_ASSET["id"]] for row in rows]
            wanted = select(*_stored(columns)).where(columns.c.asset.in_(ids))
            cells = connection.execute(wanted.order_by(columns.c.asset, columns.c.ordinal)).all()
        parts = {asset: list(group) for asset, group in groupby(cells, key=itemgetter(_COLUMN["asset"]))}
        for row in rows:
            yield Stored(row, parts.get(row[_ASSET["id"]], ()), looks)
        if len(rows) < _CHUNK:
            return
        last = (rows[-1][_ASSET["order_key"]], rows[-1][_ASSET["id"]])
        after = or_(assets.c.order_key > last[0], and_(assets.c.order_key == last[0], assets.c.id > last[1]))


def sources_of(store: Store, run_id: str) -> dict[str, bool]:
    """The sources of a run, and whether each could be opened."""
    number = select(runs.c.number).where(runs.c.id == run_id).scalar_subquery()
    ours = assets.c.run == number
    shut = (ours, assets.c.status == Status.SKIPPED.value)
    with store.reading() as connection:
        found = sorted(connection.execute(select(assets.c.source).where(ours).distinct()).scalars())
        return {name: connection.execute(_named(name).where(*shut)).first() is None for name in found}


def _named(source: str) -> Any:
    return select(assets.c.id).where(assets.c.source == source, assets.c.path == [source])


def _stored(table: Table) -> list[Any]:
    """The columns of ``table`` with texts and documents as they are stored."""
    return [type_coerce(one, Text).label(one.name) if _kept(one.type) else one for one in table.columns]


def _kept(kind: object) -> bool:
    return isinstance(kind, (SafeText, Json))


def _reader(column: Any) -> Callable[[str], Any] | None:
    """What turns a text as it is stored into what was stored; None where they are the same."""
    return unescaped if isinstance(column.type, SafeText) else json.loads if _kept(column.type) else None


_READERS = {
    table: [(column.name, _reader(column)) for column in table.columns] for table in (assets, columns)
}


def _mapping(table: Table, row: Row[Any]) -> dict[str, Any]:
    pairs = zip(_READERS[table], row, strict=True)
    return {name: value if read is None or value is None else read(value) for (name, read), value in pairs}
