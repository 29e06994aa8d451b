"""A data dictionary (数据字典) as a source: tables and columns without a single row of data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from guard.sdk import (
    Asset,
    AssetKind,
    Budget,
    Capabilities,
    Column,
    Problem,
    Sample,
    SourceSpec,
    Unreadable,
)
from guard.sdk.scope import in_scope
from guard_connectors import dictionary_headers as headers
from guard_connectors.files import FilesConnector

_GROUP = ("source", "schema_file", "system", "department", "database", "schema", "table", "table_comment")
# What a department writes once, in a cell merged over the rows of several tables.
_MERGED = ("department", "system", "database", "schema")
_YES = frozenset(("是", "y", "yes", "true", "t", "1", "√", "✓", "pk", "pri", "primary key", "主键", "p"))
_NO = frozenset(("否", "n", "no", "false", "f", "0", "×", "x", "not null", "非空", "不可空", "不可为空"))
_KEYS = {
    "fk": "fk",
    "外键": "fk",
    "mul": "",
    "uni": "unique",
    "uk": "unique",
    "唯一": "unique",
    "u": "unique",
}
_HEADER_ROWS = 10
_EVERYTHING = Budget(rows=None, bytes=256 << 20, seconds=120.0)


@dataclass(slots=True)
class _Table:
    """A table being put together from rows that may stand anywhere in the dictionary."""

    path: tuple[str, ...]
    system: str = ""
    department: str = ""
    comment: str = ""
    rows: int | None = None
    columns: list[Column] = field(default_factory=list)


class DictionaryConnector:
    """A csv, xlsx, xls, json or jsonl file (or a folder of them) that describes tables."""

    capabilities = Capabilities(family="dictionary", samples=False, comments=True)

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec
        self._files = FilesConnector(replace(spec, include=(), exclude=()))

    def assets(self) -> Iterator[Asset | Problem]:
        """One DICTIONARY asset for each table described, in the order of their first rows.

        Raises Unreadable ``dictionary-headers`` where nothing names tables and columns, and
        ``dictionary-empty`` where there is nothing at all.
        """
        tables: dict[tuple[str, ...], _Table] = {}
        comments: dict[str, str] = {}
        problems = list(self._read(tables, comments))
        if not tables:
            raise Unreadable(problems[0] if problems else Problem(code="dictionary-empty"))
        yield from problems
        for table in tables.values():
            if in_scope(self._spec, table.path):
                yield self._asset(table, comments.get(table.path[-1], ""))

    def sample(self, asset: Asset, budget: Budget) -> Iterator[Sample | Problem]:  # noqa: ARG002 - the contract
        """Nothing: a dictionary holds no rows."""
        return iter(())

    def close(self) -> None:
        """End the parser process."""
        self._files.close()

    def _asset(self, table: _Table, comment: str) -> Asset:
        return Asset(
            source=self._spec.name,
            path=table.path,
            kind=AssetKind.DICTIONARY,
            columns=tuple(replace(column, position=n) for n, column in enumerate(table.columns, 1)),
            comment=table.comment or comment,
            system=table.system or self._spec.system,
            department=table.department or self._spec.department,
            rows=table.rows,
        )

    def _read(self, tables: dict[tuple[str, ...], _Table], comments: dict[str, str]) -> Iterator[Problem]:
        """Fill ``tables`` from every file and sheet; problems of those that cannot be understood."""
        for listed in self._files.assets():
            if isinstance(listed, Problem):
                yield listed
                continue
            before = sum(len(table.columns) for table in tables.values()) + len(comments)
            problems = list(self._file(listed, tables, comments))
            after = sum(len(table.columns) for table in tables.values()) + len(comments)
            if after == before and not problems:
                problems.append(Problem(code="dictionary-empty", path=listed.path))
            yield from problems

    def _file(
        self, listed: Asset, tables: dict[tuple[str, ...], _Table], comments: dict[str, str]
    ) -> Iterator[Problem]:
        sheets: dict[tuple[str, ...], _Sheet] = {}
        try:
            for item in self._files.sample(listed, _EVERYTHING):
                if isinstance(item, Problem):
                    yield item
                else:
                    sheets.setdefault(item.asset.path, _Sheet(item.asset)).add(item)
        except Unreadable as refusal:
            yield refusal.problem
        for sheet in sheets.values():
            problem = sheet.describe(tables, comments)
            if problem is not None:
                yield problem


class _Sheet:
    """The rows of one sheet or file, as text."""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset
        self._rows: list[list[str]] = []
        self._whole = True

    def add(self, sample: Sample) -> None:
        """Take the rows of ``sample``."""
        lists = [column.to_pylist() for column in sample.batch.columns]
        self._asset, self._whole = sample.asset, sample.complete
        self._rows += [[_text(cell) for cell in row] for row in zip(*lists, strict=True)]

    def describe(self, tables: dict[tuple[str, ...], _Table], comments: dict[str, str]) -> Problem | None:
        """Add what the rows describe; the problem where the headers do not say what they are."""
        if not self._rows:
            return None
        names = [column.name for column in self._asset.columns]
        roles, first = self._roles(names)
        sheet_is_table = self._asset.kind is AssetKind.SHEET and "table" not in roles
        if "column" not in roles and {"table", "table_comment"} <= roles.keys():
            comments.update({row[roles["table"]]: row[roles["table_comment"]] for row in self._rows[first:]})
            return None
        if "column" not in roles or not ("table" in roles or sheet_is_table):
            return self._unknown(names, roles)
        given = {"table": self._asset.name, "table_comment": self._asset.comment} if sheet_is_table else {}
        self._fill(tables, roles, first, given)
        if not self._whole:
            return Problem(code="dictionary-cut", path=self._asset.path, params={"rows": len(self._rows)})
        return None

    def _roles(self, names: list[str]) -> tuple[dict[str, int], int]:
        """What the columns mean, and the first row below the header: the names, or one of the first rows."""
        best, first = headers.roles(names), 0
        for place, row in enumerate(self._rows[:_HEADER_ROWS]):
            found = headers.roles(row)
            if "column" in found and len(found) > (len(best) if "column" in best else 1):
                best, first = found, place + 1
        return best, first

    def _unknown(self, names: Sequence[str], roles: dict[str, int]) -> Problem:
        missing = [role for role in headers.REQUIRED if role not in roles]
        params = {
            "missing": ", ".join(missing),
            "wanted": ", ".join(headers.aliases()[role][0] for role in missing),
            "nearest": ", ".join(filter(None, (headers.nearest(names, role) for role in missing))) or "-",
        }
        return Problem(code="dictionary-headers", path=self._asset.path, params=params)

    def _fill(
        self,
        tables: dict[tuple[str, ...], _Table],
        roles: dict[str, int],
        first: int,
        given: dict[str, str],
    ) -> None:
        above: dict[str, str] = {}
        rows = self._rows[first:]
        merged = {
            role for role in _MERGED if role in roles and _is_merged([row[roles[role]] for row in rows])
        }
        continued = "table" in roles and _is_merged([row[roles["table"]] for row in rows])
        for number, cells in enumerate(rows, start=first + 1):
            row = {role: cells[place] for role, place in roles.items()} | given
            if any(row.get(name) and row[name] != above.get(name) for name in ("system", "database")):
                above = {name: above[name] for name in ("department", "system") if above.get(name)}
            row |= {name: above[name] for name in merged if not row[name] and above.get(name)}
            if not row["table"] and continued:
                row |= {name: above[name] for name in _GROUP if name in above}
            if not row["column"]:
                continue
            # A column of no table goes by its own meaning: it gets no neighbours.
            row["table"] = row["table"] or f"-{number}"
            above = row
            _add(tables, row)


def _is_merged(cells: list[str]) -> bool:
    """Whether blank cells continue the one above them: there are some, and none repeats the one above."""
    return "" in cells and not any(cell and cell == above for above, cell in pairwise(cells))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _add(tables: dict[tuple[str, ...], _Table], row: dict[str, str]) -> None:
    outer = (row.get(name, "") for name in ("source", "system", "schema_file", "database", "schema"))
    path = (*filter(None, outer), row["table"])
    table = tables.setdefault(path, _Table(path))
    table.system = table.system or row.get("system", "")
    table.department = table.department or row.get("department", "")
    table.comment = table.comment or row.get("table_comment", "")
    if row.get("rows", "").isdecimal():
        table.rows = int(row["rows"])
    table.columns.append(_column(row))


def _column(row: dict[str, str]) -> Column:
    key = row.get("key", "").casefold()
    length = row.get("length", "")
    kind = row.get("type", "")
    parts = dict.fromkeys(part for part in (row.get("comment", ""), row.get("remark", "")) if part)
    return Column(
        name=row["column"],
        position=0,
        type=f"{kind}({length})" if length and kind and "(" not in kind else kind,
        comment="；".join(parts),
        nullable=row.get("nullable", "").casefold() not in _NO
        and row.get("required", "").casefold() not in _YES,
        key="pk" if key in _YES else _KEYS.get(key, ""),
        id=row.get("id") or None,
    )
