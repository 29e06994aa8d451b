"""What the catalogue of a database says about one table, and the Asset it becomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guard.model import Asset, AssetKind, Column, Problem
from guard.sdk.connector import SourceSpec

_KEYS = {"p": "pk", "u": "unique", "f": "fk"}
_RANK = {"": 0, "unique": 1, "fk": 2, "pk": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table or view, with the facts that reading it needs.

    ``form`` is ``table``, ``view``, ``partitioned``, ``foreign`` or ``virtual``.
    ``key`` is an integer column that is unique and indexed (or empty), for random ranges.
    ``trouble`` is a problem code where it exists and is not read at all (a broken view, our catalogue).
    ``denied`` are the columns that this account may not read; ``hides`` says that
    row security may hide rows from it. ``lacks`` are the privileges missing: ``schema``, ``table``.
    """

    path: tuple[str, ...]
    columns: tuple[Column, ...]
    form: str = "table"
    comment: str = ""
    id: int = 0
    rows: int | None = None
    bytes: int | None = None
    key: str = ""
    hides: bool = False
    denied: frozenset[str] = frozenset()
    lacks: tuple[str, ...] = ()
    trouble: str = ""

    def asset(self, spec: SourceSpec) -> Asset:
        """The Asset that the rest of the product sees."""
        return Asset(
            source=spec.name,
            path=self.path,
            kind=AssetKind.VIEW if self.form == "view" else AssetKind.TABLE,
            columns=self.columns,
            comment=self.comment,
            system=spec.system,
            department=spec.department,
            rows=self.rows,
            bytes=self.bytes,
        )

    def notes(self) -> tuple[Problem, ...]:
        """What is doubtful about any row read from this table."""
        found = []
        if self.hides:
            found.append(Problem(code="row-security", path=self.path))
        if self.denied:
            found.append(Problem(code="columns-denied", path=self.path, params={"columns": len(self.denied)}))
        return tuple(found)


@dataclass(slots=True, kw_only=True)
class Listing:
    """The rows of the three catalogue queries, put together.

    ``tables`` rows are mappings with the fields of Table plus ``id``; ``columns`` rows are
    (id, position, name, type, nullable, comment, readable); ``keys`` rows are
    (id, position, p|u|f).
    """

    tables: Sequence[Mapping[str, Any]]
    columns: Sequence[Sequence[Any]]
    keys: Sequence[Sequence[Any]] = field(default_factory=tuple)

    def read(self) -> Iterator[Table]:
        """Every table with its columns, in the order of ``tables``."""
        keys = self._keys()
        grouped: dict[Any, list[Sequence[Any]]] = defaultdict(list)
        for row in self.columns:
            grouped[row[0]].append(row)
        for facts in self.tables:
            rows = grouped.get(facts["id"], [])
            yield self._table(facts, rows, keys)

    def _keys(self) -> dict[tuple[Any, Any], str]:
        found: dict[tuple[Any, Any], str] = {}
        for table, position, kind in self.keys:
            key = _KEYS[kind]
            if _RANK[key] > _RANK[found.get((table, position), "")]:
                found[table, position] = key
        return found

    @staticmethod
    def _table(
        facts: Mapping[str, Any], rows: list[Sequence[Any]], keys: dict[tuple[Any, Any], str]
    ) -> Table:
        columns = tuple(
            Column(
                name=name,
                position=place,
                type=declared,
                comment=comment or "",
                nullable=bool(nullable),
                key=keys.get((table, position), "") if keys else "",
            )
            for place, (table, position, name, declared, nullable, comment, _) in enumerate(rows, 1)
        )
        denied = frozenset(row[2] for row in rows if not row[6])
        return Table(columns=columns, denied=denied, **facts)
